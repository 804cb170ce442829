//! One database of ours.

use std::fmt;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::error::DatabaseError;
use super::mark::{Mark, Standing, State, execute};
use super::name::DatabaseName;
use crate::server::{Connector, Server};
use crate::sql::quote_identifier;

/// A database of ours: made by us, ours to drop.
///
/// Whoever has it ends it, by [`Database::drop`] or [`Database::keep`]. Otherwise it goes with its server, or, on an
/// external one, by a later sweep, once this process has ended.
pub struct Database {
    name: DatabaseName,
    connector: Connector,
}

impl Database {
    pub(super) fn new(name: DatabaseName, connector: Connector) -> Self {
        Self { name, connector }
    }

    /// Makes an empty database out of `template0`; with a random name when none is given.
    ///
    /// # Errors
    ///
    /// The name is not ours or is taken, or the server refuses.
    pub async fn create_empty(server: &Server, name: Option<&str>) -> Result<Self, DatabaseError> {
        let name = name.map_or_else(|| Ok(DatabaseName::random()), DatabaseName::new)?;
        let connector = server.connector().clone();
        let mut connection = maintain(&connector).await?;
        create(&mut connection, &name, "template0", &connector).await?;
        Mark::new(State::Clone).write(&mut connection, &name).await?;
        let _ = connection.close().await;
        Ok(Self { name, connector })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// How to reach its server.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// How to connect to it, password included.
    pub fn options(&self) -> PgConnectOptions {
        self.connector.options(self.name())
    }

    /// A new connection to it.
    ///
    /// # Errors
    ///
    /// The server is gone or has no connection left.
    pub async fn connect(&self) -> Result<PgConnection, DatabaseError> {
        let connected = self.connector.connect(self.name()).await;
        connected.map_err(|source| DatabaseError::Connect { name: self.name().to_owned(), source })
    }

    /// Its address for people, without the password.
    pub fn address(&self) -> String {
        self.connector.address(self.name())
    }

    /// Drops it, whoever is connected.
    ///
    /// # Errors
    ///
    /// Its comment is no longer ours, or the server refuses.
    pub async fn drop(self) -> Result<(), DatabaseError> {
        let mut connection = maintain(&self.connector).await?;
        let dropped = drop_ours(&mut connection, &self.name).await;
        let _ = connection.close().await;
        dropped
    }

    /// Leaves it for a person to look at; no sweep takes it. Returns its address, without the password.
    ///
    /// # Errors
    ///
    /// The server can not be reached.
    pub async fn keep(self) -> Result<String, DatabaseError> {
        let mut connection = maintain(&self.connector).await?;
        Mark::new(State::Kept).write(&mut connection, &self.name).await?;
        let _ = connection.close().await;
        Ok(self.address())
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.address())
    }
}

/// A connection for statements about databases.
pub(super) async fn maintain(connector: &Connector) -> Result<PgConnection, DatabaseError> {
    let name = connector.maintenance();
    connector.connect(name).await.map_err(|source| DatabaseError::Connect { name: name.to_owned(), source })
}

/// `CREATE DATABASE … TEMPLATE …`, by the quickest way.
///
/// `FILE_COPY` writes no row of the template into the WAL and copies files at the speed of the file system: 35 ms where
/// `WAL_LOG` takes 60 ms for 67 MB on tmpfs, 51 to 76 on disk, 79 to 114 durable. It asks for two checkpoints, which
/// others on a shared server would pay for: there the server's own default stays.
pub(super) async fn create(
    connection: &mut PgConnection,
    name: &DatabaseName,
    template: &str,
    connector: &Connector,
) -> Result<(), DatabaseError> {
    let ours = connector.kind() != crate::server::ServerKind::External;
    let strategy = if ours && connector.major() >= 15 { " strategy file_copy" } else { "" };
    let (database, template) = (quote_identifier(name.as_str()), quote_identifier(template));
    execute(connection, format!("create database {database} template {template}{strategy}"))
        .await
        .map_err(DatabaseError::statement("create", name.as_str()))
}

/// Drops a database if it is there and marked as ours.
pub(super) async fn drop_ours(connection: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
    match Standing::read(connection, name).await? {
        Standing::Absent => Ok(()),
        Standing::Ours { .. } => drop_by_name(connection, name).await,
        Standing::Unmarked | Standing::Foreign => Err(DatabaseError::Foreign { name: name.to_string() }),
    }
}

/// Drops a database that the caller knows to be ours. A template has to be made an ordinary database first.
pub(super) async fn drop_by_name(connection: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
    let failed = DatabaseError::statement("drop", name.as_str());
    let database = quote_identifier(name.as_str());
    let statements = async {
        if name.is_template() {
            execute(connection, format!("alter database {database} with is_template false")).await?;
        }
        // WITH (FORCE) came with 13.
        execute(connection, format!("drop database if exists {database} with (force)")).await
    };
    statements.await.map_err(failed)
}
