//! Backfills in keyset batches, declared as values.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::sql::RelationName;

/// A backfill that walks a relation in the order of its key, so many rows at a time, each batch in a transaction of
/// its own together with the cursor that says how far it came.
///
/// Killed anywhere, it resumes behind the last batch that was committed. It ends when no key lies beyond the cursor,
/// so rows inserted meanwhile with greater keys are taken along.
#[derive(Debug, Clone)]
pub struct BatchJob {
    /// The relation that is walked.
    pub relation: RelationName,
    /// Its key column: unique, not null, of an integer, text, uuid or timestamp type.
    pub key: String,
    /// How many rows a batch takes, at least 1.
    pub size: u32,
    /// What is done to a batch.
    pub work: BatchWork,
    /// What undoes the job: a statement with `$1` and `$2`, run in batches too, or one script for all rows; `None` where
    /// the step has a `.down.sql` file.
    pub down: Option<String>,
}

/// What is done to a batch of rows.
#[derive(Debug, Clone)]
pub enum BatchWork {
    /// One SQL statement with `$1` (the last key before the batch) and `$2` (the batch's last key).
    Sql(String),
    /// Rust between two statements: rows are read, transformed one by one, and written back together.
    Rows {
        /// A query with `$1` and `$2` as above that returns the key and the input, both cast to `text`.
        read: String,
        /// The pure function from a row's input to its output.
        transform: RowTransform,
        /// A statement with `$1::text[]` (keys) and `$2::text[]` (outputs, by the same position).
        write: String,
    },
}

/// A pure function from the text of a row's input to the text of its output, or the reason why there is none.
#[derive(Clone)]
pub struct RowTransform(Arc<Transform>);

type Transform = dyn Fn(&str) -> Result<String, String> + Send + Sync;

impl RowTransform {
    /// Wraps a function; it must give the same output for the same input.
    pub fn new(transform: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(transform))
    }

    /// The output for `input`.
    ///
    /// # Errors
    /// The reason the function gave for having no output.
    pub fn apply(&self, input: &str) -> Result<String, String> {
        (self.0)(input)
    }
}

impl fmt::Debug for RowTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowTransform")
    }
}

/// A `NNN_name.batch.toml` file as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchManifest {
    relation: RelationName,
    key: String,
    #[serde(default = "default_size")]
    size: std::num::NonZeroU32,
    up: String,
    down: Option<String>,
}

fn default_size() -> std::num::NonZeroU32 {
    std::num::NonZeroU32::MIN.saturating_add(9_999)
}

impl From<BatchManifest> for BatchJob {
    fn from(manifest: BatchManifest) -> Self {
        Self {
            relation: manifest.relation,
            key: manifest.key,
            size: manifest.size.get(),
            work: BatchWork::Sql(manifest.up),
            down: manifest.down,
        }
    }
}
