//! Claim L: live traffic does not notice.

mod traffic;

use super::{CaseFile, Ruling};

pub(super) fn online(case: &CaseFile<'_>) -> Ruling {
    let Some(rehearsal) = &case.rehearsal else {
        return Ruling::skipped("the scenario declares no workload: add `[workload]` to scenario.toml");
    };
    traffic::traffic(case, rehearsal)
}
