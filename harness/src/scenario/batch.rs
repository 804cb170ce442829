//! Backfills in keyset batches, declared as values.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::Mistake;
use crate::sql::RelationName;

/// A backfill that walks a relation in the order of its key, so many rows at a time, each batch in a transaction of
/// its own together with the cursor that says how far it came.
///
/// Killed anywhere, it resumes behind the last batch that was committed. It ends when no key lies beyond the cursor,
/// so rows inserted meanwhile with greater keys are taken along; with [`BatchOptions::workers`] it ends with the rows
/// that were there when it began.
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
    /// What is done about rows that fail, and how fast it goes.
    pub options: BatchOptions,
}

/// How a job goes about its batches; by default it stops at the first row that fails, and does not rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchOptions {
    /// A statement with `$1::text[]` (keys) and `$2::text[]` (reasons, by the same position) that keeps the rows of a
    /// batch that failed, in the batch's transaction. Where there is one, the job goes on without those rows.
    pub set_aside: Option<String>,
    /// A statement with `$1::bigint` (rows worked on), `$2::bigint` (of them done), `$3::bigint` (of them set aside) and
    /// `$4::jsonb` (an array of `{"key", "reason"}`), run in the transaction of each batch.
    pub log: Option<String>,
    /// How long the job rests between two batches.
    pub pause: Duration,
    /// How many connections work at once. The ranges of keys are then planned when the job begins, so it ends whatever
    /// is inserted meanwhile; a worker takes a range with `FOR UPDATE SKIP LOCKED`.
    pub workers: Option<NonZeroU32>,
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
    size: NonZeroU32,
    up: Option<String>,
    read: Option<String>,
    transform: Option<String>,
    write: Option<String>,
    down: Option<String>,
    set_aside: Option<String>,
    log: Option<String>,
    #[serde(default)]
    pause_ms: u64,
    workers: Option<NonZeroU32>,
}

fn default_size() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(9_999)
}

impl BatchManifest {
    /// The job, with the transform that the scenario's crate gave under the name that the file uses.
    ///
    /// # Errors
    /// The file has neither `up` nor all of `read`, `transform` and `write`, or names a transform that there is not.
    pub fn job(self, transforms: &BTreeMap<String, RowTransform>) -> Result<BatchJob, Mistake> {
        let work = match (self.up, self.read, self.transform, self.write) {
            (Some(up), None, None, None) => BatchWork::Sql(up),
            (None, Some(read), Some(name), Some(write)) => {
                let transform = transforms.get(&name).cloned().ok_or_else(|| {
                    Mistake::new(format!("no transform is called `{name}`"))
                        .hint("the scenario's crate gives it: `scenario.with_transform(\"…\", RowTransform::new(…))`")
                })?;
                BatchWork::Rows { read, transform, write }
            }
            _ => {
                return Err(Mistake::new("a batch has `up`, or `read`, `transform` and `write`").hint(
                    "`up` is one SQL statement; the other three put a function of the scenario's crate between two",
                ));
            }
        };
        let options = BatchOptions {
            set_aside: self.set_aside,
            log: self.log,
            pause: Duration::from_millis(self.pause_ms),
            workers: self.workers,
        };
        Ok(BatchJob { relation: self.relation, key: self.key, size: self.size.get(), work, down: self.down, options })
    }
}
