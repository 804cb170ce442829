//! Turning requests over to the new way, a share at a time.

mod planned;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::seed::Column;
pub use planned::{PlannedRollout, Way};

/// Behind the last step a flag is turned up; that share of the requests goes the new way, and gates watch it.
///
/// Before the first phase all requests go the old way for as long, which says whether the gates can be met at all.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// Requests a second, in all.
    pub rate: f64,
    /// How many connections they share.
    pub clients: u16,
    /// The percentages that the flag is turned to, rising, and 0 at last: the way back is part of it.
    #[serde(default = "default_phases")]
    pub phases: Vec<u8>,
    /// How long each phase lasts, in seconds: so many requests are due as `rate` has in that time.
    #[serde(default = "default_phase_s")]
    pub phase_s: f64,
    /// How many of the latest answers of the new way the gates look at.
    #[serde(default = "default_window")]
    pub window: usize,
    /// What must hold; beyond it the flag goes back to 0 by itself.
    #[serde(default)]
    pub gates: Gates,
    /// The kinds of request.
    #[serde(default, rename = "request")]
    pub requests: Vec<RolloutRequest>,
}

/// A request that has an old form and a new one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolloutRequest {
    /// Its name in reports.
    pub name: String,
    /// Whether it asks for something or makes something.
    #[serde(default)]
    pub does: Does,
    /// The old form: one statement, or several in one transaction, with `$1`, `$2`, … for the parameters.
    pub old: String,
    /// The new form, with the same parameters.
    pub new: String,
    /// The recipes of the parameters, in their order.
    #[serde(default)]
    pub parameters: Vec<Column>,
    /// How often it comes, beside the weights of the others.
    #[serde(default = "default_weight")]
    pub weight: f64,
    /// The role it runs as; the connecting role where it is left out.
    pub role: Option<String>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Does {
    /// It reads; both forms are asked in one snapshot.
    #[default]
    Ask,
    /// It writes, and returns a row where it did. The other form is tried first and rolled back.
    Create,
}

/// What must hold of the new way.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gates {
    /// The share of requests that fail stays below this.
    pub error_rate: f64,
    /// Nineteen of twenty requests take less, from when they were due, in milliseconds.
    pub response_ms: f64,
    /// The share of requests that create and did so stays above this.
    pub creation_success: f64,
}

impl Default for Gates {
    fn default() -> Self {
        Self { error_rate: 0.01, response_ms: 500.0, creation_success: 0.98 }
    }
}

fn default_phases() -> Vec<u8> {
    vec![10, 50, 100, 0]
}

fn default_phase_s() -> f64 {
    2.0
}

fn default_window() -> usize {
    20
}

fn default_weight() -> f64 {
    1.0
}
