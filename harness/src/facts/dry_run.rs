//! What backfills would do, and whether asking left something behind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Refusal;

/// What a backfill would do to one row of the relation that it walks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRow {
    /// `NNN_name`.
    pub step: String,
    /// The row's key, as text.
    pub key: String,
    /// What would become of it.
    pub outcome: DryOutcome,
    /// Columns that would be otherwise: before and after, as text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, (Option<String>, Option<String>)>,
    /// Why it would be set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What would become of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DryOutcome {
    /// Some column would have another value.
    Change,
    /// It would stay as it is.
    Stay,
    /// It would be set aside, and stay as it is or not.
    SetAside,
    /// It would be there, and is not.
    Insert,
    /// It would be gone.
    Delete,
}

impl DryOutcome {
    /// One word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Stay => "stay",
            Self::SetAside => "set-aside",
            Self::Insert => "insert",
            Self::Delete => "delete",
        }
    }
}

/// A backfill that was asked what it would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DryStep {
    /// `NNN_name`.
    pub step: String,
    /// How many batches it would take.
    pub batches: u64,
    /// Rows by what would become of them.
    pub rows: BTreeMap<String, u64>,
    /// What the server refused; the batches behind it were not asked.
    pub refusal: Option<Refusal>,
    /// Objects and relations that are otherwise than before it was asked, and should not be.
    pub left: Vec<String>,
}
