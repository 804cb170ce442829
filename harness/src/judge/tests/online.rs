use super::fixture::{case, codes, judged, plan, ran, refused};
use crate::facts::{
    Awaited, Direction, LedgerCheck, Quantiles, RequestFailure, Running, ShadowCheck, ShadowDifference, Stall, StepRun,
    TrafficPause, TrafficPeriod, When, WorkloadTrace,
};
use crate::judge::{Code, Judgement, Rehearsal, Verdict};
use crate::scenario::Claim;
use crate::sql::LockMode;

fn running() -> Running {
    Running {
        step: "010_a".to_owned(),
        direction: Direction::Up,
        file: "d/010.sql".to_owned(),
        line: 7,
        command: "ALTER TABLE".to_owned(),
    }
}

fn stall(latency_ms: f64, blocked_ms: f64) -> Stall {
    let on = Awaited::Relation(super::fixture::relation("stores"), LockMode::AccessShare);
    Stall {
        request: "look".to_owned(),
        latency_ms,
        queued_ms: 0.0,
        running: Some(running()),
        blocked_ms,
        blocked_on: Some(on),
    }
}

fn period(when: When, longest: Stall) -> TrafficPeriod {
    let held_up = Some(longest.clone()).filter(|stall| stall.blocked_ms > 0.0);
    TrafficPeriod {
        when,
        requests: 100,
        failures: 0,
        latency: Quantiles { max_ms: longest.latency_ms, ..Quantiles::default() },
        stalled: u64::from(longest.latency_ms > 200.0),
        longest: Some(longest),
        held_up,
    }
}

/// At rest the longest request took 10 ms, beside the step 20.
fn quiet() -> WorkloadTrace {
    let step = When::Step { step: "010_a".to_owned(), direction: Direction::Up };
    WorkloadTrace {
        rate: 50.0,
        requests: 200,
        periods: vec![period(When::Rest, stall(10.0, 0.0)), period(step, stall(20.0, 0.0))],
        ..WorkloadTrace::default()
    }
}

fn judged_with(change: impl FnOnce(&mut Rehearsal)) -> Judgement {
    let plan = plan("");
    let mut case = case(&plan);
    let mut rehearsal = Rehearsal { workload: quiet(), ..Rehearsal::default() };
    change(&mut rehearsal);
    case.rehearsal = Some(rehearsal);
    judged(&case)
}

fn verdict(change: impl FnOnce(&mut Rehearsal)) -> (Vec<Code>, Verdict) {
    let judgement = judged_with(change);
    (codes(&judgement), judgement.claims[&Claim::Online].verdict)
}

fn set(rehearsal: &mut Rehearsal, place: usize, longest: Stall) {
    let period = &mut rehearsal.workload.periods[place];
    *period = self::period(period.when.clone(), longest);
}

#[test]
fn traffic_that_notices_nothing_is_proven_and_none_at_all_is_skipped() {
    assert_eq!(verdict(|_| ()), (vec![], Verdict::Proven));
    let plan = plan("");
    assert_eq!(judged(&case(&plan)).claims[&Claim::Online].verdict, Verdict::Skipped);
}

#[test]
fn a_stall_is_blamed_on_the_migration_only_where_it_was_seen_to_wait_for_it() {
    assert_eq!(verdict(|it| set(it, 1, stall(900.0, 800.0))), (vec![Code::L002], Verdict::Refuted));
    assert_eq!(verdict(|it| set(it, 1, stall(900.0, 0.0))), (vec![], Verdict::Inconclusive));
    assert_eq!(verdict(|it| set(it, 1, stall(900.0, 100.0))), (vec![], Verdict::Inconclusive));
    assert_eq!(verdict(|it| set(it, 1, stall(190.0, 180.0))), (vec![], Verdict::Proven));
}

#[test]
fn a_stall_that_the_machine_has_at_rest_too_is_not_blamed_on_a_lock() {
    let noisy = |rest| verdict(move |it| (set(it, 0, stall(rest, 0.0)), set(it, 1, stall(500.0, 450.0))).1);
    assert_eq!(noisy(150.0), (vec![Code::L002], Verdict::Refuted));
    assert_eq!(noisy(180.0), (vec![], Verdict::Inconclusive));
    assert_eq!(noisy(300.0), (vec![], Verdict::Inconclusive));
}

#[test]
fn a_finding_names_request_place_and_lock() {
    let judgement = judged_with(|it| set(it, 1, stall(900.0, 800.0)));
    let finding = &judgement.findings[0];
    assert_eq!(finding.relation.as_deref(), Some("stores"));
    assert_eq!((finding.file.as_deref(), finding.line), (Some("d/010.sql"), Some(7)));
    assert!(finding.message.contains("`look` took 900 ms while `ALTER TABLE` of step `010_a` (up) ran"), "{finding:?}");
}

fn failure(when: When, count: u64) -> RequestFailure {
    RequestFailure {
        request: "look".to_owned(),
        sqlstate: "42P01".to_owned(),
        message: "relation \"stores\" does not exist".to_owned(),
        when,
        running: Some(running()),
        count,
    }
}

#[test]
fn failures_are_counted_once_a_request_and_say_nothing_when_they_come_at_rest_too() {
    let step = || When::Step { step: "010_a".to_owned(), direction: Direction::Up };
    let judgement = judged_with(|it| it.workload.failures = vec![failure(step(), 3), failure(When::Restored, 1)]);
    assert_eq!(codes(&judgement), [Code::L001]);
    assert!(judgement.findings[0].message.contains("failed 4 times"), "{}", judgement.findings[0].message);
    let at_rest = verdict(|it| {
        it.workload.periods[0].failures = 1;
        it.workload.failures = vec![failure(When::Rest, 1), failure(step(), 3)];
    });
    assert_eq!(at_rest, (vec![], Verdict::Inconclusive));
}

#[test]
fn no_request_at_rest_leaves_nothing_to_compare_with() {
    assert_eq!(verdict(|it| it.workload.periods.clear()), (vec![], Verdict::Inconclusive));
}

#[test]
fn lost_and_repeated_writes_and_different_answers_are_refuted() {
    let check = |missing: &[&str], repeated: &[&str]| LedgerCheck {
        request: "sell".to_owned(),
        when: When::Restored,
        acknowledged: 9,
        missing: 1,
        repeated: 1,
        missing_keys: missing.iter().map(|key| (*key).to_owned()).collect(),
        repeated_keys: repeated.iter().map(|key| ((*key).to_owned(), 2)).collect(),
        refused: None,
    };
    let judgement = judged_with(|it| {
        it.workload.ledgers = vec![check(&["17"], &["18"])];
        let first = ShadowDifference {
            parameters: vec!["'3'".to_owned()],
            old: Some(vec![Some("1".to_owned())]),
            new: None,
            when: When::Migrated,
            running: None,
        };
        let shadow = "sum".to_owned();
        it.workload.shadows =
            vec![ShadowCheck { shadow, compared: 5, unconfirmed: 1, different: 2, first: Some(first) }];
    });
    assert_eq!(codes(&judgement), [Code::L003, Code::L004, Code::L005]);
    let keys: Vec<_> = judgement.findings.iter().filter_map(|finding| finding.key.as_deref()).collect();
    assert_eq!(keys, ["17", "18", "'3'"]);
    let asked = verdict(|it| {
        it.workload.ledgers = vec![LedgerCheck { refused: Some("no such table".to_owned()), ..check(&[], &[]) }];
    });
    assert_eq!(asked, (vec![], Verdict::Inconclusive));
}

#[test]
fn a_step_is_endless_only_where_it_is_quick_without_traffic() {
    let paused = |under_traffic_ms, without_ms| {
        verdict(move |it| it.workload.pauses = vec![TrafficPause { running: running(), under_traffic_ms, without_ms }])
    };
    // Alone it takes 1 ms.
    assert_eq!(paused(100.0, 1.0), (vec![Code::L006], Verdict::Refuted));
    assert_eq!(paused(9.0, 1.0), (vec![], Verdict::Inconclusive));
    assert_eq!(paused(100.0, 200.0), (vec![], Verdict::Inconclusive));
}

#[test]
fn a_step_that_is_refused_only_under_traffic_is_a_finding_of_its_own() {
    let refused_in = |runs: Vec<StepRun>| verdict(move |it| it.runs = runs);
    assert_eq!(refused_in(vec![ran("010_a", Direction::Up)]), (vec![], Verdict::Proven));
    assert_eq!(refused_in(vec![refused("010_a", Direction::Up)]), (vec![Code::L007], Verdict::Refuted));
    let plan = plan("");
    let mut case = case(&plan);
    let rehearsal =
        Rehearsal { workload: quiet(), runs: vec![refused("010_a", Direction::Up)], ..Rehearsal::default() };
    case.rehearsal = Some(rehearsal);
    case.runs = vec![refused("010_a", Direction::Up)];
    assert_eq!(codes(&judged(&case)), [Code::A001], "the step is refused in any case");
}
