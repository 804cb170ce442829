//! Operators and casts.

use std::collections::BTreeSet;

use super::list::{split_outside, split_signature};
use super::name::qualified;
use super::piece::Piece;
use crate::schema::{Kind, Object};
use crate::sql::quote_identifier;

pub(super) fn write(object: &Object, notes: &mut BTreeSet<String>) -> Vec<Piece> {
    if object.id.kind == Kind::Cast {
        return vec![Piece::making(&object.id, cast(object))];
    }
    let (sign, types) = object.id.name.split_once('(').unwrap_or((&object.id.name, ""));
    let types = split_outside(types.trim_end_matches(')'), ",");
    let Some(function) = object.attribute("function").filter(|function| *function != "-") else {
        notes.insert(format!("{} is only announced by another operator and has no function: not written", object.id));
        return Vec::new();
    };
    let mut options = vec![format!("FUNCTION = {}", split_signature(function).0)];
    for (word, operand) in ["LEFTARG", "RIGHTARG"].iter().zip(&types) {
        if *operand != "NONE" {
            options.push(format!("{word} = {operand}"));
        }
    }
    for (attribute, word) in [("commutator", "COMMUTATOR"), ("negator", "NEGATOR")] {
        if let Some(other) = object.attribute(attribute) {
            options.push(format!("{word} = OPERATOR({})", bare_operator(other)));
        }
    }
    for (attribute, word) in [("restrict", "RESTRICT"), ("join", "JOIN")] {
        if let Some(estimator) = object.attribute(attribute) {
            options.push(format!("{word} = {estimator}"));
        }
    }
    for (attribute, word) in [("hashes", "HASHES"), ("merges", "MERGES")] {
        if object.attribute(attribute).is_some() {
            options.push(word.to_owned());
        }
    }
    let schema = object.id.schema.as_deref().map(quote_identifier).unwrap_or_default();
    vec![Piece::making(&object.id, format!("CREATE OPERATOR {schema}.{sign} ({})", options.join(", ")))]
}

/// An operator without the types of its operands; one of the server's own gets its schema.
pub(super) fn bare_operator(operator: &str) -> String {
    let sign = split_signature(operator).0;
    let own = sign.starts_with(|c: char| !(c.is_alphanumeric() || c == '"' || c == '_'));
    if own { format!("pg_catalog.{sign}") } else { sign.to_owned() }
}

fn cast(object: &Object) -> String {
    let how = match (object.attribute("function"), object.attribute("method")) {
        (Some(function), _) => format!("WITH FUNCTION {function}"),
        (None, Some("binary")) => "WITHOUT FUNCTION".to_owned(),
        _ => "WITH INOUT".to_owned(),
    };
    let context = match object.attribute("context") {
        Some("assignment") => " AS ASSIGNMENT",
        Some("implicit") => " AS IMPLICIT",
        _ => "",
    };
    format!("CREATE CAST {} {how}{context}", qualified(&object.id))
}
