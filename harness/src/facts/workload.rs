//! What live traffic met while a migration ran.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Direction;
use crate::sql::{LockMode, RelationName};

/// The requests of a workload, from before the first step until after the last way back.
///
/// Latency is counted from when a request was due, not from when it was sent: a request that waits for a free
/// connection waits (Gil Tene's coordinated omission; wrk2 does the same).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkloadTrace {
    /// Requests a second that were asked for.
    pub rate: f64,
    /// Requests that were answered or failed.
    pub requests: u64,
    /// The relations that the requests touch on the baseline, through views, triggers and foreign keys too, and the
    /// strongest lock that one of them takes there.
    pub touched: BTreeMap<RelationName, LockMode>,
    /// In order of time; a step has one for each way it was taken.
    #[serde(default)]
    pub periods: Vec<TrafficPeriod>,
    /// Failed requests, those alike counted together.
    #[serde(default)]
    pub failures: Vec<RequestFailure>,
    /// What became of the acknowledged writes.
    #[serde(default)]
    pub ledgers: Vec<LedgerCheck>,
    /// What became of the questions that were asked of both paths.
    #[serde(default)]
    pub shadows: Vec<ShadowCheck>,
    /// Steps that went on until the traffic was paused.
    #[serde(default)]
    pub pauses: Vec<TrafficPause>,
    /// Backfills that rested longer than declared while requests took longer than the budget.
    #[serde(default)]
    pub back_offs: Vec<BackOff>,
}

/// When requests were due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// While caches filled; nothing is concluded from it.
    WarmUp,
    /// Before the first step.
    Rest,
    /// While a step was taken, and a moment behind it.
    Step {
        /// `NNN_name`.
        step: String,
        /// Which way it was taken.
        direction: Direction,
    },
    /// Behind the last step.
    Migrated,
    /// Behind the last way back.
    Restored,
}

/// What of a migration ran at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Running {
    /// `NNN_name`.
    pub step: String,
    /// Which way it was taken.
    pub direction: Direction,
    /// The file.
    pub file: String,
    /// The statement's first line, counted from 1.
    pub line: u32,
    /// Its leading keywords; `BATCH` of a backfill.
    pub command: String,
}

/// The requests that were due in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrafficPeriod {
    /// Which period.
    pub when: When,
    /// How many were answered or failed.
    pub requests: u64,
    /// How many failed.
    pub failures: u64,
    /// How long they took from when they were due.
    pub latency: Quantiles,
    /// The one that took longest.
    pub longest: Option<Stall>,
    /// How many took longer than the budget.
    pub stalled: u64,
    /// The longest of those that a session of the migration was seen to keep waiting.
    pub held_up: Option<Stall>,
}

/// A latency histogram's quantiles, in milliseconds; exact to three digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The median.
    pub p50_ms: f64,
    /// Nine of ten are shorter.
    pub p90_ms: f64,
    /// Ninety-nine of a hundred are shorter.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// A request that took long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stall {
    /// The kind of request.
    pub request: String,
    /// From when it was due to its answer, in milliseconds.
    pub latency_ms: f64,
    /// Of that, waiting for a free connection.
    pub queued_ms: f64,
    /// What of the migration ran for most of that time.
    pub running: Option<Running>,
    /// The longest that a session of the traffic was seen to wait for the migration meanwhile, in milliseconds.
    pub blocked_ms: f64,
    /// What that session waited for.
    pub blocked_on: Option<Awaited>,
}

/// A lock that a session waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// On a relation, in the mode that the session wanted.
    Relation(RelationName, LockMode),
    /// On a row, or on the end of the transaction that holds it.
    Row,
}

/// Requests that failed alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestFailure {
    /// The kind of request.
    pub request: String,
    /// The SQLSTATE, five characters; `08006` where the connection was lost.
    pub sqlstate: String,
    /// The message of the first of them.
    pub message: String,
    /// The period in which the first was due.
    pub when: When,
    /// What of the migration ran when the answer came.
    pub running: Option<Running>,
    /// How many.
    pub count: u64,
}

/// The acknowledged writes of a kind of request, looked for afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerCheck {
    /// The kind of request.
    pub request: String,
    /// [`When::Migrated`] or [`When::Restored`].
    pub when: When,
    /// How many keys were acknowledged by then.
    pub acknowledged: u64,
    /// How many of them are not there.
    pub missing: u64,
    /// How many are there more than once.
    pub repeated: u64,
    /// The first of those that are not there.
    pub missing_keys: Vec<String>,
    /// The first of those that are there more than once, and how often.
    pub repeated_keys: BTreeMap<String, u64>,
    /// Why the ledger could not be asked.
    pub refused: Option<String>,
}

/// The questions of a shadow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ShadowCheck {
    /// Its name.
    pub shadow: String,
    /// How many were asked of both paths.
    pub compared: u64,
    /// How many were answered differently, and the same when asked again at once: something was just changing.
    pub unconfirmed: u64,
    /// How many were answered differently twice in a row.
    pub different: u64,
    /// The first of these.
    pub first: Option<ShadowDifference>,
}

/// A question that the two paths answer differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowDifference {
    /// Its parameters, as SQL literals.
    pub parameters: Vec<String>,
    /// The first row, in the order of texts, that the old path's answer has and the other has not.
    pub old: Option<Vec<Option<String>>>,
    /// The first that only the new path's answer has.
    pub new: Option<Vec<Option<String>>>,
    /// The period in which it was due.
    pub when: When,
    /// What of the migration ran.
    pub running: Option<Running>,
}

/// A step that went on longer than the workload's patience, so that the traffic was paused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrafficPause {
    /// What ran when the traffic was paused.
    pub running: Running,
    /// How long the step had gone on under traffic, in milliseconds.
    pub under_traffic_ms: f64,
    /// How long it went on without, in milliseconds.
    pub without_ms: f64,
}

/// How the traffic fared since the last pulse.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TrafficPulse {
    /// Requests that were answered or failed.
    pub requests: u64,
    /// Failed.
    pub failures: u64,
    /// The median from when a request was due, in milliseconds.
    pub p50_ms: f64,
    /// Ninety-nine of a hundred took at most so long.
    pub p99_ms: f64,
    /// The longest, those that still wait among them.
    pub longest_ms: f64,
    /// Requests that are due and have not ended.
    pub under_way: u64,
    /// Sessions that were seen waiting for a lock of the migration.
    pub lock_waits: u64,
}

/// A backfill that rested longer than declared, since the traffic suffered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackOff {
    /// `NNN_name`.
    pub step: String,
    /// Which way it was taken.
    pub direction: Direction,
    /// Behind how many batches.
    pub batches: u64,
    /// The most that was added behind one batch, in milliseconds.
    pub longest_ms: f64,
    /// What was added in all, in milliseconds.
    pub rested_ms: f64,
}

impl When {
    /// For people: `at rest`, `250_validate up`.
    pub fn name(&self) -> String {
        match self {
            Self::WarmUp => "warm-up".to_owned(),
            Self::Rest => "at rest".to_owned(),
            Self::Step { step, direction } => format!("{step} {}", direction.name()),
            Self::Migrated => "migrated".to_owned(),
            Self::Restored => "restored".to_owned(),
        }
    }
}

impl WorkloadTrace {
    /// The requests at rest; `None` where the traffic did not come that far.
    pub fn at_rest(&self) -> Option<&TrafficPeriod> {
        self.periods.iter().find(|period| period.when == When::Rest)
    }

    /// What was due from the first step on.
    pub fn beside_steps(&self) -> impl Iterator<Item = &TrafficPeriod> {
        self.periods.iter().filter(|period| !matches!(period.when, When::WarmUp | When::Rest))
    }
}
