//! How much of the disk the database and its relations hold, and what the server counts about them.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::ObserveError;
use crate::facts::RelationSize;
use crate::sql::RelationName;

/// The database and its relations at one moment.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    /// The whole database, system catalogs included.
    pub database_bytes: u64,
    /// Bytes written to temporary files since the server began to count.
    pub temp_bytes: u64,
    /// Tables and materialized views with rows of their own, partitions by themselves; no temporary ones.
    pub relations: BTreeMap<RelationName, RelationSize>,
}

/// The settings that what is written depends on.
const SETTINGS: &str = "select name::text, setting::text from pg_catalog.pg_settings
  where name in ('wal_level', 'fsync', 'full_page_writes', 'wal_compression', 'synchronous_commit', 'autovacuum',
                 'wal_log_hints', 'data_checksums', 'maintenance_work_mem', 'work_mem', 'checkpoint_timeout', 'max_wal_size')";

/// `pg_table_size` counts the TOAST table in; what sessions count is behind by as much as they did not flush.
const RELATIONS: &str = "
select n.nspname::text, c.relname::text, c.relfilenode::bigint,
       coalesce(pg_table_size(c.oid), 0) - coalesce(t.bytes, 0),
       coalesce(pg_indexes_size(c.oid), 0),
       coalesce(t.bytes, 0),
       coalesce(pg_stat_get_dead_tuples(c.oid), 0),
       coalesce(pg_stat_get_tuples_inserted(c.oid), 0) + coalesce(pg_stat_get_tuples_updated(c.oid), 0)
         + coalesce(pg_stat_get_tuples_deleted(c.oid), 0),
       coalesce(pg_stat_get_tuples_returned(c.oid), 0)
         + coalesce((select sum(pg_stat_get_tuples_returned(i.indexrelid))::bigint
                       from pg_catalog.pg_index i where i.indrelid = c.oid), 0)
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join lateral (select pg_total_relation_size(c.reltoastrelid) as bytes where c.reltoastrelid <> 0) t on true
 where c.relkind in ('r', 'm') and c.relpersistence <> 't'
   and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname <> all($1)";

/// Reads sizes and counters of everything outside of `ignored_schemas`, extensions' own relations included.
///
/// # Errors
/// The server can not be asked.
pub async fn read_sizes(connection: &mut PgConnection, ignored_schemas: &[&str]) -> Result<Sizes, ObserveError> {
    let ignored: Vec<String> = ignored_schemas.iter().map(|&name| name.to_owned()).collect();
    let (database, temp): (i64, i64) = sqlx::query_as(
        "select pg_database_size(current_database()),
                coalesce(pg_stat_get_db_temp_bytes(oid), 0) from pg_catalog.pg_database where datname = current_database()",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(ObserveError::reading("the size of the database"))?;
    let rows = sqlx::query(RELATIONS).bind(ignored).fetch_all(&mut *connection).await;
    let rows = rows.map_err(ObserveError::reading("the sizes of the relations"))?;
    let relations = rows.iter().map(relation).collect::<Result<_, _>>();
    let relations = relations.map_err(ObserveError::reading("the sizes of the relations"))?;
    Ok(Sizes { database_bytes: count(database), temp_bytes: count(temp), relations })
}

/// The settings in force that figures of cost depend on.
///
/// # Errors
/// The server can not be asked.
pub async fn read_cost_settings(connection: &mut PgConnection) -> Result<BTreeMap<String, String>, ObserveError> {
    let rows: Vec<(String, String)> = sqlx::query_as(SETTINGS)
        .fetch_all(connection)
        .await
        .map_err(ObserveError::reading("the settings that cost depends on"))?;
    Ok(rows.into_iter().collect())
}

fn relation(row: &PgRow) -> Result<(RelationName, RelationSize), sqlx::Error> {
    let (schema, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let number = |index: usize| row.try_get::<i64, _>(index).map(count);
    let size = RelationSize {
        file: number(2)?,
        heap_bytes: number(3)?,
        index_bytes: number(4)?,
        toast_bytes: number(5)?,
        dead_rows: number(6)?,
        written_rows: number(7)?,
        read_rows: number(8)?,
    };
    Ok((RelationName::new(schema, name), size))
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
