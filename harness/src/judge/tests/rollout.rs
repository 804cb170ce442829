use super::fixture::{case, codes, judged, plan};
use crate::facts::{
    Breach, Gate, RolloutAnswer, RolloutDifference, RolloutFailure, RolloutPhase, RolloutReply, RolloutTrace,
    WayFigures,
};
use crate::judge::{Code, Judgement, Verdict};
use crate::scenario::{Claim, Gates, Way};

fn figures(requests: u64) -> WayFigures {
    WayFigures { requests, p50_ms: 2.0, p95_ms: 5.0, max_ms: 9.0, ..WayFigures::default() }
}

fn phase(share: u8, old: u64, new: u64) -> RolloutPhase {
    RolloutPhase {
        share,
        began_ms: 0.0,
        old: figures(old),
        new: figures(new),
        compared: new,
        unconfirmed: 0,
        different: 0,
    }
}

/// At rest, at 10 %, at 100 % and back.
fn smooth() -> RolloutTrace {
    RolloutTrace {
        rate: 40.0,
        gates: Gates::default(),
        phases: vec![phase(0, 60, 0), phase(10, 54, 6), phase(100, 0, 60), phase(0, 60, 0)],
        breach: None,
        failures: Vec::new(),
        differences: Vec::new(),
    }
}

fn judged_with(change: impl FnOnce(&mut RolloutTrace)) -> Judgement {
    let plan = plan("");
    let mut case = case(&plan);
    let mut trace = smooth();
    change(&mut trace);
    case.rollout = Some(trace);
    judged(&case)
}

fn said(judgement: &Judgement) -> (Verdict, &str) {
    let online = &judgement.claims[&Claim::Online];
    (online.verdict, &online.reason)
}

fn breach(gate: Gate, share: u8, value: f64, limit: f64) -> Breach {
    Breach { gate, share, at_ms: 3_210.0, answers: 20, value, limit, request: "look".to_owned() }
}

#[test]
fn a_rollout_that_keeps_its_gates_is_proven_and_says_that_nothing_ran_beside_the_steps() {
    let judgement = judged_with(|_| ());
    let expected = "no traffic beside the steps (`[workload]`); rolled out at 10, 100, 0 %: 66 requests the new way, 0 failed, p95 5 ms, 66 answers compared";
    assert_eq!(said(&judgement), (Verdict::Proven, expected));
}

#[test]
fn a_breach_names_the_gate_the_share_the_moment_and_how_it_went_on() {
    let judgement = judged_with(|trace| trace.breach = Some(breach(Gate::ResponseMs, 50, 812.4, 500.0)));
    let [finding] = judgement.findings.as_slice() else { panic!("{:#?}", judgement.findings) };
    assert_eq!((finding.code, finding.relation.as_deref()), (Code::L015, Some("look")));
    assert_eq!(finding.key.as_deref(), Some("response_ms at 50 %"));
    assert_eq!(
        finding.message,
        "`response_ms` of the new way was 812 ms over 20 answers at 50 %, and it must be below 500 ms; 3.2 s into the \
         rollout the flag went back to 0, where 60 requests went on with 0 failed"
    );
}

#[test]
fn an_old_way_that_fails_behind_the_way_back_is_bad_too() {
    let judgement = judged_with(|trace| {
        trace.breach = Some(breach(Gate::ErrorRate, 0, 0.5, 0.01));
        trace.failures.push(RolloutFailure {
            request: "look".to_owned(),
            way: Way::Old,
            share: 0,
            sqlstate: "22012".to_owned(),
            message: "division by zero".to_owned(),
            count: 10,
        });
    });
    let [finding] = judgement.findings.as_slice() else { panic!("{:#?}", judgement.findings) };
    assert_eq!(
        finding.message,
        "behind the way back to 0 % the old way no longer keeps `error_rate`: 50.0 % over 20 answers, and it must be \
         below 1.0 %; `look` failed: division by zero (22012)"
    );
}

#[test]
fn a_difference_is_one_finding_and_not_also_a_gate() {
    let judgement = judged_with(|trace| {
        trace.breach = Some(breach(Gate::SameAnswers, 10, 1.0, 0.0));
        trace.differences.push(RolloutDifference {
            request: "look".to_owned(),
            count: 1,
            share: 10,
            first: RolloutAnswer {
                parameters: vec!["'4'".to_owned()],
                old: RolloutReply::Row(vec![Some("a".to_owned()), None]),
                new: RolloutReply::NoSuchRow,
            },
        });
    });
    assert_eq!(codes(&judgement), [Code::L016]);
    let message = &judgement.findings[0].message;
    assert!(
        message.starts_with("`look` with '4': the old way answers (a, NULL), the new one no such row; once at 10 %")
    );
}

#[test]
fn gates_missed_at_rest_and_phases_without_requests_are_doubts() {
    let judgement = judged_with(|trace| trace.phases[0].old.p95_ms = 700.0);
    let (verdict, reason) = said(&judgement);
    assert_eq!((verdict, judgement.findings.len()), (Verdict::Inconclusive, 0));
    assert!(reason.contains("`response_ms` is missed at rest: 700 ms before the flag was turned"), "{reason}");
    let judgement = judged_with(|trace| trace.phases[1] = phase(10, 60, 0));
    let (verdict, reason) = said(&judgement);
    assert_eq!(verdict, Verdict::Inconclusive);
    assert!(reason.contains("at 10 % no request went the new way"), "{reason}");
}
