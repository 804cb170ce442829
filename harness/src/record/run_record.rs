//! What is known at the end of a run, as versioned JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Event, Listener};
use crate::facts::{Cost, FaultSweep, LockTrace, Ratio, RolloutTrace, StepRun, WorkloadTrace};
use crate::judge::{ClaimResult, Finding, Foreseen, Verdict};
use crate::scenario::Claim;
use crate::sql::RelationName;

/// The version of the record's form; it grows when a field changes its meaning or goes away.
pub const RECORD_VERSION: u32 = 1;

/// All that a run found out. Every report is a function of it alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The version of this form.
    pub version: u32,
    /// The version of pgproof that wrote it.
    pub pgproof: String,
    /// The scenario.
    pub scenario: String,
    /// The path.
    pub path: String,
    /// The variant of the data.
    pub variant: Option<String>,
    /// Where it ran.
    pub server: ServerRecord,
    /// The seed's number.
    pub seed: u64,
    /// What row counts were multiplied by.
    pub scale: f64,
    /// The hash of what the template was made of.
    pub plan_hash: String,
    /// Rows by relation at the baseline.
    pub rows: BTreeMap<RelationName, u64>,
    /// Rows by relation after the migration.
    pub rows_after: BTreeMap<RelationName, u64>,
    /// The canonical text of the migrated schema; absent where the path was not taken to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What is concluded about each claim.
    pub claims: BTreeMap<Claim, ClaimResult>,
    /// What is bad.
    pub findings: Vec<Finding>,
    /// Every step taken, in order of time.
    pub steps: Vec<StepRun>,
    /// What the first way forward cost; absent where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// The named queries.
    pub latency: Vec<QueryRecord>,
    /// Which locks the path took under live traffic; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locks: Option<LockTrace>,
    /// What a linter expected of the locks, and whether it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreseen: Vec<Foreseen>,
    /// What live traffic met; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadTrace>,
    /// What was seen while requests were turned over to the new way; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutTrace>,
    /// Where the path was interrupted and how it ended; absent where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<FaultSweep>,
    /// Rows that the migration set right as the variant declares.
    pub repairs: Vec<RepairRecord>,
    /// What was not asked of the path, and why.
    pub waivers: Vec<WaiverRecord>,
    /// The parts of the run.
    pub phases: Vec<Phase>,
    /// The whole run's wall-clock time in milliseconds.
    pub duration_ms: f64,
    /// The address of the database that was kept, without a password.
    pub kept: Option<String>,
    /// Why the run ended early.
    pub stopped: Option<String>,
}

/// Where a run took place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRecord {
    /// `embedded`, `docker` or `external`.
    pub kind: String,
    /// The server's version, such as `15.18`.
    pub version: String,
    /// Versions of the extensions that the scenario requires.
    pub extensions: BTreeMap<String, String>,
}

/// A named query's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryRecord {
    /// Its name.
    pub name: String,
    /// The median on the baseline, in milliseconds.
    pub before_ms: f64,
    /// The median on the migrated database, in milliseconds.
    pub after_ms: f64,
    /// After divided by before, with its 95 % interval.
    pub ratio: Option<Ratio>,
    /// The 95 % interval of the median on the migrated database, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_interval_ms: Option<(f64, f64)>,
    /// What the draws of both intervals started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap_seed: Option<u64>,
    /// The most it may take, in milliseconds.
    pub budget_ms: Option<f64>,
    /// What was promised about it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// How many samples each side has.
    pub samples: usize,
    /// The plan's shape on the baseline, one node a line.
    pub plan_before: String,
    /// The plan's shape on the migrated database.
    pub plan_after: String,
}

/// Rows that were set right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairRecord {
    /// The parity map or relation.
    pub rows_of: String,
    /// What was done to them.
    pub what: String,
    /// Their keys.
    pub keys: Vec<String>,
}

/// Something that was not asked of the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRecord {
    /// The step or relation.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// A part of a run and its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// Wall-clock time in milliseconds.
    pub duration_ms: f64,
}

impl RunRecord {
    /// An empty record of this version.
    pub fn new() -> Self {
        Self { version: RECORD_VERSION, pgproof: env!("CARGO_PKG_VERSION").to_owned(), ..Self::default() }
    }

    /// How many claims came to `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.claims.values().filter(|claim| claim.verdict == verdict).count()
    }

    /// The verdict about a claim; `None` before the claims were judged.
    pub fn verdict(&self, claim: Claim) -> Option<Verdict> {
        self.claims.get(&claim).map(|result| result.verdict)
    }
}

impl Listener for RunRecord {
    fn on(&mut self, event: &Event) {
        match event {
            Event::RunStarted { scenario, path, variant, seed, scale, plan_hash } => {
                self.scenario.clone_from(scenario);
                self.path.clone_from(path);
                self.variant.clone_from(variant);
                self.seed = *seed;
                self.scale = *scale;
                self.plan_hash.clone_from(plan_hash);
            }
            Event::ServerStarted(server) => self.server = server.clone(),
            Event::PhaseFinished(name, duration) => {
                self.phases.push(Phase { name: (*name).to_owned(), duration_ms: duration.as_secs_f64() * 1_000.0 });
            }
            Event::BaselineObserved(rows) => self.rows.clone_from(rows),
            Event::MigratedObserved { rows, schema } => {
                self.rows_after.clone_from(rows);
                self.schema = Some(schema.clone());
            }
            Event::StepFinished(run) => self.steps.push(run.clone()),
            Event::Waived(waiver) => self.waivers.push(waiver.clone()),
            Event::Repaired(repair) => self.repairs.push(repair.clone()),
            Event::CostMeasured(cost) => self.cost = Some(cost.clone()),
            Event::LocksSeen(trace, foreseen) => {
                self.locks = Some(trace.clone());
                self.foreseen.clone_from(foreseen);
            }
            Event::TrafficSeen(trace) => self.workload = Some(trace.clone()),
            Event::RolledOut(trace) => self.rollout = Some(trace.clone()),
            Event::QueryMeasured(query) => self.latency.push(query.clone()),
            Event::Judged(judgement) => {
                self.claims.clone_from(&judgement.claims);
                self.findings.clone_from(&judgement.findings);
            }
            Event::Kept(address) => self.kept = Some(address.clone()),
            Event::RunFinished(duration) => self.duration_ms = duration.as_secs_f64() * 1_000.0,
            Event::FaultsSwept(sweep) => self.faults = Some(sweep.clone()),
            Event::PhaseStarted(_)
            | Event::FlagTurned { .. }
            | Event::TrafficFelt(_)
            | Event::FaultTried { .. }
            | Event::Seeded { .. }
            | Event::StepStarted { .. }
            | Event::BatchCommitted { .. } => {}
        }
    }
}
