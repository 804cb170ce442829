//! Constraints, indexes and extended statistics.

use std::collections::BTreeSet;

use super::list::storage_options;
use super::name::{parent, qualified};
use super::piece::Piece;
use super::routine::dollar_quoted;
use super::writer::Writer;
use crate::schema::order::attached;
use crate::schema::{Kind, Object, ObjectId};
use crate::sql::{quote_identifier, quote_literal};

pub(super) fn write_constraint(writer: &Writer<'_>, object: &Object) -> Vec<Piece> {
    let Some(whole) = object.id.parent.as_deref() else { return Vec::new() };
    let definition = object.attribute("definition").unwrap_or_default();
    let name = quote_identifier(&object.id.name);
    if whole.kind == Kind::Domain {
        let statement = format!("ALTER DOMAIN {} ADD CONSTRAINT {name} {definition}", qualified(whole));
        let piece = Piece::making(&object.id, statement);
        return vec![piece.in_stage(crate::schema::Stage::Prelude)];
    }
    let table = writer.catalog.get(whole);
    let partition_of = table.and_then(|table| table.attribute("partition_of"));
    if object.attribute("inherited").is_some() && partition_of.is_none() {
        // It comes with the parent's, or with the foreign key to a partitioned table.
        return Vec::new();
    }
    if object.attribute("inherited").is_some() && definition.starts_with("FOREIGN KEY") {
        let of_the_whole = partition_of.is_some_and(|shown| {
            writer.catalog.objects().any(|other| {
                other.id.kind == Kind::Constraint
                    && other.attribute("definition") == Some(definition)
                    && other.id.parent.as_deref().is_some_and(|table| shown_as(table) == shown)
            })
        });
        if !of_the_whole {
            return Vec::new();
        }
    }
    let word = if whole.kind == Kind::ForeignTable { "FOREIGN TABLE" } else { "TABLE" };
    let statement = format!("ALTER {word} {} ADD CONSTRAINT {name} {definition}", qualified(whole));
    let mut piece = Piece::making(&object.id, statement).then_all(behind(object, whole));
    // A partition's own key comes first: the whole's then takes it over under the name it has.
    let key = !definition.starts_with("CHECK");
    if key && table.is_some_and(|table| table.attribute("partition_by").is_some()) {
        let shown = shown_as(whole);
        for part in writer.catalog.objects().filter(|one| one.attribute("partition_of") == Some(shown.as_str())) {
            let same = writer.parts(&part.id, Kind::Constraint);
            let same = same
                .iter()
                .filter(|one| one.attribute("definition") == Some(definition) && one.attribute("inherited").is_some());
            piece.needs.extend(same.map(|one| one.id.clone()));
        }
    }
    vec![piece]
}

/// A table as `regclass` shows it under an empty search path.
pub(in crate::schema) fn shown_as(id: &ObjectId) -> String {
    let part = |name: &str| crate::sql::RelationName::new("public", name).to_string();
    format!("{}.{}", part(id.schema.as_deref().unwrap_or_default()), part(&id.name))
}

/// What is said about a constraint and its index once they stand.
pub(in crate::schema) fn behind(object: &Object, table: &ObjectId) -> Vec<String> {
    let mut found = of_an_index(object, table);
    if object.attribute("enforcement").is_some() {
        let body = format!(
            "declare one record; begin for one in select tgname from pg_catalog.pg_trigger where tgconstraint = \
             (select oid from pg_catalog.pg_constraint where conrelid = {}::pg_catalog.regclass and conname = {}) \
             and tgrelid = {}::pg_catalog.regclass loop execute pg_catalog.format('alter table {} disable trigger %I', \
             one.tgname); end loop; end",
            quote_literal(&qualified(table)),
            quote_literal(&object.id.name),
            quote_literal(&qualified(table)),
            qualified(table).replace('\'', "''").replace('%', "%%")
        );
        found.push(format!("DO {}", dollar_quoted(&body)));
    }
    found
}

fn of_an_index(object: &Object, table: &ObjectId) -> Vec<String> {
    let index = ObjectId::new(Kind::Index, object.id.schema.as_deref(), object.id.name.as_str());
    let (index, own) = (qualified(&index), quote_identifier(&object.id.name));
    let table = qualified(table);
    let mut found = Vec::new();
    if let (Kind::Constraint, Some(options)) = (object.id.kind, object.attribute("options")) {
        found.push(format!("ALTER INDEX {index} SET ({})", storage_options(options, "")));
    }
    if let Some(space) = object.attribute("tablespace") {
        found.push(format!("ALTER INDEX {index} SET TABLESPACE {}", quote_identifier(space)));
    }
    if object.attribute("clustered").is_some() {
        found.push(format!("ALTER TABLE {table} CLUSTER ON {own}"));
    }
    if object.attribute("replica_identity").is_some() {
        found.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {own}"));
    }
    for target in object.attribute("statistics").unwrap_or_default().split(", ") {
        if let Some((column, value)) = target.split_once(": ") {
            found.push(format!("ALTER INDEX {index} ALTER COLUMN {column} SET STATISTICS {value}"));
        }
    }
    found
}

pub(super) fn write_index(writer: &Writer<'_>, object: &Object, notes: &mut BTreeSet<String>) -> Vec<Piece> {
    let Some(table) = object.id.parent.as_deref() else { return Vec::new() };
    let definition = object.attribute("definition").unwrap_or_default();
    let unique = if object.attribute("unique").is_some() { "UNIQUE " } else { "" };
    if object.attribute("valid").is_some() || object.attribute("ready").is_some() {
        notes.insert(format!("{} is not valid where it was read: it is written as a valid one", object.id));
    }
    let name = quote_identifier(&object.id.name);
    let is_partitioned = writer.object(table).is_some_and(|table| table.attribute("partition_by").is_some());
    // Those of the partitions are written, too, and attached by name.
    let only = if is_partitioned { "ONLY " } else { "" };
    let made = format!("CREATE {unique}INDEX {name} ON {only}{} {definition}", parent(&object.id));
    let piece = Piece::making(&object.id, made).then_all(of_an_index(object, table));
    let Some(whole) = object.attribute("partition_of") else { return vec![piece] };
    let own = ObjectId::new(Kind::Index, object.id.schema.as_deref(), object.id.name.as_str());
    let mut attach = Piece::about(&object.id, format!("ALTER INDEX {whole} ATTACH PARTITION {}", qualified(&own)));
    attach.needs.insert(attached(table));
    attach.provides.insert(attached(&object.id));
    vec![piece, attach.in_stage(crate::schema::Stage::Constraints)]
}

pub(super) fn write_statistics(object: &Object) -> Vec<Piece> {
    let mut piece = Piece::making(&object.id, object.attribute("definition").unwrap_or_default());
    if let Some(target) = object.attribute("target") {
        piece.statements.push(format!("ALTER STATISTICS {} SET STATISTICS {target}", qualified(&object.id)));
    }
    vec![piece]
}
