//! The interval that a median, or a ratio of two, lies in: by drawing the samples anew.

/// What every interval's draws start from. Reports print it: the same samples give the same interval.
pub const BOOTSTRAP_SEED: u64 = 1979;

/// How often the samples are drawn anew; 1,000 make the ends of an interval steady to about a hundredth.
pub const BOOTSTRAP_DRAWS: usize = 1_000;

/// The percentile bootstrap (Efron & Tibshirani, 1993, chapter 13), its draws a function of the seed alone.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    state: u64,
}

impl Bootstrap {
    /// Draws that start from a seed.
    pub const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The two ends between which `figure` lies in 95 of 100 draws; not a number where it never is one.
    pub fn interval(mut self, mut figure: impl FnMut(&mut Self) -> f64) -> (f64, f64) {
        let mut figures: Vec<f64> = (0..BOOTSTRAP_DRAWS).map(|_| figure(&mut self)).collect();
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
        (at(BOOTSTRAP_DRAWS * 25 / 1_000), at(BOOTSTRAP_DRAWS * 975 / 1_000))
    }

    /// The median of as many samples as there are, drawn from them with replacement; 0 where there is none.
    pub fn median(&mut self, samples: &[f64]) -> f64 {
        let mut drawn: Vec<f64> = samples
            .iter()
            .map(|_| {
                let index = usize::try_from(self.next() >> 33).unwrap_or(0) % samples.len().max(1);
                samples.get(index).copied().unwrap_or_default()
            })
            .collect();
        median(&mut drawn)
    }

    /// splitmix64 (Steele, Lea & Flood, 2014): enough for drawing indices, and any seed will do.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The middle of some samples, which are sorted for it; between the middle two where their number is even.
pub(super) fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match (samples.len() % 2, samples.get(middle), middle.checked_sub(1).and_then(|low| samples.get(low))) {
        (0, Some(high), Some(low)) => f64::midpoint(*low, *high),
        (_, Some(middle), _) => *middle,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_interval_and_another_one_other_draws() {
        let samples: Vec<f64> = (0..25).map(|n| f64::from(n * n % 23)).collect();
        let interval = |seed| Bootstrap::seeded(seed).interval(|draw| draw.median(&samples));
        assert_eq!(interval(BOOTSTRAP_SEED), interval(BOOTSTRAP_SEED));
        let first = |seed| Bootstrap::seeded(seed).next();
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn samples_that_do_not_spread_have_an_interval_of_no_width() {
        let (low, high) = Bootstrap::seeded(BOOTSTRAP_SEED).interval(|draw| draw.median(&[4.0; 9]));
        assert!((low - 4.0).abs() < 1e-12 && (high - 4.0).abs() < 1e-12, "{low}–{high}");
    }

    /// The median of 0 … 100 is 50; an interval of 95 % misses it in about one of twenty draws of 15 samples.
    #[test]
    fn the_interval_holds_the_true_median_about_as_often_as_it_says() {
        let mut chance = Bootstrap::seeded(7);
        let held = (0..200)
            .filter(|trial| {
                let samples: Vec<f64> =
                    (0..15).map(|_| f64::from(u8::try_from(chance.next() % 101).unwrap_or(0))).collect();
                let (low, high) = Bootstrap::seeded(*trial).interval(|draw| draw.median(&samples));
                low <= 50.0 && 50.0 <= high
            })
            .count();
        assert!((176..=200).contains(&held), "{held} of 200");
    }
}
