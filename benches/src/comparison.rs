//! Two ways to do one work, measured in turn.

use std::time::Duration;

/// Why a benchmark could not measure.
pub type Failure = Box<dyn std::error::Error>;

/// From this many pairs on, one more is made first that does not count; fewer are works so long that a cold cache is
/// no part of them.
const WORTH_WARMING: usize = 4;

/// What is to be reached, as a multiple of the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// We may take this many times as long.
    TimeAtMost(f64),
    /// We must be at least this many times as fast.
    RateAtLeast(f64),
    /// Nobody promised anything.
    None,
}

/// How long each of several runs took, in the order they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing(pub Vec<Duration>);

impl Timing {
    /// The middle one; of an even number the greater of the two.
    pub fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

/// A work, how it is done by hand, and how by us.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is done.
    pub work: String,
    /// What the reference does.
    pub reference_is: String,
    /// The reference's runs.
    pub reference: Timing,
    /// Our runs; the n-th stood beside the n-th of the reference.
    pub ours: Timing,
    /// What is to be reached.
    pub target: Target,
}

impl Comparison {
    /// Measures both sides `pairs` times in turn, whichever is first alternating; where there are more than a
    /// few, after one run of each that does not count. So what else the machine does meets both alike.
    ///
    /// # Errors
    /// Those of the two sides.
    pub fn measure(
        work: &str,
        reference_is: &str,
        target: Target,
        pairs: usize,
        reference: &mut dyn FnMut() -> Result<Duration, Failure>,
        ours: &mut dyn FnMut() -> Result<Duration, Failure>,
    ) -> Result<Self, Failure> {
        let mut comparison = Self {
            work: work.to_owned(),
            reference_is: reference_is.to_owned(),
            reference: Timing::default(),
            ours: Timing::default(),
            target,
        };
        if pairs >= WORTH_WARMING {
            reference()?;
            ours()?;
        }
        for pair in 0..pairs {
            if pair % 2 == 0 {
                comparison.reference.0.push(reference()?);
                comparison.ours.0.push(ours()?);
            } else {
                comparison.ours.0.push(ours()?);
                comparison.reference.0.push(reference()?);
            }
        }
        Ok(comparison)
    }

    /// The lower quartile, the median and the upper quartile of the ratio within each pair: of times, or of rates where
    /// the target is one.
    pub fn ratio(&self) -> [f64; 3] {
        let mut ratios: Vec<f64> = self
            .reference
            .0
            .iter()
            .zip(&self.ours.0)
            .map(|(reference, ours)| match self.target {
                Target::RateAtLeast(_) => reference.as_secs_f64() / ours.as_secs_f64(),
                Target::TimeAtMost(_) | Target::None => ours.as_secs_f64() / reference.as_secs_f64(),
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let at = |quarter: usize| ratios.get((ratios.len().saturating_sub(1) * quarter + 2) / 4).copied();
        [1, 2, 3].map(|quarter| at(quarter).unwrap_or(f64::NAN))
    }

    /// Whether the median reaches the target; nothing where there is none.
    pub fn reached(&self) -> Option<bool> {
        let [_, median, _] = self.ratio();
        match self.target {
            Target::TimeAtMost(most) => Some(median <= most),
            Target::RateAtLeast(least) => Some(median >= least),
            Target::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reference: &[u64], ours: &[u64], target: Target) -> Comparison {
        let timing = |times: &[u64]| Timing(times.iter().copied().map(Duration::from_millis).collect());
        Comparison {
            work: String::new(),
            reference_is: String::new(),
            reference: timing(reference),
            ours: timing(ours),
            target,
        }
    }

    #[test]
    fn the_ratio_is_taken_within_each_pair() {
        // The machine was busy during the second pair.
        let comparison = of(&[10, 100, 10], &[12, 110, 13], Target::TimeAtMost(1.2));
        assert_eq!(comparison.ratio().map(|ratio| format!("{ratio:.1}")), ["1.2", "1.2", "1.3"]);
        assert_eq!(comparison.reached(), Some(true));
    }

    #[test]
    fn a_rate_is_the_better_the_higher() {
        let comparison = of(&[10], &[20], Target::RateAtLeast(0.6));
        assert_eq!(comparison.ratio().map(|ratio| format!("{ratio:.1}")), ["0.5"; 3]);
        assert_eq!(comparison.reached(), Some(false));
    }

    #[test]
    fn each_side_is_first_in_half_of_the_pairs() {
        let order = std::cell::RefCell::new(String::new());
        let side = |name: char| {
            order.borrow_mut().push(name);
            Ok(Duration::from_millis(1))
        };
        let measured = Comparison::measure("", "", Target::None, 4, &mut || side('r'), &mut || side('o')).unwrap();
        assert_eq!(*order.borrow(), "ro roor roor".replace(' ', ""));
        assert_eq!(measured.ours.0.len(), 4);
    }
}
