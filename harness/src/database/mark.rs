//! The comment that every database of ours carries: what it is, and whose.

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::DatabaseError;
use super::name::DatabaseName;
use crate::server::Owner;
use crate::sql::{quote_identifier, quote_literal};

/// The comment as JSON: `{"pgproof":1,"state":"sealed","owner":{…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The version of this format; also what tells our comments from others.
    pgproof: u32,
    pub(super) state: State,
    pub(super) owner: Owner,
}

/// What a database is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// A template whose content is not whole yet.
    Building,
    /// A template, whole, that takes no connections.
    Sealed,
    /// A clone in use by its owner.
    Clone,
    /// A database that a person wanted to look at.
    Kept,
}

/// What the catalog says about a database by one of our names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none.
    Absent,
    /// It has no comment: made by us and not yet marked, or by somebody else.
    Unmarked,
    /// It has somebody else's comment.
    Foreign,
    /// It is ours.
    Ours {
        mark: Mark,
        /// Whether sessions may be opened.
        open: bool,
    },
}

impl Mark {
    pub(super) fn new(state: State) -> Self {
        Self { pgproof: 1, state, owner: Owner::current() }
    }

    pub(super) fn parse(comment: &str) -> Option<Self> {
        serde_json::from_str(comment).ok()
    }

    /// Writes the comment. The user must own the database.
    pub(super) async fn write(&self, connection: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
        let json = serde_json::to_string(self).unwrap_or_default();
        let statement = format!("comment on database {} is {}", quote_identifier(name.as_str()), quote_literal(&json));
        execute(connection, statement).await.map_err(DatabaseError::statement("mark", name.as_str()))
    }
}

impl Standing {
    pub(super) async fn read(connection: &mut PgConnection, name: &DatabaseName) -> Result<Self, DatabaseError> {
        let row: Option<(Option<String>, bool)> = sqlx::query_as(
            "select pg_catalog.shobj_description(oid, 'pg_database'), datallowconn
             from pg_catalog.pg_database where datname = $1",
        )
        .bind(name.as_str())
        .fetch_optional(connection)
        .await
        .map_err(DatabaseError::statement("look for", name.as_str()))?;
        Ok(match row {
            None => Self::Absent,
            Some((None, _)) => Self::Unmarked,
            Some((Some(comment), open)) => {
                Mark::parse(&comment).map_or(Self::Foreign, |mark| Self::Ours { mark, open })
            }
        })
    }
}

/// One statement whose text is built here from quoted parts.
pub(super) async fn execute(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_comments_are_read_as_marks() {
        let mark = Mark::new(State::Sealed);
        assert_eq!(Mark::parse(&serde_json::to_string(&mark).unwrap()), Some(mark));
        for comment in ["", "the shop's database", "{}", "{\"state\":\"sealed\"}"] {
            assert_eq!(Mark::parse(comment), None, "{comment}");
        }
    }
}
