//! What became of a migration that was interrupted and run again.

use serde::{Deserialize, Serialize};

/// Every boundary at which a path was interrupted, and how it ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FaultSweep {
    /// Boundaries that were to be tried.
    pub planned: u64,
}
