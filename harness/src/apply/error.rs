//! Why a step could not be put to the test.

use crate::sql;

/// The server, not the migration, is at fault.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The connection for a step could not be opened.
    #[error("no connection for step `{step}`")]
    Connect {
        /// The step.
        step: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The server went away, shut down or ran out of a resource while a statement ran.
    #[error("the server could not go on at {place}")]
    Server {
        /// `file:line`.
        place: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A backfill is declared over something that can not be walked.
    #[error("the backfill `{step}` can not be walked: {message}")]
    Batch {
        /// The step.
        step: String,
        /// What is wrong.
        message: String,
    },
    /// A request of the workload does not work on the database before the migration.
    #[error("the request `{name}` does not work before the migration: {message}")]
    Request {
        /// The request.
        name: String,
        /// Why.
        message: String,
    },
    /// The server could not go on with the traffic.
    #[error("{what}")]
    Traffic {
        /// What could not be done.
        what: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
}

impl ApplyError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let source = match self {
            Self::Connect { source, .. } | Self::Server { source, .. } | Self::Traffic { source, .. } => source,
            Self::Batch { .. } => return None,
            Self::Request { .. } => {
                return Some("what fails before the migration tells nothing about it: mend the request".to_owned());
            }
        };
        let code = source.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        match code.as_deref() {
            Some("53100") => {
                Some("free some disk, or choose another place for the data with `PGPROOF_RUN_DIR`".to_owned())
            }
            Some("53200") => Some("give the server more memory, or lower `--scale`".to_owned()),
            _ => None,
        }
    }
}

/// Whether an error is the server's own trouble and no verdict on the statement; a lost connection has no SQLSTATE.
pub(super) fn is_servers_trouble(error: &sqlx::Error) -> bool {
    let Some(database) = error.as_database_error() else { return true };
    sql::is_servers_trouble(&database.code().unwrap_or_default())
}
