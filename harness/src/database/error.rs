//! Why a database could not be made, used or dropped.

use crate::server::ServerError;

/// Why a database could not be made, used or dropped.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The name is none that we may use.
    #[error("`{name}` is not a database of ours: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A database by our name exists, and its comment is not ours.
    #[error("the database `{name}` exists and was not made by pgproof")]
    Foreign {
        /// The database.
        name: String,
    },
    /// The server can not be reached.
    #[error("can not connect to the database `{name}`")]
    Connect {
        /// The database.
        name: String,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// A statement about a database failed.
    #[error("can not {doing} the database `{name}`")]
    Statement {
        /// What was tried.
        doing: &'static str,
        /// The database.
        name: String,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// The server itself.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl DatabaseError {
    /// What a person can do about it, if that is known.
    pub fn hint(&self) -> Option<String> {
        let (Self::Connect { source, .. } | Self::Statement { source, .. }) = self else {
            return match self {
                Self::Foreign { name } => Some(format!("if nobody needs it: DROP DATABASE \"{name}\"")),
                Self::Server(error) => error.hint(),
                _ => None,
            };
        };
        // PostgreSQL manual, appendix A.
        let code = source.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        Some(match code.as_deref()? {
            "53100" => "the server's disk is full: free some room, or run `pgproof clean`".to_owned(),
            "53300" => {
                "the server has no connection left: run fewer jobs at once, or raise `max_connections`".to_owned()
            }
            "55006" => "somebody is connected to it: close that session".to_owned(),
            "42501" => "the user lacks the right: an administrator grants CREATEDB".to_owned(),
            _ => return None,
        })
    }

    pub(super) fn statement(doing: &'static str, name: &str) -> impl FnOnce(sqlx::Error) -> Self {
        let name = name.to_owned();
        move |source| Self::Statement { doing, name, source }
    }
}

/// Why there is no template: the server refused, or the building of its content failed.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError<E: std::error::Error + 'static> {
    /// The database could not be made, sealed or found.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// What was to fill it failed.
    #[error(transparent)]
    Build(E),
}
