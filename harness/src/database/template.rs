//! The template of a plan: built once, sealed, cloned for every use.

use std::fmt;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::Mutex;

use super::beside::Beside;
use super::error::{DatabaseError, TemplateError};
use super::mark::{Mark, Standing, State, execute};
use super::name::DatabaseName;
use super::owned::{Database, create, drop_by_name, drop_ours, maintain};
use crate::server::{Connector, Server};
use crate::sql::{quote_identifier, quote_literal};

/// Begins the names of our advisory locks, so that they meet nobody else's but by an accident of 64 bits.
const LOCK_SPACE: &str = "pgproof/";

/// A sealed database that nobody can connect to, and that every clone is a copy of.
///
/// As long as this value lives, a shared advisory lock tells others that the template is in use.
pub struct Template {
    name: DatabaseName,
    connector: Connector,
    /// Holds the shared lock; also makes the clones, one at a time.
    session: Mutex<PgConnection>,
    beside: Beside,
}

impl Template {
    /// The template for a plan: found sealed, or built now by `build` in an empty database, then sealed.
    ///
    /// Many callers at once, in one process or many, build it once; the others wait under an advisory lock. A half-built
    /// one, whose builder was killed, is dropped and built again. `build` must close its own connections; those it
    /// leaves open are ended.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Build`] is `build`'s own error: the half-built database is dropped. Otherwise the server's.
    pub async fn ensure<E, B>(server: &Server, plan_hash: &str, build: B) -> Result<Self, TemplateError<E>>
    where
        E: std::error::Error + 'static,
        B: AsyncFnOnce(&Database) -> Result<(), E>,
    {
        let name = DatabaseName::template(plan_hash)?;
        let connector = server.connector().clone();
        let mut session = maintain(&connector).await?;
        // The shared lock first: a discard between finding and using it would take the template away.
        lock(&mut session, &name, "pg_advisory_lock_shared", "use").await?;
        if !is_sealed(&mut session, &name).await? {
            lock(&mut session, &name, "pg_advisory_lock", "build").await?;
            if !is_sealed(&mut session, &name).await? {
                build_and_seal(&mut session, &name, &connector, build).await?;
            }
            lock(&mut session, &name, "pg_advisory_unlock", "build").await?;
        }
        let beside = Beside::read(&mut session, &name).await?;
        Ok(Self { name, connector, session: Mutex::new(session), beside })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// A new database with the template's content; with a random name when none is given.
    ///
    /// Clones made at the same time do not wait for each other. Settings and privileges of the template itself
    /// (`ALTER DATABASE … SET`, `GRANT … ON DATABASE`), which `CREATE DATABASE` leaves behind, are carried over.
    ///
    /// # Errors
    ///
    /// The name is not ours or is taken, or the server refuses.
    pub async fn clone_as(&self, name: Option<&str>) -> Result<Database, DatabaseError> {
        let name = name.map_or_else(|| Ok(DatabaseName::random()), DatabaseName::new)?;
        if let Ok(mut session) = self.session.try_lock() {
            self.clone_over(&mut session, &name).await?;
        } else {
            let mut session = maintain(&self.connector).await?;
            self.clone_over(&mut session, &name).await?;
            let _ = session.close().await;
        }
        Ok(Database::new(name, self.connector.clone()))
    }

    /// Drops a clone, whoever is connected, and makes it anew under the same name.
    ///
    /// # Errors
    ///
    /// Its comment is no longer ours, or the server refuses.
    pub async fn renew(&self, database: &Database) -> Result<(), DatabaseError> {
        let name = DatabaseName::new(database.name())?;
        let mut session = maintain(&self.connector).await?;
        drop_ours(&mut session, &name).await?;
        self.clone_over(&mut session, &name).await?;
        let _ = session.close().await;
        Ok(())
    }

    async fn clone_over(&self, session: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
        create(session, name, self.name.as_str(), &self.connector).await?;
        Mark::new(State::Clone).write(session, name).await?;
        self.beside.write(session, name).await
    }

    /// Drops the template, unless somebody else uses it. Returns whether it is gone.
    ///
    /// # Errors
    ///
    /// The server refuses.
    pub async fn discard(self) -> Result<bool, DatabaseError> {
        let mut session = self.session.into_inner();
        let free: bool = sqlx::query_scalar(AssertSqlSafe(lock_call("pg_try_advisory_lock", &self.name, "use")))
            .fetch_one(&mut session)
            .await
            .map_err(DatabaseError::statement("lock", self.name.as_str()))?;
        if free {
            drop_by_name(&mut session, &self.name).await?;
        }
        let _ = session.close().await;
        Ok(free)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({})", self.connector.address(self.name()))
    }
}

async fn is_sealed(session: &mut PgConnection, name: &DatabaseName) -> Result<bool, DatabaseError> {
    let standing = Standing::read(session, name).await?;
    Ok(matches!(standing, Standing::Ours { mark, open: false } if mark.state == State::Sealed))
}

/// Called under the build lock, so whatever stands there half-built has no builder any more.
async fn build_and_seal<E, B>(
    session: &mut PgConnection,
    name: &DatabaseName,
    connector: &Connector,
    build: B,
) -> Result<(), TemplateError<E>>
where
    E: std::error::Error + 'static,
    B: AsyncFnOnce(&Database) -> Result<(), E>,
{
    match Standing::read(session, name).await? {
        Standing::Absent => {}
        Standing::Foreign => return Err(DatabaseError::Foreign { name: name.to_string() }.into()),
        Standing::Unmarked | Standing::Ours { .. } => {
            tracing::info!(template = %name, "found half-built, building it again");
            drop_by_name(session, name).await?;
        }
    }
    create(session, name, "template0", connector).await?;
    Mark::new(State::Building).write(session, name).await?;
    tracing::debug!("building the template {name}");
    let database = Database::new(name.clone(), connector.clone());
    if let Err(error) = build(&database).await {
        // The cause is what the caller must hear of; a database left here is rebuilt by the next caller.
        let _ = drop_by_name(session, name).await;
        return Err(TemplateError::Build(error));
    }
    seal(session, name).await?;
    Ok(())
}

/// Closes the door, sends out who is still inside, and only then says that it is whole.
async fn seal(session: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
    let database = quote_identifier(name.as_str());
    let failed = || DatabaseError::statement("seal", name.as_str());
    execute(session, format!("alter database {database} with allow_connections false is_template true"))
        .await
        .map_err(failed())?;
    let inside = quote_literal(name.as_str());
    // Waiting for the end came with 14; CREATE DATABASE itself waits five seconds for leavers.
    execute(
        session,
        format!(
            "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
             where datname = {inside} and usename = current_user and pid <> pg_catalog.pg_backend_pid()"
        ),
    )
    .await
    .map_err(failed())?;
    Mark::new(State::Sealed).write(session, name).await
}

async fn lock(
    session: &mut PgConnection,
    name: &DatabaseName,
    function: &str,
    what: &str,
) -> Result<(), DatabaseError> {
    execute(session, lock_call(function, name, what)).await.map_err(DatabaseError::statement("lock", name.as_str()))
}

pub(super) fn lock_call(function: &str, name: &DatabaseName, what: &str) -> String {
    let key = quote_literal(&format!("{LOCK_SPACE}{what}/{name}"));
    format!("select pg_catalog.{function}(pg_catalog.hashtextextended({key}, 7))")
}
