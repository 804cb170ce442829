//! Fits a law to a figure that was measured at several sizes.
//!
//! A figure is taken for a sum of a constant, √n, n, n log n and n² with coefficients that are not below zero (n³ only
//! where even n² falls short). It is *steep* when no sum of the first four fits; *gentle* when at most a small part of it can
//! be n²; *undecided* otherwise. What can not be told apart is never told apart: two sizes fit a constant and n² as well
//! as n.

mod fit;

use std::collections::BTreeMap;

use self::fit::{Cone, Observed, TERMS, Terms, value};
use crate::facts::{Growth, Law, Measure, Prediction, Steepness};

const CONSTANT: usize = 0;
const LINEAR: usize = 1;
const LINEAR_LOG: usize = 2;
const QUADRATIC: usize = 3;
const CUBIC: usize = 4;
const ROOT: usize = 5;
const GENTLE: [usize; 4] = [CONSTANT, ROOT, LINEAR, LINEAR_LOG];
const STEEP: [usize; 5] = [CONSTANT, ROOT, LINEAR, LINEAR_LOG, QUADRATIC];
/// Without √n, which beside n² would pass for a line between any three sizes.
const PLAIN: [usize; 4] = [CONSTANT, LINEAR, LINEAR_LOG, QUADRATIC];
const STEEPEST: [usize; 6] = [CONSTANT, ROOT, LINEAR, LINEAR_LOG, QUADRATIC, CUBIC];

/// By how much the sum of squares may exceed its least: two and three standard deviations of one parameter.
const LIKELY: f64 = 4.0;
const POSSIBLE: f64 = 9.0;
/// The part of a figure at the largest size that has to be steep before anybody is told.
const SHARE: f64 = 0.25;

/// How much a figure varies between two runs at the same size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// In proportion to the figure.
    pub(super) relative: f64,
    /// Whatever the figure.
    pub(super) absolute: f64,
    /// What nobody cares about: a page of the log, a few pages of the disk, a moment.
    pub(super) floor: f64,
}

impl Noise {
    /// What was seen from run to run on servers of ours. Full pages come at the moments of checkpoints.
    pub(super) fn of(measure: Measure, full_pages: bool) -> Self {
        let (relative, absolute, floor) = match measure {
            Measure::Wal if full_pages => (0.15, 65_536.0, 400_000.0),
            Measure::Wal => (0.015, 256.0, 8_192.0),
            Measure::Disk => (0.02, 24_576.0, 150_000.0),
            Measure::RowsRead => (0.01, 10.0, 100.0),
            Measure::Duration | Measure::LongestTransaction => (0.25, 20.0, 120.0),
        };
        Self { relative, absolute, floor }
    }
}

/// Fits `points` (rows, figure), and says what the figure becomes at `to` rows. `None` without a point.
pub(super) fn grow(measure: Measure, points: &[(f64, f64)], noise: Noise, to: f64) -> Option<Growth> {
    let largest = points.iter().map(|(rows, _)| *rows).reduce(f64::max).filter(|rows| *rows > 0.0)?;
    let (observed, sizes) = observations(measure, points, noise, largest);
    let measured = observed.last()?.value;
    let here = terms(largest, largest);
    let there = terms(to, largest);
    let (cone, inflation, beyond) = full(&observed);
    let whole = cone.best();
    let limit = |deviations: f64| whole.chi2 + deviations * inflation;
    let steep_form = only(&here, &[QUADRATIC, CUBIC]);
    let at_top = value(&here, &whole.point).max(f64::MIN_POSITIVE);
    let (steep_low, _) = cone.range(&steep_form, limit(POSSIBLE)).unwrap_or_default();
    let plain = Cone::over(&PLAIN, &observed);
    let plain_limit = plain.best().chi2 + LIKELY * misfit(&plain, observed.len());
    let (_, steep_high) = plain.range(&steep_form, plain_limit).unwrap_or_default();
    let steep_here = value(&steep_form, &whole.point);
    let steepness = if steep_low / at_top > SHARE / 2.0 && steep_here / at_top > SHARE && steep_here > noise.floor {
        Steepness::Steep
    } else if sizes < 2 || (steep_high / at_top > SHARE && steep_high > noise.floor && !bends_down(&observed, largest))
    {
        Steepness::Undecided
    } else {
        Steepness::Gentle
    };
    let law = match steepness {
        Steepness::Steep if beyond && whole.point.get(CUBIC).is_some_and(|cubic| *cubic > 0.0) => Law::Cubic,
        Steepness::Steep => Law::Quadratic,
        Steepness::Gentle | Steepness::Undecided => simplest(&observed, limit(LIKELY)),
    };
    let hidden = match steepness {
        Steepness::Steep => cone.range(&there, limit(LIKELY)),
        Steepness::Gentle | Steepness::Undecided => plain.range(&there, plain_limit),
    };
    let (hidden_low, hidden_high) = hidden.unwrap_or_default();
    let gentle = Cone::over(&GENTLE, &observed);
    let (low, high) = match steepness {
        Steepness::Gentle => {
            let least = gentle.best().chi2;
            gentle.range(&there, least + LIKELY * inflation).unwrap_or((hidden_low, hidden_high))
        }
        Steepness::Undecided | Steepness::Steep => (hidden_low, hidden_high),
    };
    let estimate = match steepness {
        Steepness::Steep => value(&there, &whole.point),
        Steepness::Gentle | Steepness::Undecided => value(&there, &Cone::over(terms_of(law), &observed).best().point),
    };
    Some(Growth {
        measure,
        law,
        steepness,
        exponent: exponent(&observed, noise, largest),
        measured,
        steep_share: (steep_low / at_top, (steep_high / at_top).min(1.0)),
        predicted: Prediction { estimate, low: low.min(estimate).max(0.0), high: high.max(estimate) },
        hidden_high: hidden_high.max(high),
    })
}

/// One observation a size, the smallest first: of steady figures the mean, of times the least, since a busy machine only
/// adds. And how many sizes there are.
fn observations(measure: Measure, points: &[(f64, f64)], noise: Noise, largest: f64) -> (Vec<Observed>, usize) {
    let mut sizes: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (rows, figure) in points {
        sizes.entry(rows.to_bits()).or_default().push(*figure);
    }
    let relative = noise.relative.max(scatter(sizes.values(), noise));
    let observed: Vec<Observed> = sizes
        .into_iter()
        .map(|(bits, figures)| {
            let count = number(figures.len());
            let value = if measure.is_steady() {
                figures.iter().sum::<f64>() / count
            } else {
                figures.iter().copied().fold(f64::INFINITY, f64::min)
            };
            let sigma = ((relative * value).powi(2) / count + noise.absolute.powi(2)).sqrt();
            Observed { terms: terms(f64::from_bits(bits), largest), value, sigma }
        })
        .collect();
    let count = observed.len();
    (observed, count)
}

/// The relative deviation between runs at one size, over all sizes, of figures that are more than noise.
fn scatter<'f>(sizes: impl Iterator<Item = &'f Vec<f64>>, noise: Noise) -> f64 {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for figures in sizes.filter(|figures| figures.len() > 1) {
        let mean = figures.iter().sum::<f64>() / number(figures.len());
        if mean > noise.floor {
            squares += figures.iter().map(|figure| (figure / mean - 1.0).powi(2)).sum::<f64>();
            freedom += number(figures.len() - 1);
        }
    }
    if freedom > 0.0 { (squares / freedom).sqrt() } else { 0.0 }
}

/// The cone with n², with what misfit inflates its limits by; and with n³ where n² falls far short.
fn full(observed: &[Observed]) -> (Cone, f64, bool) {
    const SHORT: f64 = 9.0;
    let cone = Cone::over(&STEEP, observed);
    let misfit = misfit(&cone, observed.len());
    if misfit > SHORT {
        let larger = Cone::over(&STEEPEST, observed);
        if larger.best().chi2 * LIKELY < cone.best().chi2 {
            let inflation = self::misfit(&larger, observed.len());
            return (larger, inflation, true);
        }
    }
    (cone, misfit, false)
}

/// The Birge ratio: where the best law is off by more than the noise, the noise was taken for too small.
fn misfit(cone: &Cone, sizes: usize) -> f64 {
    let best = cone.best();
    let freedom = sizes.saturating_sub(best.used).max(1);
    (best.chi2 / number(freedom)).max(1.0)
}

/// The simplest law that fits within the limit.
fn simplest(observed: &[Observed], limit: f64) -> Law {
    let laws = [Law::Constant, Law::Linear, Law::Root, Law::LinearLog];
    let chi2 = |law: Law| Cone::over(terms_of(law), observed).best().chi2;
    let fits = laws.into_iter().find(|law| chi2(*law) <= limit);
    fits.or_else(|| laws.into_iter().min_by(|a, b| chi2(*a).total_cmp(&chi2(*b)))).unwrap_or(Law::Linear)
}

const fn terms_of(law: Law) -> &'static [usize] {
    match law {
        Law::Constant => &[CONSTANT],
        Law::Root => &[CONSTANT, ROOT],
        Law::Linear => &[CONSTANT, LINEAR],
        Law::LinearLog => &[CONSTANT, LINEAR_LOG],
        Law::Quadratic => &[CONSTANT, QUADRATIC],
        Law::Cubic => &[CONSTANT, CUBIC],
    }
}

/// Whether the slope falls from size to size, on paper with logarithms on both sides, and is that of a line at most:
/// then what does not fit a sum of the terms is what fills up (groups, kinds), and nothing steep hides in it. A steep
/// part makes the slope rise, also beside a constant.
fn bends_down(observed: &[Observed], largest: f64) -> bool {
    const LINE: f64 = 1.25;
    let slope = |pair: &[Observed]| {
        let [one, other] = pair else { return None };
        let across = ((other.terms.get(LINEAR)? * largest) / (one.terms.get(LINEAR)? * largest)).ln();
        let off = 2.0 * (one.sigma / one.value).hypot(other.sigma / other.value);
        (one.value > 0.0 && other.value > 0.0).then(|| ((other.value / one.value).ln() / across, off / across))
    };
    let Some(slopes) = observed.windows(2).map(slope).collect::<Option<Vec<_>>>() else { return false };
    let falls = |pair: &[(f64, f64)]| matches!(pair, [one, other] if other.0 <= one.0 + one.1);
    slopes.len() >= 2 && slopes.iter().all(|(slope, off)| slope + off <= LINE) && slopes.windows(2).all(falls)
}

/// What each term contributes at `rows`, each being 1 at the largest size.
fn terms(rows: f64, largest: f64) -> Terms {
    let x = rows / largest;
    let log = |rows: f64| rows.max(2.0).ln();
    let mut terms = [0.0; TERMS];
    terms.copy_from_slice(&[1.0, x, x * log(rows) / log(largest), x * x, x * x * x, x.sqrt()]);
    terms
}

fn only(terms: &Terms, wanted: &[usize]) -> Terms {
    let mut kept = *terms;
    for (index, slot) in kept.iter_mut().enumerate() {
        if !wanted.contains(&index) {
            *slot = 0.0;
        }
    }
    kept
}

/// The slope of log figure over log rows, of figures that are more than noise.
fn exponent(observed: &[Observed], noise: Noise, largest: f64) -> Option<f64> {
    let points: Vec<(f64, f64)> = observed
        .iter()
        .filter(|one| one.value > noise.floor)
        .filter_map(|one| Some(((one.terms.get(LINEAR)? * largest).ln(), one.value.ln())))
        .collect();
    let count = number(points.len());
    if points.len() < 2 {
        return None;
    }
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let across: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let both: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    (across > 0.0).then(|| both / across)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of runs")]
const fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
