//! Which locks a migration took, for how long, and who waited.

use serde::{Deserialize, Serialize};

/// The locks of every statement of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LockTrace {
    /// How often other sessions were looked at.
    pub samples: u64,
}
