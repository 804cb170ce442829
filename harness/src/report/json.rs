//! A record itself, for programs.

use serde::Serialize;

/// A record as indented JSON with a final newline.
pub fn json(record: &impl Serialize) -> String {
    // A record holds only strings, numbers, lists and maps with text keys, which always serialise.
    let mut text = serde_json::to_string_pretty(record).unwrap_or_default();
    text.push('\n');
    text
}
