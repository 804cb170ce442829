//! The traffic of the old application and of the new one.

use serde::Deserialize;

/// Requests that arrive while the migration runs, whether or not earlier ones were answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Requests a second, in all.
    pub rate: f64,
    /// How many connections they share.
    pub clients: u16,
    /// The kinds of request.
    #[serde(rename = "request")]
    pub requests: Vec<Request>,
}

/// A kind of request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its name in reports.
    pub name: String,
    /// Its statement.
    pub sql: String,
}
