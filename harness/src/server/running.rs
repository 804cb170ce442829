//! A server that answers: how to connect to it, what it can do, how it ends.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::connector::{Connector, ServerKind, encode};
use super::docker::Docker;
use super::embedded::{Embedded, blocking};
use super::error::ServerError;
use super::tools;

/// What stands behind a running server.
pub(super) enum Backend {
    Embedded(Box<Embedded>),
    Docker(Box<Docker>),
    External,
}

/// A PostgreSQL that answers. What we started ends when this is stopped or dropped.
pub struct Server {
    pub(super) backend: Backend,
    pub(super) connector: Connector,
    pub(super) version: String,
    pub(super) places: super::places::Places,
}

impl Server {
    /// The kind of server.
    pub fn kind(&self) -> ServerKind {
        self.connector.kind()
    }

    /// The version as the server gives it, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as `15`.
    pub fn major(&self) -> u16 {
        self.connector.major()
    }

    /// How to connect, for what outlives a borrow of the server.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// How to connect to a database, password included.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        self.connector.options(database)
    }

    /// A connection to a database.
    ///
    /// # Errors
    ///
    /// [`ServerError::Died`] when the server is gone, otherwise the driver's error.
    pub async fn connect(&self, database: &str) -> Result<PgConnection, ServerError> {
        match self.connector.connect(database).await {
            Ok(connection) => Ok(connection),
            Err(source) => Err(self.explain("connect to the server", source).await),
        }
    }

    /// The address of a database for people: without the password.
    pub fn address(&self, database: &str) -> String {
        self.connector.address(database)
    }

    /// The address over TCP with the password, for programs that take a URL. Never print it.
    pub fn secret_url(&self, database: &str) -> String {
        let options = self.connector.options(database);
        let password = self.connector.password().map(|secret| format!(":{}", encode(secret))).unwrap_or_default();
        let (user, database) = (encode(options.get_username()), encode(database));
        format!("postgresql://{user}{password}@{}:{}/{database}", options.get_host(), options.get_port())
    }

    /// The data directory, when it is on this machine and ours.
    pub fn data_directory(&self) -> Option<PathBuf> {
        match &self.backend {
            Backend::Embedded(embedded) => Some(embedded.data_directory()),
            Backend::Docker(_) | Backend::External => None,
        }
    }

    /// The directory of the server's own client programs, when they are on this machine.
    pub fn backend_bin_dir(&self) -> Option<&Path> {
        match &self.backend {
            Backend::Embedded(embedded) => Some(&embedded.installation().bin_dir),
            Backend::Docker(_) | Backend::External => None,
        }
    }

    /// The process of the server, when it is a child of ours.
    pub fn process(&self) -> Option<i32> {
        match &self.backend {
            Backend::Embedded(embedded) => Some(embedded.postmaster().pid().as_raw()),
            Backend::Docker(_) | Backend::External => None,
        }
    }

    /// The id of the container that the server runs in, when we started it.
    pub fn container(&self) -> Option<&str> {
        match &self.backend {
            Backend::Docker(docker) => Some(docker.id()),
            Backend::Embedded(_) | Backend::External => None,
        }
    }

    /// The extensions that can be created here, with the version that `CREATE EXTENSION` would take.
    ///
    /// # Errors
    ///
    /// The server can not be asked.
    pub async fn extensions_available(&self) -> Result<BTreeMap<String, String>, ServerError> {
        let doing = "list the server's extensions";
        let mut connection = self.connect(self.connector.maintenance()).await?;
        let rows: Vec<(String, String)> =
            sqlx::query_as("select name::text, coalesce(default_version, '') from pg_catalog.pg_available_extensions")
                .fetch_all(&mut connection)
                .await
                .map_err(|source| ServerError::Query { doing, source })?;
        let _ = connection.close().await;
        Ok(rows.into_iter().collect())
    }

    /// The value of a server setting, as `SHOW` gives it; nothing for an unknown one.
    ///
    /// # Errors
    ///
    /// The server can not be asked.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, ServerError> {
        let mut connection = self.connect(self.connector.maintenance()).await?;
        let value = setting(&mut connection, name).await;
        let _ = connection.close().await;
        value
    }

    /// Whether the server still runs; asked of the process or the container where it is ours, otherwise by connecting.
    pub async fn is_alive(&self) -> bool {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.postmaster().is_alive(),
            Backend::Docker(docker) => docker.is_alive().await,
            Backend::External => match self.connector.connect(self.connector.maintenance()).await {
                Ok(connection) => connection.close().await.is_ok(),
                Err(_) => false,
            },
        }
    }

    /// The last lines of the server's log, the serious ones if there are any; empty for an external server.
    pub async fn last_words(&self) -> String {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.postmaster().last_words(),
            Backend::Docker(docker) => docker.last_words().await,
            Backend::External => String::new(),
        }
    }

    /// That the server is gone, with its last words.
    pub async fn died(&self) -> ServerError {
        ServerError::Died { kind: self.kind().as_str(), log: self.last_words().await }
    }

    /// Whether it was started by this process, and ends with it.
    pub fn is_ours(&self) -> bool {
        self.kind() != ServerKind::External
    }

    /// The reason why a statement failed: that the server died, if it did, otherwise the driver's error.
    pub async fn explain(&self, doing: &'static str, source: sqlx::Error) -> ServerError {
        let lost = matches!(source, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_));
        if lost && !self.is_alive().await {
            return self.died().await;
        }
        ServerError::Query { doing, source }
    }

    /// Copies a database into another, existing and empty one, through `pg_dump` and `psql` of the server itself.
    ///
    /// An external server needs client programs on this machine that are at least as new as it is.
    ///
    /// # Errors
    ///
    /// A program is missing or fails; `to` is then half filled.
    pub async fn copy_by_dump(&self, from: &str, to: &str) -> Result<(), ServerError> {
        match &self.backend {
            Backend::Embedded(embedded) => {
                tools::copy_on_host(&embedded.installation().bin_dir, &self.connector, from, to).await
            }
            Backend::Docker(docker) => docker.copy_by_dump(from, to).await,
            Backend::External => {
                let bin_dir = tools::fitting_bin_dir(&self.places, self.major()).await?;
                tools::copy_on_host(&bin_dir, &self.connector, from, to).await
            }
        }
    }

    /// Lets the server outlive this process, for a person to look at one of its databases; `pgproof clean` ends it.
    ///
    /// Returns what opens the database, without the password: an address, for a container a `docker exec` command. An
    /// embedded server is started anew, so every connection to it ends.
    ///
    /// # Errors
    ///
    /// The server can not be started anew, or the engine does not answer.
    pub async fn keep(self, database: &str) -> Result<String, ServerError> {
        let address = self.address(database);
        match self.backend {
            Backend::Embedded(embedded) => blocking(move || embedded.keep()).await.map(|()| address),
            Backend::Docker(docker) => docker.keep(database).await,
            Backend::External => Ok(address),
        }
    }

    /// Stops the server and removes it; an external one is only let go.
    ///
    /// # Errors
    ///
    /// A container can not be removed.
    pub async fn stop(self) -> Result<(), ServerError> {
        match self.backend {
            Backend::Embedded(embedded) => {
                blocking(move || {
                    drop(embedded);
                    Ok(())
                })
                .await
            }
            Backend::Docker(docker) => docker.stop().await,
            Backend::External => Ok(()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({} {}, {})", self.kind(), self.version, self.address(self.connector.maintenance()))
    }
}

/// The value of a setting over this connection.
pub(super) async fn setting(connection: &mut PgConnection, name: &str) -> Result<Option<String>, ServerError> {
    sqlx::query_scalar("select pg_catalog.current_setting($1, true)")
        .bind(name)
        .fetch_one(connection)
        .await
        .map_err(|source| ServerError::Query { doing: "read a server setting", source })
}

/// The version in full and its major part, from a connection.
pub(super) async fn version(connection: &mut PgConnection) -> Result<(String, u16), ServerError> {
    let (text, number): (String, i32) = sqlx::query_as(AssertSqlSafe(
        "select current_setting('server_version'), current_setting('server_version_num')::int".to_owned(),
    ))
    .fetch_one(connection)
    .await
    .map_err(|source| ServerError::Query { doing: "read the server's version", source })?;
    let version = text.split_whitespace().next().unwrap_or_default().to_owned();
    Ok((version, u16::try_from(number / 10_000).unwrap_or(0)))
}
