//! A place for databases outside of the data directory.

use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::error::DatabaseError;
use super::mark::execute;
use super::owned::{Database, maintain};
use crate::server::Connector;
use crate::sql::{quote_identifier, quote_literal};

/// How often is tried what a session of somebody else stands in the way of: a background worker, such as `pg_cron`'s,
/// comes back at any time.
pub(super) const ATTEMPTS: usize = 20;

/// Makes a tablespace in a directory that the server may write to.
///
/// # Errors
/// The server refuses.
pub async fn create_tablespace(connector: &Connector, name: &str, location: &Path) -> Result<(), DatabaseError> {
    let mut session = maintain(connector).await?;
    let statement =
        format!("create tablespace {} location {}", quote_identifier(name), quote_literal(&location.to_string_lossy()));
    execute(&mut session, statement).await.map_err(DatabaseError::statement("make the tablespace", name))?;
    let _ = session.close().await;
    Ok(())
}

impl Database {
    /// Moves it to a tablespace; sessions in it are ended.
    ///
    /// # Errors
    /// The server refuses, or somebody never leaves.
    pub async fn move_to(&self, tablespace: &str) -> Result<(), DatabaseError> {
        let mut session = maintain(self.connector()).await?;
        let (database, tablespace) = (quote_identifier(self.name()), quote_identifier(tablespace));
        let mut attempt = 1;
        loop {
            empty(&mut session, self.name()).await?;
            let moved = execute(&mut session, format!("alter database {database} set tablespace {tablespace}")).await;
            match moved {
                Ok(()) => break,
                Err(error) if attempt == ATTEMPTS => return Err(DatabaseError::statement("move", self.name())(error)),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            attempt += 1;
        }
        let _ = session.close().await;
        Ok(())
    }
}

/// Ends every session in a database.
pub(super) async fn empty(session: &mut PgConnection, name: &str) -> Result<(), DatabaseError> {
    let leave = format!(
        "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where datname = {}",
        quote_literal(name)
    );
    execute(session, leave).await.map_err(DatabaseError::statement("empty", name))
}
