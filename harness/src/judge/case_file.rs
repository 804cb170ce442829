//! Every fact of a run, gathered for the checks.

use std::collections::BTreeMap;

use crate::facts::{
    Asserted, Cost, Direction, FaultSweep, Fingerprint, Latency, LegacySight, LockTrace, Observation, QueryPlan,
    RolloutTrace, RowDifferences, SequencePosition, Sighting, StepRun, WorkloadTrace,
};
use crate::scenario::{Assertion, NamedQuery, Plan};
use crate::schema::Difference;
use crate::sql::RelationName;

/// What a run saw, from the baseline to the second application. What could not be reached is `None` or absent.
#[derive(Debug)]
pub struct CaseFile<'a> {
    /// What was to be done.
    pub plan: &'a Plan,
    /// The database before the first step.
    pub baseline: Observation,
    /// What the old application saw then.
    pub sight: LegacySight,
    /// Every step taken, in order of time.
    pub runs: Vec<StepRun>,
    /// What the old application saw behind each step on the first way forward.
    pub boundaries: Vec<SightAt>,
    /// What the step left behind at which the way forward ended; `None` where it did not end early.
    pub left_behind: Option<LeftBehind>,
    /// The database after the last step.
    pub after: Option<Observation>,
    /// Whose rows each sampled caller sees.
    pub sightings: Vec<Sighting>,
    /// Parity by map and by legacy relation.
    pub compared: Vec<Compared>,
    /// Rows that a variant allowed to differ.
    pub repaired: Vec<Repaired>,
    /// The assertions and their answers.
    pub assertions: Vec<AssertionAnswer<'a>>,
    /// The named queries.
    pub queries: Vec<QueryRun<'a>>,
    /// The way back, step by step.
    pub back: Vec<Back>,
    /// After the second way forward, against the first.
    pub again: Option<Again>,
    /// The path there and back under live traffic; `None` where there is no workload or nobody asked for it.
    pub rehearsal: Option<Rehearsal>,
    /// Requests turned over to the new way behind the last step; `None` where nothing was.
    pub rollout: Option<RolloutTrace>,
    /// What the first way forward took and left; `None` where nobody asked for it.
    pub cost: Option<Cost>,
    /// The path interrupted at its boundaries and run again; `None` where nobody asked for it.
    pub sweep: Option<FaultSweep>,
    /// A dump of the baseline, restored into a fresh database.
    pub restored: Option<Restored>,
}

impl CaseFile<'_> {
    /// What ran before anything was rolled back.
    pub fn first_way(&self) -> &[StepRun] {
        let end = self.runs.iter().position(|run| run.direction == Direction::Down).unwrap_or(self.runs.len());
        self.runs.get(..end).unwrap_or_default()
    }

    /// What ran on the second way forward.
    pub fn second_way(&self) -> &[StepRun] {
        let start =
            self.runs.iter().rposition(|run| run.direction == Direction::Down).map_or(self.runs.len(), |last| last + 1);
        self.runs.get(start..).unwrap_or_default()
    }
}

/// The path there and back under live traffic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// Every step taken, in order of time.
    pub runs: Vec<StepRun>,
    /// What the traffic met.
    pub workload: WorkloadTrace,
    /// The locks that were taken.
    pub locks: LockTrace,
}

/// What the old application saw behind a step.
#[derive(Debug)]
pub struct SightAt {
    /// The step.
    pub step: String,
    /// What was seen.
    pub sight: LegacySight,
}

/// Two bags of rows that should be the same.
#[derive(Debug)]
pub struct Compared {
    /// The parity map, or the legacy relation, that was compared.
    pub what: String,
    /// Whether it is a legacy relation under its old name.
    pub relation: Option<RelationName>,
    /// Rows on the baseline's side.
    pub rows: u64,
    /// What differs, or the reason why the migrated side could not be read.
    pub outcome: Result<RowDifferences, String>,
    /// Columns that the relation had and has no longer, or has with another type: `name type`.
    pub lost_columns: Vec<String>,
}

/// Rows that a variant's repair named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The parity map or relation.
    pub rows_of: String,
    /// What was done to them.
    pub what: String,
    /// Their keys, each `column=value` with `, ` between.
    pub keys: Vec<String>,
    /// Those of the keys that no row of the baseline has.
    pub strangers: Vec<String>,
}

/// What a step that refused left different from what was there before it.
#[derive(Debug)]
pub struct LeftBehind {
    /// The step.
    pub step: String,
    /// Objects and rows that differ.
    pub left: Again,
}

/// An assertion and its answer.
#[derive(Debug)]
pub struct AssertionAnswer<'a> {
    /// The assertion.
    pub assertion: &'a Assertion,
    /// What the database answered.
    pub asserted: Asserted,
}

/// A named query, measured.
#[derive(Debug)]
pub struct QueryRun<'a> {
    /// The query.
    pub query: &'a NamedQuery,
    /// The samples of both sides, or why the migrated side would not run it.
    pub latency: Result<Latency, String>,
    /// The plan on the baseline.
    pub plan_before: QueryPlan,
    /// The plan on the migrated database.
    pub plan_after: QueryPlan,
}

/// What rolling back one step left different from what was there before the step.
#[derive(Debug)]
pub struct Back {
    /// The step, or the whole chain where `None`.
    pub step: Option<String>,
    /// Why rolling back is waived.
    pub waived: Option<String>,
    /// Objects that differ.
    pub catalog: Vec<Difference>,
    /// Relations whose rows differ: before the step, and after its way back (`None` where the relation is missing).
    pub rows: BTreeMap<RelationName, (Option<Fingerprint>, Option<Fingerprint>)>,
    /// Rows that differ from the baseline, named; only for the whole chain.
    pub named: Vec<(RelationName, RowDifferences)>,
    /// Sequences that stand elsewhere: before the step, and after its way back.
    pub sequences: Vec<(SequencePosition, SequencePosition)>,
}

/// What the second way forward left different from the first.
#[derive(Debug)]
pub struct Again {
    /// Objects that differ.
    pub catalog: Vec<Difference>,
    /// Relations whose rows differ.
    pub rows: BTreeMap<RelationName, (Option<Fingerprint>, Option<Fingerprint>)>,
}

/// What a restored dump left different from the baseline.
#[derive(Debug)]
pub struct Restored {
    /// The differences, or why it could not be restored.
    pub outcome: Result<Again, String>,
}
