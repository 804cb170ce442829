//! The tables to fill, as the catalog describes them.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use super::SeedError;
use super::encode::ColumnType;
use crate::sql::RelationName;

/// A table that exists.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) oid: i64,
    /// `r` table, `p` partitioned, `f` foreign; anything else takes no rows from us.
    pub(super) kind: String,
    pub(super) columns: Vec<TargetColumn>,
}

/// A column that exists.
#[derive(Debug)]
pub(super) struct TargetColumn {
    pub(super) name: String,
    /// The type as the server writes it.
    pub(super) type_text: String,
    /// How its values are written; `None` when they can not be.
    pub(super) kind: Option<ColumnType>,
    pub(super) presence: Presence,
}

/// Who gives the column its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Null will do, or there is a default.
    Optional,
    /// Not null, and no default.
    Required,
    /// Computed from other columns.
    Computed,
}

/// The types of a database, by OID.
#[derive(Debug)]
pub(super) struct Types {
    types: BTreeMap<i64, Type>,
    labels: BTreeMap<i64, Vec<String>>,
}

#[derive(Debug)]
struct Type {
    schema: String,
    name: String,
    /// `b` base, `d` domain, `e` enum, …
    kind: String,
    category: String,
    element: i64,
    base: i64,
    not_null: bool,
}

const TYPES: &str = "select t.oid::int8, n.nspname::text, t.typname::text, t.typtype::text, t.typcategory::text, \
     t.typelem::int8, t.typbasetype::int8, t.typnotnull \
     from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace \
     where t.typtype in ('b', 'd', 'e')";

const LABELS: &str =
    "select enumtypid::int8, enumlabel::text from pg_catalog.pg_enum order by enumtypid, enumsortorder";

const RELATION: &str = "select c.oid::int8, c.relkind::text from pg_catalog.pg_class c \
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2";

const COLUMNS: &str = "select attname::text, atttypid::int8, pg_catalog.format_type(atttypid, atttypmod), attnotnull, \
     atthasdef or attidentity <> '', attgenerated <> '' \
     from pg_catalog.pg_attribute where attrelid = $1::oid and attnum > 0 and not attisdropped order by attnum";

impl Types {
    /// Reads the types.
    pub(super) async fn read(connection: &mut PgConnection) -> Result<Self, SeedError> {
        let failed = |source| SeedError::Query { task: "read the database's types", source };
        let mut types = BTreeMap::new();
        for row in sqlx::query(TYPES).fetch_all(&mut *connection).await.map_err(failed)? {
            let (oid, found) = read_type(&row).map_err(failed)?;
            types.insert(oid, found);
        }
        let mut labels: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for row in sqlx::query(LABELS).fetch_all(connection).await.map_err(failed)? {
            labels.entry(row.try_get(0).map_err(failed)?).or_default().push(row.try_get(1).map_err(failed)?);
        }
        Ok(Self { types, labels })
    }

    /// How values of the type are written.
    fn resolve(&self, oid: i64) -> Option<ColumnType> {
        let found = self.types.get(&oid)?;
        match (found.kind.as_str(), found.category.as_str()) {
            ("d", _) => self.resolve(found.base),
            ("e", _) => Some(ColumnType::Enum(self.labels.get(&oid).cloned().unwrap_or_default())),
            (_, "A") => {
                let element = Box::new(self.resolve(found.element)?);
                Some(ColumnType::Array { element_oid: u32::try_from(found.element).ok()?, element })
            }
            _ => base(&found.schema, &found.name),
        }
    }

    /// Whether the type itself, a domain, forbids null.
    fn forbids_null(&self, oid: i64) -> bool {
        self.types.get(&oid).is_some_and(|it| it.not_null || it.kind == "d" && self.forbids_null(it.base))
    }
}

fn read_type(row: &PgRow) -> Result<(i64, Type), sqlx::Error> {
    let found = Type {
        schema: row.try_get(1)?,
        name: row.try_get(2)?,
        kind: row.try_get(3)?,
        category: row.try_get(4)?,
        element: row.try_get(5)?,
        base: row.try_get(6)?,
        not_null: row.try_get(7)?,
    };
    Ok((row.try_get(0)?, found))
}

fn base(schema: &str, name: &str) -> Option<ColumnType> {
    // Types of extensions live in whichever schema the extension was put.
    match name {
        "citext" => return Some(ColumnType::Text),
        "geometry" | "geography" => return Some(ColumnType::Geometry),
        _ if schema != "pg_catalog" => return None,
        _ => {}
    }
    Some(match name {
        "bool" => ColumnType::Bool,
        "int2" => ColumnType::Int2,
        "int4" => ColumnType::Int4,
        "int8" => ColumnType::Int8,
        "oid" => ColumnType::Oid,
        "float4" => ColumnType::Float4,
        "float8" => ColumnType::Float8,
        "numeric" => ColumnType::Numeric,
        "text" | "varchar" | "bpchar" | "name" => ColumnType::Text,
        "date" => ColumnType::Date,
        "time" => ColumnType::Time,
        "timestamp" => ColumnType::Timestamp,
        "timestamptz" => ColumnType::TimestampTz,
        "interval" => ColumnType::Interval,
        "uuid" => ColumnType::Uuid,
        "json" => ColumnType::Json,
        "jsonb" => ColumnType::Jsonb,
        "bytea" => ColumnType::Bytea,
        "inet" => ColumnType::Inet { cidr: 0 },
        "cidr" => ColumnType::Inet { cidr: 1 },
        _ => return None,
    })
}

impl Target {
    /// Reads a table; `None` when there is none of that name.
    pub(super) async fn read(
        connection: &mut PgConnection,
        name: &RelationName,
        types: &Types,
    ) -> Result<Option<Self>, SeedError> {
        let failed = |source| SeedError::Query { task: "read a table's columns", source };
        let found = sqlx::query(RELATION).bind(name.schema()).bind(name.name()).fetch_optional(&mut *connection).await;
        let Some(relation) = found.map_err(failed)? else { return Ok(None) };
        let oid: i64 = relation.try_get(0).map_err(failed)?;
        let kind = relation.try_get(1).map_err(failed)?;
        let rows = sqlx::query(COLUMNS).bind(oid).fetch_all(connection).await.map_err(failed)?;
        let columns = rows.iter().map(|row| column(row, types)).collect::<Result<_, _>>().map_err(failed)?;
        Ok(Some(Self { oid, kind, columns }))
    }
}

fn column(row: &PgRow, types: &Types) -> Result<TargetColumn, sqlx::Error> {
    let oid: i64 = row.try_get(1)?;
    let (not_null, given, computed): (bool, bool, bool) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let presence = if computed {
        Presence::Computed
    } else if (not_null || types.forbids_null(oid)) && !given {
        Presence::Required
    } else {
        Presence::Optional
    };
    Ok(TargetColumn { name: row.try_get(0)?, type_text: row.try_get(2)?, kind: types.resolve(oid), presence })
}
