//! Reads schemas from where they are: a live database, or SQL that is applied to a fresh one.
//!
//! A live database is only read. SQL runs on a server of ours that is made when the first script asks for it and ends
//! with the [`Workshop`].

mod error;
mod prove;

use sqlx::{AssertSqlSafe, Connection, Executor};

pub use self::error::SchemaError;
pub use self::prove::{Proof, SchemaStep};
use crate::apply;
use crate::database::Database;
use crate::facts::Direction;
use crate::observe::read_schema;
use crate::scenario::TransactionMode;
use crate::schema::{Catalog, Graph};
use crate::server::{Provider, Server, ServerUrl};
use crate::sql::Script;

/// Where a schema is.
#[derive(Debug)]
pub enum SchemaSource {
    /// A live database.
    Server(Box<ServerUrl>),
    /// Scripts, to be applied in order to an empty database.
    Scripts(Vec<Script>),
    /// A catalog that was read before.
    Read(Box<Catalog>),
}

/// A server for scripts, made when it is first needed.
#[derive(Debug)]
pub struct Workshop {
    provider: Provider,
    roles: Vec<String>,
    server: Option<Server>,
}

impl Workshop {
    /// A workshop on servers of `provider`; `roles` are made on it where it has them not.
    pub fn new(provider: Provider, roles: Vec<String>) -> Self {
        Self { provider, roles, server: None }
    }

    /// The catalog of a source, and what of it needs what. A catalog that was read before has no graph.
    ///
    /// # Errors
    /// The server can not be had or read, or it refuses a statement of a script.
    pub async fn read(&mut self, source: &SchemaSource) -> Result<(Catalog, Graph), SchemaError> {
        match source {
            SchemaSource::Server(url) => {
                let mut connection = url.connect().await?;
                let read = read_schema(&mut connection, &[]).await;
                // It was only read: a farewell that fails changes nothing.
                let _ = connection.close().await;
                Ok(read?)
            }
            SchemaSource::Scripts(scripts) => {
                let database = self.applied(scripts).await?;
                let read = read_database(&database).await;
                discard(database).await?;
                read
            }
            SchemaSource::Read(catalog) => Ok(((**catalog).clone(), Graph::default())),
        }
    }

    /// An empty database of ours with the scripts applied.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn applied(&mut self, scripts: &[Script]) -> Result<Database, SchemaError> {
        let database = Database::create_empty(self.server().await?, None).await?;
        for script in scripts {
            let mode = TransactionMode::of(script);
            let options = database.options();
            let run = apply::run_script(&options, "schema", Direction::Up, script, mode, &mut ()).await?;
            if let Some(refusal) = run.refusal {
                discard(database).await?;
                return Err(SchemaError::Refused(Box::new(refusal)));
            }
        }
        Ok(database)
    }

    /// Ends the server, where one was made.
    ///
    /// # Errors
    /// It does not end as it should.
    pub async fn close(self) -> Result<(), SchemaError> {
        match self.server {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }

    async fn server(&mut self) -> Result<&Server, SchemaError> {
        let server = if let Some(server) = self.server.take() {
            server
        } else {
            let server = self.provider.start().await?;
            make_roles(&server, &self.roles).await?;
            server
        };
        Ok(self.server.insert(server))
    }
}

async fn make_roles(server: &Server, roles: &[String]) -> Result<(), SchemaError> {
    let mut connection = server.connect("postgres").await?;
    for role in roles {
        let statement = format!("create role {}", crate::sql::quote_identifier(role));
        let made = connection.execute(AssertSqlSafe(statement)).await;
        // 42710: on a server that lives on, it may be there (PostgreSQL manual, appendix A).
        if let Err(error) = made
            && error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() != Some("42710")
        {
            return Err(SchemaError::Role { name: role.clone(), source: error });
        }
    }
    let _ = connection.close().await;
    Ok(())
}

/// Drops a database of ours, its subscriptions before: the server drops none that has one.
async fn discard(database: Database) -> Result<(), SchemaError> {
    let mut connection = database.connect().await?;
    let away = "do $$ declare one name; begin for one in select s.subname from pg_catalog.pg_subscription s
        join pg_catalog.pg_database d on d.oid = s.subdbid where d.datname = pg_catalog.current_database() loop
        execute pg_catalog.format('alter subscription %I disable', one);
        execute pg_catalog.format('alter subscription %I set (slot_name = none)', one);
        execute pg_catalog.format('drop subscription %I', one); end loop; end $$";
    let gone = connection.execute(away).await;
    let _ = connection.close().await;
    if let Err(error) = gone {
        tracing::warn!(%error, "a subscription stays, and with it its database until the server ends");
        return Ok(());
    }
    Ok(database.drop().await?)
}

/// The catalog of a database of ours.
///
/// # Errors
/// It can not be reached or read.
pub async fn read_database(database: &Database) -> Result<(Catalog, Graph), SchemaError> {
    let mut connection = database.connect().await?;
    let read = read_schema(&mut connection, &[]).await;
    let _ = connection.close().await;
    Ok(read?)
}
