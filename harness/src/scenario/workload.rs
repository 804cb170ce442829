//! The traffic of the old application and of the new one.

mod check;
mod planned;

use serde::Deserialize;

use super::seed::Column;
pub(crate) use planned::text_array;
pub use planned::{Kind, Ledger, PlannedWorkload, Stretch, Work};

/// Requests that arrive while the migration runs, whether or not earlier ones were answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Requests a second, in all.
    pub rate: f64,
    /// How many connections they share.
    pub clients: u16,
    /// How long the traffic runs before the first step, and behind the last one, in seconds.
    #[serde(default = "default_rest_s")]
    pub rest_s: f64,
    /// How long it runs behind each step before the next one begins, in seconds.
    #[serde(default = "default_soak_s")]
    pub soak_s: f64,
    /// How long a step may go on before the traffic is paused to see whether it ends then, in seconds.
    #[serde(default = "default_patience_s")]
    pub patience_s: f64,
    /// The kinds of request.
    #[serde(default, rename = "request")]
    pub requests: Vec<Request>,
    /// Questions that are asked of the old path and of the new one.
    #[serde(default, rename = "shadow")]
    pub shadows: Vec<Shadow>,
}

fn default_rest_s() -> f64 {
    1.5
}

fn default_soak_s() -> f64 {
    0.1
}

fn default_patience_s() -> f64 {
    120.0
}

fn default_weight() -> f64 {
    1.0
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Application {
    /// It works before the first step.
    #[default]
    Old,
    /// It begins behind a step.
    New,
}

/// A kind of request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its name in reports.
    pub name: String,
    /// Whose it is.
    #[serde(default)]
    pub application: Application,
    /// One statement, or several in one transaction, with `$1`, `$2`, … for the parameters.
    pub sql: String,
    /// The recipes of the parameters, in their order.
    #[serde(default)]
    pub parameters: Vec<Column>,
    /// How often it comes, beside the weights of the others.
    #[serde(default = "default_weight")]
    pub weight: f64,
    /// The role it runs as; the connecting role where it is left out.
    pub role: Option<String>,
    /// The step behind which it works.
    pub from: Option<String>,
    /// The step before which it no longer has to work.
    pub until: Option<String>,
    /// A query that finds the keys that the request returned (the first column of its last answer), given as the text
    /// array `$1`: each of them must be there once, behind the last step.
    pub ledger: Option<String>,
    /// The same behind the last way back; `ledger` itself for a request of the old application where it is left out.
    pub ledger_back: Option<String>,
}

/// A question that is asked of the old path and of the new one in one snapshot, and the answers compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shadow {
    /// Its name in reports.
    pub name: String,
    /// As the old application asks it; this one is traffic from the beginning.
    pub old: String,
    /// As the new application asks it.
    pub new: String,
    /// The recipes of the parameters, in their order.
    #[serde(default)]
    pub parameters: Vec<Column>,
    /// How often it comes, beside the weights of the others.
    #[serde(default = "default_weight")]
    pub weight: f64,
    /// The role that asks; the connecting role where it is left out.
    pub role: Option<String>,
    /// The step behind which the new path is there.
    pub from: String,
    /// Which share of the questions goes to both, rising over the steps behind `from`.
    #[serde(default = "default_share")]
    pub share: Vec<f64>,
}

fn default_share() -> Vec<f64> {
    vec![1.0]
}
