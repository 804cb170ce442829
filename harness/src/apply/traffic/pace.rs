//! How long a backfill rests while the traffic suffers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::facts::Direction;

/// The first rest that is added.
const LEAST: Duration = Duration::from_millis(20);

/// The longest that is added to one rest.
const MOST: Duration = Duration::from_secs(2);

/// How the traffic fares at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strain {
    /// No request took, or has been taking, longer than the budget.
    Calm,
    /// One did.
    Over,
}

/// What is added to the declared rest: twice as much while the budget is exceeded, half as much when it no longer is.
///
/// A backfill must end however heavy the traffic is, so what is added to one way of a step is bounded.
#[derive(Debug)]
pub(super) struct Pace {
    extra: Duration,
    bound: Duration,
    added: BTreeMap<(String, Direction), Duration>,
}

impl Pace {
    pub(super) fn new(bound: Duration) -> Self {
        Self { extra: Duration::ZERO, bound, added: BTreeMap::new() }
    }

    /// What is added to the rest behind this batch.
    pub(super) fn next(&mut self, step: &str, direction: Direction, strain: Strain) -> Duration {
        self.extra = match strain {
            Strain::Over => (self.extra * 2).clamp(LEAST, MOST),
            Strain::Calm if self.extra <= LEAST => Duration::ZERO,
            Strain::Calm => self.extra / 2,
        };
        let added = self.added.entry((step.to_owned(), direction)).or_default();
        let extra = self.extra.min(self.bound.saturating_sub(*added));
        *added += extra;
        extra
    }
}

#[cfg(test)]
mod tests {
    use super::Strain::{Calm, Over};
    use super::*;

    fn rests(pace: &mut Pace, strains: &[Strain]) -> Vec<u128> {
        strains.iter().map(|strain| pace.next("010_a", Direction::Up, *strain).as_millis()).collect()
    }

    #[test]
    fn a_rest_grows_while_the_budget_is_exceeded_and_shrinks_when_it_no_longer_is() {
        let mut pace = Pace::new(Duration::from_mins(1));
        assert_eq!(rests(&mut pace, &[Calm, Over, Over, Over, Calm, Calm, Calm]), [0, 20, 40, 80, 40, 20, 0]);
        assert_eq!(rests(&mut pace, &[Over; 9]).last(), Some(&2_000), "never longer than this");
    }

    #[test]
    fn what_is_added_to_one_way_of_a_step_is_bounded() {
        let mut pace = Pace::new(Duration::from_millis(100));
        assert_eq!(rests(&mut pace, &[Over; 5]), [20, 40, 40, 0, 0]);
        assert_eq!(pace.next("010_a", Direction::Down, Over).as_millis(), 100, "the way back has its own");
    }
}
