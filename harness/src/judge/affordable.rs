//! Claim W: what it costs stays within its budget.

mod replica;

use super::{CaseFile, Code, Doubt, Finding, Ruling, thousands};
use crate::facts::{Bytes, Cost, Direction, StatementCost, StepCost, StepRun};
use crate::scenario::{Budget, Claim};

/// A duration within this fraction of its budget, above or below, decides nothing: the same steps on the same machine
/// vary by that much.
const NOISE: f64 = 0.1;

pub(super) fn affordable(case: &CaseFile<'_>) -> Ruling {
    let Some(cost) = &case.cost else { return Ruling::skipped("nobody measured what the path costs") };
    let budget = &case.plan.budget;
    let evidence = evidence(cost);
    let limited = budget.duration_s.is_some() || budget.wal_bytes.is_some() || budget.disk_bytes.is_some();
    if !limited && !budget.limits_replica() {
        return Ruling::skipped(format!("no budget is declared; measured: {evidence}"));
    }
    let mut ruling = Ruling { evidence, ..Ruling::default() };
    judge_duration(budget, cost, case, &mut ruling);
    judge_wal(budget, cost, &mut ruling);
    judge_disk(budget, cost, &mut ruling);
    if budget.limits_replica() {
        match &cost.replica {
            Some(trace) => replica::judge(budget, trace, case, &mut ruling),
            None => ruling.doubts.push(Doubt::new(
                Claim::Affordable,
                "the budget limits a replica, and none is started beside a server of somebody else's",
            )),
        }
    }
    ruling
}

/// `12.3 s, 311 MB of WAL, database +184 MB (+201 MB at once), 376,212 dead rows in transactions`.
fn evidence(cost: &Cost) -> String {
    let grown = Bytes::grown(cost.grown_bytes());
    let sign = if cost.grown_bytes() >= 0 { "+" } else { "" };
    let mut parts = vec![
        format!("{:.1} s", cost.duration_ms() / 1_000.0),
        format!("{} of WAL", Bytes::of(cost.wal_bytes())),
        format!("database {sign}{grown}"),
    ];
    if let Some((peak, _)) =
        cost.peak().filter(|(peak, _)| i64::try_from(*peak).is_ok_and(|peak| peak > cost.grown_bytes()))
    {
        parts.push(format!("{} at once", Bytes::of(peak)));
    }
    if let Some(temp) = cost.temp_bytes().filter(|temp| *temp > 0) {
        parts.push(format!("{} spilled", Bytes::of(temp)));
    }
    if let Some(trace) = &cost.replica {
        parts.push(replica::evidence(trace));
    }
    if let Some((relation, rows)) = cost.dead_rows().first() {
        parts.push(format!("{} dead rows in {relation}", thousands(*rows)));
    }
    parts.join(", ")
}

/// A machine that is busy at one moment is not busy at all of them: each complete way forward is a sample. Only if all
/// are above the budget is it refuted, only if all are below is it proven.
fn judge_duration(budget: &Budget, cost: &Cost, case: &CaseFile<'_>, ruling: &mut Ruling) {
    let Some(allowed) = budget.duration_s else { return };
    let first = cost.duration_ms() / 1_000.0;
    let again = seconds_again(case);
    let samples: Vec<f64> = std::iter::once(first).chain(again).collect();
    let fastest = samples.iter().copied().fold(f64::INFINITY, f64::min);
    let slowest = samples.iter().copied().fold(0.0, f64::max);
    let shown = samples.iter().map(|seconds| format!("{seconds:.1} s")).collect::<Vec<_>>().join(" and ");
    if fastest > allowed * (1.0 + NOISE) {
        let message = format!("the way forward takes {shown}, its budget is {allowed} s");
        let slowest = cost.steps.iter().max_by(|a, b| a.duration_ms.total_cmp(&b.duration_ms));
        let part = |step: &StepCost| format!("`{}` takes {:.1} s of it", step.step, step.duration_ms / 1_000.0);
        let place =
            slowest.and_then(|step| step.statements.iter().max_by(|a, b| a.duration_ms.total_cmp(&b.duration_ms)));
        ruling.findings.push(placed(Finding::new(Code::W001, message), slowest, place, part));
    } else if slowest > allowed * (1.0 - NOISE) {
        ruling.doubts.push(Doubt::new(
            Claim::Affordable,
            format!("the way forward took {shown}, too near to its budget of {allowed} s to tell on this machine"),
        ));
    }
}

/// The second way forward, if it came to its end.
fn seconds_again(case: &CaseFile<'_>) -> Option<f64> {
    let rolled_back = case.runs.iter().any(|run| run.direction == Direction::Down);
    let second: Vec<&StepRun> = case.second_way().iter().filter(|run| run.direction == Direction::Up).collect();
    let complete = rolled_back && second.len() == case.plan.steps.len() && second.iter().all(|run| run.succeeded());
    complete.then(|| second.iter().map(|run| run.duration_ms).sum::<f64>() / 1_000.0)
}

fn judge_wal(budget: &Budget, cost: &Cost, ruling: &mut Ruling) {
    let Some(allowed) = budget.wal_bytes else { return };
    let written = cost.wal_bytes();
    if written > allowed {
        let message =
            format!("the way forward writes {} of WAL, its budget is {}", Bytes::of(written), Bytes::of(allowed));
        let heaviest = cost.steps.iter().max_by_key(|step| step.wal_bytes);
        let part = |step: &StepCost| format!("`{}` writes {} of it", step.step, Bytes::of(step.wal_bytes));
        let place = heaviest.and_then(StepCost::heaviest);
        ruling.findings.push(placed(Finding::new(Code::W002, message), heaviest, place, part));
        return;
    }
    let missing = cost.full_page_bytes();
    if written + missing > allowed {
        ruling.doubts.push(Doubt::new(
            Claim::Affordable,
            format!(
                "{} of WAL without full pages, up to {} more with them, budget {}: set `full_page_writes = \"on\"` in `[requires]` to measure them",
                Bytes::of(written),
                Bytes::of(missing),
                Bytes::of(allowed)
            ),
        ));
    }
}

fn judge_disk(budget: &Budget, cost: &Cost, ruling: &mut Ruling) {
    let (Some(allowed), Some((peak, step))) = (budget.disk_bytes, cost.peak()) else { return };
    if peak <= allowed {
        return;
    }
    let message =
        format!("the way forward needs {} more disk at once, its budget is {}", Bytes::of(peak), Bytes::of(allowed));
    let largest = cost.steps.iter().max_by_key(|step| step.peak_bytes()).unwrap_or(step);
    let most = largest.relations.iter().max_by_key(|growth| growth.needed_bytes());
    let most = most.filter(|growth| growth.needed_bytes() > 0);
    let part = |step: &StepCost| {
        let named = most.map(|growth| {
            let needed = Bytes::of(growth.needed_bytes());
            if growth.is_rewritten() {
                format!(", `{}` was rewritten: {needed} beside its old copy", growth.relation)
            } else {
                format!(", `{}` grew by {needed}", growth.relation)
            }
        });
        format!("`{}` needs {} of it{}", step.step, Bytes::of(step.peak_bytes()), named.unwrap_or_default())
    };
    let mut finding = placed(Finding::new(Code::W003, message), Some(largest), largest.heaviest(), part);
    if let Some(growth) = most {
        finding = finding.about(&growth.relation);
    }
    ruling.findings.push(finding);
}

fn placed(
    finding: Finding,
    step: Option<&StepCost>,
    place: Option<&StatementCost>,
    part: impl Fn(&StepCost) -> String,
) -> Finding {
    let finding = match step {
        Some(step) => finding.key(&step.step).help(part(step)),
        None => finding,
    };
    match place {
        Some(statement) => finding.in_file(&statement.file, statement.line),
        None => finding,
    }
}
