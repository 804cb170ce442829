//! What a step costs besides time.

use serde::{Deserialize, Serialize};

use super::Direction;

/// What one step took and left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepCost {
    /// `NNN_name`.
    pub step: String,
    /// Which way it was taken.
    pub direction: Direction,
    /// Wall-clock time in milliseconds.
    pub duration_ms: f64,
    /// Bytes of write-ahead log written while it ran.
    pub wal_bytes: u64,
}
