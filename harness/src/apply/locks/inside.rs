//! The attendant: what a step's own session says about itself.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use super::ledger::{Account, Figures, Known};
use super::{Shared, open};
use crate::apply::attendant::{Attendant, Boundary, Place};
use crate::apply::batch::OWN_SCHEMA;
use crate::facts::StatementSeen;
use crate::scenario::TransactionMode;
use crate::sql::{LockMode, RelationName, Script, TransactionUse, quote_literal};

/// Commands that do the same in a transaction of their own making as in one that is made for them. Others may commit
/// inside (`CALL`, `DO`) or mean something else there (`SET`, `LOCK`).
const WRAPPABLE: [&str; 16] = [
    "ALTER", "ANALYZE", "CLUSTER", "COMMENT", "COPY", "CREATE", "DELETE", "DROP", "GRANT", "INSERT", "MERGE",
    "REFRESH", "REINDEX", "SELECT", "TRUNCATE", "UPDATE",
];

/// Commands after which nothing is asked: a question would fix the snapshot of a transaction whose isolation is still
/// to be set, and they lock nothing.
const SILENT: [&str; 3] = ["SET", "RESET", "SHOW"];

/// Asks the step's session about its locks. An ordinary statement outside of a transaction is given one of its own, so
/// that its locks can be read before they are gone.
#[derive(Debug)]
pub struct LockAttendant {
    shared: Shared,
    /// The major version asks how the counters are flushed.
    version: i32,
    /// A transaction is open that neither the step nor this attendant began: the script said `BEGIN`.
    scripted: bool,
    /// A transaction is open that this attendant began.
    given: bool,
}

/// What is asked beside the relations.
struct Header {
    pid: i32,
    version: i32,
    lock_timeout_ms: i64,
    statement_timeout_ms: i64,
}

/// Which relations are asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// All but the system's.
    All,
    /// Those that the session has locked.
    Locked,
}

impl LockAttendant {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared, version: 0, scripted: false, given: false }
    }

    async fn take_notice(&mut self, boundary: Boundary<'_>, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        match boundary {
            Boundary::Opened { .. } => {
                (self.scripted, self.given) = (false, false);
                let (header, relations) = self.ask(Asked::All, connection).await?;
                self.version = header.version;
                open(&self.shared).opened(header.pid, relations);
            }
            Boundary::StatementStarts(place) => {
                if place.transaction == TransactionMode::None && !self.scripted && takes_a_transaction(place) {
                    connection.execute("begin").await?;
                    self.given = true;
                }
                open(&self.shared).starts(place);
            }
            Boundary::StatementEnded(place) => self.ended(place, connection).await?,
            Boundary::CommitStarts(_) => {}
            Boundary::Committed(_) => open(&self.shared).transaction_ended(),
        }
        Ok(())
    }

    async fn ended(&mut self, place: Place<'_>, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        open(&self.shared).answered();
        let verb = verb(place.command);
        if SILENT.contains(&verb) {
            open(&self.shared).ended(None);
            return Ok(());
        }
        if place.transaction == TransactionMode::None && !self.given {
            self.scripted = match verb {
                "BEGIN" | "START" => true,
                "COMMIT" | "END" | "ABORT" => false,
                "ROLLBACK" => self.scripted && place.sql.to_ascii_lowercase().contains(" to "),
                _ => self.scripted,
            };
        }
        let inside = place.transaction != TransactionMode::None || self.given || self.scripted;
        let asked = if inside { Asked::Locked } else { Asked::All };
        let (header, relations) = self.ask(asked, connection).await?;
        open(&self.shared).ended(Some(Account {
            relations,
            seen: if inside { StatementSeen::Inside } else { StatementSeen::Outside },
            lock_timeout_ms: header.lock_timeout_ms,
            statement_timeout_ms: header.statement_timeout_ms,
        }));
        if self.given {
            self.given = false;
            // A constraint that waited for COMMIT may refuse; the run itself, which does not wrap, says so.
            match connection.execute("commit").await {
                Err(error) if error.as_database_error().is_none() => return Err(error),
                _ => {}
            }
        }
        if !inside || (place.transaction == TransactionMode::None && !self.scripted) {
            open(&self.shared).transaction_ended();
        }
        Ok(())
    }

    async fn ask(
        &self,
        asked: Asked,
        connection: &mut PgConnection,
    ) -> Result<(Header, BTreeMap<i64, Known>), sqlx::Error> {
        // One message, in the simple protocol: nothing is prepared, and the server answers once.
        let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(question(asked, self.version)))).await?;
        let mut rows = rows.iter().filter(|row| row.len() > 1);
        let header = rows.next().ok_or(sqlx::Error::RowNotFound).and_then(header)?;
        Ok((header, rows.map(relation).collect::<Result<_, _>>()?))
    }
}

impl Attendant for LockAttendant {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        self.take_notice(boundary, connection).boxed()
    }
}

fn verb(command: &str) -> &str {
    command.split(' ').next().unwrap_or_default()
}

fn takes_a_transaction(place: Place<'_>) -> bool {
    // A job's own way back may have several statements, and none of them ends a transaction.
    if place.command == "BATCH DOWN" {
        return true;
    }
    let inside = |script: Script| script.statements().all(|one| one.transaction_use() == TransactionUse::Inside);
    WRAPPABLE.contains(&verb(place.command))
        && (verb(place.command) == "COPY" || Script::parse_alone(place.file, place.sql).is_ok_and(inside))
}

fn question(asked: Asked, version: i32) -> String {
    let milliseconds =
        |setting: &str| format!("(extract(epoch from current_setting('{setting}')::interval) * 1000)::bigint");
    // What is counted becomes visible to others at the end of the transaction, and the next one starts from nothing.
    let flush = if version >= 150_000 { "select pg_stat_force_next_flush();" } else { "" };
    let from = match asked {
        Asked::All => {
            "(select oid as relation, null::text as modes from pg_class) h join pg_class c on c.oid = h.relation
             join pg_namespace n on n.oid = c.relnamespace"
        }
        Asked::Locked => {
            "(select relation, string_agg(mode, ',') as modes from pg_locks
                where pid = pg_backend_pid() and locktype = 'relation' and granted and relation >= 16384
                group by relation) h
             left join pg_class c on c.oid = h.relation left join pg_namespace n on n.oid = c.relnamespace"
        }
    };
    format!(
        "select pg_backend_pid() as pid, current_setting('server_version_num')::integer as version,
                {lock_timeout} as lock_timeout, {statement_timeout} as statement_timeout;
         {flush}
         select h.relation::bigint as oid, h.modes, n.nspname::text as schema, c.relname::text as name,
                c.relkind::text as kind, c.relfilenode::bigint as file, c.reltuples::bigint as estimate,
                i.indrelid::bigint as index_of,
                pg_stat_get_xact_numscans(c.oid) as scans, pg_stat_get_xact_tuples_returned(c.oid) as read,
                pg_stat_get_xact_tuples_inserted(c.oid) as inserted,
                pg_stat_get_xact_tuples_updated(c.oid) as updated,
                pg_stat_get_xact_tuples_deleted(c.oid) as deleted
           from {from} left join pg_index i on i.indexrelid = c.oid
          where c.oid is null or (n.nspname !~ '^pg_' and n.nspname not in ('information_schema', {own})
                and c.relkind in ('r', 'p', 'm', 'v', 'f', 'S', 'i', 'I'))",
        lock_timeout = milliseconds("lock_timeout"),
        statement_timeout = milliseconds("statement_timeout"),
        own = quote_literal(OWN_SCHEMA),
    )
}

fn header(row: &PgRow) -> Result<Header, sqlx::Error> {
    Ok(Header {
        pid: row.try_get("pid")?,
        version: row.try_get("version")?,
        lock_timeout_ms: row.try_get("lock_timeout")?,
        statement_timeout_ms: row.try_get("statement_timeout")?,
    })
}

/// A relation; one that the session dropped has no name any more.
fn relation(row: &PgRow) -> Result<(i64, Known), sqlx::Error> {
    let count = |name: &str| row.try_get::<Option<i64>, _>(name).map(|count| count.unwrap_or(0));
    let (schema, name): (Option<String>, Option<String>) = (row.try_get("schema")?, row.try_get("name")?);
    let modes: Option<String> = row.try_get("modes")?;
    let known = Known {
        name: schema.zip(name).map(|(schema, name)| RelationName::new(schema, name)),
        modes: modes.unwrap_or_default().split(',').filter_map(LockMode::from_catalog).collect(),
        index_of: row.try_get("index_of")?,
        figures: Figures {
            file: count("file")?,
            estimate: count("estimate")?,
            scans: count("scans")?,
            read: count("read")?,
            inserted: count("inserted")?,
            updated: count("updated")?,
            deleted: count("deleted")?,
        },
    };
    Ok((row.try_get("oid")?, known))
}
