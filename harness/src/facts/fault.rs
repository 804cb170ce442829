//! What became of a migration that was interrupted and run again.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::step_run::Direction;
use crate::sql::RelationName;

/// How a step is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The session that migrates is ended by the server.
    Backend,
    /// The session is ended while its statement waits for others half-way, as one that runs `CONCURRENTLY` does.
    Midway,
    /// The server is killed without mercy, and recovers.
    Server,
    /// The connection is cut after the commit was sent and before its answer came.
    Answer,
    /// Somebody else holds the locks that the step needs for longer than `lock_timeout`.
    Lock,
    /// Somebody else locks the same relations in the other order, and the server ends the step's statement.
    Deadlock,
    /// The volume that the database is on is full in the midst of a statement.
    Disk,
}

impl FaultKind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Backend, Self::Midway, Self::Server, Self::Answer, Self::Lock, Self::Deadlock, Self::Disk];

    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Midway => "midway",
            Self::Server => "server",
            Self::Answer => "answer",
            Self::Lock => "lock",
            Self::Deadlock => "deadlock",
            Self::Disk => "disk",
        }
    }

    /// What happened, to go on a sentence with.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Backend => "its session was ended",
            Self::Midway => "its session was ended while it waited for others",
            Self::Server => "the server was killed",
            Self::Answer => "the answer to its commit was lost",
            Self::Lock => "somebody else held the locks that it needs",
            Self::Deadlock => "it was a deadlock's victim",
            Self::Disk => "the disk was full",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no kind of fault.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no kind of fault; the kinds are {names}", names = FaultKind::ALL.map(FaultKind::name).join(", "))]
pub struct UnknownFaultKind(String);

impl FromStr for FaultKind {
    type Err = UnknownFaultKind;

    /// By name, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|kind| kind.name() == lower).ok_or_else(|| UnknownFaultKind(text.to_owned()))
    }
}

/// Which side of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultSide {
    /// Before it is sent.
    Before,
    /// After it ran, before anything else is sent.
    After,
    /// Before `COMMIT` is sent.
    Commit,
}

/// One interruption of one step at one boundary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FaultPoint {
    /// Which way the step was taken.
    pub direction: Direction,
    /// `NNN_name`.
    pub step: String,
    /// The file.
    pub file: String,
    /// The statement's first line, counted from 1.
    pub line: u32,
    /// Its leading keywords; `BATCH` for a batch of a backfill.
    pub command: String,
    /// Which statement of the file, or which batch, counted from 0.
    pub index: usize,
    /// Which side of it.
    pub side: FaultSide,
    /// How.
    pub kind: FaultKind,
}

impl fmt::Display for FaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            FaultSide::Before => "before",
            FaultSide::After => "after",
            FaultSide::Commit => "at the commit behind",
        };
        if self.command == "BATCH" {
            write!(f, "{side} batch {} of ", self.index + 1)?;
        } else {
            write!(f, "{side} `{}` of ", self.command)?;
        }
        write!(f, "{}", way(self.direction, &self.step))
    }
}

/// A step by name, or its way back: `` `020_fill` ``, `` the way back of `020_fill` ``.
pub fn way(direction: Direction, step: &str) -> String {
    if direction == Direction::Down { format!("the way back of `{step}`") } else { format!("`{step}`") }
}

/// How a step ended that was interrupted and, unless it is known to be done, run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultOutcome {
    /// Where it ends undisturbed.
    Recovered,
    /// The fault did not come about: the step needed nothing that was held, or waited for nobody.
    NotMet,
    /// Run again, it was refused.
    Refused {
        /// What the server said.
        message: String,
        /// `file:line` of the refused statement.
        place: String,
    },
    /// It ended elsewhere.
    Elsewhere {
        /// Objects that differ from the undisturbed end.
        objects: Vec<FaultObject>,
        /// Relations whose rows differ.
        rows: Vec<FaultRows>,
        /// Sequences that would give a number again.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sequences: Vec<FaultSequence>,
    },
}

/// An object that differs from the undisturbed end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultObject {
    /// The object: its kind and name.
    pub object: String,
    /// The difference in words.
    pub what: String,
}

/// The rows of a relation that differ from the undisturbed end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRows {
    /// The relation.
    pub relation: RelationName,
    /// In words: `2 rows missing, 1 too many`.
    pub what: String,
    /// The first of them, each `column=value` with `, ` between.
    pub keys: Vec<String>,
}

/// A sequence that would give a number again which it would not give undisturbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultSequence {
    /// The sequence.
    pub relation: RelationName,
    /// In words: what it will give next, and why that is wrong.
    pub what: String,
    /// The row that has the number, `table.column=value`, where there is one.
    pub key: Option<String>,
}

/// A point and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultTrial {
    /// Where and how.
    pub point: FaultPoint,
    /// What came of it.
    pub outcome: FaultOutcome,
    /// How long it took in milliseconds: going back to before the step, the step up to its interruption, the step again,
    /// and comparing.
    #[serde(default)]
    pub took_ms: u64,
}

/// Every boundary at which a path was interrupted, and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultSweep {
    /// The points and their outcomes, in the order of the path.
    pub trials: Vec<FaultTrial>,
    /// How many of them an earlier, interrupted sweep of the same plan had tried.
    pub resumed: usize,
    /// What was not tried, and why.
    pub left_out: Vec<String>,
    /// The kinds that were planted nowhere, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unplanted: BTreeMap<FaultKind, String>,
    /// Why the sweep ended before its last point; absent where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl FaultSweep {
    /// How often a kind was planted, and how often of that it came about.
    pub fn planted(&self, kind: FaultKind) -> (usize, usize) {
        let of_kind = || self.trials.iter().filter(|trial| trial.point.kind == kind);
        (of_kind().count(), of_kind().filter(|trial| trial.outcome != FaultOutcome::NotMet).count())
    }
}
