//! Triggers, rules, policies and event triggers.

use std::fmt::Write;

use super::list::split_outside;
use super::name::{parent, qualified};
use super::piece::Piece;
use crate::schema::{Kind, Object};
use crate::sql::{quote_identifier, quote_literal};

pub(super) fn write(object: &Object) -> Vec<Piece> {
    let definition = object.attribute("definition").unwrap_or_default();
    let (made, state) = match object.id.kind {
        Kind::Trigger if object.attribute("inherited").is_some() => {
            // It comes with that of the whole; only its state is its own.
            return enabled(object)
                .map(|state| Piece::about(&object.id, state))
                .into_iter()
                .map(after_the_whole)
                .collect();
        }
        Kind::Trigger => (definition.to_owned(), enabled(object)),
        Kind::Rule => (definition.trim_end_matches(';').to_owned(), enabled(object)),
        Kind::EventTrigger => (event_trigger(object), enabled(object)),
        _ => (policy(object), None),
    };
    vec![Piece::making(&object.id, made).then_all(state)]
}

fn after_the_whole(mut piece: Piece) -> Piece {
    piece.stage = crate::schema::Stage::Tail;
    piece.needs.clear();
    piece
}

/// The state, where it is not the one that an object is made with.
pub(in crate::schema) fn enabled(object: &Object) -> Option<String> {
    Some(set_state(object, object.attribute("enabled")?))
}

/// Puts a trigger or a rule into a state: `origin`, `disabled`, `replica` or `always`.
pub(in crate::schema) fn set_state(object: &Object, state: &str) -> String {
    let how = match state {
        "disabled" => "DISABLE",
        "replica" => "ENABLE REPLICA",
        "always" => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    let name = quote_identifier(&object.id.name);
    match object.id.kind {
        Kind::EventTrigger => format!("ALTER EVENT TRIGGER {name} {how}"),
        Kind::Rule => format!("ALTER TABLE {} {how} RULE {name}", parent(&object.id)),
        _ => format!("ALTER TABLE {} {how} TRIGGER {name}", parent(&object.id)),
    }
}

fn policy(object: &Object) -> String {
    let mut statement = format!("CREATE POLICY {} ON {}", quote_identifier(&object.id.name), parent(&object.id));
    for (attribute, word) in [("as", " AS "), ("command", " FOR ")] {
        if let Some(value) = object.attribute(attribute) {
            statement.push_str(word);
            statement.push_str(&value.to_uppercase());
        }
    }
    if let Some(roles) = object.attribute("roles") {
        let _ = write!(statement, " TO {}", super::grant::roles(roles));
    }
    for (attribute, word) in [("using", "USING"), ("with_check", "WITH CHECK")] {
        if let Some(expression) = object.attribute(attribute) {
            let _ = write!(statement, " {word} ({expression})");
        }
    }
    statement
}

fn event_trigger(object: &Object) -> String {
    let text = |attribute: &str| object.attribute(attribute).unwrap_or_default();
    let tags = object.attribute("tags").map(|tags| {
        let tags: Vec<String> = split_outside(tags, ",").into_iter().map(quote_literal).collect();
        format!(" WHEN TAG IN ({})", tags.join(", "))
    });
    format!(
        "CREATE EVENT TRIGGER {} ON {}{} EXECUTE FUNCTION {}",
        qualified(&object.id),
        text("event"),
        tags.unwrap_or_default(),
        text("function")
    )
}
