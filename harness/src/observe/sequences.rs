//! Where the sequences stand, and how far the columns behind them have come.

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row};

use super::ObserveError;
use crate::facts::sequence::SequencePosition;
use crate::sql::{RelationName, quote_identifier};

/// Each sequence with each column that draws from it: by identity, by `OWNED BY`, or because the column's default
/// depends on the sequence (a `nextval` of a sequence that nobody owns; the default of a column of a view counts too,
/// and then the view's column is what is named). Partitions and inheritance children are told by their parent.
///
/// A sequence that an extension made is left out; one without a column is listed once.
const LINKS: &str = "
select distinct n.nspname, c.relname, s.seqincrement, l.tn, l.tr, l.an, l.is_integer
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join lateral (
    select tn.nspname as tn, t.relname as tr, a.attname as an,
        coalesce(nullif(y.typbasetype, 0), y.oid) in (20, 21, 23, 1700) as is_integer
    from (
        select d.refobjid as relid, d.refobjsubid as attnum from pg_catalog.pg_depend d
        where d.classid = 1259 and d.objid = c.oid and d.refclassid = 1259 and d.refobjsubid > 0
          and d.deptype in ('a', 'i')
        union
        select f.adrelid, f.adnum from pg_catalog.pg_depend d
        join pg_catalog.pg_attrdef f on f.oid = d.objid
        where d.classid = 2604 and d.refclassid = 1259 and d.refobjid = c.oid
    ) o
    join pg_catalog.pg_class t on t.oid = o.relid
    join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = o.relid and a.attnum = o.attnum
    join pg_catalog.pg_type y on y.oid = a.atttypid
    where not (a.attinhcount > 0 and not a.attislocal)
) l on true
where n.nspname !~ '^pg_' and not exists (
    select from pg_catalog.pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
order by 1, 2, 4 nulls first, 5, 6";

/// Reads where every sequence stands and how far each column that draws from it has come, in one snapshot.
///
/// Ordered by sequence, then column. Reads the furthest value of each such column: by its index where it has one, by a
/// scan of the table where it has none. Needs `SELECT` on the tables and sequences. Sequences do not obey snapshots: a
/// position read while others draw from it may already be past. The connection must not be inside a transaction.
pub async fn read_sequences(connection: &mut PgConnection) -> Result<Vec<SequencePosition>, ObserveError> {
    let outcome = read_in_snapshot(connection).await;
    // Nothing was changed, so there is nothing to commit; after an error the connection is free again.
    let ended = sqlx::raw_sql("rollback").execute(&mut *connection).await;
    let positions = outcome?;
    ended.map_err(ObserveError::reading("the sequences"))?;
    Ok(positions)
}

/// Sets sequences back to where they stood; those that did not move are left alone.
///
/// # Errors
/// A sequence is gone, or may not be set.
pub async fn restore_sequences(
    connection: &mut PgConnection,
    positions: &[SequencePosition],
) -> Result<(), ObserveError> {
    for position in positions {
        let sequence = position.relation.quoted();
        let sql = format!(
            "select setval($1::regclass, $2, $3) from {sequence} where (last_value, is_called) is distinct from ($2, $3)"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(&sequence)
            .bind(position.last_value)
            .bind(position.is_called)
            .execute(&mut *connection)
            .await
            .map_err(ObserveError::reading(format!("the sequence `{}`", position.relation)))?;
    }
    Ok(())
}

async fn read_in_snapshot(connection: &mut PgConnection) -> Result<Vec<SequencePosition>, ObserveError> {
    const WHAT: &str = "the sequences";
    sqlx::raw_sql("begin isolation level repeatable read, read only; set local search_path = ''")
        .execute(&mut *connection)
        .await
        .map_err(ObserveError::reading(WHAT))?;
    let mut positions = Vec::new();
    let mut columns = Vec::new();
    {
        let mut rows = sqlx::query(LINKS).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await.map_err(ObserveError::reading(WHAT))? {
            let (position, integer) = link(&row).map_err(ObserveError::reading(WHAT))?;
            columns.push(if integer { position.owner_column.clone() } else { None });
            positions.push(position);
        }
    }
    if positions.is_empty() {
        return Ok(positions);
    }
    let batch: Vec<String> = positions
        .iter()
        .zip(&columns)
        .enumerate()
        .map(|(place, (position, column))| position_query(place, position, column.as_ref()))
        .collect();
    let mut rows = sqlx::raw_sql(AssertSqlSafe(batch.join("\nunion all\n"))).fetch(&mut *connection);
    while let Some(row) = rows.try_next().await.map_err(ObserveError::reading("the positions of the sequences"))? {
        fill(&mut positions, &row).map_err(ObserveError::reading("the positions of the sequences"))?;
    }
    drop(rows);
    Ok(positions)
}

/// A sequence and one column, still without a position.
fn link(row: &PgRow) -> Result<(SequencePosition, bool), sqlx::Error> {
    let table: Option<String> = row.try_get(3)?;
    let (name, column): (Option<String>, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
    let owner_column = match (table, name, column) {
        (Some(schema), Some(name), Some(column)) => Some((RelationName::new(schema, name), column)),
        _ => None,
    };
    let position = SequencePosition {
        relation: RelationName::new(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?),
        last_value: 0,
        is_called: false,
        increment: row.try_get(2)?,
        owner_column,
        column_max: None,
    };
    Ok((position, row.try_get::<Option<bool>, _>(6)?.unwrap_or(false)))
}

/// The parts of a UNION may be answered in any order, so each says which one it is.
fn position_query(place: usize, position: &SequencePosition, column: Option<&(RelationName, String)>) -> String {
    let furthest = column.map_or("null::bigint".to_owned(), |(table, column)| {
        let aggregate = if position.increment < 0 { "min" } else { "max" };
        format!("(select {aggregate}({})::bigint from {})", quote_identifier(column), table.quoted())
    });
    format!("select {place}::bigint, s.last_value, s.is_called, {furthest} from {} s", position.relation.quoted())
}

fn fill(positions: &mut [SequencePosition], row: &PgRow) -> Result<(), sqlx::Error> {
    let place = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(usize::MAX);
    if let Some(position) = positions.get_mut(place) {
        position.last_value = row.try_get(1)?;
        position.is_called = row.try_get(2)?;
        position.column_max = row.try_get(3)?;
    }
    Ok(())
}
