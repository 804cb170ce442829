//! A session that locks what a step locks, in the other order.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{PATIENCE, backend};
use crate::sql::RelationName;

/// The step's session looks for a deadlock early enough to be its victim, and late enough for the circle to be closed; the
/// other one never looks. Steps that do not wait long look in time.
const LOOKS: &str = "select set_config('deadlock_timeout', case when setting::int = 0 then 1000 else
    greatest(1, least(1000, setting::int / 2)) end::text, false) from pg_catalog.pg_settings where name = 'lock_timeout'";
const NEVER_LOOKS: &str = "set deadlock_timeout = '1h'; set lock_timeout = '10s'; begin;";

/// What a statement locks, and what its transaction has locked before it: relations that others see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockOrder {
    /// Locked before the statement.
    pub held: BTreeSet<RelationName>,
    /// Locked by the statement.
    pub wanted: BTreeSet<RelationName>,
}

/// Locks what the statement will want, and once it waits, asks for what it has. Whoever does so tells whether the
/// statement ever waited; whether it came to a deadlock, the server tells the step. `None` where somebody else holds one
/// of the relations.
pub(super) async fn cross(
    options: &PgConnectOptions,
    step: &mut PgConnection,
    order: &LockOrder,
) -> Result<Option<JoinHandle<Result<bool, sqlx::Error>>>, sqlx::Error> {
    let victim = backend(step).await?;
    sqlx::raw_sql(LOOKS).execute(&mut *step).await?;
    let mut rival = rival(options).await?;
    if let Err(error) = lock(&mut rival, order.wanted.iter()).await {
        return if error.as_database_error().is_some() { Ok(None) } else { Err(error) };
    }
    let (options, order) = (options.clone(), order.clone());
    Ok(Some(tokio::spawn(async move { close_the_circle(&options, rival, victim, &order).await })))
}

async fn close_the_circle(
    options: &PgConnectOptions,
    mut rival: PgConnection,
    victim: i32,
    order: &LockOrder,
) -> Result<bool, sqlx::Error> {
    let mut admin = options.connect().await?;
    let Some(first) = wait_for(&mut admin, victim, backend(&mut rival).await?).await? else { return Ok(false) };
    if let Some(held) = order.held.first() {
        return let_go(lock(&mut rival, [held]).await);
    }
    // It has nothing yet. It gets the first that it wants; the others are another's by then, who queues for them now.
    let others: Vec<&RelationName> = order.wanted.iter().filter(|name| **name != first).collect();
    if others.is_empty() {
        return Ok(false);
    }
    let mut second = self::rival(options).await?;
    let queued = backend(&mut second).await?;
    let give_way = async {
        wait_for(&mut admin, queued, backend(&mut rival).await?).await?;
        rival.close().await
    };
    // Where the step was quicker than the second at one of the others, that closes the circle already.
    let (locked, ()) = tokio::try_join!(async { Ok(lock(&mut second, others).await) }, give_way)?;
    let_go(locked)?;
    match wait_for(&mut admin, victim, queued).await? {
        Some(_) => let_go(lock(&mut second, [&first]).await),
        None => Ok(true),
    }
}

/// Once the victim is gone, its lock is the rival's. A rival that the server refuses was the victim itself, or waited too
/// long: then the step says so.
fn let_go(outcome: Result<(), sqlx::Error>) -> Result<bool, sqlx::Error> {
    match outcome {
        Err(error) if error.as_database_error().is_none() => Err(error),
        _ => Ok(true),
    }
}

async fn rival(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut rival = options.connect().await?;
    sqlx::raw_sql(NEVER_LOOKS).execute(&mut rival).await?;
    Ok(rival)
}

async fn lock(rival: &mut PgConnection, relations: impl IntoIterator<Item = &RelationName>) -> Result<(), sqlx::Error> {
    let names: Vec<String> = relations.into_iter().map(RelationName::quoted).collect();
    let lock = format!("lock table {} in access exclusive mode", names.join(", "));
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(rival).await.map(|_| ())
}

/// Waits until a session waits for a relation that `blocker` has; which one that is. `None` where it never does, or is
/// over.
async fn wait_for(admin: &mut PgConnection, session: i32, blocker: i32) -> Result<Option<RelationName>, sqlx::Error> {
    const WAITS: &str = "select n.nspname::text, c.relname::text from pg_catalog.pg_locks l
        join pg_catalog.pg_class c on c.oid = l.relation join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where l.pid = $1 and not l.granted and l.locktype = 'relation' and $2 = any (pg_catalog.pg_blocking_pids($1))";
    const OVER: &str = "select not exists (select from pg_catalog.pg_stat_activity
        where pid = $1 and state <> 'idle in transaction (aborted)')";
    let deadline = Instant::now() + PATIENCE / 5;
    while Instant::now() < deadline {
        let waits: Option<(String, String)> =
            sqlx::query_as(WAITS).bind(session).bind(blocker).fetch_optional(&mut *admin).await?;
        if let Some((schema, name)) = waits {
            return Ok(Some(RelationName::new(schema, name)));
        }
        if sqlx::query_scalar(OVER).bind(session).fetch_one(&mut *admin).await? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(None)
}
