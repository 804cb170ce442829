//! Schemas, extensions and collations.

use std::fmt::Write;

use super::name::qualified;
use super::piece::Piece;
use crate::schema::{Kind, Object, ObjectId};
use crate::sql::quote_literal;

pub(super) fn write(object: &Object) -> Vec<Piece> {
    let name = qualified(&object.id);
    let statement = match object.id.kind {
        Kind::Schema if object.id.name == "public" => format!("CREATE SCHEMA IF NOT EXISTS {name}"),
        Kind::Schema => format!("CREATE SCHEMA {name}"),
        Kind::Extension => return vec![extension(object)],
        _ => collation(object),
    };
    vec![Piece::making(&object.id, statement)]
}

fn extension(object: &Object) -> Piece {
    let mut statement = format!("CREATE EXTENSION IF NOT EXISTS {}", qualified(&object.id));
    let mut needs = Vec::new();
    if let Some(schema) = object.attribute("in_schema") {
        let _ = write!(statement, " WITH SCHEMA {schema}");
        let bare = schema.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let bare = bare.map_or_else(|| schema.to_owned(), |inner| inner.replace("\"\"", "\""));
        needs.push(ObjectId::new(Kind::Schema, None, bare));
    }
    if let Some(version) = object.attribute("version") {
        let _ = write!(statement, " VERSION {}", quote_literal(version));
    }
    Piece::making(&object.id, statement).needing(&needs)
}

fn collation(object: &Object) -> String {
    let mut options = Vec::new();
    let provider = object.attribute("provider").unwrap_or("libc");
    options.push(format!("provider = {provider}"));
    let locale = object.attribute("locale").map(quote_literal).unwrap_or_default();
    match (provider, object.attribute("ctype")) {
        ("libc", ctype) => {
            options.push(format!("lc_collate = {locale}"));
            options.push(format!("lc_ctype = {}", ctype.map_or_else(|| locale.clone(), quote_literal)));
        }
        _ => options.push(format!("locale = {locale}")),
    }
    if object.attribute("deterministic") == Some("no") {
        options.push("deterministic = false".to_owned());
    }
    format!("CREATE COLLATION {} ({})", qualified(&object.id), options.join(", "))
}
