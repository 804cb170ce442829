//! What a comparison of two servers saw.

use serde::{Deserialize, Serialize};

use super::difference::RowDifferences;
use super::fingerprint::Method;

/// Two databases compared, each in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerParity {
    /// The legacy side.
    pub legacy: ServerSeen,
    /// The target side.
    pub target: ServerSeen,
    /// How rows were hashed.
    pub method: Method,
    /// Whether every byte was compared instead of hashes.
    pub exact: bool,
    /// The relations, in the order of the map.
    pub relations: Vec<RelationParity>,
}

/// A server and the moment it was seen at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerSeen {
    /// Its address without a password.
    pub address: String,
    /// `server_version`.
    pub version: String,
    /// The snapshot, as `pg_current_snapshot` prints it.
    pub snapshot: String,
}

/// One relation on both servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationParity {
    /// Its name on the legacy side.
    pub legacy: String,
    /// Its name on the target side.
    pub target: String,
    /// The key's columns on the target side; none where rows are compared as a bag.
    pub key: Vec<String>,
    /// How the differences were looked for.
    pub means: Means,
    /// What differs.
    pub differences: RowDifferences,
    /// Columns that were left out on purpose.
    pub ignored: Vec<String>,
    /// Columns of geometries that were snapped to a grid before they were compared, with its size.
    #[serde(default)]
    pub snapped: Vec<(String, String)>,
    /// Whether it was compared by an earlier, interrupted run, at another snapshot.
    #[serde(default)]
    pub earlier: bool,
}

/// How the differences of a relation were looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// Hashes by ranges of the key; only the ranges that differ were read.
    Ranges,
    /// Hashes by hashes of the key; only the buckets that differ were read.
    Buckets,
    /// Hashes of all rows in the order of the key.
    Merge,
    /// All rows, every byte, in the order of the key.
    Exact,
    /// Rows without a key, counted.
    Bag,
}

impl Means {
    /// The means in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ranges => "by key range",
            Self::Buckets => "by key hash",
            Self::Merge => "merged by hash",
            Self::Exact => "merged by bytes",
            Self::Bag => "as a bag",
        }
    }
}

impl ServerParity {
    /// How many relations differ: in rows, or by a column that the target lacks.
    pub fn differing(&self) -> usize {
        self.relations.iter().filter(|relation| relation.differs()).count()
    }

    /// The rows of the legacy side.
    pub fn rows(&self) -> u64 {
        self.relations.iter().map(|relation| relation.differences.before_rows).sum()
    }
}

impl RelationParity {
    /// Whether a row differs, or a column of the legacy side has no counterpart. One that only the target has is new,
    /// not different.
    pub fn differs(&self) -> bool {
        self.differences.rows() > 0 || !self.differences.columns_only_before.is_empty()
    }
}
