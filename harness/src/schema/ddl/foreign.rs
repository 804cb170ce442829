//! Foreign-data wrappers, servers and user mappings. Secrets were never read: a placeholder stands for them.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::list::foreign_options;
use super::name::qualified;
use super::piece::Piece;
use crate::schema::normalise::SUPERUSER;
use crate::schema::{Kind, Object, ObjectId};
use crate::sql::{quote_identifier, quote_literal};

pub(super) fn write(object: &Object, notes: &mut BTreeSet<String>) -> Vec<Piece> {
    let name = qualified(&object.id);
    let options = foreign_options(object.attribute("options"));
    if object.attribute("options").is_some_and(|list| list.contains("=***")) {
        notes.insert(format!("the secret among the options of {} is not known: `***` stands for it", object.id));
    }
    let piece = match object.id.kind {
        Kind::ForeignDataWrapper => {
            let mut statement = format!("CREATE FOREIGN DATA WRAPPER {name}");
            for (attribute, word) in [("handler", "HANDLER"), ("validator", "VALIDATOR")] {
                if let Some(function) = object.attribute(attribute) {
                    let _ = write!(statement, " {word} {function}");
                }
            }
            Piece::making(&object.id, statement + &options)
        }
        Kind::ForeignServer => {
            let wrapper = object.attribute("wrapper").unwrap_or_default();
            let mut statement = format!("CREATE SERVER {name}");
            for (attribute, word) in [("type", "TYPE"), ("version", "VERSION")] {
                if let Some(value) = object.attribute(attribute) {
                    let _ = write!(statement, " {word} {}", quote_literal(value));
                }
            }
            let statement = format!("{statement} FOREIGN DATA WRAPPER {}{options}", quote_identifier(wrapper));
            Piece::making(&object.id, statement).needing([&ObjectId::new(Kind::ForeignDataWrapper, None, wrapper)])
        }
        _ => {
            let role = mapped_role(&object.id.name);
            let server = object.id.parent.as_deref().map(qualified).unwrap_or_default();
            Piece::making(&object.id, format!("CREATE USER MAPPING FOR {role} SERVER {server}{options}"))
        }
    };
    vec![piece]
}

/// A role as a command takes it: whoever runs it stands for the superuser.
pub(in crate::schema) fn mapped_role(role: &str) -> &str {
    if role == SUPERUSER { "CURRENT_USER" } else { role }
}
