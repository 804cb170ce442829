//! The forms that do not stand in the way of others.

use crate::schema::ddl::{Writer, parent, qualified};
use crate::schema::{Kind, Object, ObjectId};
use crate::sql::{quote_identifier, quote_literal};

/// Whether the table of an index or a constraint can be left in use while it is made.
fn is_online(writer: &Writer<'_>, object: &Object) -> bool {
    let table = object.id.parent.as_deref().and_then(|table| writer.object(table));
    table.is_some_and(|table| {
        matches!(table.id.kind, Kind::Table | Kind::MaterializedView) && table.attribute("partition_by").is_none()
    })
}

/// The statements that make an object on a table that is in use.
pub(super) fn making(writer: &Writer<'_>, object: &Object, statements: Vec<String>) -> Vec<String> {
    if !is_online(writer, object) {
        return statements;
    }
    let mut found = Vec::new();
    for statement in statements {
        let index = ["CREATE INDEX ", "CREATE UNIQUE INDEX "]
            .iter()
            .find_map(|head| Some((head, statement.strip_prefix(head)?)));
        let constraint = object.id.kind == Kind::Constraint
            && statement.contains(" ADD CONSTRAINT ")
            && object
                .attribute("definition")
                .is_some_and(|text| text.starts_with("CHECK") || text.starts_with("FOREIGN KEY"))
            && !statement.ends_with("NOT VALID");
        if let Some((head, rest)) = index {
            found.push(away_when_invalid(object));
            found.push(format!("{head}CONCURRENTLY {rest}"));
        } else if constraint {
            let (table, name) = (parent(&object.id), quote_identifier(&object.id.name));
            found.push(format!("{statement} NOT VALID"));
            found.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
        } else {
            found.push(statement);
        }
    }
    found
}

/// An index that a `CONCURRENTLY` left half-made would be taken for the whole one.
fn away_when_invalid(object: &Object) -> String {
    let index = qualified(&ObjectId::new(Kind::Index, object.id.schema.as_deref(), object.id.name.as_str()));
    let body = format!(
        "BEGIN\nIF EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) \
         AND NOT indisvalid) THEN\n    DROP INDEX {index};\nEND IF;\nEND",
        quote_literal(&index)
    );
    format!("DO {}", crate::schema::ddl::dollar_quoted(&body))
}

/// The statements that drop an object of a table that is in use.
pub(super) fn dropping(writer: &Writer<'_>, object: &Object, statements: Vec<String>) -> Vec<String> {
    if object.id.kind != Kind::Index
        || !is_online(writer, object)
        || statements.iter().any(|one| one.starts_with("DO "))
    {
        return statements;
    }
    // In a block, it can not be concurrent; one that is made again is away only for a moment.
    let concurrently = |statement: String| statement.replacen("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1);
    statements.into_iter().map(concurrently).collect()
}

/// The way back of a change; the labels of an enum can only be taken away by making it anew.
pub(super) fn back(to: &Object, from: &Object, old: &Writer<'_>, down: Vec<String>) -> Vec<String> {
    if to.id.kind == Kind::Enum && to.attribute("labels") != from.attribute("labels") {
        let mut again = vec![super::swap::swapped(old.catalog(), old.graph(), from)];
        again.extend(
            down.into_iter().filter(|statement| !statement.contains(" ADD VALUE ") && !statement.starts_with("DO ")),
        );
        return again;
    }
    down
}
