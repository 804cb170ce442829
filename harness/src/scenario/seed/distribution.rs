//! Which of `n` things a cell takes.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of things to choose from stay far below 2⁵³"
)]

use serde::Deserialize;

use super::draw::{Draw, product};

/// How a range or a referenced table is drawn from, as an author writes it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Spread {
    /// Each as often as any other.
    #[default]
    Uniform,
    /// The k-th (the lowest number, the parent's first row, is the 1st) as often as `1 / k^exponent`.
    Zipf {
        /// How steep: 0 is uniform, 1 is Zipf's law.
        exponent: f64,
    },
    /// A bell over the range: its middle most often, its ends three standard deviations away.
    Normal,
    /// In turn: row i takes number i modulo n.
    RoundRobin,
}

/// The names of the spreads in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SpreadName {
    Uniform,
    Zipf,
    Normal,
    RoundRobin,
}

/// Takes one of `n` things for a cell; built once for a column.
#[derive(Debug, Clone)]
pub(super) enum Picker {
    Uniform(u64),
    Table(Alias),
    Zipf(Zipf),
    Normal(u64),
    RoundRobin(u64),
}

/// Up to this many things a table is worth its memory.
const TABLE_LIMIT: u64 = 1 << 16;

impl Picker {
    /// A picker of `0..count`, `count` at least 1.
    pub(super) fn new(count: u64, spread: Spread) -> Self {
        match spread {
            Spread::Uniform => Self::Uniform(count),
            Spread::Normal => Self::Normal(count),
            Spread::RoundRobin => Self::RoundRobin(count.max(1)),
            Spread::Zipf { exponent } if count <= TABLE_LIMIT => {
                Self::Table(Alias::new(&(1..=count).map(|k| (k as f64).powf(-exponent)).collect::<Vec<_>>()))
            }
            Spread::Zipf { exponent } => Self::Zipf(Zipf::new(count, exponent)),
        }
    }

    /// A picker that takes number k as often as its weight says.
    pub(super) fn weighted(weights: &[f64]) -> Self {
        Self::Table(Alias::new(weights))
    }

    #[inline]
    pub(super) fn pick(&self, draw: &mut Draw, row: u64) -> u64 {
        match self {
            Self::Uniform(count) => draw.below(*count),
            Self::Table(alias) => alias.pick(draw),
            Self::Zipf(zipf) => zipf.pick(draw),
            Self::Normal(count) => normal(*count, draw),
            Self::RoundRobin(count) => row % count,
        }
    }
}

/// The sum of twelve uniform numbers, less their mean: a bell with standard deviation 1 (Irwin and Hall), which
/// needs no transcendental function and so is the same on every machine. Drawn again outside ±3.
fn normal(count: u64, draw: &mut Draw) -> u64 {
    loop {
        let bell = (0..12).map(|_| draw.fraction()).sum::<f64>() - 6.0;
        if bell.abs() < 3.0 {
            return (((bell + 3.0) / 6.0 * count as f64) as u64).min(count.saturating_sub(1));
        }
    }
}

/// A weighted choice in constant time (Walker's alias method as made exact by Vose, 1991).
#[derive(Debug, Clone)]
pub(super) struct Alias {
    /// For each slot: below this fraction of 2⁶⁴ it is itself, otherwise the other.
    slots: Vec<(u64, u32)>,
}

impl Alias {
    fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mut scaled: Vec<f64> = weights.iter().map(|weight| weight * weights.len() as f64 / total).collect();
        let mut slots: Vec<(u64, u32)> = (0..weights.len()).map(|slot| (u64::MAX, slot as u32)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&slot| scaled.get(slot).is_some_and(|&weight| weight < 1.0));
        while let (Some(less), Some(more)) = (small.pop(), large.last().copied()) {
            let part = scaled.get(less).copied().unwrap_or(1.0);
            if let Some(slot) = slots.get_mut(less) {
                *slot = ((part * 18_446_744_073_709_551_616.0) as u64, more as u32);
            }
            if let Some(rest) = scaled.get_mut(more) {
                *rest -= 1.0 - part;
                if *rest < 1.0 {
                    large.pop();
                    small.push(more);
                }
            }
        }
        Self { slots }
    }

    #[inline]
    fn pick(&self, draw: &mut Draw) -> u64 {
        let (slot, fraction) = product(draw.bits(), self.slots.len() as u64);
        match self.slots.get(slot as usize) {
            Some(&(threshold, other)) if fraction >= threshold => u64::from(other),
            _ => slot,
        }
    }
}

/// Zipf's law over a large count by rejection from its integral (Hörmann and Derflinger 1996, in the form of Jason
/// Crease's "Zipf's rejection sampling").
#[derive(Debug, Clone)]
pub(super) struct Zipf {
    count: f64,
    exponent: f64,
    /// `1 / (1 - exponent)`, or 0 when the exponent is 1.
    inverse: f64,
    integral: f64,
}

impl Zipf {
    fn new(count: u64, exponent: f64) -> Self {
        let count = count as f64;
        let gap = 1.0 - exponent;
        let (inverse, integral) =
            if gap.abs() < 1e-9 { (0.0, 1.0 + count.ln()) } else { (1.0 / gap, (count.powf(gap) - exponent) / gap) };
        Self { count, exponent, inverse, integral }
    }

    fn pick(&self, draw: &mut Draw) -> u64 {
        loop {
            let place = draw.fraction() * self.integral;
            let x = if place <= 1.0 {
                place
            } else if self.inverse == 0.0 {
                (place - 1.0).exp()
            } else {
                place.mul_add(1.0 - self.exponent, self.exponent).powf(self.inverse)
            };
            let rank = (x + 1.0).floor().min(self.count);
            let mut ratio = rank.powf(-self.exponent);
            if rank > 1.0 {
                ratio *= x.powf(self.exponent);
            }
            if draw.fraction() < ratio {
                return rank as u64 - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each of the first `slots` is picked in 200,000 rows of seed 2024.
    fn histogram(picker: &Picker, slots: usize) -> Vec<f64> {
        let key = super::super::draw::key(2024, &["test"]);
        let mut seen = vec![0_u32; slots];
        for row in 0..200_000 {
            if let Some(slot) = seen.get_mut(picker.pick(&mut Draw::of_cell(key, row), row) as usize) {
                *slot += 1;
            }
        }
        seen.into_iter().map(|count| f64::from(count) / 200_000.0).collect()
    }

    #[test]
    fn weights_are_kept_within_half_a_per_cent() {
        for (share, wanted) in histogram(&Picker::weighted(&[7.0, 0.0, 2.0, 1.0]), 4).iter().zip([0.7, 0.0, 0.2, 0.1]) {
            assert!((share - wanted).abs() < 0.005, "seed 2024: {share} instead of {wanted}");
        }
    }

    #[test]
    fn zipf_follows_its_law_by_table_and_by_rejection() {
        for (count, exponent) in [(1000_u64, 1.1), (1 << 20, 1.1), (1 << 20, 1.0), (1 << 20, 0.7)] {
            let total: f64 = (1..=count).map(|k| (k as f64).powf(-exponent)).sum();
            let shares = histogram(&Picker::new(count, Spread::Zipf { exponent }), 5);
            for (k, share) in (1_u64..).zip(shares) {
                let wanted = (k as f64).powf(-exponent) / total;
                assert!(
                    (share - wanted).abs() < 0.005,
                    "seed 2024, {count}^{exponent}, rank {k}: {share} for {wanted}"
                );
            }
        }
    }

    #[test]
    fn every_spread_stays_in_its_range_and_reaches_both_ends() {
        for spread in [Spread::Uniform, Spread::Zipf { exponent: 1.0 }, Spread::Normal, Spread::RoundRobin] {
            let shares = histogram(&Picker::new(6, spread), 6);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "seed 2024, {spread:?}: outside its range");
            assert!(shares.iter().all(|&share| share > 0.001), "seed 2024, {spread:?}: {shares:?}");
        }
    }

    #[test]
    fn a_bell_is_highest_in_its_middle() {
        let shares = histogram(&Picker::new(5, Spread::Normal), 5);
        assert!(shares.is_sorted_by(|a, b| a < b) || shares.get(2) > shares.get(1) && shares.get(1) > shares.first());
    }
}
