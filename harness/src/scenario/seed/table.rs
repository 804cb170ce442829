//! The rows of one table.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::column::Column;
use super::literal::Literal;
use crate::sql::RelationName;

/// How many rows a table gets and what is in its columns.
///
/// A column without a recipe gets its default (or null).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSeed {
    /// The table.
    pub name: RelationName,
    /// How many rows, before scaling; when it is absent, as many as [`values`](Self::values) has.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Whether the scale leaves the number of rows alone; when it is absent, it does if the rows are those of `values`.
    #[serde(default)]
    pub fixed: Option<bool>,
    /// The recipe of each column.
    #[serde(default)]
    pub columns: BTreeMap<String, Column>,
    /// Columns written out row by row; row i takes line i modulo their number.
    #[serde(default)]
    pub values: Option<LiteralRows>,
}

/// Rows as an author writes them down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiteralRows {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Literal>>,
}

impl TableSeed {
    /// A table with `rows` rows and no recipes yet.
    pub fn new(name: RelationName, rows: u64) -> Self {
        Self { name, rows: Some(rows), fixed: None, columns: BTreeMap::new(), values: None }
    }

    /// A table of the schema `public`, by its exact name.
    pub fn in_public(name: &str, rows: u64) -> Self {
        Self::new(RelationName::new("public", name), rows)
    }

    /// A table whose rows are written down, and which no scale changes.
    pub fn literal<R>(name: RelationName, columns: &[&str], rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator<Item = Literal>,
    {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        let rows = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        let values = Some(LiteralRows { columns, rows });
        Self { name, rows: None, fixed: None, columns: BTreeMap::new(), values }
    }

    /// Keeps the number of rows whatever the scale.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.fixed = Some(true);
        self
    }

    /// Sets the recipe of a column.
    #[must_use]
    pub fn column(mut self, name: &str, column: Column) -> Self {
        self.columns.insert(name.to_owned(), column);
        self
    }

    /// How many rows before scaling, and whether scaling changes that.
    pub(super) fn size(&self) -> (u64, bool) {
        let written = self.values.as_ref().map_or(0, |values| values.rows.len() as u64);
        (self.rows.unwrap_or(written), self.fixed.unwrap_or(self.rows.is_none()))
    }
}
