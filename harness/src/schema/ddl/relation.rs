//! Tables and foreign tables, with their columns.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::list::{foreign_options, storage_options};
use super::name::{parent, qualified};
use super::piece::Piece;
use super::sequence::{WithType, parameters};
use super::writer::{Writer, comments};
use crate::schema::graph::default_of;
use crate::schema::order::attached;
use crate::schema::{Kind, Object, ObjectId, Stage};
use crate::sql::quote_identifier;

pub(super) fn write(writer: &Writer<'_>, object: &Object, notes: &mut BTreeSet<String>) -> Vec<Piece> {
    let name = qualified(&object.id);
    let columns = writer.parts(&object.id, Kind::Column);
    let is_partition = object.attribute("partition_of").is_some();
    let inherits = object.attribute("inherits");
    let own: Vec<&&Object> =
        columns.iter().filter(|column| inherits.is_none() || column.attribute("inherited").is_none()).collect();
    let mut piece = Piece::making(&object.id, String::new());
    let mut later = Vec::new();
    let mut lines = Vec::new();
    for column in &columns {
        piece.provides.insert(column.id.clone());
        piece.needs.extend(writer.graph.needs(&column.id).cloned());
        let is_own = own.iter().any(|one| one.id == column.id);
        let line = column_line(writer, column, if is_partition { Identity::Inherited } else { Identity::Own });
        if let Some(sequence) = line.sequence {
            piece.provides.insert(sequence.id.clone());
        }
        piece.needs.extend(line.needs);
        if let Some(default) = line.later {
            later.push(default);
        }
        if is_own {
            lines.push(line.text);
        } else {
            piece.statements.extend(overriding(column, &name));
        }
    }
    if let Some(first) = piece.statements.first_mut() {
        *first = head(object, &name, &lines, notes);
    }
    for column in &columns {
        piece.statements.extend(column_settings(column, &name));
        piece.statements.extend(comments(column));
    }
    piece.statements.extend(table_settings(object));
    if let Some(type_name) = object.attribute("of_type") {
        piece.statements.push(format!("ALTER TABLE {name} OF {type_name}"));
    }
    let mut pieces = vec![piece];
    pieces.extend(later);
    if let (Some(whole), Some(bound)) = (object.attribute("partition_of"), object.attribute("partition_bound")) {
        let mut attach = Piece::about(&object.id, format!("ALTER TABLE ONLY {whole} ATTACH PARTITION {name} {bound}"));
        attach.provides.insert(attached(&object.id));
        // Constraints of its own that the whole asks for must be there first.
        attach.needs.extend(writer.parts(&object.id, Kind::Constraint).iter().map(|one| one.id.clone()));
        attach.needs.extend(writer.graph.needs(&object.id).filter(|need| need.kind == Kind::Table).cloned());
        pieces.push(attach.in_stage(Stage::Constraints));
    }
    pieces
}

fn head(object: &Object, name: &str, lines: &[String], notes: &mut BTreeSet<String>) -> String {
    let text = |attribute: &str| object.attribute(attribute);
    let unlogged = if text("persistence") == Some("unlogged") { "UNLOGGED " } else { "" };
    let columns = if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
    let mut statement = if object.id.kind == Kind::ForeignTable {
        format!("CREATE FOREIGN TABLE {name} ({columns})")
    } else {
        format!("CREATE {unlogged}TABLE {name} ({columns})")
    };
    if let Some(parents) = text("inherits") {
        let _ = write!(statement, " INHERITS ({parents})");
    }
    if object.id.kind == Kind::ForeignTable {
        let server = quote_identifier(text("server").unwrap_or_default());
        let _ = write!(statement, " SERVER {server}{}", foreign_options(text("foreign_options")));
        return statement;
    }
    if let Some(key) = text("partition_by") {
        let _ = write!(statement, " PARTITION BY {key}");
    }
    if let Some(method) = text("access_method") {
        let _ = write!(statement, " USING {}", quote_identifier(method));
    }
    let options: Vec<String> = [("options", ""), ("toast_options", "toast.")]
        .iter()
        .filter_map(|(attribute, prefix)| Some(storage_options(text(attribute)?, prefix)))
        .collect();
    if !options.is_empty() {
        let _ = write!(statement, " WITH ({})", options.join(", "));
    }
    if let Some(space) = text("tablespace") {
        let _ = write!(statement, " TABLESPACE {}", quote_identifier(space));
        notes.insert(format!("the tablespace {space} of {} is the server's: it must be there", object.id));
    }
    statement
}

/// What is said about a table once it stands.
pub(in crate::schema) fn table_settings(object: &Object) -> Vec<String> {
    let name = qualified(&object.id);
    let mut found = Vec::new();
    match object.attribute("replica_identity") {
        Some("nothing") => found.push(format!("ALTER TABLE {name} REPLICA IDENTITY NOTHING")),
        Some("full") => found.push(format!("ALTER TABLE {name} REPLICA IDENTITY FULL")),
        _ => {}
    }
    if let Some(security) = object.attribute("row_security") {
        if security.starts_with("enabled") {
            found.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
        }
        if security.contains("forced") {
            found.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
        }
    }
    found
}

/// Whose identity a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) enum Identity {
    Own,
    /// A partition has that of its whole.
    Inherited,
}

/// A column as `CREATE TABLE` and `ADD COLUMN` take it.
pub(in crate::schema) struct Line<'a> {
    pub(in crate::schema) text: String,
    pub(in crate::schema) needs: Vec<ObjectId>,
    /// The sequence that comes with it.
    pub(in crate::schema) sequence: Option<&'a Object>,
    /// The default, where it needs what a table must not wait for.
    pub(in crate::schema) later: Option<Piece>,
}

/// Name, type and collation.
pub(in crate::schema) fn column_type(column: &Object) -> String {
    let collation = column.attribute("collation").map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    format!("{} {}{collation}", quote_identifier(&column.id.name), column.attribute("type").unwrap_or_default())
}

pub(in crate::schema) fn column_line<'a>(writer: &Writer<'a>, column: &Object, identity: Identity) -> Line<'a> {
    let mut line = Line { text: column_type(column), needs: Vec::new(), sequence: None, later: None };
    line.text.push_str(&foreign_options(column.attribute("foreign_options")));
    let needs: Vec<ObjectId> = writer.graph.needs(&default_of(&column.id)).cloned().collect();
    if let Some(expression) = column.attribute("generated") {
        let _ = write!(line.text, " GENERATED ALWAYS AS {expression}");
        line.needs = needs;
    } else if let Some(default) = column.attribute("default") {
        if needs.iter().all(|need| matches!(need.kind, Kind::Sequence | Kind::Enum | Kind::Domain | Kind::Extension)) {
            let _ = write!(line.text, " DEFAULT {default}");
            line.needs = needs;
        } else {
            let statement = format!(
                "ALTER TABLE ONLY {} ALTER COLUMN {} SET DEFAULT {default}",
                parent(&column.id),
                quote_identifier(&column.id.name)
            );
            line.later = Some(Piece::about(&column.id, statement).needing(&needs).in_stage(Stage::Columns));
        }
    }
    if let (Some(words), Identity::Own) = (column.attribute("identity"), identity) {
        line.sequence = identity_sequence(writer, &column.id);
        let _ = write!(line.text, " GENERATED {}", words.to_uppercase());
        if let Some(sequence) = line.sequence {
            let (name, parameters) = (qualified(&sequence.id), parameters(sequence, WithType::No));
            let _ = write!(line.text, " (SEQUENCE NAME {name}{parameters})");
        }
    }
    if column.attribute("not_null").is_some() {
        line.text.push_str(" NOT NULL");
    }
    line
}

/// The sequence behind an identity column.
pub(in crate::schema) fn identity_sequence<'a>(writer: &Writer<'a>, column: &ObjectId) -> Option<&'a Object> {
    let table = column.parent.as_deref()?;
    let part = |name: &str| crate::sql::RelationName::new("public", name).to_string();
    let shown = format!("{}.{}.{}", part(table.schema.as_deref()?), part(&table.name), part(&column.name));
    writer.catalog.objects().find(|object| object.attribute("identity_of") == Some(shown.as_str()))
}

/// What a child of another table says otherwise than its parent about a column that it got from there.
fn overriding(column: &Object, table: &str) -> Vec<String> {
    let alter = format!("ALTER TABLE ONLY {table} ALTER COLUMN {}", quote_identifier(&column.id.name));
    let mut found = Vec::new();
    if let Some(default) = column.attribute("default") {
        found.push(format!("{alter} SET DEFAULT {default}"));
    }
    if column.attribute("not_null").is_some() {
        found.push(format!("{alter} SET NOT NULL"));
    }
    found
}

/// Statistics, storage, compression and options of a column.
pub(in crate::schema) fn column_settings(column: &Object, table: &str) -> Vec<String> {
    let alter = format!("ALTER TABLE ONLY {table} ALTER COLUMN {}", quote_identifier(&column.id.name));
    let mut found = Vec::new();
    for (attribute, word) in [("statistics", "STATISTICS"), ("storage", "STORAGE"), ("compression", "COMPRESSION")] {
        if let Some(value) = column.attribute(attribute) {
            found.push(format!("{alter} SET {word} {value}"));
        }
    }
    if let Some(options) = column.attribute("options") {
        found.push(format!("{alter} SET ({})", storage_options(options, "")));
    }
    found
}
