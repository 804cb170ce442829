//! Latency samples and what can be concluded from them.

use serde::{Deserialize, Serialize};

use super::bootstrap::{BOOTSTRAP_SEED, Bootstrap, median};

/// How long a query took, several times over, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples(pub Vec<f64>);

impl Samples {
    /// The middle of the samples; 0 where there is none.
    pub fn median_ms(&self) -> f64 {
        median(&mut self.0.clone())
    }

    /// The interval that the median lies in with a confidence of 95 %, in milliseconds.
    pub fn interval_ms(&self) -> (f64, f64) {
        Bootstrap::seeded(BOOTSTRAP_SEED).interval(|draw| draw.median(&self.0))
    }
}

/// A named query measured on both sides, samples interleaved.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// On the baseline.
    pub before: Samples,
    /// On the migrated database.
    pub after: Samples,
}

/// A ratio with the interval that it lies in with a confidence of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// Median after, divided by median before.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Latency {
    /// The ratio of the medians with its bootstrap interval. The same samples give the same interval.
    pub fn ratio(&self) -> Ratio {
        let of = |before: f64, after: f64| after / before.max(f64::MIN_POSITIVE);
        let (low, high) = Bootstrap::seeded(BOOTSTRAP_SEED)
            .interval(|draw| of(draw.median(&self.before.0), draw.median(&self.after.0)));
        Ratio { estimate: of(self.before.median_ms(), self.after.median_ms()), low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_of_samples_lies_between_the_middle_two() {
        assert!((Samples(vec![4.0, 1.0, 3.0, 2.0]).median_ms() - 2.5).abs() < 1e-12);
        assert!((Samples(vec![9.0, 1.0, 3.0]).median_ms() - 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_of_a_median_is_as_wide_as_its_samples_are_apart() {
        let (low, high) = Samples([9.0, 9.5, 10.5, 11.0].repeat(5)).interval_ms();
        assert!(low < 10.0 && high > 10.0, "{low}–{high}");
        let (low, high) = Samples([9.0, 9.1, 9.0, 9.1, 500.0].repeat(5)).interval_ms();
        assert!(low >= 9.0 && high <= 9.1, "one of five is slow, the median is not: {low}–{high}");
    }

    #[test]
    fn the_interval_holds_the_estimate_and_tells_a_doubling_from_none() {
        let noisy = |scale: f64| Samples((0..40).map(|i| scale * (10.0 + f64::from(i % 7))).collect());
        let doubled = Latency { before: noisy(1.0), after: noisy(2.0) }.ratio();
        assert!(doubled.low > 1.5 && doubled.high < 2.7 && doubled.low <= doubled.estimate, "{doubled:?}");
        let same = Latency { before: noisy(1.0), after: noisy(1.0) }.ratio();
        assert!(same.low <= 1.0 && same.high >= 1.0, "{same:?}");
    }
}
