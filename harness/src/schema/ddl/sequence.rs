//! Sequences.

use std::fmt::Write;

use super::name::qualified;
use super::piece::Piece;
use super::writer::Writer;
use crate::schema::{Kind, Object, Stage};

/// A sequence that stands by itself; one of an identity column comes with its column.
pub(super) fn write(writer: &Writer<'_>, object: &Object) -> Vec<Piece> {
    if object.attribute("identity_of").is_some() {
        return Vec::new();
    }
    let unlogged = if object.attribute("persistence") == Some("unlogged") { "UNLOGGED " } else { "" };
    let made = Piece::making(
        &object.id,
        format!("CREATE {unlogged}SEQUENCE {}{}", qualified(&object.id), parameters(object, WithType::Yes)),
    );
    let mut pieces = vec![made];
    if let Some(column) = object.attribute("owned_by") {
        let owner = writer
            .catalog
            .objects()
            .map(|other| &other.id)
            .find(|id| id.kind == Kind::Column && owner_column(id).is_some_and(|shown| shown == column));
        let statement = format!("ALTER SEQUENCE {} OWNED BY {column}", qualified(&object.id));
        pieces.push(Piece::about(&object.id, statement).needing(owner).in_stage(Stage::Columns));
    }
    pieces
}

/// A column as the catalog's `owned_by` shows it: every name quoted only where it must be.
fn owner_column(id: &crate::schema::ObjectId) -> Option<String> {
    let table = id.parent.as_deref()?;
    let part = |name: &str| crate::sql::RelationName::new("public", name).to_string();
    Some(format!("{}.{}.{}", part(table.schema.as_deref()?), part(&table.name), part(&id.name)))
}

/// Whether the type is among the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) enum WithType {
    Yes,
    No,
}

/// The parameters, each with a space before it.
pub(in crate::schema) fn parameters(object: &Object, with_type: WithType) -> String {
    let mut text = String::new();
    if let (WithType::Yes, Some(name)) = (with_type, object.attribute("type")) {
        let _ = write!(text, " AS {name}");
    }
    let words = [
        ("increment", "INCREMENT BY"),
        ("minimum", "MINVALUE"),
        ("maximum", "MAXVALUE"),
        ("start", "START WITH"),
        ("cache", "CACHE"),
    ];
    for (attribute, word) in words {
        if let Some(value) = object.attribute(attribute) {
            let _ = write!(text, " {word} {value}");
        }
    }
    if object.attribute("cycle").is_some() {
        text.push_str(" CYCLE");
    }
    text
}
