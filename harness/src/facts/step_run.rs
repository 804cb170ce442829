//! What happened when a step ran.

use serde::{Deserialize, Serialize};

/// The way a step was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Forward.
    Up,
    /// Back.
    Down,
    /// Only its verification.
    Verify,
}

impl Direction {
    /// One word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Verify => "verify",
        }
    }
}

/// One statement that ran to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementRun {
    /// The file.
    pub file: String,
    /// Its first line, counted from 1.
    pub line: u32,
    /// Its leading keywords, such as `CREATE INDEX`.
    pub command: String,
    /// Wall-clock time in milliseconds, as the client saw it.
    pub duration_ms: f64,
    /// Rows affected or returned.
    pub rows: u64,
    /// Notices and warnings that the server sent while it ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Rows of a batch that failed and were set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<SetAside>,
}

/// How far a backfill came, on this way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchProgress {
    /// Batches that were committed.
    pub batches: u64,
    /// Rows of these that were done.
    pub rows: u64,
    /// Rows of these that were set aside.
    pub set_aside: u64,
}

/// A row that a backfill could not do, and went on without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Its key, as text.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// What a server said when it refused a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The SQLSTATE, five characters.
    pub sqlstate: String,
    /// The server's message with its detail and hint.
    pub message: String,
    /// The file.
    pub file: String,
    /// The line, counted from 1: of the place the server points at, or of the statement.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// The text of that line.
    pub source_line: String,
    /// The statement's leading keywords.
    pub command: String,
}

/// A step taken in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRun {
    /// `NNN_name`.
    pub step: String,
    /// Which way.
    pub direction: Direction,
    /// Wall-clock time in milliseconds.
    pub duration_ms: f64,
    /// What ran to its end; for a backfill one entry a batch.
    pub statements: Vec<StatementRun>,
    /// What was refused, if anything; then nothing of a transactional file remains.
    pub refusal: Option<Refusal>,
}

impl StepRun {
    /// Whether every statement ran to its end.
    pub fn succeeded(&self) -> bool {
        self.refusal.is_none()
    }
}
