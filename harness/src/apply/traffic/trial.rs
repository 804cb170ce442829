//! Each request once before anything is migrated, to see that it works and what it touches.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection, Either, Executor, PgConnection, Row, ValueRef};

use super::APPLICATION_NAME;
use crate::apply::error::{ApplyError, is_servers_trouble};
use crate::scenario::{Kind, PlannedWorkload, Stretch, text_array};
use crate::sql::{LockMode, RelationName, quote_identifier};

/// The relations of the application that this transaction holds locks on, catalogs and indexes left out.
const HELD: &str = "select n.nspname::text, c.relname::text, l.mode
   from pg_catalog.pg_locks l
   join pg_catalog.pg_class c on c.oid = l.relation
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where l.pid = pg_catalog.pg_backend_pid()
    and l.locktype = 'relation'
    and l.granted
    and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname !~ '^pg_(toast|temp)'";

/// Runs every request of the old application once, each in a transaction that is rolled back, and returns the
/// relations that they lock, through views, triggers and foreign keys too, with the strongest mode. Where a request
/// keeps a ledger, the ledger has to find what it returned.
///
/// Nothing stays but advanced sequences.
///
/// # Errors
/// A request does not work on the database as it is, or the server could not go on.
pub async fn try_requests(
    options: &PgConnectOptions,
    workload: &PlannedWorkload,
) -> Result<BTreeMap<RelationName, LockMode>, ApplyError> {
    let connect = |source| ApplyError::Traffic { what: "no connection for the traffic".to_owned(), source };
    let options = options.clone().application_name(APPLICATION_NAME);
    let mut connection = PgConnection::connect_with(&options).await.map_err(connect)?;
    let mut touched: BTreeMap<RelationName, LockMode> = BTreeMap::new();
    for (place, kind) in workload.kinds().iter().enumerate().filter(|(_, kind)| kind.works_in(Stretch::at(0))) {
        connection.execute("begin").await.map_err(connect)?;
        let tried = one(&mut connection, kind, &workload.literals(place, 0)).await;
        connection.execute("rollback").await.map_err(connect)?;
        for (relation, mode) in tried? {
            let strongest = touched.entry(relation).or_insert(mode);
            *strongest = mode.max(*strongest);
        }
    }
    let _ = connection.close().await;
    Ok(touched)
}

async fn one(
    connection: &mut PgConnection,
    kind: &Kind,
    literals: &[String],
) -> Result<Vec<(RelationName, LockMode)>, ApplyError> {
    let failed = |source: sqlx::Error| {
        if is_servers_trouble(&source) {
            ApplyError::Traffic { what: format!("the server could not go on at request `{}`", kind.name), source }
        } else {
            let message = source.as_database_error().map_or_else(|| source.to_string(), |e| e.message().to_owned());
            ApplyError::Request { name: kind.name.clone(), message }
        }
    };
    if let Some(role) = &kind.role {
        let role = format!("set local role {}", quote_identifier(role));
        connection.execute(AssertSqlSafe(role)).await.map_err(failed)?;
    }
    let mut keys = Vec::new();
    for statement in kind.statements() {
        keys = first_cells(connection, statement.fill(literals)).await.map_err(failed)?;
    }
    // The role may not be allowed to look at what the views read.
    connection.execute("reset role").await.map_err(failed)?;
    let rows = sqlx::raw_sql(HELD).fetch_all(&mut *connection).await.map_err(failed)?;
    let held = rows.iter().map(held).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if let Some(ledger) = kind.ledger() {
        let found = first_cells(connection, ledger.forward.fill(&[text_array(&keys)])).await.map_err(failed)?;
        let wrong = |message: String| ApplyError::Request { name: kind.name.clone(), message };
        if keys.is_empty() {
            return Err(wrong("it keeps a ledger and returned no key".to_owned()));
        }
        for key in &keys {
            let times = found.iter().filter(|one| *one == key).count();
            if times != 1 {
                return Err(wrong(format!("it returned the key `{key}`, and its ledger finds that {times} times")));
            }
        }
    }
    Ok(held.into_iter().flatten().collect())
}

fn held(row: &PgRow) -> Result<Option<(RelationName, LockMode)>, sqlx::Error> {
    let (schema, name, mode): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    Ok(LockMode::from_catalog(&mode).map(|mode| (RelationName::new(schema, name), mode)))
}

/// The first cell of every row, as the server prints it; null is left out.
pub(super) async fn first_cells(connection: &mut PgConnection, sql: String) -> Result<Vec<String>, sqlx::Error> {
    let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(connection);
    let mut cells = Vec::new();
    while let Some(result) = results.try_next().await? {
        let Either::Right(row) = result else { continue };
        if row.is_empty() {
            continue;
        }
        let value = row.try_get_raw(0)?;
        if !value.is_null() {
            cells.push(value.as_str().map_err(sqlx::Error::Decode)?.to_owned());
        }
    }
    Ok(cells)
}
