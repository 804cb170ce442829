//! A database as it was at one moment, to go back to.

use std::time::Duration;

use sqlx::Connection;

use super::beside::Beside;
use super::error::DatabaseError;
use super::mark::{Mark, State};
use super::name::DatabaseName;
use super::owned::{Database, create, drop_ours, maintain};
use super::tablespace::{ATTEMPTS, empty};

/// A copy of a database. It ends with its server, or by [`Database::drop`] of what it holds.
#[derive(Debug)]
pub struct Checkpoint {
    database: Database,
    beside: Beside,
}

impl Checkpoint {
    /// Copies a database as it is now, with the settings and privileges of the database itself; sessions in it are
    /// ended.
    ///
    /// # Errors
    /// The server refuses, or somebody never leaves.
    pub async fn of(database: &Database) -> Result<Self, DatabaseError> {
        let name = DatabaseName::random();
        let connector = database.connector().clone();
        let mut session = maintain(&connector).await?;
        let mut attempt = 1;
        loop {
            empty(&mut session, database.name()).await?;
            match create(&mut session, &name, database.name(), &connector).await {
                Ok(()) => break,
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            attempt += 1;
        }
        Mark::new(State::Clone).write(&mut session, &name).await?;
        let beside = Beside::read(&mut session, &DatabaseName::new(database.name())?).await?;
        beside.write(&mut session, &name).await?;
        let _ = session.close().await;
        Ok(Self { database: Database::new(name, connector), beside })
    }

    /// The copy, to look at.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Drops `database`, whoever is connected, and makes it anew, under its name, as it was, with what was said of it.
    ///
    /// # Errors
    /// Its comment is not ours, or the server refuses.
    pub async fn restore(&self, database: &Database) -> Result<(), DatabaseError> {
        let name = DatabaseName::new(database.name())?;
        let connector = database.connector();
        let mut session = maintain(connector).await?;
        drop_ours(&mut session, &name).await?;
        create(&mut session, &name, self.database.name(), connector).await?;
        Mark::new(State::Clone).write(&mut session, &name).await?;
        self.beside.write(&mut session, &name).await?;
        let _ = session.close().await;
        Ok(())
    }
}
