//! The relations of a database that hold or show rows.

use serde::{Deserialize, Serialize};

use crate::sql::RelationName;

/// What kind of relation holds or shows the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationKind {
    /// An ordinary table.
    Table,
    /// A partitioned table; its rows are in its partitions.
    PartitionedTable,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// A foreign table.
    ForeignTable,
}

/// Something that changes whenever the rows or columns of a relation may have changed.
///
/// Equal counters of the same database mean that nothing was written in between; different ones mean that
/// something may have been (a write that was rolled back counts too). Not seen: a change of what a value *prints*
/// as without a write to the relation, such as another body of an enum's type (renamed labels are seen) or of a
/// composite's type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChangeCounter {
    /// The relation's OID.
    pub oid: u32,
    /// The files that hold its rows (with those of its partitions and children): another after each rewrite.
    pub storage: String,
    /// Rows inserted, updated and deleted since the statistics began.
    pub writes: i64,
    /// A hash of its columns: names, types, defaults, the labels of enums.
    pub columns: String,
    /// When the statistics began and the server started: counters of two eras do not compare.
    pub era: String,
}

/// A relation that holds or shows rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelationInfo {
    /// Its schema and name.
    pub name: RelationName,
    /// What kind it is.
    pub kind: RelationKind,
    /// Its columns in their own order, without dropped ones.
    pub columns: Vec<String>,
    /// The columns of its primary key in the key's order.
    pub primary_key: Option<Vec<String>>,
    /// The planner's estimate of its rows; `None` when it was never counted.
    pub estimated_rows: Option<u64>,
    /// What tells whether it was written to; `None` where that can not be told (views, foreign tables, servers
    /// below 15 or without `track_counts`).
    pub change_counter: Option<ChangeCounter>,
}
