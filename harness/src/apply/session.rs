//! A connection that takes the role of each request, and is opened anew when it was lost.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::error::is_servers_trouble;
use crate::sql::quote_identifier;

/// Sends the requests of one client.
#[derive(Debug)]
pub(super) struct Session {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    role: Role,
}

/// The role of a session.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    /// A transaction failed in which it may have changed.
    Unknown,
    /// Who connected.
    Own,
    Taken(String),
}

impl Session {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self { options, connection: None, role: Role::Unknown }
    }

    /// Opens the connection, if there is none, and says which backend it then has.
    pub(super) async fn open(&mut self) -> Result<Option<i32>, sqlx::Error> {
        if self.connection.is_some() {
            return Ok(None);
        }
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let row = sqlx::raw_sql("select pg_catalog.pg_backend_pid()").fetch_one(&mut connection).await?;
        let pid = row.try_get(0)?;
        self.connection = Some(connection);
        self.role = Role::Own;
        Ok(Some(pid))
    }

    /// The connection with a role, that of who connected where it is `None`; nothing while it is not open.
    pub(super) async fn as_role(&mut self, wanted: Option<&String>) -> Result<Option<&mut PgConnection>, sqlx::Error> {
        let wanted = wanted.map_or(Role::Own, |role| Role::Taken(role.clone()));
        let sql = match &wanted {
            _ if self.role == wanted => return Ok(self.connection.as_mut()),
            Role::Taken(role) => format!("set role {}", quote_identifier(role)),
            Role::Own | Role::Unknown => "reset role".to_owned(),
        };
        if let Some(connection) = self.connection.as_mut() {
            connection.execute(AssertSqlSafe(sql)).await?;
        }
        self.role = wanted;
        Ok(self.connection.as_mut())
    }

    /// Leaves a failed transaction behind, or the connection where that can not be.
    pub(super) async fn recover(&mut self, error: &sqlx::Error) {
        // A role that was set in a transaction is gone with it.
        self.role = Role::Unknown;
        let lost = match self.connection.as_mut() {
            Some(connection) => is_servers_trouble(error) || connection.execute("rollback").await.is_err(),
            None => true,
        };
        if lost {
            self.connection = None;
        }
    }

    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
    }
}

/// The SQLSTATE and the message of what the server refused; `08006` where the connection was lost.
pub(super) fn refusal(error: &sqlx::Error) -> (String, String) {
    match error.as_database_error() {
        Some(error) => (error.code().unwrap_or_default().into_owned(), error.message().to_owned()),
        None => ("08006".to_owned(), error.to_string()),
    }
}
