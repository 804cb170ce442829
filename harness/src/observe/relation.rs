//! What rows come from, a relation or a query, and the columns they have.

use futures_util::TryStreamExt;
use sqlx::postgres::PgColumn;
use sqlx::{AssertSqlSafe, Column, PgConnection, Row};

use super::ObserveError;
use super::encoding::Encoding;
use crate::sql::{RelationName, quote_identifier};

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RowSource {
    /// A table, view, materialised view or foreign table (children and partitions included): all of its columns, or
    /// only the named ones.
    Relation(RelationName, Option<Vec<String>>),
    /// A single query: `SELECT`, `VALUES`, `TABLE` or `WITH`.
    Query(String),
}

impl RowSource {
    /// Every column of a relation.
    pub fn relation(name: RelationName) -> Self {
        Self::Relation(name, None)
    }

    /// The source as a person names it in an error.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Relation(name, _) => format!("`{name}`"),
            Self::Query(sql) => format!("the query `{}`", crate::facts::difference::shortened(sql.trim())),
        }
    }

    /// The source as an item of a FROM list, aliased `r`.
    pub(crate) fn as_from_item(&self, columns: &[ColumnShape]) -> String {
        match self {
            Self::Relation(name, _) => format!("{} as r", name.quoted()),
            Self::Query(sql) => {
                let mut aliases: Vec<_> = columns.iter().map(|column| (column.position, &column.reference)).collect();
                aliases.sort();
                let aliases: Vec<_> = aliases.into_iter().map(|(_, alias)| alias.as_str()).collect();
                // The line break ends a comment that the query may close with.
                let aliases = if aliases.is_empty() { String::new() } else { format!("({})", aliases.join(", ")) };
                format!("({}\n) as r{aliases}", without_semicolon(sql))
            }
        }
    }
}

/// Rows and the columns that identify one; no columns when nothing does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Keyed {
    /// Where the rows come from.
    pub source: RowSource,
    /// The key's columns; the two sides of a comparison pair them by position, so their names may differ.
    pub key: Vec<String>,
}

/// A column of a relation or of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    /// Its name, unquoted.
    pub name: String,
    /// Its type as `format_type` writes it; for a query without length and precision.
    pub type_name: String,
    /// The OID of its type.
    pub type_oid: u32,
    /// The type's category (`pg_type.typcategory`), as `N` for numbers.
    pub category: String,
    /// How its values are hashed.
    pub encoding: Encoding,
    /// Its place among the source's columns, from 1.
    pub position: usize,
    /// How it is written after `r.`.
    reference: String,
}

impl ColumnShape {
    /// The column as an expression over the alias `r`.
    pub(crate) fn expression(&self) -> String {
        format!("r.{}", self.reference)
    }
}

/// The columns of a relation or a query with their types, sorted by name, without running the query.
///
/// A query whose columns share a name keeps them in their own order. A statement the server refuses is an
/// error here; [`super::answer::answer`] makes a fact of it.
pub async fn describe(connection: &mut PgConnection, source: &RowSource) -> Result<Vec<ColumnShape>, ObserveError> {
    let found = match source {
        RowSource::Relation(name, only) => relation_columns(connection, name, only.as_deref()).await?,
        RowSource::Query(sql) => query_columns(connection, sql)
            .await
            .map_err(ObserveError::reading(format!("the columns of {}", source.describe())))?,
    };
    let mut shapes = type_shapes(connection, source, found).await?;
    shapes.sort_by(|one, other| one.name.cmp(&other.name).then(one.position.cmp(&other.position)));
    Ok(shapes)
}

/// A column before its type is looked up.
pub(crate) struct Found {
    name: String,
    type_oid: u32,
    typmod: i32,
    reference: String,
}

async fn relation_columns(
    connection: &mut PgConnection,
    name: &RelationName,
    only: Option<&[String]>,
) -> Result<Vec<Found>, ObserveError> {
    let what = || format!("the columns of `{name}`");
    let rows = sqlx::query(
        "select a.attname::pg_catalog.text, a.atttypid, a.atttypmod
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname = $1 and c.relname = $2
         order by a.attnum",
    )
    .bind(name.schema())
    .bind(name.name())
    .fetch_all(&mut *connection)
    .await
    .map_err(ObserveError::reading(what()))?;
    if rows.is_empty() {
        // A table of no columns exists and has rows; a name that nothing has is a mistake.
        let exists: bool = sqlx::query_scalar("select pg_catalog.to_regclass($1) is not null")
            .bind(name.quoted())
            .fetch_one(connection)
            .await
            .map_err(ObserveError::reading(what()))?;
        if !exists {
            return Err(ObserveError::Unexpected { what: what(), found: "there is no such relation".to_owned() });
        }
    }
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let read = || -> Result<Found, sqlx::Error> {
            let name: String = row.try_get(0)?;
            let reference = quote_identifier(&name);
            let oid: sqlx::postgres::types::Oid = row.try_get(1)?;
            Ok(Found { name, type_oid: oid.0, typmod: row.try_get(2)?, reference })
        };
        found.push(read().map_err(ObserveError::reading(what()))?);
    }
    if let Some(only) = only {
        if let Some(absent) = only.iter().find(|column| !found.iter().any(|found| found.name == **column)) {
            let message = format!("it has no column `{absent}`");
            return Err(ObserveError::Unexpected { what: what(), found: message });
        }
        found.retain(|found| only.contains(&found.name));
    }
    Ok(found)
}

/// Asks the server what a query returns: one row of NULLs, joined so that the query itself is never executed.
///
/// Preparing it through the driver would need the driver to know each type (it does not know multiranges), and a
/// statement the driver keeps prepared would answer with the columns of before a migration.
async fn query_columns(connection: &mut PgConnection, sql: &str) -> Result<Vec<Found>, sqlx::Error> {
    let sql = format!("select r.* from (select) as one left join ({}\n) as r on false", without_semicolon(sql));
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await?;
    found_columns(row.columns())
}

/// The columns of a row or statement of the driver's.
pub(crate) fn found_columns(columns: &[PgColumn]) -> Result<Vec<Found>, sqlx::Error> {
    let found = |(place, column): (usize, &PgColumn)| {
        let name = column.name().to_owned();
        let type_oid = column.type_info().oid();
        let type_oid =
            type_oid.ok_or_else(|| sqlx::Error::Protocol(format!("the type of column `{name}` has no OID")))?;
        Ok(Found { name, type_oid: type_oid.0, typmod: -1, reference: format!("c{}", place + 1) })
    };
    columns.iter().enumerate().map(found).collect()
}

/// Names and base types of the columns' types, in one query; the columns stay in their order.
pub(crate) async fn type_shapes(
    connection: &mut PgConnection,
    source: &RowSource,
    found: Vec<Found>,
) -> Result<Vec<ColumnShape>, ObserveError> {
    let what = || format!("the types of {}", source.describe());
    let oids: Vec<_> = found.iter().map(|column| sqlx::postgres::types::Oid(column.type_oid)).collect();
    let typmods: Vec<_> = found.iter().map(|column| column.typmod).collect();
    let mut rows = sqlx::query(TYPES).bind(oids).bind(typmods).fetch(connection);
    let mut shapes = Vec::with_capacity(found.len());
    for (place, column) in found.into_iter().enumerate() {
        let row = rows.try_next().await.map_err(ObserveError::reading(what()))?.ok_or_else(|| {
            ObserveError::Unexpected { what: what(), found: format!("the type of `{}` is gone", column.name) }
        })?;
        let read = || -> Result<_, sqlx::Error> {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get::<String, _>(2)?, row.try_get::<String, _>(3)?))
        };
        let (type_name, category, base, owner) = read().map_err(ObserveError::reading(what()))?;
        let encoding = match owner.as_str() {
            "pg_catalog" => Encoding::of_catalog_type(&base),
            "postgis" => Encoding::Ewkb,
            _ => Encoding::Text,
        };
        shapes.push(ColumnShape {
            name: column.name,
            type_name,
            type_oid: column.type_oid,
            category,
            encoding,
            position: place + 1,
            reference: column.reference,
        });
    }
    Ok(shapes)
}

/// For each type: its name, category, and the name and owner of its base type. The owner is `postgis` only for the
/// types of that extension which cast to bytes, in whatever schema the extension lives.
const TYPES: &str = "
with recursive asked(place, type, typmod) as (
    select place, type, typmod
    from rows from (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[]))
         with ordinality as asked(type, typmod, place)
), bases(place, type, depth) as (
    select place, type, 0 from asked
    union all
    select b.place, t.typbasetype, b.depth + 1
    from bases b join pg_catalog.pg_type t on t.oid = b.type and t.typtype = 'd'
)
select pg_catalog.format_type(a.type, a.typmod), t.typcategory::pg_catalog.text, base.typname::pg_catalog.text,
       case when n.nspname = 'pg_catalog' then 'pg_catalog'
            when base.typname in ('geometry', 'geography')
             and exists (select from pg_catalog.pg_depend d
                         join pg_catalog.pg_extension e on e.oid = d.refobjid and e.extname = 'postgis'
                         where d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objid = base.oid and d.deptype = 'e'
                           and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass)
             and exists (select from pg_catalog.pg_cast
                         where castsource = base.oid and casttarget = 'pg_catalog.bytea'::pg_catalog.regtype)
            then 'postgis' else '' end
from asked a
join pg_catalog.pg_type t on t.oid = a.type
join (select distinct on (place) place, type from bases order by place, depth desc) as b using (place)
join pg_catalog.pg_type base on base.oid = b.type
join pg_catalog.pg_namespace n on n.oid = base.typnamespace
order by a.place";

/// The columns of a relation's primary key in the key's order, `None` when it has none.
pub async fn primary_key(
    connection: &mut PgConnection,
    name: &RelationName,
) -> Result<Option<Vec<String>>, ObserveError> {
    let columns: Vec<String> = sqlx::query_scalar(
        "select a.attname::pg_catalog.text
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
         cross join pg_catalog.unnest(i.indkey::pg_catalog.int2[]) with ordinality as k(attnum, place)
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
         where n.nspname = $1 and c.relname = $2 and k.place <= i.indnkeyatts
         order by k.place",
    )
    .bind(name.schema())
    .bind(name.name())
    .fetch_all(connection)
    .await
    .map_err(ObserveError::reading(format!("the primary key of `{name}`")))?;
    Ok((!columns.is_empty()).then_some(columns))
}

/// The query without the semicolons and blanks it ends with, so that it can stand in parentheses.
pub(crate) fn without_semicolon(sql: &str) -> &str {
    sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace())
}
