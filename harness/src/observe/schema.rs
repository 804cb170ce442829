//! The catalog of the connected database, read in one snapshot.
//!
//! One family of queries a file; all of them are sent together and answered in one round trip. What belongs to an
//! extension is the extension's and is not listed; rights granted on it are. It reads no table's rows, no password and
//! no connection string of a subscription.

mod assembly;
mod automation;
mod columns;
mod constraints;
mod dependencies;
mod families;
mod foreign;
mod linkage;
mod namespaces;
mod operators;
mod privileges;
mod relations;
mod replication;
mod routines;
mod scope;
mod sequences;
mod text_search;
mod types;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Either};

use self::assembly::Assembly;
use self::families::Family;
use self::scope::Scope;
use super::ObserveError;
use crate::schema::{Catalog, Graph};

/// Reads the catalog of the connected database, except what lies in `exclude_schemas`.
///
/// The reading is one REPEATABLE READ, READ ONLY transaction: the result is one moment's, and nothing is changed. The
/// settings that shape text are pinned in it and fall back at its end. The connection must not be inside a transaction.
///
/// It is safe to read at the same time as anything else. To print a view the server locks its tables `ACCESS SHARE`, so
/// it waits for whoever holds one `ACCESS EXCLUSIVE` (the session's `lock_timeout` holds); and the server's own printing
/// functions look at the present, not at the snapshot, so DDL at the same moment may make it fail, or mix. On an error
/// the transaction is rolled back. Needs no right but to connect; the options of a user mapping are shown by the server
/// only to those they concern.
pub async fn read_catalog(connection: &mut PgConnection, exclude_schemas: &[&str]) -> Result<Catalog, ObserveError> {
    let version = version(connection)?;
    let scope = Scope::new(version, exclude_schemas);
    read(connection, &scope, &families::all(&scope), exclude_schemas).await.map(Assembly::finish)
}

/// Reads the catalog and, in the same moment, what of it needs what.
///
/// All that [`read_catalog`] says holds here. What the bodies of functions use where they are texts is not recorded by the
/// server and is not in the graph.
pub async fn read_schema(
    connection: &mut PgConnection,
    exclude_schemas: &[&str],
) -> Result<(Catalog, Graph), ObserveError> {
    let version = version(connection)?;
    let scope = Scope::new(version, exclude_schemas);
    let mut families = families::all(&scope);
    families.push(dependencies::dependencies());
    read(connection, &scope, &families, exclude_schemas).await.map(Assembly::finish_with_graph)
}

fn version(connection: &PgConnection) -> Result<u32, ObserveError> {
    connection.server_version_num().ok_or_else(|| ObserveError::Unexpected {
        what: "the server's version".to_owned(),
        found: "it did not report `server_version`".to_owned(),
    })
}

async fn read(
    connection: &mut PgConnection,
    scope: &Scope,
    families: &[Family],
    exclude_schemas: &[&str],
) -> Result<Assembly, ObserveError> {
    let outcome = read_families(connection, scope, families, exclude_schemas).await;
    if outcome.is_err() {
        // The first error is the one to report; a connection that cannot roll back is lost anyway.
        let _ = sqlx::raw_sql("rollback").execute(&mut *connection).await;
    }
    outcome
}

/// Pins what shapes the text of definitions (PostgreSQL manual, 9.27.9 and 20.11).
const BEGIN: &str = "begin isolation level repeatable read, read only;
set local search_path = '';
set local quote_all_identifiers = off;
set local standard_conforming_strings = on;
set local timezone = 'UTC';
set local datestyle = 'ISO, MDY';
set local intervalstyle = 'postgres';
set local extra_float_digits = 1;
set local bytea_output = 'hex';
set local lc_monetary = 'C';
set local xmlbinary = 'base64';
set local jit = off;
set local statement_timeout = 0;
";

async fn read_families(
    connection: &mut PgConnection,
    scope: &Scope,
    families: &[Family],
    exclude_schemas: &[&str],
) -> Result<Assembly, ObserveError> {
    let before = BEGIN.matches(";\n").count();
    let mut batch = BEGIN.to_owned();
    for family in families {
        batch.push_str(&family.sql);
        batch.push_str(";\n");
    }
    batch.push_str("commit");

    let mut assembly = Assembly::new(scope.version, exclude_schemas);
    let mut answered = 0_usize;
    let mut results = sqlx::raw_sql(AssertSqlSafe(batch)).fetch_many(connection);
    loop {
        let family = answered.checked_sub(before).and_then(|place| families.get(place));
        let what = family.map_or("the catalog", |family| family.what);
        match results.try_next().await.map_err(ObserveError::reading(what))? {
            Some(Either::Left(_)) => answered += 1,
            Some(Either::Right(row)) => {
                let family = family.ok_or_else(|| ObserveError::Unexpected {
                    what: "the catalog".to_owned(),
                    found: "a row came with no query to go with".to_owned(),
                })?;
                add_row(&mut assembly, family, &row)?;
            }
            None => break,
        }
    }
    Ok(assembly)
}

fn add_row(assembly: &mut Assembly, family: &Family, row: &PgRow) -> Result<(), ObserveError> {
    assembly.add(family, row).map_err(|found| ObserveError::Unexpected { what: family.what.to_owned(), found })
}
