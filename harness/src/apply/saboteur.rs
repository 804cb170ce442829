//! Interrupts a step at one boundary.

mod deadlock;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub use self::deadlock::LockOrder;

use super::attendant::{Attendant, Boundary, Place};
use crate::facts::{FaultKind, FaultPoint, FaultSide};
use crate::server::{Proxy, Server, ServerError};

/// How long a session may take to end, and a statement to come to the point where it waits for others.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the step waits for locks that somebody else holds.
const LOCK_TIMEOUT: &str = "set lock_timeout = '50ms'";
/// The relations of the application, as a list for `LOCK TABLE`.
const TABLES: &str = "select string_agg(format('%I.%I', n.nspname, c.relname), ', ')
   from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and c.relpersistence <> 't' and n.nspname not like 'pg\\_%'
    and n.nspname not in ('information_schema', 'pgproof')
    and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')";

/// Stands by a step and strikes once, at its point.
#[derive(Debug)]
pub struct Saboteur<'a> {
    point: &'a FaultPoint,
    /// Straight to the server, also where the step's own connection goes through a proxy.
    options: PgConnectOptions,
    server: &'a Server,
    proxy: Option<&'a Proxy>,
    order: LockOrder,
    struck: bool,
    transaction: Option<String>,
    helper: Option<JoinHandle<Result<bool, sqlx::Error>>>,
    holder: Option<PgConnection>,
}

impl<'a> Saboteur<'a> {
    /// Somebody who interrupts a step of the database behind `options` at `point`.
    pub fn new(point: &'a FaultPoint, options: PgConnectOptions, server: &'a Server, proxy: Option<&'a Proxy>) -> Self {
        let order = LockOrder::default();
        Self { point, options, server, proxy, order, struck: false, transaction: None, helper: None, holder: None }
    }

    /// The same, who knows in which order the statement locks: a deadlock crosses it.
    #[must_use]
    pub fn crossing(self, order: LockOrder) -> Self {
        Self { order, ..self }
    }

    /// Lets go of everything; whether the fault was planted, and the transaction that was open then, by its id.
    pub async fn finish(mut self) -> (bool, Option<String>) {
        if let Some(helper) = self.helper.take() {
            // A helper that could not look has not struck, nor has one that nobody waited for.
            self.struck = matches!(timeout(PATIENCE * 2, helper).await, Ok(Ok(Ok(true))));
        }
        if let Some(holder) = self.holder.take() {
            let _ = holder.close().await;
        }
        (self.struck, self.transaction.take())
    }

    async fn strike(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.struck = true;
        // What an atomic record of the step would tell afterwards. There is none in a file without a transaction.
        if self.point.side == FaultSide::Commit {
            let id = sqlx::query_scalar("select pg_current_xact_id_if_assigned()::text");
            self.transaction = id.fetch_one(&mut *connection).await?;
        }
        match self.point.kind {
            FaultKind::Backend => {
                let pid = backend(connection).await?;
                let mut admin = self.options.connect().await?;
                end_session(&mut admin, pid).await?;
                admin.close().await
            }
            FaultKind::Server => self.server.kill().await.map_err(servers),
            FaultKind::Disk => self.server.fill().map_err(servers),
            FaultKind::Answer => {
                self.proxy.map(Proxy::lose_next_answer);
                Ok(())
            }
            FaultKind::Midway => {
                let pid = backend(connection).await?;
                let Some(holder) = self.hold("row exclusive").await? else { return Ok(()) };
                let admin = self.options.connect().await?;
                self.helper = Some(tokio::spawn(end_when_waiting(holder, admin, pid)));
                Ok(())
            }
            FaultKind::Deadlock => {
                self.helper = deadlock::cross(&self.options, connection, &self.order).await?;
                Ok(())
            }
            FaultKind::Lock => {
                sqlx::raw_sql(LOCK_TIMEOUT).execute(&mut *connection).await?;
                self.holder = self.hold("access exclusive").await?;
                self.struck = self.holder.is_some();
                Ok(())
            }
        }
    }

    /// A session with every relation of the application locked, which lets go by itself after some seconds; `None`
    /// where somebody else holds one of them.
    async fn hold(&self, mode: &str) -> Result<Option<PgConnection>, sqlx::Error> {
        let mut holder = self.options.connect().await?;
        let tables: Option<String> = sqlx::query_scalar(TABLES).fetch_one(&mut holder).await?;
        let lock = tables.map(|tables| format!("lock table {tables} in {mode} mode;")).unwrap_or_default();
        let begin = format!(
            "set idle_in_transaction_session_timeout = '5s'; set lock_timeout = '2s'; begin; {lock} select pg_current_xact_id()"
        );
        match sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut holder).await {
            Ok(_) => Ok(Some(holder)),
            Err(error) if error.as_database_error().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn is_here(&self, place: &Place<'_>, side: FaultSide) -> bool {
        !self.struck
            && self.point.kind != FaultKind::Lock
            && side == self.point.side
            && place.direction == self.point.direction
            && place.step == self.point.step
            && place.index == self.point.index
    }
}

impl Attendant for Saboteur<'_> {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        async move {
            let here = match &boundary {
                Boundary::StatementStarts(place) => self.is_here(place, FaultSide::Before),
                Boundary::StatementEnded(place) => self.is_here(place, FaultSide::After),
                Boundary::CommitStarts(place) => self.is_here(place, FaultSide::Commit),
                // Before the step holds a lock itself.
                Boundary::Opened { step, direction } => {
                    !self.struck
                        && self.point.kind == FaultKind::Lock
                        && (*direction, *step) == (self.point.direction, self.point.step.as_str())
                }
                Boundary::Committed(_) => false,
            };
            if here { self.strike(connection).await } else { Ok(()) }
        }
        .boxed()
    }
}

fn servers(error: ServerError) -> sqlx::Error {
    sqlx::Error::Configuration(Box::new(error))
}

async fn backend(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(connection).await
}

/// Ends a session and waits until it is gone.
async fn end_session(admin: &mut PgConnection, pid: i32) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(&mut *admin).await?;
    let gone = async {
        while sqlx::query_scalar::<_, bool>("select exists (select from pg_stat_activity where pid = $1)")
            .bind(pid)
            .fetch_one(&mut *admin)
            .await?
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    };
    timeout(PATIENCE, gone).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Ends a session once it waits for the holder's transaction; whether it ever did.
async fn end_when_waiting(mut holder: PgConnection, mut admin: PgConnection, pid: i32) -> Result<bool, sqlx::Error> {
    const WAITS: &str = "select pg_backend_pid() <> $1 and exists (select from pg_stat_activity where pid = $1
        and state = 'active' and wait_event_type = 'Lock'), exists (select from pg_stat_activity where pid = $1)";
    let deadline = tokio::time::Instant::now() + PATIENCE / 5;
    let mut waited = false;
    while tokio::time::Instant::now() < deadline {
        // The holder's own session would be ended for idling.
        sqlx::query("select 1").execute(&mut holder).await?;
        let (waits, there): (bool, bool) = sqlx::query_as(WAITS).bind(pid).fetch_one(&mut admin).await?;
        if waits {
            end_session(&mut admin, pid).await?;
            waited = true;
            break;
        }
        if !there {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let _ = holder.close().await;
    let _ = admin.close().await;
    Ok(waited)
}
