//! Types that users make.

use super::name::qualified;
use super::piece::Piece;
use super::relation::column_type;
use super::writer::{Writer, comments};
use crate::schema::order::stub_of;
use crate::schema::{Kind, Object};

pub(super) fn write(writer: &Writer<'_>, object: &Object) -> Vec<Piece> {
    let name = qualified(&object.id);
    let text = |attribute: &str| object.attribute(attribute).unwrap_or_default();
    match object.id.kind {
        Kind::Enum => vec![Piece::making(&object.id, format!("CREATE TYPE {name} AS ENUM ({})", text("labels")))],
        Kind::Domain => vec![Piece::making(&object.id, domain(object))],
        Kind::Composite => vec![composite(writer, object)],
        Kind::Range => with_shell(object, range(object), &["canonical", "subtype_difference"]),
        _ => with_shell(object, base(object), &["input", "output", "receive", "send"]),
    }
}

fn domain(object: &Object) -> String {
    let mut statement =
        format!("CREATE DOMAIN {} AS {}", qualified(&object.id), object.attribute("type").unwrap_or_default());
    for (attribute, before) in [("collation", " COLLATE "), ("default", " DEFAULT ")] {
        if let Some(value) = object.attribute(attribute) {
            statement.push_str(before);
            statement.push_str(value);
        }
    }
    if object.attribute("not_null").is_some() {
        statement.push_str(" NOT NULL");
    }
    statement
}

fn composite(writer: &Writer<'_>, object: &Object) -> Piece {
    let columns = writer.parts(&object.id, Kind::Column);
    let fields: Vec<String> = columns.iter().map(|column| column_type(column)).collect();
    let mut piece =
        Piece::making(&object.id, format!("CREATE TYPE {} AS ({})", qualified(&object.id), fields.join(", ")));
    for column in columns {
        piece.provides.insert(column.id.clone());
        piece.needs.extend(writer.graph.needs(&column.id).cloned());
        piece.statements.extend(comments(column));
    }
    piece
}

fn range(object: &Object) -> String {
    let options = [
        ("SUBTYPE", "subtype"),
        ("SUBTYPE_OPCLASS", "subtype_operator_class"),
        ("COLLATION", "subtype_collation"),
        ("CANONICAL", "canonical"),
        ("SUBTYPE_DIFF", "subtype_difference"),
        ("MULTIRANGE_TYPE_NAME", "multirange"),
    ];
    format!("CREATE TYPE {} AS RANGE ({})", qualified(&object.id), assigned(object, &options).join(", "))
}

fn base(object: &Object) -> String {
    let mut options =
        assigned(object, &[("INPUT", "input"), ("OUTPUT", "output"), ("RECEIVE", "receive"), ("SEND", "send")]);
    let mut words: Vec<&str> = object.attribute("layout").unwrap_or_default().split(' ').collect();
    if let Some(length) = words.first() {
        let length = if *length == "-1" { "VARIABLE" } else { length };
        options.push(format!("INTERNALLENGTH = {length}"));
    }
    if words.get(1..3) == Some(&["by", "value"]) {
        options.push("PASSEDBYVALUE".to_owned());
        words.drain(1..3);
    }
    if let (Some(alignment), Some(storage), Some(category)) = (words.get(1), words.get(2), words.get(3)) {
        let alignment = match *alignment {
            "c" => "char",
            "s" => "int2",
            "d" => "double",
            _ => "int4",
        };
        let storage = match *storage {
            "e" => "external",
            "x" => "extended",
            "m" => "main",
            _ => "plain",
        };
        options.push(format!("ALIGNMENT = {alignment}"));
        options.push(format!("STORAGE = {storage}"));
        options.push(format!("CATEGORY = '{category}'"));
    }
    format!("CREATE TYPE {} ({})", qualified(&object.id), options.join(", "))
}

/// `NAME = value` for each attribute that is there.
pub(super) fn assigned(object: &Object, options: &[(&str, &str)]) -> Vec<String> {
    options.iter().filter_map(|(name, attribute)| Some(format!("{name} = {}", object.attribute(attribute)?))).collect()
}

/// The type, behind a shell of it where its own functions take or return it.
fn with_shell(object: &Object, statement: String, functions: &[&str]) -> Vec<Piece> {
    let needs_itself = object.id.kind == Kind::BaseType
        || functions.iter().any(|attribute| *attribute == "canonical" && object.attribute(attribute).is_some());
    let whole = Piece::making(&object.id, statement);
    if !needs_itself {
        return vec![whole];
    }
    let stub = stub_of(&object.id);
    let mut shell = Piece::making(&object.id, format!("CREATE TYPE {}", qualified(&object.id)));
    shell.provides = [stub.clone()].into();
    shell.needs.retain(|need| need.kind == Kind::Schema);
    vec![shell, whole.needing([&stub])]
}
