//! Why a look at the database failed.

/// We could not look: the server refused, went away, or answered in a shape nobody expects.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// A statement of the observer's own failed.
    #[error("could not read {what}")]
    Query {
        /// What was being read, as a noun phrase.
        what: String,
        /// What the server or the connection said.
        #[source]
        source: sqlx::Error,
    },
    /// The server's answer breaks what the observer relies on.
    #[error("could not read {what}: {found}")]
    Unexpected {
        /// What was being read, as a noun phrase.
        what: String,
        /// What is wrong with it.
        found: String,
    },
}

impl ObserveError {
    /// Wraps a driver error with what was being read; for `map_err`.
    pub(crate) fn reading(what: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let what = what.into();
        move |source| Self::Query { what, source }
    }

    /// What a person can do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        let Self::Query { source, .. } = self else { return None };
        match source.as_database_error()?.code()?.as_ref() {
            "42501" => Some("observe as a superuser, or as the owner of every relation".to_owned()),
            "42P01" => Some("name the relation with its schema, as `schema.name`".to_owned()),
            _ => None,
        }
    }
}
