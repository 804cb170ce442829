//! What is not asked of a path, and why, as its author declared it.

use crate::record::WaiverRecord;
use crate::scenario::{Plan, Rollback};

/// Every waiver of the plan, with its reason, in the order in which a report lists them.
pub(super) fn waivers(plan: &Plan) -> Vec<WaiverRecord> {
    let of = |what: String, reason: &str| WaiverRecord { what, reason: reason.to_owned() };
    let ways_back = plan.steps.iter().filter_map(|step| match &step.rollback {
        Rollback::Waived(reason) => Some(of(format!("the way back of {}", step.name), reason)),
        Rollback::Required => None,
    });
    let excepted = plan
        .exceptions()
        .iter()
        .flat_map(|exception| exception.subjects().into_iter().map(move |what| of(what, &exception.reason)));
    let retired = plan.retired.iter().map(|it| of(format!("keeping {}", it.relation), &it.reason));
    let regranted = plan.regranted.iter().map(|it| of(format!("the same grants on {}", it.relation), &it.reason));
    let retyped = plan.retyped.iter().map(|it| of(format!("the type of {} of {}", it.column, it.relation), &it.reason));
    let volatile = plan.volatile.iter().map(|it| {
        let columns = it.columns.join(", ");
        of(format!("that {columns} of {} is the same when applied again", it.relation), &it.reason)
    });
    ways_back.chain(excepted).chain(retired).chain(regranted).chain(retyped).chain(volatile).collect()
}
