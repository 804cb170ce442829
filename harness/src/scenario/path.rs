//! One route from the baseline to the goal, step by step.

use serde::{Deserialize, Serialize};

use super::BatchJob;
use crate::sql::{RelationName, Script};

/// A route as the author declares it: its files lie in one directory, ordered by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationPath {
    /// The name given to `--path`.
    pub name: String,
    /// One sentence for people.
    #[serde(default)]
    pub description: String,
    /// Where its `NNN_name.{up,down,verify}.sql` and `NNN_name.batch.toml` files lie, below the scenario.
    pub directory: String,
    /// Steps that are not rolled back, each with its reason.
    #[serde(default)]
    pub waive: Vec<Waiver>,
    /// Relations that this path takes away on purpose, each with its reason.
    #[serde(default)]
    pub retire: Vec<Retired>,
    /// Relations whose grants this path changes on purpose, each with its reason.
    #[serde(default)]
    pub regrant: Vec<Regrant>,
    /// Columns that get another type on purpose, each with its reason.
    #[serde(default)]
    pub retype: Vec<Retyped>,
    /// Columns that no two applications fill alike, each with its reason.
    #[serde(default)]
    pub volatile: Vec<Volatile>,
}

/// Columns whose values are the moment's, not the data's; left out where two applications are compared.
///
/// Columns whose default is the present time or a random value are left out by themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volatile {
    /// The relation.
    pub relation: RelationName,
    /// Its columns.
    pub columns: Vec<String>,
    /// The reason, printed by every report.
    pub reason: String,
}

/// A step that has no way back, and why that is accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The step's name, `NNN_name`.
    pub step: String,
    /// The reason, printed by every report.
    pub reason: String,
}

/// A relation that is meant to be gone afterwards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// The baseline's relation.
    pub relation: RelationName,
    /// The reason, printed by every report.
    pub reason: String,
}

/// A relation of the baseline whose grants are meant to be others afterwards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regrant {
    /// The relation.
    pub relation: RelationName,
    /// The reason, printed by every report.
    pub reason: String,
}

/// A column that is meant to have another type afterwards. Its values are still compared, as text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retyped {
    /// The baseline's relation.
    pub relation: RelationName,
    /// Its column.
    pub column: String,
    /// The reason, printed by every report.
    pub reason: String,
}

/// How a step is wrapped when its tool runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransactionMode {
    /// All statements in one transaction, the usual way.
    PerFile,
    /// Each statement by itself: the file starts with `-- no-transaction`.
    None,
    /// One transaction a batch.
    PerBatch,
}

/// Whether a step must be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollback {
    /// It must, and restore what was there.
    Required,
    /// It need not, for this reason.
    Waived(String),
}

impl TransactionMode {
    /// How a script's own first lines ask to be wrapped.
    pub fn of(script: &Script) -> Self {
        if script.no_transaction() { Self::None } else { Self::PerFile }
    }
}

/// A step with its scripts read and split.
#[derive(Debug, Clone)]
pub struct PlannedStep {
    /// `NNN_name`.
    pub name: String,
    /// What it does on the way forward.
    pub work: StepWork,
    /// What it does on the way back.
    pub down: Option<Script>,
    /// What must hold right after it; a statement that fails, or answers `false`, refutes.
    pub verify: Option<Script>,
    /// Whether the way back is required.
    pub rollback: Rollback,
}

/// What a step does on the way forward.
#[derive(Debug, Clone)]
pub enum StepWork {
    /// A file of SQL, run as its tool would.
    Sql {
        /// Its statements.
        script: Script,
        /// Its wrapping.
        transaction: TransactionMode,
    },
    /// A backfill.
    Batches {
        /// The job.
        job: Box<BatchJob>,
        /// The file that declares it, or the step's name for one declared in Rust.
        file: String,
    },
}

impl PlannedStep {
    /// How the step is wrapped on the way forward.
    pub fn transaction(&self) -> TransactionMode {
        match &self.work {
            StepWork::Sql { transaction, .. } => *transaction,
            StepWork::Batches { .. } => TransactionMode::PerBatch,
        }
    }
}
