//! A catalog as SQL that makes it anew in an empty database.

use std::fmt::Write;

use super::ddl::Writer;
use super::order::{Cycle, ordered};
use super::{Catalog, Graph};

/// The settings that every script of ours begins with: no name is looked up on a path, and no body of a function is
/// checked before all that it speaks of is there.
pub(super) const PREAMBLE: &str = "SET search_path = '';\nSET check_function_bodies = off;\n";

/// SQL that makes the catalog anew, to be run by a superuser in an empty database: in the order of the stages, each
/// object behind all that it needs. What is left to a person (secrets, what was not understood) stands at the top.
///
/// Run in an empty database on the same server, the result reads as the same canonical text, with the exception of what
/// the top names. Roles and tablespaces belong to the server and are not made.
///
/// # Errors
/// Objects that need each other so that none can be first.
pub fn sql_dump(catalog: &Catalog, graph: &Graph) -> Result<String, Cycle> {
    let writer = Writer::new(catalog, graph);
    let written = writer.all();
    let mut text = String::from("-- The schema, to be run by a superuser in an empty database.\n");
    // Writing to a `String` does not fail.
    for note in &written.notes {
        let _ = writeln!(text, "-- by hand: {}", note.replace('\n', " "));
    }
    text.push('\n');
    text.push_str(PREAMBLE);
    let mut stage = None;
    for piece in ordered(&writer, written)? {
        if stage != Some(piece.stage) {
            stage = Some(piece.stage);
            let _ = writeln!(text, "\n-- {} {}", piece.stage.number(), piece.stage);
        }
        for statement in &piece.statements {
            text.push('\n');
            text.push_str(statement);
            text.push_str(";\n");
        }
    }
    Ok(text)
}
