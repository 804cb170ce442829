//! Why a run could not look.

use crate::apply::ApplyError;
use crate::database::DatabaseError;
use crate::facts::Refusal;
use crate::observe::ObserveError;
use crate::record::RunRecord;
use crate::scenario::Mistake;
use crate::seed::SeedError;
use crate::server::ServerError;

/// Why a run ended before its claims were judged.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No server, or it went away.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A database could not be made, cloned or dropped.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The legacy data could not be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The database could not be looked at.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// A step could not be put to the test.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A file of the baseline or a variant was refused: the scenario is wrong, not the migration.
    #[error("`{}` failed in the baseline: {}", .0.command, .0.message)]
    Baseline(Box<Refusal>),
    /// A step was refused where only a migrated database will do; a run takes the same for a finding.
    #[error("`{}` failed in {}:{}: {}", .0.command, .0.file, .0.line, .0.message)]
    Migration(Box<Refusal>),
    /// A statement of the scenario can not be split.
    #[error("the statement `{name}` can not be read: {message}")]
    Statement {
        /// Its name.
        name: String,
        /// Why.
        message: String,
    },
    /// A query of the scenario does not run on the baseline.
    #[error("`{name}` does not run before the migration: {message}")]
    Query {
        /// The query, statement or parity map.
        name: String,
        /// Why.
        message: String,
    },
    /// The rows that a variant's repair names can not be told.
    #[error("the repaired rows of `{rows_of}` can not be told: {message}")]
    Repair {
        /// The parity map or relation.
        rows_of: String,
        /// Why.
        message: String,
    },
    /// The sizes that a path is to be taken at tell nothing.
    #[error("{}", .0.message)]
    Sizes(Mistake),
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The server has not what the scenario requires.
    #[error("{0}")]
    Requirement(String),
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Server(error) => error.hint(),
            Self::Database(error) => error.hint(),
            Self::Seed(error) => error.hint(),
            Self::Observe(error) => error.hint(),
            Self::Apply(error) => error.hint(),
            Self::Migration(_) => Some("run the scenario: its report shows the place".to_owned()),
            Self::Baseline(_) => Some("mend the baseline's SQL; nothing was migrated".to_owned()),
            Self::Statement { .. } | Self::Query { .. } => {
                Some("what the scenario asks must work before the migration, or it proves nothing".to_owned())
            }
            Self::Repair { .. } => {
                Some("`keys` is asked of the migrated database; `key` names columns of the comparison".to_owned())
            }
            Self::Sizes(mistake) => mistake.hint.clone(),
            Self::Interrupted => None,
            Self::Requirement(_) => Some("`pgproof doctor` lists the servers that there are".to_owned()),
        }
    }

    /// Whether the author, rather than the environment, has to mend something.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Baseline(_)
            | Self::Migration(_)
            | Self::Statement { .. }
            | Self::Query { .. }
            | Self::Repair { .. }
            | Self::Sizes(_)
            | Self::Apply(ApplyError::Batch { .. } | ApplyError::Request { .. }) => true,
            Self::Seed(error) => {
                !matches!(error, SeedError::Connect(_) | SeedError::Query { .. } | SeedError::Stopped(_))
            }
            _ => false,
        }
    }
}

/// An error with everything that was known by then.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct RunFailure {
    /// Why the run ended.
    #[source]
    pub error: Box<RunError>,
    /// The record so far.
    pub record: Box<RunRecord>,
}
