use super::*;

fn answers(count: usize, latency_ms: f64, does: Does, outcome: WayOutcome) -> Vec<WayAnswer> {
    vec![WayAnswer { does, outcome, latency_ms }; count]
}

#[test]
fn one_slow_answer_of_twenty_is_no_breach_and_two_are() {
    let gates = Gates::default();
    let mut some = answers(19, 3.0, Does::Ask, WayOutcome::Rows);
    some.extend(answers(1, 900.0, Does::Ask, WayOutcome::Rows));
    assert_eq!(WayFigures::of(&some).beyond(&gates), None);
    some.extend(answers(1, 900.0, Does::Ask, WayOutcome::Rows));
    let figures = WayFigures::of(some.get(1..).unwrap_or_default());
    assert_eq!(figures.beyond(&gates), Some((Gate::ResponseMs, 900.0, 500.0)));
    assert_eq!((figures.p50_ms, figures.max_ms), (3.0, 900.0));
}

#[test]
fn failures_come_before_what_they_cause_and_a_creation_that_made_nothing_counts() {
    let gates = Gates::default();
    let mut some = answers(200, 1.0, Does::Create, WayOutcome::Rows);
    assert_eq!(WayFigures::of(&some).beyond(&gates), None);
    some.extend(answers(1, 1.0, Does::Create, WayOutcome::Failed));
    assert_eq!(WayFigures::of(&some).beyond(&gates), None, "one of 201 is below 1 %");
    some.extend(answers(4, 1.0, Does::Create, WayOutcome::NoRows));
    let creation = WayFigures::of(&some).beyond(&gates).map(|(gate, ..)| gate);
    assert_eq!(creation, Some(Gate::CreationSuccess));
    some.extend(answers(4, 1.0, Does::Ask, WayOutcome::Failed));
    assert_eq!(WayFigures::of(&some).beyond(&gates).map(|(gate, ..)| gate), Some(Gate::ErrorRate));
    let nothing: [WayAnswer; 0] = [];
    assert_eq!(WayFigures::of(&nothing).beyond(&gates), None);
}

#[test]
fn a_gate_of_zero_allows_no_failure_and_is_kept_without_one() {
    let gates = Gates { error_rate: 0.0, response_ms: 500.0, creation_success: 1.0 };
    let mut some = answers(3, 1.0, Does::Create, WayOutcome::Rows);
    assert_eq!(WayFigures::of(&some).beyond(&gates), None);
    some.extend(answers(1, 1.0, Does::Ask, WayOutcome::Failed));
    assert_eq!(WayFigures::of(&some).beyond(&gates), Some((Gate::ErrorRate, 0.25, 0.0)));
}
