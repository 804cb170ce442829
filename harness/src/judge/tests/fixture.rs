//! A case in which all is well, for tests to spoil.

use std::collections::BTreeMap;

use crate::facts::{
    Answer, Direction, Fingerprint, LegacySight, Observation, Refusal, Reply, RowDifference, RowDifferences, StepRun,
};
use crate::judge::{Again, Back, CaseFile, Code, Compared, Judgement, SightAt, judge};
use crate::scenario::seed::Scale;
use crate::scenario::{Claim, Plan, PlanParts, PlannedStep, Rollback, Scenario, StepWork, TransactionMode};
use crate::sql::{RelationName, Script};

/// A plan of two steps; `toml` is added to its scenario.
pub(super) fn plan(toml: &str) -> Plan {
    let scenario: Scenario = toml::from_str(&format!(
        "name = 't'\n[baseline]\nfiles = []\n[[path]]\nname = 'main'\ndirectory = 'd'\n[[statement]]\nname = 'all'\nsql = 'select 1'\n\
         [[statement]]\nname = 'one'\nsql = 'select 1'\n{toml}"
    ))
    .unwrap();
    let script = || Script::parse_alone("d/010.sql", "select 1;").unwrap();
    let step = |name: &str| PlannedStep {
        name: name.to_owned(),
        work: StepWork::Sql { script: script(), transaction: TransactionMode::PerFile },
        down: Some(script()),
        verify: None,
        rollback: Rollback::Required,
    };
    Plan::new(PlanParts {
        scenario,
        path: 0,
        variant: None,
        baseline: Vec::new(),
        seeded: Vec::new(),
        steps: vec![step("010_a"), step("020_b")],
        scale: Scale::default(),
        schema_snapshot: Some(String::new()),
        schema_snapshot_name: "t/main/schema".to_owned(),
    })
    .unwrap()
}

pub(super) fn relation(name: &str) -> RelationName {
    RelationName::new("public", name)
}

pub(super) fn rows(rows: u64, sum: &str) -> Fingerprint {
    Fingerprint { rows, sum: sum.to_owned(), columns: Vec::new(), method: crate::facts::fingerprint::Method::default() }
}

pub(super) fn ran(step: &str, direction: Direction) -> StepRun {
    StepRun { step: step.to_owned(), direction, duration_ms: 1.0, statements: Vec::new(), refusal: None }
}

pub(super) fn refused(step: &str, direction: Direction) -> StepRun {
    let refusal = Refusal {
        sqlstate: "23505".to_owned(),
        message: "could not create unique index".to_owned(),
        file: format!("d/{step}.up.sql"),
        line: 3,
        column: 1,
        source_line: "create unique index".to_owned(),
        command: "CREATE INDEX".to_owned(),
    };
    StepRun { refusal: Some(refusal), ..ran(step, direction) }
}

pub(super) fn answered(content: &str) -> Reply {
    Reply::Answered(Answer {
        columns: vec![("id".to_owned(), "integer".to_owned())],
        rows: 1,
        content: content.to_owned(),
        order: None,
        first_rows: vec![vec![Some(content.to_owned())]],
    })
}

pub(super) fn sight(all: &str, one: &str) -> LegacySight {
    let answers = [("all".to_owned(), vec![answered(all)]), ("one".to_owned(), vec![answered(one)])];
    LegacySight { answers: BTreeMap::from(answers), seen: BTreeMap::new() }
}

pub(super) fn compared(what: &str, rows: u64, named: Vec<RowDifference>) -> Compared {
    let differences = RowDifferences { before_rows: rows, after_rows: rows, named, ..RowDifferences::default() };
    Compared { what: what.to_owned(), relation: None, rows, outcome: Ok(differences), lost_columns: Vec::new() }
}

pub(super) fn back(step: Option<&str>) -> Back {
    Back {
        step: step.map(str::to_owned),
        waived: None,
        catalog: Vec::new(),
        rows: BTreeMap::new(),
        named: Vec::new(),
        sequences: Vec::new(),
    }
}

pub(super) fn nothing_differs() -> Again {
    Again { catalog: Vec::new(), rows: BTreeMap::new() }
}

/// There, back, and there again, without a difference.
pub(super) fn case(plan: &Plan) -> CaseFile<'_> {
    use Direction::{Down, Up};
    let way = [("010_a", Up), ("020_b", Up), ("020_b", Down), ("010_a", Down), ("010_a", Up), ("020_b", Up)];
    CaseFile {
        plan,
        baseline: Observation::default(),
        sight: sight("x", "y"),
        runs: way.into_iter().map(|(step, direction)| ran(step, direction)).collect(),
        boundaries: ["010_a", "020_b"].map(|step| SightAt { step: step.to_owned(), sight: sight("x", "y") }).into(),
        left_behind: None,
        after: Some(Observation::default()),
        sightings: Vec::new(),
        compared: vec![compared("stores", 3, Vec::new())],
        repaired: Vec::new(),
        assertions: Vec::new(),
        queries: Vec::new(),
        back: vec![back(Some("020_b")), back(Some("010_a")), back(None)],
        again: Some(nothing_differs()),
        rehearsal: None,
        rollout: None,
        cost: None,
        sweep: None,
        restored: None,
    }
}

/// The verdict over all claims.
pub(super) fn judged(case: &CaseFile<'_>) -> Judgement {
    judge(case, &Claim::ALL)
}

pub(super) fn codes(judgement: &Judgement) -> Vec<Code> {
    judgement.findings.iter().map(|finding| finding.code).collect()
}
