//! What belongs to what on two servers: the file of `pgproof parity --map`, outside of any scenario.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sql::RelationName;

/// The relations of two servers that are compared, and how.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerMap {
    /// Whether the scale of a `numeric` counts.
    #[serde(default)]
    pub numeric: Numbers,
    /// The relations, compared in this order.
    #[serde(rename = "relation")]
    pub relations: Vec<MappedRelation>,
}

/// When two numbers of type `numeric` are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Numbers {
    /// `1.0` and `1.00` differ.
    #[default]
    Strict,
    /// `1.0` and `1.00` are the same number.
    Value,
}

/// A relation of the legacy server and the one of the target server that holds its rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedRelation {
    /// Its name on the legacy server.
    pub legacy: RelationName,
    target: Option<RelationName>,
    /// The target's columns that name a row; its primary key where they are left out.
    pub key: Option<Vec<String>>,
    /// Target column = expression over the legacy row. A column of both sides that is not listed is compared as it is.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Column = expression over the target row, for what the target keeps in another form; the legacy side has the column
    /// itself, or an expression for it among `columns`.
    #[serde(default)]
    pub target_columns: BTreeMap<String, String>,
    /// A condition on the legacy rows that are compared; all where it is left out.
    pub legacy_rows: Option<String>,
    /// A condition on the target rows that are compared; all where it is left out.
    pub target_rows: Option<String>,
    /// Columns, of either side, that are not compared.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Geometries that are snapped to a grid of this size before they are compared, in units of their SRID. Without it
    /// every bit counts. Two positions closer than the grid differ where a line of the grid lies between them.
    #[serde(default)]
    pub snap: BTreeMap<String, f64>,
}

impl MappedRelation {
    /// A relation that has the same name and the same columns on both servers.
    pub fn same(name: RelationName) -> Self {
        Self {
            legacy: name,
            target: None,
            key: None,
            columns: BTreeMap::new(),
            target_columns: BTreeMap::new(),
            legacy_rows: None,
            target_rows: None,
            ignore: Vec::new(),
            snap: BTreeMap::new(),
        }
    }

    /// Its name on the target server: the same where none is given.
    pub fn target(&self) -> &RelationName {
        self.target.as_ref().unwrap_or(&self.legacy)
    }
}
