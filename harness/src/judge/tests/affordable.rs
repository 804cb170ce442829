use std::collections::BTreeMap;

use super::fixture::{case, codes, judged, plan};
use crate::facts::{CancelledRead, Cost, Direction, ReplicaStep, ReplicaTrace, StatementCost, StepCost};
use crate::judge::{CaseFile, Code, Judgement, Verdict};
use crate::scenario::{Claim, Plan};

const MEGABYTE: u64 = 1 << 20;

fn step(name: &str, seconds: f64, wal: u64, peak: u64, grown: u64) -> StepCost {
    StepCost {
        step: name.to_owned(),
        direction: Direction::Up,
        duration_ms: seconds * 1_000.0,
        longest_transaction_ms: seconds * 1_000.0,
        wal_bytes: wal * MEGABYTE,
        temp_bytes: Some(0),
        rows_read: Some(0),
        database_bytes_before: 10 * MEGABYTE,
        database_bytes_peak: (10 + peak) * MEGABYTE,
        database_bytes_after: (10 + grown) * MEGABYTE,
        statements: vec![StatementCost {
            file: format!("d/{name}.up.sql"),
            line: 3,
            command: "UPDATE".to_owned(),
            runs: 1,
            duration_ms: seconds * 1_000.0,
            wal_bytes: wal * MEGABYTE,
        }],
        relations: Vec::new(),
        measuring_ms: 0.0,
    }
}

/// Two steps, 3 s and 7 s, 30 MB and 70 MB of log, 10 MB and 20 MB for good, 40 MB at once.
fn cost() -> Cost {
    Cost {
        settings: BTreeMap::from([("full_page_writes".to_owned(), "on".to_owned())]),
        steps: vec![step("010_a", 3.0, 30, 10, 10), step("020_b", 7.0, 70, 30, 20)],
        replica: None,
    }
}

fn costing(plan: &Plan, cost: Cost, seconds_again: f64) -> CaseFile<'_> {
    let mut case = case(plan);
    case.cost = Some(cost);
    if let Some(last) = case.runs.last_mut() {
        last.duration_ms = seconds_again * 1_000.0;
    }
    case
}

fn verdict(judgement: &Judgement) -> (Vec<Code>, Verdict) {
    (codes(judgement), judgement.claims[&Claim::Affordable].verdict)
}

#[test]
fn without_a_budget_nothing_is_concluded_and_the_figures_are_told_all_the_same() {
    let plan = plan("");
    let judgement = judged(&costing(&plan, cost(), 10.0));
    let result = &judgement.claims[&Claim::Affordable];
    assert_eq!(result.verdict, Verdict::Skipped);
    assert_eq!(result.reason, "no budget is declared; measured: 10.0 s, 100 MB of WAL, database +30 MB, 40 MB at once");
}

#[test]
fn within_every_budget_it_is_proven() {
    let plan = plan("[budget]\nduration_s = 20.0\nwal_bytes = 200_000_000\ndisk_bytes = 50_000_000");
    assert_eq!(verdict(&judged(&costing(&plan, cost(), 10.0))), (vec![], Verdict::Proven));
}

#[test]
fn each_budget_that_is_exceeded_is_its_own_finding_and_names_the_step_that_took_the_most() {
    for (budget, code) in [
        ("duration_s = 8.0", Code::W001),
        ("wal_bytes = 90_000_000", Code::W002),
        ("disk_bytes = 35_000_000", Code::W003),
    ] {
        let plan = plan(&format!("[budget]\n{budget}"));
        let judgement = judged(&costing(&plan, cost(), 10.0));
        assert_eq!(verdict(&judgement), (vec![code], Verdict::Refuted));
        let finding = judgement.findings.first().unwrap();
        assert_eq!(finding.key.as_deref(), Some("020_b"), "{finding:?}");
        assert_eq!((finding.file.as_deref(), finding.line), (Some("d/020_b.up.sql"), Some(3)));
    }
}

/// 10 s the first time: above 8, and near to 10.
#[test]
fn a_duration_is_judged_by_every_way_forward_and_close_to_its_budget_by_none() {
    let of = |budget: f64, again: f64| {
        let plan = plan(&format!("[budget]\nduration_s = {budget:.1}"));
        verdict(&judged(&costing(&plan, cost(), again)))
    };
    assert_eq!(of(8.0, 9.0), (vec![Code::W001], Verdict::Refuted));
    assert_eq!(of(8.0, 2.0), (vec![], Verdict::Inconclusive));
    assert_eq!(of(10.0, 2.0), (vec![], Verdict::Inconclusive));
    assert_eq!(of(12.0, 30.0), (vec![], Verdict::Inconclusive));
    assert_eq!(of(12.0, 2.0), (vec![], Verdict::Proven));
}

#[test]
fn a_log_without_full_pages_is_only_within_its_budget_if_they_fit_in_too() {
    use crate::facts::{RelationGrowth, RelationSize};
    use crate::sql::RelationName;

    let mut lacking = cost();
    lacking.settings.insert("full_page_writes".to_owned(), "off".to_owned());
    let size =
        |written| Some(RelationSize { heap_bytes: 50 * MEGABYTE, written_rows: written, ..RelationSize::default() });
    let relation = RelationName::new("public", "t");
    lacking.steps[1].relations.push(RelationGrowth { relation, before: size(1), after: size(2) });
    let of = |budget: &str, cost: Cost| {
        let plan = plan(&format!("[budget]\nwal_bytes = {budget}"));
        verdict(&judged(&costing(&plan, cost, 10.0)))
    };
    assert_eq!(of("120_000_000", cost()), (vec![], Verdict::Proven));
    assert_eq!(of("120_000_000", lacking.clone()), (vec![], Verdict::Inconclusive));
    assert_eq!(of("200_000_000", lacking.clone()), (vec![], Verdict::Proven));
    assert_eq!(of("90_000_000", lacking), (vec![Code::W002], Verdict::Refuted));
}

fn followed(lag_ms: f64, cancelled: &[&str]) -> ReplicaTrace {
    let step = |name: &str| ReplicaStep {
        step: name.to_owned(),
        lag_ms,
        lag_bytes: MEGABYTE,
        cancelled: cancelled
            .contains(&name)
            .then(|| CancelledRead { sqlstate: "40001".to_owned(), reason: "a lock".to_owned() }),
    };
    ReplicaTrace { steps: vec![step("010_a"), step("020_b")], looks: 9, longest_gap_ms: 6.0 }
}

#[test]
fn a_replica_is_judged_where_it_is_limited_and_its_absence_is_a_doubt() {
    let limited = plan("[budget]\nreplica_lag_ms = 100\nreplica_cancelled_reads = 1\n");
    let verdict_of =
        |plan: &Plan, replica: Option<ReplicaTrace>| verdict(&judged(&costing(plan, Cost { replica, ..cost() }, 10.0)));
    assert_eq!(verdict_of(&limited, None), (vec![], Verdict::Inconclusive));
    assert_eq!(verdict_of(&limited, Some(followed(100.0, &["010_a"]))), (vec![], Verdict::Proven));
    assert_eq!(verdict_of(&limited, Some(followed(101.0, &[]))), (vec![Code::W004], Verdict::Refuted));
    let both = verdict_of(&limited, Some(followed(0.0, &["010_a", "020_b"])));
    assert_eq!(both, (vec![Code::W006, Code::W006], Verdict::Refuted));
    // Told, and not judged.
    let free = plan("");
    let judgement = judged(&costing(&free, Cost { replica: Some(followed(41.0, &["020_b"])), ..cost() }, 10.0));
    let told = &judgement.claims[&Claim::Affordable];
    assert_eq!(told.verdict, Verdict::Skipped);
    assert!(
        told.reason.contains("replica at most 41 ms behind, long reads on it cancelled by 1 of 2 steps"),
        "{told:?}"
    );
}
