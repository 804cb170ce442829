use proptest::prelude::*;

use super::*;

/// The sizes of `--at 0.01,0.1,1,3` of a relation with 376,212 rows, the smaller ones several times.
const SIZES: [f64; 7] = [3_762.0, 3_762.0, 3_762.0, 37_621.0, 37_621.0, 376_212.0, 1_128_636.0];
const TO: f64 = 1e8;

fn law(law: Law, rows: f64) -> f64 {
    match law {
        Law::Constant => 1.0,
        Law::Root => rows.sqrt(),
        Law::Linear => rows,
        Law::LinearLog => rows * rows.ln(),
        Law::Quadratic => rows * rows,
        Law::Cubic => rows * rows * rows,
    }
}

/// `offset + factor · law(n)`, each point off by its own part of `noise`.
fn series(of: Law, offset: f64, factor: f64, off: &[f64], noise: f64) -> Vec<(f64, f64)> {
    let at = |(rows, off): (&f64, &f64)| (*rows, (offset + factor * law(of, *rows)) * (1.0 + noise * off));
    SIZES.iter().zip(off).map(at).collect()
}

fn tenth() -> Noise {
    Noise { relative: 0.1, absolute: 1.0, floor: 6.0 }
}

fn fitted(points: &[(f64, f64)], noise: Noise) -> Growth {
    grow(Measure::Wal, points, noise, TO).unwrap()
}

fn off() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.0..1.0_f64, SIZES.len())
}

proptest! {
    #[test]
    fn what_grows_as_the_rows_or_as_sorting_is_never_called_steep(
        of in prop::sample::select(vec![Law::Constant, Law::Root, Law::Linear, Law::LinearLog]),
        offset in 0.0..1e9_f64,
        off in off(),
    ) {
        let found = fitted(&series(of, offset, 100.0, &off, 0.1), tenth());
        prop_assert_ne!(found.steepness, Steepness::Steep, "{:?}", found);
    }

    #[test]
    fn pairs_of_rows_are_called_steep_under_a_tenth_of_noise(
        offset in 0.0..1e6_f64,
        linear in 0.0..100.0_f64,
        off in off(),
    ) {
        let points: Vec<(f64, f64)> = SIZES.iter().zip(&off)
            .map(|(n, off)| (*n, (offset + linear * n + 0.01 * n * n) * (1.0 + 0.1 * off))).collect();
        let found = fitted(&points, tenth());
        // At the largest size n² is 12.7 G, the linear part at most 0.1 G.
        prop_assert_eq!((found.law, found.steepness), (Law::Quadratic, Steepness::Steep), "{:?}", found);
        prop_assert!((found.exponent.unwrap() - 2.0).abs() < 1.2);
    }

    #[test]
    fn where_half_of_it_is_pairs_of_rows_it_is_never_called_gentle(
        beside in prop::sample::select(vec![Law::Constant, Law::Root, Law::Linear, Law::LinearLog]),
        off in off(),
    ) {
        let top = SIZES[6];
        let points: Vec<(f64, f64)> = SIZES.iter().zip(&off)
            .map(|(n, off)| (*n, 1e8 * (law(beside, *n) / law(beside, top) + n * n / top / top) * (1.0 + 0.015 * off)))
            .collect();
        let found = fitted(&points, Noise { relative: 0.015, absolute: 256.0, floor: 8_192.0 });
        prop_assert_ne!(found.steepness, Steepness::Gentle, "{:?}", found);
    }

    #[test]
    fn the_law_is_recovered_and_what_comes_lies_in_the_interval(
        of in prop::sample::select(vec![Law::Constant, Law::Linear, Law::Quadratic]),
        off in off(),
    ) {
        let (offset, factor) = if of == Law::Constant { (1e6, 0.0) } else { (0.0, 100.0) };
        let found = fitted(&series(of, offset, factor, &off, 0.1), tenth());
        let truth = offset + factor * law(of, TO);
        prop_assert_eq!(found.law, of, "{:?}", found);
        // Where chance pulls every point the same way, the interval goes along with it: by no more than a tenth.
        let Prediction { low, high, .. } = found.predicted;
        prop_assert!(low * 0.9 <= truth && truth <= high / 0.9, "{} in {:?}", truth, found);
    }

    #[test]
    fn nothing_depends_on_the_unit_of_the_figure(unit in 1e-3..1e6_f64, off in off()) {
        let points = series(Law::Linear, 1e5, 100.0, &off, 0.1);
        let scaled: Vec<(f64, f64)> = points.iter().map(|(n, y)| (*n, y * unit)).collect();
        let (one, other) = (fitted(&points, tenth()), fitted(&scaled, Noise { absolute: unit, floor: 6.0 * unit, ..tenth() }));
        prop_assert_eq!((one.law, one.steepness), (other.law, other.steepness));
        prop_assert!((one.predicted.estimate * unit / other.predicted.estimate - 1.0).abs() < 1e-6);
    }
}

#[test]
fn a_gentle_law_is_said_to_be_gentle_where_the_figure_hardly_varies() {
    let steady = Noise { relative: 0.03, absolute: 16_384.0, floor: 98_304.0 };
    for of in [Law::Constant, Law::Linear, Law::LinearLog] {
        let points = series(of, 1e5, 100.0, &[0.3, -0.2, 0.1, -0.4, 0.2, 0.3, -0.3], 0.03);
        assert_eq!(fitted(&points, steady).steepness, Steepness::Gentle, "{of:?}");
    }
}

/// n log n is half as much again as n over these sizes: that much shows when the figure hardly varies.
#[test]
fn sorting_is_told_from_a_line_where_the_figure_hardly_varies() {
    let steady = Noise { relative: 0.01, absolute: 1.0, floor: 6.0 };
    let points = series(Law::LinearLog, 0.0, 100.0, &[0.3, -0.2, 0.1, -0.4, 0.2, 0.3, -0.3], 0.01);
    assert_eq!(fitted(&points, steady).law, Law::LinearLog);
}

/// What is grouped: as many groups as rows at first, then nearly all there are.
#[test]
fn what_is_filled_up_is_gentle_and_is_not_taken_for_a_line() {
    let points: Vec<(f64, f64)> = SIZES.iter().map(|n| (*n, 1e6 + 100.0 * 5e4 * (1.0 - (-n / 5e4).exp()))).collect();
    let found = fitted(&points, Noise { relative: 0.03, absolute: 256.0, floor: 8_192.0 });
    assert_eq!(found.steepness, Steepness::Gentle, "{found:?}");
    assert!(found.predicted.estimate < 1e9, "{found:?}");
}

#[test]
fn what_grows_faster_than_pairs_is_steep_too() {
    let points = series(Law::Cubic, 0.0, 1.0, &[0.5, -0.5, 0.2, 0.1, -0.1, 0.4, -0.4], 0.03);
    let found = fitted(&points, Noise { relative: 0.03, absolute: 1.0, floor: 6.0 });
    assert_eq!((found.law, found.steepness), (Law::Cubic, Steepness::Steep), "{found:?}");
}

#[test]
fn one_size_or_two_tell_a_line_from_pairs_only_where_nothing_else_fits() {
    let exact = Noise { relative: 0.01, absolute: 1.0, floor: 6.0 };
    let of = |points: &[(f64, f64)]| fitted(points, exact).steepness;
    assert_eq!(of(&[(1e6, 1e8)]), Steepness::Undecided);
    // A constant and a square lie on these two points as well.
    assert_eq!(of(&[(1e5, 1e7), (1e6, 1e8)]), Steepness::Undecided);
    // Ten times the rows, a hundred times the figure: no sum of n and n log n does that.
    assert_eq!(of(&[(1e5, 1e6), (1e6, 1e8)]), Steepness::Steep);
}

#[test]
fn a_figure_that_is_all_pages_and_chance_is_a_constant() {
    let points: Vec<(f64, f64)> = SIZES
        .iter()
        .zip([8_192.0, 0.0, 16_384.0, 8_192.0, 24_576.0, 8_192.0, 16_384.0])
        .map(|(n, y)| (*n, y))
        .collect();
    let found = fitted(&points, Noise::of(Measure::Disk, false));
    assert_eq!((found.law, found.steepness, found.exponent), (Law::Constant, Steepness::Gentle, None));
}
