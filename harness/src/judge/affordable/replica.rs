//! How a physical replica followed: how far behind it was, and which reads on it were cancelled.

use super::super::{CaseFile, Code, Finding, Ruling};
use crate::facts::{Bytes, Direction, ReplicaStep, ReplicaTrace};
use crate::scenario::Budget;

/// `replica at most 41 ms behind, long reads on it cancelled by 3 of 19 steps`.
pub(super) fn evidence(trace: &ReplicaTrace) -> String {
    let lag_ms = trace.slowest().map(|step| step.lag_ms).unwrap_or_default();
    let cancelled = match trace.cancelled().count() {
        0 => "no long read on it cancelled".to_owned(),
        count => format!("long reads on it cancelled by {count} of {} steps", trace.steps.len()),
    };
    format!("replica at most {lag_ms:.0} ms behind, {cancelled}")
}

pub(super) fn judge(budget: &Budget, trace: &ReplicaTrace, case: &CaseFile<'_>, ruling: &mut Ruling) {
    if let Some(allowed) = budget.replica_lag_ms
        && let Some(slowest) = trace.slowest().filter(|step| step.lag_ms > allowed)
    {
        let message = format!(
            "a replica is {:.0} ms behind while `{}` runs, its budget is {allowed:.0} ms",
            slowest.lag_ms, slowest.step
        );
        let help = format!(
            "up to {} of WAL wait for their replay; smaller transactions and pauses between batches let it catch up",
            Bytes::of(slowest.lag_bytes)
        );
        ruling.findings.push(placed(Finding::new(Code::W004, message).help(help), slowest, case));
    }
    let Some(allowed) = budget.replica_cancelled_reads else { return };
    let count = trace.cancelled().count();
    if count <= allowed {
        return;
    }
    for (step, cancelled) in trace.cancelled() {
        let message = format!("`{}` cancels a long read on a replica: {}", step.step, cancelled.reason);
        let help = format!(
            "{count} of {} steps do, the budget is {allowed}; a replica with `max_standby_streaming_delay` waits that long first, and is behind meanwhile",
            trace.steps.len()
        );
        ruling.findings.push(placed(Finding::new(Code::W006, message).help(help), step, case));
    }
}

/// At the first statement of the step, since a replica does not tell statements apart.
fn placed(finding: Finding, step: &ReplicaStep, case: &CaseFile<'_>) -> Finding {
    let finding = finding.key(&step.step);
    let run = case.runs.iter().find(|run| run.step == step.step && run.direction == Direction::Up);
    match run.and_then(|run| run.statements.first()) {
        Some(statement) => finding.in_file(&statement.file, statement.line),
        None => finding,
    }
}
