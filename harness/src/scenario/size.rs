//! The sizes that somebody promised something about.

use serde::Deserialize;

use super::seed::Scale;

/// A size of the data at which latency and the way forward are measured (`[[size]]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// By how much the numbers of rows are multiplied.
    pub scale: Scale,
    /// How long the way forward takes at this size, as somebody promised it, in words.
    pub expected: Option<String>,
}
