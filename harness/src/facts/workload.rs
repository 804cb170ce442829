//! What live traffic met while a migration ran.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sql::{LockMode, RelationName};

/// The requests of a workload, from before the first step until after the last way back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkloadTrace {
    /// Requests that were due.
    pub requests: u64,
    /// The relations that the requests touch on the baseline, through views, triggers and foreign keys too, and the
    /// strongest lock that one of them takes there.
    pub touched: BTreeMap<RelationName, LockMode>,
}
