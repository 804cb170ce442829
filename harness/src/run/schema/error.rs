//! Why a schema could not be read.

use crate::apply::ApplyError;
use crate::database::DatabaseError;
use crate::facts::Refusal;
use crate::observe::ObserveError;
use crate::schema::Cycle;
use crate::server::ServerError;
use crate::sql::ScriptError;

/// Why a schema could not be read or applied.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// No server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A database of ours could not be made, used or dropped.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The catalog could not be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// A script could not be run to its end.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A role could not be made.
    #[error("can not make the role `{name}`")]
    Role {
        /// The role.
        name: String,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// The server refused a statement of a script.
    #[error("{}:{}:{}: {}", .0.file, .0.line, .0.column, .0.message)]
    Refused(Box<Refusal>),
    /// A script of ours can not be split: a defect of this program.
    #[error("{0}")]
    Unreadable(String),
    /// The objects can not be put into an order.
    #[error(transparent)]
    Cycle(#[from] Cycle),
}

impl SchemaError {
    /// A script that can not be split.
    pub(crate) fn unreadable(errors: Vec<ScriptError>) -> Self {
        let messages: Vec<String> =
            errors.into_iter().map(|error| format!("{}: {}", error.position, error.message)).collect();
        Self::Unreadable(messages.join("; "))
    }

    /// What a person can do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Server(error) => error.hint(),
            Self::Database(error) => error.hint(),
            Self::Observe(error) => error.hint(),
            // 42704: undefined_object; among what a script takes for granted, roles belong to the server.
            Self::Refused(refusal) if refusal.sqlstate == "42704" && refusal.message.contains("role") => {
                Some("roles belong to the server: name those that the SQL takes for granted with `--role`".to_owned())
            }
            _ => None,
        }
    }

    /// Whether it is what was given that is wrong, and not the environment.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Cycle(_))
    }
}
