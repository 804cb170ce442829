//! How an object is named in a command.

use crate::schema::{Kind, ObjectId};
use crate::sql::{RelationName, quote_identifier};

/// The name with its schema, quoted where it is one name and as the server wrote it where it is composed.
pub(in crate::schema) fn qualified(id: &ObjectId) -> String {
    let own = if id.kind.has_composed_name() { id.name.clone() } else { quote_identifier(&id.name) };
    match &id.schema {
        Some(schema) if id.kind == Kind::Operator => {
            format!("{}.{}", quote_identifier(schema), spaced_operator(&own))
        }
        Some(schema) if id.kind.has_composed_name() => format!("{}.{own}", quote_identifier(schema)),
        Some(schema) => RelationName::new(schema.as_str(), id.name.as_str()).quoted(),
        None => own,
    }
}

/// The qualified name of what an object is a part of; its own where it is none.
pub(in crate::schema) fn parent(id: &ObjectId) -> String {
    id.parent.as_deref().map_or_else(|| qualified(id), qualified)
}

/// `=== (integer, integer)`: without the space, the sign would run into the parenthesis of a comment's lexer.
fn spaced_operator(name: &str) -> String {
    name.split_once('(').map_or_else(|| name.to_owned(), |(sign, types)| format!("{sign} ({types}"))
}

/// The words that a command names an object's kind with: `ALTER`, `DROP`, `COMMENT ON`.
pub(in crate::schema) fn command_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::Collation => "COLLATION",
        Kind::Enum | Kind::Composite | Kind::Range | Kind::BaseType => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Sequence => "SEQUENCE",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::ForeignServer => "SERVER",
        Kind::UserMapping => "USER MAPPING",
        Kind::Table => "TABLE",
        Kind::ForeignTable => "FOREIGN TABLE",
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Function => "FUNCTION",
        Kind::Procedure => "PROCEDURE",
        Kind::Aggregate => "AGGREGATE",
        Kind::Operator => "OPERATOR",
        Kind::Cast => "CAST",
        Kind::TextSearchParser => "TEXT SEARCH PARSER",
        Kind::TextSearchTemplate => "TEXT SEARCH TEMPLATE",
        Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        Kind::Column => "COLUMN",
        Kind::Constraint => "CONSTRAINT",
        Kind::Index => "INDEX",
        Kind::Statistics => "STATISTICS",
        Kind::Trigger => "TRIGGER",
        Kind::Rule => "RULE",
        Kind::Policy => "POLICY",
        Kind::EventTrigger => "EVENT TRIGGER",
        Kind::Publication => "PUBLICATION",
        Kind::Subscription => "SUBSCRIPTION",
        Kind::Grant | Kind::DefaultPrivilege => "PRIVILEGES",
    }
}

/// The kind and the name together, as `COMMENT ON` and `DROP` take them.
pub(in crate::schema) fn addressed(id: &ObjectId) -> String {
    let word = command_word(id.kind);
    let part_of = |id: &ObjectId| {
        let domain = id.parent.as_deref().is_some_and(|parent| parent.kind == Kind::Domain);
        let on = if domain && id.kind == Kind::Constraint { "ON DOMAIN" } else { "ON" };
        format!("{} {on} {}", quote_identifier(&id.name), parent(id))
    };
    match id.kind {
        Kind::Column => format!("{word} {}.{}", parent(id), quote_identifier(&id.name)),
        Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => format!("{word} {}", part_of(id)),
        Kind::Aggregate if id.name.ends_with("()") => format!("{word} {}*)", qualified(id).trim_end_matches(')')),
        _ => format!("{word} {}", qualified(id)),
    }
}
