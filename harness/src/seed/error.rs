//! Why a database could not be seeded.

use std::fmt::Write as _;

use crate::scenario::seed::SeedMistake;
use crate::sql::RelationName;

/// Why a database could not be seeded. Unless it was the analysis at the end that failed, it is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Recipes that can not work, whatever the database.
    #[error("the seed has {} mistakes{}", .0.len(), lines(.0))]
    Recipes(Vec<SeedMistake>),
    /// Recipes that do not fit this database; nothing was loaded.
    #[error("the seed does not fit the database{}", lines(.0))]
    Misfits(Vec<SeedMistake>),
    /// The server could not be reached.
    #[error("could not connect to the database to seed")]
    Connect(#[source] sqlx::Error),
    /// A question to the catalog, or a setting, failed.
    #[error("could not {task}")]
    Query {
        /// What was tried.
        task: &'static str,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },
    /// A table has rows already.
    #[error("`{0}` has rows already")]
    NotEmpty(RelationName),
    /// Live foreign keys lead in a circle.
    #[error("the foreign keys of `{0}` lead back to it: no table of the circle can be loaded first")]
    Circle(RelationName),
    /// A cell holds something its column can not take; the first rows did not show it.
    #[error("`{relation}`, column `{column}`, row {row}: {message}")]
    Cell {
        /// The table.
        relation: RelationName,
        /// The column.
        column: String,
        /// The row's number, from 1.
        row: u64,
        /// What is wrong.
        message: String,
    },
    /// The server refused rows.
    #[error("could not load `{relation}`")]
    Load {
        /// The table.
        relation: RelationName,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },
    /// An index or constraint could not be taken away or built again.
    #[error("could not rebuild `{object}` of `{relation}`")]
    Rebuild {
        /// The table.
        relation: RelationName,
        /// The index's or constraint's name.
        object: String,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },
    /// What was built again is not what was there.
    #[error("the indexes and constraints of `{0}` did not come back as they were")]
    Altered(RelationName),
    /// A generating thread could not start or ended early: a bug of ours, or no memory.
    #[error("the generator of `{0}` stopped")]
    Stopped(RelationName),
}

impl SeedError {
    /// What to do about it, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotEmpty(relation) => {
                Some(format!("seeding fills empty tables: truncate {}, or leave it out of the seed", relation.quoted()))
            }
            Self::Circle(_) => Some("declare one of the keys `deferrable initially deferred`".to_owned()),
            Self::Load { source, .. } | Self::Rebuild { source, .. } | Self::Query { source, .. } => place(source),
            _ => None,
        }
    }
}

/// The server's detail and the place it names, such as `COPY stores, line 3, column name`.
fn place(error: &sqlx::Error) -> Option<String> {
    let said = error.as_database_error()?.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
    let parts: Vec<&str> = [said.detail(), said.r#where(), said.hint()].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn lines(mistakes: &[SeedMistake]) -> String {
    mistakes.iter().fold(String::new(), |mut text, mistake| {
        // Writing to a `String` does not fail.
        let _ = write!(text, "\n  {mistake}");
        text
    })
}
