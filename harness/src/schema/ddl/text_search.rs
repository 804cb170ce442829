//! Text search: parsers, templates, dictionaries and configurations.

use super::name::qualified;
use super::piece::Piece;
use super::types::assigned;
use crate::schema::{Kind, Object};

pub(super) fn write(object: &Object) -> Vec<Piece> {
    let name = qualified(&object.id);
    let options = match object.id.kind {
        Kind::TextSearchParser => assigned(
            object,
            &[
                ("START", "start"),
                ("GETTOKEN", "token"),
                ("END", "end"),
                ("HEADLINE", "headline"),
                ("LEXTYPES", "lexical_types"),
            ],
        ),
        Kind::TextSearchTemplate => assigned(object, &[("INIT", "init"), ("LEXIZE", "lexize")]),
        Kind::TextSearchDictionary => {
            let mut options = assigned(object, &[("TEMPLATE", "template")]);
            options.extend(object.attribute("options").map(str::to_owned));
            options
        }
        _ => assigned(object, &[("PARSER", "parser")]),
    };
    let word = super::name::command_word(object.id.kind);
    let piece = Piece::making(&object.id, format!("CREATE {word} {name} ({})", options.join(", ")));
    vec![piece.then_all(mappings(object))]
}

/// `ALTER … ADD MAPPING`, one a kind of token.
fn mappings(object: &Object) -> Vec<String> {
    let Some(mappings) = object.attribute("mappings") else { return Vec::new() };
    let name = qualified(&object.id);
    mappings
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(token, dictionaries)| {
            format!("ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {token} WITH {dictionaries}")
        })
        .collect()
}
