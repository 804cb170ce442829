//! Publications and subscriptions.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::list::word_outside;
use super::name::qualified;
use super::piece::Piece;
use crate::schema::{Kind, Object};
use crate::sql::{quote_identifier, quote_literal};

pub(super) fn write(object: &Object, notes: &mut BTreeSet<String>) -> Vec<Piece> {
    let statement = if object.id.kind == Kind::Publication { publication(object) } else { subscription(object, notes) };
    vec![Piece::making(&object.id, statement)]
}

fn publication(object: &Object) -> String {
    let mut statement = format!("CREATE PUBLICATION {}{}", qualified(&object.id), published(object));
    let mut options = Vec::new();
    if let Some(list) = object.attribute("publish") {
        options.push(format!("publish = {}", quote_literal(list)));
    }
    if object.attribute("via_root").is_some() {
        options.push("publish_via_partition_root = true".to_owned());
    }
    if !options.is_empty() {
        let _ = write!(statement, " WITH ({})", options.join(", "));
    }
    statement
}

/// ` FOR …`: what is published; nothing where nothing is.
fn published(object: &Object) -> String {
    if object.attribute("all_tables").is_some() {
        return " FOR ALL TABLES".to_owned();
    }
    let mut items: Vec<String> = object
        .attribute("tables")
        .unwrap_or_default()
        .lines()
        .map(|line| format!("TABLE ONLY {}", table(line)))
        .collect();
    items.extend(object.attribute("schemas").map(|schemas| format!("TABLES IN SCHEMA {schemas}")));
    if items.is_empty() { String::new() } else { format!(" FOR {}", items.join(", ")) }
}

/// A published table with its columns, its condition in parentheses.
fn table(line: &str) -> String {
    match word_outside(line, "where").and_then(|at| line.split_at_checked(at)) {
        Some((table, condition)) => {
            format!("{}WHERE ({})", table, condition.trim_start_matches("where").trim())
        }
        None => line.to_owned(),
    }
}

fn subscription(object: &Object, notes: &mut BTreeSet<String>) -> String {
    notes.insert(format!("the connection of {} is not known: it is written without one, and switched off", object.id));
    let publications: Vec<String> =
        object.attribute("publications").unwrap_or_default().split(", ").map(quote_identifier).collect();
    let slot = object.attribute("slot").map_or_else(|| "NONE".to_owned(), quote_literal);
    let commit = object.attribute("synchronous_commit").unwrap_or("off");
    format!(
        "CREATE SUBSCRIPTION {} CONNECTION '' PUBLICATION {} WITH (connect = false, slot_name = {slot}, \
         synchronous_commit = {})",
        qualified(&object.id),
        publications.join(", "),
        quote_literal(commit)
    )
}
