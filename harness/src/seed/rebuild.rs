//! Indexes and foreign keys that are taken away while rows come in, and built again as they were.
//!
//! Only what is ordinary in every respect is touched; see [`TABLES`] and [`INDEXES`] for what that means.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row as _};

use super::SeedError;
use crate::sql::{RelationName, quote_identifier};

/// What is rebuilt, table by table.
#[derive(Debug, Default)]
pub(super) struct Rebuild {
    /// The tables that are truncated and loaded bare, by OID.
    pub(super) tables: BTreeMap<i64, RelationName>,
    objects: Vec<Object>,
    /// Every index and constraint of these tables before, as text.
    before: Vec<String>,
}

#[derive(Debug)]
struct Object {
    oid: i64,
    table: i64,
    name: String,
    kind: Kind,
    definition: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A foreign key.
    Foreign,
    /// A primary or unique key.
    Key,
    /// An index that is no constraint's.
    Index,
}

/// Tables of which the truncation and rebuilding go unseen: permanent or unlogged, in no inheritance or partitioning,
/// without enabled triggers of a user's, in a database without enabled event triggers, and we may do anything.
const TABLES: &str = "select c.oid::int8 from pg_catalog.pg_class c \
     where c.oid = any($1::int8[]::oid[]) and c.relkind = 'r' and c.relpersistence in ('p', 'u') and not c.relispartition \
     and pg_catalog.current_setting('is_superuser') = 'on' \
     and not exists (select from pg_catalog.pg_event_trigger where evtenabled <> 'D') \
     and not exists (select from pg_catalog.pg_inherits i where c.oid in (i.inhrelid, i.inhparent)) \
     and not exists (select from pg_catalog.pg_trigger t \
        where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D')";

/// Who refers to whom.
const REFERENCES: &str = "select conrelid::int8, confrelid::int8 from pg_catalog.pg_constraint \
     where contype = 'f' and confrelid = any($1::int8[]::oid[])";

/// Foreign keys without a comment or label of their own, in no inheritance.
const FOREIGN_KEYS: &str = "select k.oid::int8, k.conrelid::int8, k.conname::text, 'f', \
        pg_catalog.pg_get_constraintdef(k.oid) \
     from pg_catalog.pg_constraint k \
     where k.contype = 'f' and k.conrelid = any($1::int8[]::oid[]) and k.conislocal and k.coninhcount = 0 \
     and k.conparentid = 0 \
     and not exists (select from pg_catalog.pg_description d \
        where d.classoid = 'pg_catalog.pg_constraint'::regclass and d.objoid = k.oid) \
     and not exists (select from pg_catalog.pg_depend d \
        where d.refclassid = 'pg_catalog.pg_constraint'::regclass and d.refobjid = k.oid and d.deptype <> 'i') \
     and not exists (select from pg_catalog.pg_depend d \
        where d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid = k.oid and d.deptype in ('e', 'x'))";

/// Indexes, and primary and unique keys, that are valid, in the default tablespace, not clustered on, not a replica's
/// identity, without comments, labels and statistics targets, and that nothing leans on but themselves and foreign keys
/// that are taken away too ($2).
const INDEXES: &str = "select coalesce(k.oid, i.indexrelid)::int8, i.indrelid::int8, x.relname::text, \
        case when k.oid is null then 'i' else 'k' end, \
        coalesce(pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.pg_get_indexdef(i.indexrelid)) \
     from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid \
     left join pg_catalog.pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x') \
     where i.indrelid = any($1::int8[]::oid[]) and i.indisvalid and i.indisready and i.indislive \
     and not i.indisclustered and not i.indisreplident and x.reltablespace = 0 \
     and (k.oid is null or x.reloptions is null and k.contype <> 'x' and k.conname = x.relname \
        and k.conislocal and k.coninhcount = 0) \
     and not exists (select from pg_catalog.pg_attribute a \
        where a.attrelid = i.indexrelid and coalesce(a.attstattarget, -1) <> -1) \
     and not exists (select from pg_catalog.pg_description d \
        where d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = i.indexrelid \
        or d.classoid = 'pg_catalog.pg_constraint'::regclass and d.objoid = k.oid) \
     and not exists (select from pg_catalog.pg_depend d \
        where d.deptype in ('e', 'x') and (d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid \
        or d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid = k.oid)) \
     and not exists (select from pg_catalog.pg_depend d \
        where (d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = i.indexrelid \
        or d.refclassid = 'pg_catalog.pg_constraint'::regclass and d.refobjid = k.oid) \
        and not (d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid) \
        and not (d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid = any($2::int8[]::oid[])))";

/// Every index and constraint of some tables, with all that could differ.
const EVERYTHING: &str = "select pg_catalog.format('%s %s %s %s %s %s', k.conrelid, k.conname, k.contype, k.convalidated, \
        k.conislocal, pg_catalog.pg_get_constraintdef(k.oid)) \
     from pg_catalog.pg_constraint k where k.conrelid = any($1::int8[]::oid[]) \
     union all \
     select pg_catalog.format('%s %s %s %s %s %s %s %s %s %s', i.indrelid, i.indisprimary, i.indisunique, i.indisvalid, \
        i.indisclustered, i.indisreplident, i.indimmediate, x.reloptions, x.relowner, \
        pg_catalog.pg_get_indexdef(i.indexrelid)) \
     from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid \
     where i.indrelid = any($1::int8[]::oid[]) order by 1";

impl Rebuild {
    /// Decides what is rebuilt. `tables` are all those to fill, `large` those that are worth it.
    pub(super) async fn plan(
        connection: &mut PgConnection,
        tables: &BTreeMap<i64, RelationName>,
        large: &BTreeSet<i64>,
    ) -> Result<Self, SeedError> {
        let failed = |source| SeedError::Query { task: "read the indexes and foreign keys", source };
        let all: Vec<i64> = tables.keys().copied().collect();
        let ordinary = sqlx::query_scalar(TABLES).bind(&all).fetch_all(&mut *connection).await.map_err(failed)?;
        let rows = sqlx::query(REFERENCES).bind(&all).fetch_all(&mut *connection).await.map_err(failed)?;
        let references: Vec<(i64, i64)> =
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, _>>().map_err(failed)?;
        let chosen: Vec<i64> = choose(ordinary.into_iter().collect(), large, &references).into_iter().collect();
        if chosen.is_empty() {
            return Ok(Self::default());
        }
        let mut objects =
            read_objects(sqlx::query(FOREIGN_KEYS).bind(&chosen).fetch_all(&mut *connection).await).map_err(failed)?;
        let foreign: Vec<i64> = objects.iter().map(|object| object.oid).collect();
        let indexes = sqlx::query(INDEXES).bind(&chosen).bind(&foreign).fetch_all(&mut *connection).await;
        objects.extend(read_objects(indexes).map_err(failed)?);
        objects.sort_by_key(|object| object.oid);
        let before = everything(connection, &chosen).await.map_err(failed)?;
        let tables = tables.iter().filter(|(oid, _)| chosen.contains(oid));
        Ok(Self { tables: tables.map(|(oid, name)| (*oid, name.clone())).collect(), objects, before })
    }

    /// Empties the tables and takes their foreign keys, keys and indexes away.
    pub(super) async fn strip(&self, connection: &mut PgConnection) -> Result<(), SeedError> {
        if self.tables.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self.tables.values().map(RelationName::quoted).collect();
        let truncate = format!("truncate only {}", names.join(", only "));
        let done = sqlx::raw_sql(AssertSqlSafe(truncate)).execute(&mut *connection).await;
        done.map_err(|source| SeedError::Query { task: "truncate the tables to seed", source })?;
        for kind in [Kind::Foreign, Kind::Key, Kind::Index] {
            for (object, table) in self.objects_of(kind) {
                let name = quote_identifier(&object.name);
                let statement = match kind {
                    Kind::Index => format!("drop index {}.{name}", quote_identifier(table.schema())),
                    Kind::Foreign | Kind::Key => format!("alter table only {} drop constraint {name}", table.quoted()),
                };
                execute(connection, table, object, statement).await?;
            }
        }
        Ok(())
    }

    /// Builds the keys and indexes of one table.
    pub(super) async fn build(&self, connection: &mut PgConnection, table: i64) -> Result<(), SeedError> {
        let own = self.objects.iter().filter(|object| object.table == table && object.kind != Kind::Foreign);
        for object in own {
            let Some(name) = self.tables.get(&table) else { continue };
            let statement = match object.kind {
                Kind::Index => object.definition.clone(),
                Kind::Foreign | Kind::Key => add_constraint(name, object),
            };
            execute(connection, name, object, statement).await?;
        }
        Ok(())
    }

    /// Adds the foreign keys, which validates them, and makes sure that everything is as it was.
    pub(super) async fn finish(&self, connection: &mut PgConnection) -> Result<(), SeedError> {
        for (object, table) in self.objects_of(Kind::Foreign) {
            execute(connection, table, object, add_constraint(table, object)).await?;
        }
        let failed = |source| SeedError::Query { task: "read the indexes and foreign keys", source };
        let chosen: Vec<i64> = self.tables.keys().copied().collect();
        match self.tables.values().next() {
            Some(first) if everything(connection, &chosen).await.map_err(failed)? != self.before => {
                Err(SeedError::Altered(first.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Whether this foreign key of the table is taken away.
    pub(super) fn drops(&self, table: i64, foreign_key: i64) -> bool {
        self.objects.iter().any(|object| object.table == table && object.oid == foreign_key)
    }

    fn objects_of(&self, kind: Kind) -> impl Iterator<Item = (&Object, &RelationName)> {
        let own = self.objects.iter().filter(move |object| object.kind == kind);
        own.filter_map(|object| Some((object, self.tables.get(&object.table)?)))
    }
}

/// The ordinary tables whose truncation asks for no other table's: the large ones and those that refer to them.
fn choose(mut ordinary: BTreeSet<i64>, large: &BTreeSet<i64>, references: &[(i64, i64)]) -> BTreeSet<i64> {
    // A table that an outsider refers to can not be truncated.
    loop {
        let outside =
            references.iter().find(|(child, parent)| ordinary.contains(parent) && !ordinary.contains(child)).copied();
        match outside {
            Some((_, parent)) => ordinary.remove(&parent),
            None => break,
        };
    }
    let mut chosen: BTreeSet<i64> = large.intersection(&ordinary).copied().collect();
    let mut open: Vec<i64> = chosen.iter().copied().collect();
    while let Some(table) = open.pop() {
        open.extend(
            references
                .iter()
                .filter(|(_, parent)| *parent == table)
                .map(|(child, _)| *child)
                .filter(|child| chosen.insert(*child)),
        );
    }
    chosen
}

fn read_objects(rows: Result<Vec<PgRow>, sqlx::Error>) -> Result<Vec<Object>, sqlx::Error> {
    let read = |row: &PgRow| {
        let kind: String = row.try_get(3)?;
        let kind = match kind.as_str() {
            "f" => Kind::Foreign,
            "k" => Kind::Key,
            _ => Kind::Index,
        };
        let (oid, table, name, definition) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(4)?);
        Ok(Object { oid, table, name, kind, definition })
    };
    rows?.iter().map(read).collect()
}

async fn everything(connection: &mut PgConnection, tables: &[i64]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(EVERYTHING).bind(tables).fetch_all(connection).await
}

fn add_constraint(table: &RelationName, object: &Object) -> String {
    let name = quote_identifier(&object.name);
    format!("alter table only {} add constraint {name} {}", table.quoted(), object.definition)
}

async fn execute(
    connection: &mut PgConnection,
    table: &RelationName,
    object: &Object,
    statement: String,
) -> Result<(), SeedError> {
    let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await;
    done.map(drop).map_err(|source| SeedError::Rebuild { relation: table.clone(), object: object.name.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<const N: usize>(oids: [i64; N]) -> BTreeSet<i64> {
        oids.into()
    }

    #[test]
    fn a_large_table_that_an_outsider_refers_to_is_left_alone() {
        assert_eq!(choose(set([1, 2]), &set([1]), &[(9, 1), (2, 1)]), set([]));
        assert_eq!(choose(set([1, 2]), &set([2]), &[(9, 1), (2, 1)]), set([2]));
    }

    #[test]
    fn a_large_parent_brings_its_children_along() {
        assert_eq!(choose(set([1, 2, 3, 4]), &set([1]), &[(2, 1), (3, 2), (1, 4), (1, 1)]), set([1, 2, 3]));
    }
}
