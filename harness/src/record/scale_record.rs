//! What is known when a path was taken at several sizes, as versioned JSON.

use serde::{Deserialize, Serialize};

use super::ServerRecord;
use crate::facts::{SizeCost, StepGrowth};
use crate::judge::{Finding, Verdict};
use crate::sql::RelationName;

/// The version of the record's form; it grows when a field changes its meaning or goes away.
pub const SCALE_RECORD_VERSION: u32 = 1;

/// All that taking a path at several sizes found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScaleRecord {
    /// The version of this form.
    pub version: u32,
    /// The version of pgproof that wrote it.
    pub pgproof: String,
    /// The scenario.
    pub scenario: String,
    /// The path.
    pub path: String,
    /// Where it ran.
    pub server: ServerRecord,
    /// The seed's number.
    pub seed: u64,
    /// The relation whose rows are counted: the largest that is seeded.
    pub relation: RelationName,
    /// The number of its rows that figures are told for.
    pub to: u64,
    /// Whether no step grows worse than linearly.
    pub verdict: Verdict,
    /// The steps that do.
    pub findings: Vec<Finding>,
    /// How each step grows.
    pub steps: Vec<StepGrowth>,
    /// What was measured, smallest size first.
    pub sizes: Vec<SizeCost>,
    /// Wall-clock time of it all in milliseconds.
    pub duration_ms: f64,
}
