//! Claim L: live traffic does not notice.

mod foreseen;
mod locks;
mod traffic;

pub use self::foreseen::{Foreseen, foreseen};
use super::{CaseFile, Ruling};

pub(super) fn online(case: &CaseFile<'_>) -> Ruling {
    let Some(rehearsal) = &case.rehearsal else {
        return Ruling::skipped("the scenario declares no workload: add `[workload]` to scenario.toml");
    };
    let mut ruling = traffic::traffic(case, rehearsal);
    locks::locks(case, rehearsal, &mut ruling);
    ruling
}
