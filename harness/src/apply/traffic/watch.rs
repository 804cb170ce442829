//! Sees which sessions of the traffic wait for the migration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sqlx::{PgConnection, Row};

use super::board::Board;
use super::book::Wait;
use crate::facts::Awaited;
use crate::sql::{LockMode, RelationName};

/// How often the clients are looked at.
const EVERY: Duration = Duration::from_millis(20);

/// A client is looked at when its request has gone on for so long; before that the server is not asked.
const SUSPICIOUS: Duration = Duration::from_millis(20);

/// Who waits, since when, for which relation and mode, and for whom. `waitstart` came with PostgreSQL 14.
const WAITING: &str = "select l.pid,
        extract(epoch from pg_catalog.clock_timestamp()
            - (pg_catalog.to_jsonb(l) ->> 'waitstart')::pg_catalog.timestamptz)::float8,
        n.nspname::text,
        c.relname::text,
        l.mode,
        pg_catalog.pg_blocking_pids(l.pid)
   from pg_catalog.pg_locks l
   left join pg_catalog.pg_class c on c.oid = l.relation and l.locktype = 'relation'
   left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not l.granted and l.pid = any ($1)";

struct Waiting {
    for_ms: f64,
    on: Awaited,
    blockers: Vec<i32>,
}

/// Looks until the connection fails or the task is ended.
pub(super) async fn watch(board: Arc<Board>, mut connection: PgConnection) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (Some(migrating), true) = (board.migrating(), anybody_slow(&board)) else { continue };
        let pids: Vec<i32> = board.seats.iter().map(|seat| seat.pid.load(Ordering::Relaxed)).collect();
        let asked = Instant::now();
        match waiting(&mut connection, &pids).await {
            Ok(found) => {
                for pid in held_up(&found, migrating) {
                    let Some(waiting) = found.get(&pid) else { continue };
                    let so_far = Duration::try_from_secs_f64(waiting.for_ms / 1_000.0).unwrap_or_default();
                    let from = asked.checked_sub(so_far).unwrap_or(asked);
                    board.book(|book| book.waited(Wait { pid, from, seen: asked, on: waiting.on.clone() }));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the traffic is no longer watched: stalls can not be traced to the migration");
                return;
            }
        }
    }
}

fn anybody_slow(board: &Board) -> bool {
    let now = board.clock();
    let since = |seat: &super::board::Seat| seat.busy_since.load(Ordering::Relaxed);
    board
        .seats
        .iter()
        .map(since)
        .any(|since| since > 0 && Duration::from_micros(now.saturating_sub(since)) >= SUSPICIOUS)
}

async fn waiting(connection: &mut PgConnection, pids: &[i32]) -> Result<BTreeMap<i32, Waiting>, sqlx::Error> {
    let rows = sqlx::query(WAITING).bind(pids).fetch_all(connection).await?;
    let one = |row: &sqlx::postgres::PgRow| {
        let seconds: Option<f64> = row.try_get(1)?;
        let for_ms = seconds.unwrap_or_default().max(0.0) * 1_000.0;
        let (schema, name): (Option<String>, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
        let mode = LockMode::from_catalog(row.try_get(4)?);
        let on = match (schema, name, mode) {
            (Some(schema), Some(name), Some(mode)) => Awaited::Relation(RelationName::new(schema, name), mode),
            _ => Awaited::Row,
        };
        Ok((row.try_get(0)?, Waiting { for_ms, on, blockers: row.try_get(5)? }))
    };
    rows.iter().map(one).collect()
}

/// Who waits for the migration, directly or behind another who does.
fn held_up(waiting: &BTreeMap<i32, Waiting>, migrating: i32) -> BTreeSet<i32> {
    let mut found = BTreeSet::new();
    loop {
        let more: Vec<i32> = waiting
            .iter()
            .filter(|(pid, _)| !found.contains(*pid))
            .filter(|(_, one)| one.blockers.iter().any(|pid| *pid == migrating || found.contains(pid)))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_behind_a_waiter_waits_for_the_migration_too() {
        let one = |blockers: &[i32]| Waiting { for_ms: 1.0, on: Awaited::Row, blockers: blockers.to_vec() };
        let waiting = BTreeMap::from([(1, one(&[9])), (2, one(&[1])), (3, one(&[2])), (4, one(&[5])), (5, one(&[4]))]);
        assert_eq!(held_up(&waiting, 9), BTreeSet::from([1, 2, 3]));
    }
}
