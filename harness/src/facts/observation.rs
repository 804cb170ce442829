//! Everything that was seen at one moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fingerprint, Reply, Seen, SequencePosition};
use crate::schema::Catalog;
use crate::sql::RelationName;

/// A database at one moment. The first one is the baseline.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// Every object of the catalog.
    pub catalog: Catalog,
    /// Every relation that holds rows of its own (tables and materialised views): count and content.
    pub relations: BTreeMap<RelationName, Fingerprint>,
    /// Where every sequence stands.
    pub sequences: Vec<SequencePosition>,
}

impl Observation {
    /// Rows by relation.
    pub fn rows(&self) -> BTreeMap<RelationName, u64> {
        self.relations.iter().map(|(name, fingerprint)| (name.clone(), fingerprint.rows)).collect()
    }
}

/// What the old application sees at one moment.
#[derive(Debug, Clone, Default)]
pub struct LegacySight {
    /// The answers to each of its statements, by name.
    pub answers: BTreeMap<String, Vec<Reply>>,
    /// What each role sees of each relation, under the name and with the columns that the baseline gave it.
    pub seen: BTreeMap<(String, RelationName), Seen>,
}

/// The answer to an assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asserted {
    /// The cells as text, or the server's refusal.
    pub answer: Result<Vec<Vec<String>>, String>,
}
