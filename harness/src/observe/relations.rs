//! Lists the relations that hold or show rows, and what tells whether they were written to.

use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

use super::ObserveError;
use crate::facts::relation::{ChangeCounter, RelationInfo, RelationKind};
use crate::sql::RelationName;

/// Every table, view, materialised view and foreign table outside `exclude_schemas`, by name.
///
/// `pg_catalog`, `information_schema`, toast and temporary schemas are always left out; relations of extensions and
/// partitions are in, a materialised view that was never populated is not. Change counters are exact once each session that wrote has run
/// `select pg_stat_force_next_flush()` outside a transaction (PostgreSQL 15 and later); before that a session's last
/// writes may be up to a second late.
pub async fn read_relations(
    connection: &mut PgConnection,
    exclude_schemas: &[String],
) -> Result<Vec<RelationInfo>, ObserveError> {
    let what = || ObserveError::reading("the list of relations");
    let mut transaction = connection.begin().await.map_err(what())?;
    sqlx::raw_sql("set local search_path = pg_catalog").execute(&mut *transaction).await.map_err(what())?;
    // Each look at a counter asks for its value of now, not for that of the transaction's first look.
    let counters: bool = sqlx::query_scalar(
        "select case when current_setting('server_version_num')::int >= 150000
                then set_config('stats_fetch_consistency', 'none', true) = 'none' else false end
             and current_setting('track_counts')::bool",
    )
    .fetch_one(&mut *transaction)
    .await
    .map_err(what())?;
    let rows = sqlx::query(RELATIONS)
        .bind(exclude_schemas)
        .bind(counters)
        .fetch_all(&mut *transaction)
        .await
        .map_err(what())?;
    transaction.rollback().await.map_err(what())?;
    rows.iter().map(relation).collect::<Result<_, _>>().map_err(what())
}

fn relation(row: &PgRow) -> Result<RelationInfo, sqlx::Error> {
    let kind: String = row.try_get("kind")?;
    let kind = match kind.as_str() {
        "r" => RelationKind::Table,
        "p" => RelationKind::PartitionedTable,
        "v" => RelationKind::View,
        "m" => RelationKind::MaterializedView,
        "f" => RelationKind::ForeignTable,
        other => return Err(sqlx::Error::Protocol(format!("a relation of kind `{other}`"))),
    };
    let storage: Option<String> = row.try_get("storage")?;
    let change_counter = match storage {
        None => None,
        Some(storage) => Some(ChangeCounter {
            oid: row.try_get::<sqlx::postgres::types::Oid, _>("oid")?.0,
            storage,
            writes: row.try_get("writes")?,
            columns: row.try_get("columns_hash")?,
            era: row.try_get("era")?,
        }),
    };
    let estimated: i64 = row.try_get("estimated")?;
    Ok(RelationInfo {
        name: RelationName::new(row.try_get::<String, _>("schema")?, row.try_get::<String, _>("name")?),
        kind,
        columns: row.try_get("columns")?,
        primary_key: row.try_get("primary_key")?,
        estimated_rows: u64::try_from(estimated).ok(),
        change_counter,
    })
}

/// A partitioned or inherited table's storage and writes are those of its whole tree.
const RELATIONS: &str = "
with recursive wanted as (
    select c.oid, n.nspname, c.relname, c.relkind, c.reltuples
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
      and n.nspname <> all ($1)
      and c.relispopulated
), tree(root, member) as (
    select oid, oid from wanted where $2 and relkind in ('r', 'p', 'm')
    union
    select t.root, i.inhrelid from tree t join pg_catalog.pg_inherits i on i.inhparent = t.member
), counted as (
    select t.root,
           string_agg(t.member || ':' || c.relfilenode, ' ' order by t.member) as storage,
           sum(pg_stat_get_tuples_inserted(t.member) + pg_stat_get_tuples_updated(t.member)
               + pg_stat_get_tuples_deleted(t.member))::int8 as writes,
           bool_or(c.relkind = 'f') as has_foreign
    from tree t join pg_catalog.pg_class c on c.oid = t.member
    group by t.root
), labels as (
    select enumtypid, string_agg(enumlabel, ',' order by enumsortorder) as labels
    from pg_catalog.pg_enum group by enumtypid
), attributes as (
    select a.attrelid,
           array_agg(a.attname::text order by a.attnum) as columns,
           md5(string_agg(concat_ws(' ', quote_ident(a.attname), a.attnum, a.atttypid, a.atttypmod, a.attcollation,
                                    a.attnotnull, a.attgenerated, a.attidentity,
                                    quote_nullable(d.adbin::text), quote_nullable(a.attmissingval::text),
                                    quote_nullable(l.labels)),
                          ';' order by a.attnum)) as columns_hash
    from wanted w
    join pg_catalog.pg_attribute a on a.attrelid = w.oid and a.attnum > 0 and not a.attisdropped
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join labels l on l.enumtypid in (a.atttypid, t.typelem, t.typbasetype)
    group by a.attrelid
), keys as (
    select i.indrelid, array_agg(a.attname::text order by k.place) as primary_key
    from wanted w
    join pg_catalog.pg_index i on i.indrelid = w.oid and i.indisprimary
    cross join unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where k.place <= i.indnkeyatts
    group by i.indrelid
)
select w.oid, w.nspname::text as schema, w.relname::text as name, w.relkind::text as kind,
       w.reltuples::int8 as estimated,
       coalesce(a.columns, '{}') as columns,
       k.primary_key,
       case when not c.has_foreign then c.storage end as storage,
       coalesce(c.writes, 0) as writes,
       coalesce(a.columns_hash, '') as columns_hash,
       concat_ws(' ', extract(epoch from pg_postmaster_start_time()),
                 extract(epoch from pg_stat_get_db_stat_reset_time(
                     (select oid from pg_catalog.pg_database where datname = current_database())))) as era
from wanted w
left join counted c on c.root = w.oid
left join attributes a on a.attrelid = w.oid
left join keys k on k.indrelid = w.oid
order by w.nspname, w.relname";
