//! What requests met beside the steps.

use std::collections::BTreeMap;

use crate::facts::{
    Awaited, Direction, LedgerCheck, RequestFailure, Running, ShadowCheck, Stall, StepRun, TrafficPause, TrafficPeriod,
    When, WorkloadTrace,
};
use crate::judge::{CaseFile, Code, Doubt, Finding, Rehearsal, Ruling, thousands};
use crate::scenario::Claim;

/// How many times longer than anything at rest a request must take before a lock is blamed for it.
const BEYOND_REST: f64 = 3.0;

/// The share of its latency that a request must have been seen to wait for the migration.
const HELD_UP: f64 = 0.5;

/// How many times longer than without traffic a step must have gone on before the traffic is blamed for it.
const ENDLESS: f64 = 10.0;

/// Judges the facts of the traffic. What is as bad at rest says nothing about the migration.
pub(super) fn traffic(case: &CaseFile<'_>, rehearsal: &Rehearsal) -> Ruling {
    let trace = &rehearsal.workload;
    let mut ruling = Ruling { evidence: evidence(trace), ..Ruling::default() };
    let Some(rest) = trace.at_rest().filter(|rest| rest.requests > 0) else {
        ruling.doubts.push(doubt("no request was due before the first step: raise `rate` or `rest_s`".to_owned()));
        return ruling;
    };
    under_traffic(case, rehearsal, &mut ruling);
    if rest.failures > 0 {
        ruling.doubts.push(failing_at_rest(trace, rest));
    } else {
        failures(&trace.failures, &mut ruling);
    }
    let budget = case.plan.budget.stall_ms;
    if rest.latency.max_ms > budget {
        ruling.doubts.push(doubt(format!(
            "the budget of {} ms is missed at rest: {} took {:.0} ms before the first step; the traffic is too heavy \
             for this machine",
            budget,
            rest.longest.as_ref().map_or_else(|| "a request".to_owned(), |stall| format!("`{}`", stall.request)),
            rest.latency.max_ms
        )));
    } else {
        trace.beside_steps().for_each(|period| stalls(period, budget, rest, &mut ruling));
    }
    trace.ledgers.iter().for_each(|check| ledger(check, &mut ruling));
    trace.shadows.iter().for_each(|check| shadow(check, &mut ruling));
    trace.pauses.iter().for_each(|pause| endless(case, pause, &mut ruling));
    ruling
}

fn doubt(reason: String) -> Doubt {
    Doubt::new(Claim::Online, reason)
}

fn failing_at_rest(trace: &WorkloadTrace, rest: &TrafficPeriod) -> Doubt {
    let failure = trace.failures.iter().find(|failure| failure.when == When::Rest);
    let (request, message) = failure.map_or(("a request", ""), |it| (it.request.as_str(), it.message.as_str()));
    doubt(format!("{} requests fail at rest, before the first step: `{request}`: {message}", rest.failures))
}

/// A step that the server refuses only under traffic.
fn under_traffic(case: &CaseFile<'_>, rehearsal: &Rehearsal, ruling: &mut Ruling) {
    for run in &rehearsal.runs {
        let Some(refusal) = &run.refusal else { continue };
        if alone(case, &run.step, run.direction).is_some_and(|alone| !alone.succeeded()) {
            continue;
        }
        let message = format!(
            "`{}` of step `{}` ({}) fails under traffic: {} ({})",
            refusal.command,
            run.step,
            run.direction.name(),
            refusal.message,
            refusal.sqlstate
        );
        let help = match refusal.sqlstate.as_str() {
            "55P03" => "the lock did not come in time: keep what holds it short, or let the step try again by itself",
            "40P01" => "take the locks in the order in which the application takes them",
            _ => {
                "what the step takes for granted changes while the application writes: say it in one statement, or lock"
            }
        };
        ruling.findings.push(Finding::new(Code::L007, message).refused_at(refusal).help(help));
    }
}

/// The same step without traffic, on its first way.
fn alone<'c>(case: &'c CaseFile<'_>, step: &str, direction: Direction) -> Option<&'c StepRun> {
    case.runs.iter().find(|run| run.step == step && run.direction == direction)
}

/// One finding for each request and SQLSTATE, at the place where it failed first.
fn failures(failures: &[RequestFailure], ruling: &mut Ruling) {
    let mut grouped: BTreeMap<(&str, &str), (&RequestFailure, u64)> = BTreeMap::new();
    for failure in failures.iter().filter(|failure| failure.when != When::WarmUp) {
        let (_, count) = grouped.entry((&failure.request, &failure.sqlstate)).or_insert((failure, 0));
        *count += failure.count;
    }
    for ((request, sqlstate), (failure, count)) in grouped {
        let message = format!(
            "`{request}` failed {} {}: {} ({sqlstate})",
            times(count),
            moment(failure.running.as_ref(), &failure.when),
            failure.message
        );
        let finding = Finding::new(Code::L001, message).about(request).help(match sqlstate {
            "42P01" | "42703" | "42883" => {
                "swap names in one transaction, so that there is no instant without one of them"
            }
            "40P01" => "take the locks in the order in which the application takes them",
            "42501" => "grant in the transaction that makes the object",
            _ => "the old and the new application both have to work in every moment of the path",
        });
        ruling.findings.push(placed(finding, failure.running.as_ref()));
    }
}

fn stalls(period: &TrafficPeriod, budget: f64, rest: &TrafficPeriod, ruling: &mut Ruling) {
    let blamed = period.held_up.as_ref().filter(|stall| {
        stall.latency_ms > budget
            && stall.blocked_ms >= stall.latency_ms * HELD_UP
            && stall.latency_ms > rest.latency.max_ms * BEYOND_REST
    });
    if let Some(stall) = blamed {
        let message = format!(
            "`{}` took {} ms {} (budget {budget} ms): {} ms of it {}; {} over the budget",
            stall.request,
            whole(stall.latency_ms),
            moment(stall.running.as_ref(), &period.when),
            whole(stall.blocked_ms),
            awaited(stall),
            counted(period.stalled, "request"),
        );
        let finding = Finding::new(Code::L002, message)
            .help("set `lock_timeout` and try again, and do in that transaction only what needs the lock");
        let finding = match &stall.blocked_on {
            Some(Awaited::Relation(relation, _)) => finding.about(relation),
            _ => finding,
        };
        ruling.findings.push(placed(finding, stall.running.as_ref()));
    } else if let Some(stall) = period.longest.as_ref().filter(|_| period.stalled > 0) {
        ruling.doubts.push(doubt(format!(
            "`{}` took {} ms {} (budget {budget} ms), and it was not seen to wait for a lock of the migration: the \
             machine may have been busy",
            stall.request,
            whole(stall.latency_ms),
            moment(stall.running.as_ref(), &period.when),
        )));
    }
}

fn awaited(stall: &Stall) -> String {
    match &stall.blocked_on {
        Some(Awaited::Relation(relation, mode)) => {
            format!("a session waited for the migration to get {mode} on `{relation}`")
        }
        Some(Awaited::Row) | None => "a session waited for rows that the migration had locked".to_owned(),
    }
}

fn ledger(check: &LedgerCheck, ruling: &mut Ruling) {
    let place = if check.when == When::Migrated { "behind the last step" } else { "behind the last way back" };
    let of = thousands(check.acknowledged);
    if let Some(refused) = &check.refused {
        ruling.doubts.push(doubt(format!("the ledger of `{}` can not be asked {place}: {refused}", check.request)));
    }
    if let Some(key) = check.missing_keys.first() {
        let message = format!(
            "`{}` was told that it had written `{key}`, and {place} it is not there; {} of {of} are missing",
            check.request,
            thousands(check.missing)
        );
        let help = "what is written while the migration runs has to be carried over, on the way back too";
        ruling.findings.push(Finding::new(Code::L003, message).about(&check.request).key(key).help(help));
    }
    if let Some((key, count)) = check.repeated_keys.first_key_value() {
        let message = format!(
            "`{}` wrote `{key}` once, and {place} it is there {count} times; {} of {of} are repeated",
            check.request,
            thousands(check.repeated)
        );
        let help = "a row that a trigger has carried over already must not be copied again: give the target a key";
        ruling.findings.push(Finding::new(Code::L004, message).about(&check.request).key(key).help(help));
    }
}

fn shadow(check: &ShadowCheck, ruling: &mut Ruling) {
    let Some(first) = &check.first else { return };
    let shown = |row: &Option<Vec<Option<String>>>| {
        let Some(row) = row else { return "no such row".to_owned() };
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
        format!("({})", cells.join(", "))
    };
    let parameters = first.parameters.join(", ");
    let with = if parameters.is_empty() { String::new() } else { format!(" with {parameters}") };
    let message = format!(
        "`{}`{with}: the old path answers {}, the new one {}; {} of {} differ, first {}",
        check.shadow,
        shown(&first.old),
        shown(&first.new),
        thousands(check.different),
        counted(check.compared, "answer"),
        moment(first.running.as_ref(), &first.when),
    );
    let finding = Finding::new(Code::L005, message).about(&check.shadow).key(parameters);
    ruling.findings.push(placed(finding, first.running.as_ref()));
}

/// A step that does not end while the traffic runs takes no time without it.
fn endless(case: &CaseFile<'_>, pause: &TrafficPause, ruling: &mut Ruling) {
    let TrafficPause { running, under_traffic_ms, without_ms } = pause;
    let step = format!("step `{}` ({})", running.step, running.direction.name());
    let [under, without] = [under_traffic_ms, without_ms].map(|ms| ms / 1_000.0);
    match alone(case, &running.step, running.direction).filter(|run| run.succeeded()) {
        Some(alone) if *under_traffic_ms > alone.duration_ms * ENDLESS && without_ms < under_traffic_ms => {
            let message = format!(
                "{step} had not ended after {under:.0} s under traffic; it ended {without:.1} s after the traffic was \
                 paused, and takes {:.1} s alone",
                alone.duration_ms / 1_000.0
            );
            let help = "take the end of the backfill before it begins; what is written later is a trigger's work";
            ruling.findings.push(placed(Finding::new(Code::L006, message).help(help), Some(running)));
        }
        _ => ruling.doubts.push(doubt(format!(
            "{step} had not ended after {under:.0} s, and ran for {without:.0} s more with the traffic paused: raise \
             `patience_s` of the workload"
        ))),
    }
}

fn placed(finding: Finding, running: Option<&Running>) -> Finding {
    match running {
        Some(running) => finding.in_file(running.file.clone(), running.line),
        None => finding,
    }
}

/// The statement that ran, or the period.
fn moment(running: Option<&Running>, when: &When) -> String {
    match (running, when) {
        (Some(running), _) => {
            format!("while `{}` of step `{}` ({}) ran", running.command, running.step, running.direction.name())
        }
        (None, When::Step { step, direction }) => format!("about step `{step}` ({})", direction.name()),
        (None, When::Migrated) => "behind the last step".to_owned(),
        (None, When::Restored) => "behind the last way back".to_owned(),
        (None, When::WarmUp | When::Rest) => "before the first step".to_owned(),
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{} times", thousands(count)) }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count), if count == 1 { "" } else { "s" })
}

fn whole(ms: f64) -> String {
    format!("{ms:.0}")
}

fn evidence(trace: &WorkloadTrace) -> String {
    let beside = trace.beside_steps();
    let failed: u64 = beside.map(|period| period.failures).sum();
    let mut text = format!("{} at {}/s, {failed} failed", counted(trace.requests, "request"), trace.rate);
    let longest = trace.beside_steps().filter_map(|period| Some((period, period.longest.as_ref()?)));
    if let Some((period, stall)) = longest.max_by(|one, other| one.1.latency_ms.total_cmp(&other.1.latency_ms)) {
        text = format!("{text}, longest {} ms in {}", whole(stall.latency_ms), period.when.name());
    }
    let mut written: BTreeMap<&str, u64> = BTreeMap::new();
    for check in &trace.ledgers {
        let most = written.entry(&check.request).or_default();
        *most = check.acknowledged.max(*most);
    }
    let written: u64 = written.values().sum();
    if written > 0 {
        text = format!("{text}, {} found again", counted(written, "write"));
    }
    let compared: u64 = trace.shadows.iter().map(|check| check.compared).sum();
    if compared > 0 {
        text = format!("{text}, {} of both paths the same", counted(compared, "answer"));
    }
    text
}
