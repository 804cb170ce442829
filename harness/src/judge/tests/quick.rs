use super::fixture::{case, codes, judged, plan};
use crate::facts::{Latency, QueryPlan, Samples};
use crate::judge::{Code, QueryRun, Verdict, is_undecided};
use crate::scenario::{Claim, Plan};

fn query(budget: &str) -> Plan {
    plan(&format!("[[query]]\nname = 'q'\nbefore = 'select 1'\n{budget}"))
}

fn verdict(plan: &Plan, latency: Result<(&[f64], &[f64]), String>) -> (Vec<Code>, Verdict) {
    let mut case = case(plan);
    let samples = |list: &[f64]| Samples(list.repeat(5));
    let latency = latency.map(|(before, after)| Latency { before: samples(before), after: samples(after) });
    let query = plan.queries.first().unwrap();
    case.queries =
        vec![QueryRun { query, latency, plan_before: QueryPlan::default(), plan_after: QueryPlan::default() }];
    let judgement = judged(&case);
    (codes(&judgement), judgement.claims[&Claim::Quick].verdict)
}

#[test]
fn a_median_above_its_budget_is_refuted_and_a_slowest_sample_is_not() {
    let plan = query("budget_ms = 10.0");
    assert_eq!(verdict(&plan, Ok((&[9.0], &[11.0]))), (vec![Code::Q001], Verdict::Refuted));
    assert_eq!(verdict(&plan, Ok((&[9.0], &[9.0, 9.0, 9.5, 9.0, 500.0]))), (vec![], Verdict::Proven));
}

#[test]
fn a_median_whose_interval_straddles_its_budget_is_undecided_on_either_side_of_it() {
    let plan = query("budget_ms = 10.0");
    assert_eq!(verdict(&plan, Ok((&[10.0], &[9.0, 9.4, 10.6, 11.0]))), (vec![], Verdict::Inconclusive));
    assert_eq!(verdict(&plan, Ok((&[10.0], &[9.0, 10.2, 11.0]))), (vec![], Verdict::Inconclusive));
    assert_eq!(verdict(&plan, Ok((&[10.0], &[9.0, 9.8, 11.0]))), (vec![], Verdict::Inconclusive));
}

#[test]
fn a_slowdown_that_is_sure_is_refuted_one_that_is_not_is_undecided_one_that_nobody_feels_is_neither() {
    let plan = query("");
    assert_eq!(verdict(&plan, Ok((&[10.0], &[30.0]))), (vec![Code::Q002], Verdict::Refuted));
    assert_eq!(verdict(&plan, Ok((&[10.0], &[10.0, 30.0, 21.0]))), (vec![], Verdict::Inconclusive));
    assert_eq!(verdict(&plan, Ok((&[0.1], &[0.9]))), (vec![], Verdict::Proven));
}

#[test]
fn more_samples_are_worth_their_time_only_where_a_limit_lies_within_the_interval() {
    let plan = query("budget_ms = 10.0");
    let query = plan.queries.first().unwrap();
    let undecided = |before: &[f64], after: &[f64]| {
        is_undecided(query, &Latency { before: Samples(before.repeat(5)), after: Samples(after.repeat(5)) })
    };
    assert!(undecided(&[9.0], &[9.0, 10.2, 11.0]), "the budget");
    assert!(undecided(&[2.0], &[2.5, 3.5, 4.5, 5.5]), "the ratio");
    assert!(!undecided(&[9.0], &[9.0, 9.5]), "within both");
    assert!(!undecided(&[2.0], &[11.0, 12.0]), "beyond");
}

#[test]
fn a_query_that_no_longer_runs_is_refuted_and_no_query_at_all_is_undecided() {
    let plan = query("");
    assert_eq!(verdict(&plan, Err("column does not exist".to_owned())), (vec![Code::Q003], Verdict::Refuted));
    assert_eq!(judged(&case(&plan)).claims[&Claim::Quick].verdict, Verdict::Inconclusive);
}
