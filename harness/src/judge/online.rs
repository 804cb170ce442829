//! Claim L: live traffic does not notice.

mod foreseen;
mod locks;
mod rollout;
mod traffic;

pub use self::foreseen::{Foreseen, foreseen};
use super::{CaseFile, Ruling};

pub(super) fn online(case: &CaseFile<'_>) -> Ruling {
    let mut ruling = match (&case.rehearsal, &case.rollout) {
        (Some(rehearsal), _) => {
            let mut ruling = traffic::traffic(case, rehearsal);
            locks::locks(case, rehearsal, &mut ruling);
            ruling
        }
        (None, Some(_)) => {
            Ruling { evidence: "no traffic beside the steps (`[workload]`)".to_owned(), ..Ruling::default() }
        }
        (None, None) => {
            return Ruling::skipped("the scenario declares no workload: add `[workload]` to scenario.toml");
        }
    };
    if let Some(trace) = &case.rollout {
        rollout::rollout(trace, &mut ruling);
    }
    ruling
}
