//! Latency samples and what can be concluded from them.

use serde::{Deserialize, Serialize};

/// How long a query took, several times over, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples(pub Vec<f64>);

impl Samples {
    /// The middle of the samples; 0 where there is none.
    pub fn median_ms(&self) -> f64 {
        median(&mut self.0.clone())
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

/// How often the samples are drawn anew for an interval; 1,000 make its ends steady to about a hundredth.
const RESAMPLES: usize = 1_000;

impl Latency {
    /// The ratio of the medians with its percentile bootstrap interval (Efron & Tibshirani, 1993, chapter 13).
    ///
    /// The draws come from a fixed seed, so the same samples give the same interval.
    pub fn ratio(&self) -> Ratio {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut ratios: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let before = resampled_median(&self.before.0, &mut state);
                let after = resampled_median(&self.after.0, &mut state);
                after / before.max(f64::MIN_POSITIVE)
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let at = |index: usize| ratios.get(index).copied().unwrap_or(f64::NAN);
        Ratio {
            estimate: self.after.median_ms() / self.before.median_ms().max(f64::MIN_POSITIVE),
            low: at(RESAMPLES * 25 / 1_000),
            high: at(RESAMPLES * 975 / 1_000),
        }
    }
}

fn resampled_median(samples: &[f64], state: &mut u64) -> f64 {
    let mut drawn: Vec<f64> = samples
        .iter()
        .map(|_| {
            // xorshift64 (Marsaglia, 2003): enough for drawing indices, and reproducible.
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            let index = usize::try_from(*state >> 33).unwrap_or(0) % samples.len().max(1);
            samples.get(index).copied().unwrap_or_default()
        })
        .collect();
    median(&mut drawn)
}

fn median(samples: &mut [f64]) -> f64 {
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
    fn the_median_of_an_even_number_of_samples_lies_between_the_middle_two() {
        assert!((Samples(vec![4.0, 1.0, 3.0, 2.0]).median_ms() - 2.5).abs() < 1e-12);
        assert!((Samples(vec![9.0, 1.0, 3.0]).median_ms() - 3.0).abs() < 1e-12);
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
