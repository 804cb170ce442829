//! Which locks a migration took, for how long, and who waited.
//!
//! Moments are milliseconds since the rehearsal began. Rows and modes read over the step's own connection are exact;
//! what only the sampler saw has its gaps, and [`Sampling`] says how long they were.

use serde::{Deserialize, Serialize};

use super::Direction;
use crate::sql::{LockMode, RelationName};

/// The locks of every statement of a rehearsal, in order of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LockTrace {
    /// One entry a statement, one a batch of a backfill.
    pub statements: Vec<StatementLocks>,
    /// How well other sessions could be seen.
    pub sampling: Sampling,
}

/// A relation under the name that it has when a statement begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LockedRelation {
    /// Its name then; for what the statement makes, the name that it gives.
    pub name: RelationName,
    /// Its name before the first step; `None` for what the path made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<RelationName>,
}

/// What a statement locked, read and wrote, and who waited meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementLocks {
    /// `NNN_name`.
    pub step: String,
    /// Which way the step was taken.
    pub direction: Direction,
    /// The file.
    pub file: String,
    /// The statement's first line, counted from 1.
    pub line: u32,
    /// Its leading keywords; `BATCH` for a batch of a backfill.
    pub command: String,
    /// Which statement of the file, or which batch, counted from 0.
    pub index: usize,
    /// Which transaction of the rehearsal it ran in, counted from 0.
    pub transaction: usize,
    /// When it was sent.
    pub started_ms: f64,
    /// When the server answered.
    pub ended_ms: f64,
    /// Whether it ran to its end and could be asked about from inside its transaction.
    pub seen: StatementSeen,
    /// Locks that its transaction did not have before it, without those on system catalogs and on the indexes of
    /// tables that it locks as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<HeldLock>,
    /// Sessions that waited for a lock of its transaction that it took, or behind one that it waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiters: Vec<Waiter>,
    /// What it waited for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<OwnWait>,
    /// Relations that got a new file full of their rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewritten: Vec<RowsOf>,
    /// Relations whose rows it read one after the other, building an index or checking a constraint included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scanned: Vec<RowsOf>,
    /// Relations whose rows it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<WrittenRows>,
    /// `lock_timeout` in force, in milliseconds; 0 is none.
    pub lock_timeout_ms: f64,
    /// `statement_timeout` in force, in milliseconds; 0 is none.
    pub statement_timeout_ms: f64,
}

/// How a statement could be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatementSeen {
    /// Its transaction was still open when it ended: modes and counters are exact. `SET`, which locks nothing, too.
    Inside,
    /// It committed itself (`CONCURRENTLY`, `VACUUM`, a procedure): only the sampler saw its locks.
    Outside,
    /// It was refused, and its transaction was gone.
    Refused,
}

/// A lock from when it was granted until its transaction ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldLock {
    /// The relation.
    pub relation: LockedRelation,
    /// The table, where the relation is its index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_of: Option<LockedRelation>,
    /// Its mode.
    pub mode: LockMode,
    /// The earliest that it can have been granted.
    pub granted_ms: f64,
    /// The latest that it can have been released.
    pub released_ms: f64,
    /// Who saw it.
    pub seen: LockSeen,
}

/// Who saw a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockSeen {
    /// The migration's own session.
    Inside,
    /// The sampler.
    Sampled,
    /// Both.
    Both,
}

/// A session that waited because of a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiter {
    /// The relation that it waited for, or whose row; `None` where the server does not tell.
    pub relation: Option<LockedRelation>,
    /// The mode that it wanted; `None` where it waited for a row.
    pub mode: Option<LockMode>,
    /// When it was last seen to wait.
    pub until_ms: f64,
    /// How long it waited at least.
    pub waited_ms: f64,
    /// How much of that was before the migration had the lock itself: both stood in the queue.
    pub queued_ms: f64,
    /// The first line of its statement.
    pub statement: String,
}

/// A lock that the migration waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnWait {
    /// The relation; `None` for a row, or for the end of another transaction as `CONCURRENTLY` waits for it.
    pub relation: Option<LockedRelation>,
    /// The mode that it wanted of a relation.
    pub mode: Option<LockMode>,
    /// When it was last seen to wait.
    pub until_ms: f64,
    /// How long it waited at least.
    pub waited_ms: f64,
    /// The first lines of the statements that held it up.
    pub blocked_by: Vec<String>,
}

/// A relation and a number of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsOf {
    /// The relation.
    pub relation: LockedRelation,
    /// Rows: those read, or for a whole relation at least the planner's estimate.
    pub rows: u64,
}

/// Rows that a statement wrote, triggers included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenRows {
    /// The relation.
    pub relation: LockedRelation,
    /// Rows added.
    pub inserted: u64,
    /// Rows changed.
    pub updated: u64,
    /// Rows taken away.
    pub deleted: u64,
}

/// How well other sessions could be seen: a lock or a wait shorter than the longest gap may have been missed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// How often they were looked at while a step ran.
    pub samples: u64,
    /// The mean time between two looks, in milliseconds.
    pub every_ms: f64,
    /// The longest time between two looks, in milliseconds.
    pub longest_gap_ms: f64,
    /// Why the sampler ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl LockTrace {
    /// The strongest lock on `relation` that the transaction of `statement` has when the statement ends, its own
    /// included.
    pub fn strongest(&self, statement: &StatementLocks, relation: &LockedRelation) -> Option<LockMode> {
        self.statements
            .iter()
            .filter(|other| other.transaction == statement.transaction && other.started_ms <= statement.started_ms)
            .flat_map(|other| &other.locks)
            .filter(|lock| same(&lock.relation, relation))
            .map(|lock| lock.mode)
            .max()
    }
}

/// Whether it is the same relation, which may have been renamed in between.
fn same(one: &LockedRelation, other: &LockedRelation) -> bool {
    match (&one.was, &other.was) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.name == other.name,
        _ => false,
    }
}
