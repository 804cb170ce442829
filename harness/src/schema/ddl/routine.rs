//! Functions, procedures and aggregates.

use super::list::{pairs, quoted_elements, split_signature};
use super::name::qualified;
use super::operator::bare_operator;
use super::piece::Piece;
use super::types::assigned;
use crate::schema::{Kind, Object};
use crate::sql::quote_literal;

pub(super) fn write(object: &Object) -> Vec<Piece> {
    let statement = if object.id.kind == Kind::Aggregate { aggregate(object) } else { routine(object) };
    vec![Piece::making(&object.id, statement)]
}

/// `"schema".name(arguments)`, with the names and defaults of the arguments.
fn head(object: &Object, none: &str) -> String {
    let name = qualified(&object.id);
    format!("{}({})", split_signature(&name).0, object.attribute("arguments").unwrap_or(none))
}

fn routine(object: &Object) -> String {
    let text = |attribute: &str| object.attribute(attribute);
    let is_procedure = object.id.kind == Kind::Procedure;
    let mut lines =
        vec![format!("CREATE OR REPLACE {} {}", if is_procedure { "PROCEDURE" } else { "FUNCTION" }, head(object, ""))];
    if let Some(returns) = text("returns") {
        lines.push(format!("RETURNS {returns}"));
    }
    let language = text("language").unwrap_or("sql");
    lines.push(format!("LANGUAGE {}", crate::sql::quote_identifier(language)));
    if let Some(types) = text("transforms") {
        let types: Vec<String> = types.split(", ").map(|name| format!("FOR TYPE {name}")).collect();
        lines.push(format!("TRANSFORM {}", types.join(", ")));
    }
    for (attribute, word) in [("window", "WINDOW"), ("leakproof", "LEAKPROOF"), ("strict", "STRICT")] {
        if text(attribute).is_some() {
            lines.push(word.to_owned());
        }
    }
    if let Some(volatility) = text("volatility") {
        lines.push(volatility.to_uppercase());
    }
    if let Some(parallel) = text("parallel") {
        lines.push(format!("PARALLEL {}", parallel.to_uppercase()));
    }
    if text("security").is_some() {
        lines.push("SECURITY DEFINER".to_owned());
    }
    for (attribute, word) in [("cost", "COST"), ("rows", "ROWS"), ("support", "SUPPORT")] {
        if let Some(value) = text(attribute) {
            lines.push(format!("{word} {value}"));
        }
    }
    for (name, value) in text("settings").map(pairs).unwrap_or_default() {
        let is_list = ["search_path", "temp_tablespaces"].contains(&name.as_str()) || name.ends_with("_libraries");
        let value = if is_list { quoted_elements(&value) } else { quote_literal(&value) };
        lines.push(format!("SET {name} TO {value}"));
    }
    lines.push(body(language, text("library"), text("body").unwrap_or_default()));
    lines.join("\n")
}

fn body(language: &str, library: Option<&str>, body: &str) -> String {
    match library {
        Some(library) => format!("AS {}, {}", quote_literal(library), quote_literal(body)),
        None if language == "sql" && (body.starts_with("BEGIN ATOMIC") || body.starts_with("RETURN ")) => {
            body.to_owned()
        }
        None => format!("AS {}", dollar_quoted(body)),
    }
}

/// The text between dollar quotes that do not occur in it.
pub(in crate::schema) fn dollar_quoted(text: &str) -> String {
    let mut tag = String::new();
    while text.contains(&format!("${tag}$")) || text.ends_with(&format!("${tag}")) {
        tag.push_str("body");
    }
    format!("${tag}${text}${tag}$")
}

fn aggregate(object: &Object) -> String {
    let mut options = assigned(
        object,
        &[
            ("SFUNC", "transition"),
            ("STYPE", "state_type"),
            ("SSPACE", "state_size"),
            ("FINALFUNC", "final"),
            ("COMBINEFUNC", "combine"),
            ("SERIALFUNC", "serialize"),
            ("DESERIALFUNC", "deserialize"),
            ("INITCOND", "initial"),
            ("MSFUNC", "moving_transition"),
            ("MINVFUNC", "moving_inverse"),
            ("MSTYPE", "moving_state_type"),
            ("MFINALFUNC", "moving_final"),
            ("MINITCOND", "moving_initial"),
        ],
    );
    if object.attribute("final_extra").is_some() {
        options.push("FINALFUNC_EXTRA".to_owned());
    }
    if let Some(letter) = object.attribute("final_modify") {
        let word = match letter {
            "r" => "READ_ONLY",
            "s" => "SHAREABLE",
            _ => "READ_WRITE",
        };
        options.push(format!("FINALFUNC_MODIFY = {word}"));
    }
    if let Some(operator) = object.attribute("sort_operator") {
        options.push(format!("SORTOP = OPERATOR({})", bare_operator(operator)));
    }
    if let Some(parallel) = object.attribute("parallel") {
        options.push(format!("PARALLEL = {}", parallel.to_uppercase()));
    }
    if object.attribute("form") == Some("hypothetical set") {
        options.push("HYPOTHETICAL".to_owned());
    }
    format!("CREATE OR REPLACE AGGREGATE {} ({})", head(object, "*"), options.join(", "))
}
