//! The lines that follow `COPY … FROM STDIN;` in a script.

use std::ops::Range;
use std::sync::Arc;

use super::lexer::{self, StringRules};
use super::reader::Reader;
use super::statement::Statement;

/// Whether data for the statement follow in the script.
pub(super) fn follows(statement: &Statement) -> bool {
    let first = lexer::tokens(&statement.text, statement.rules).next();
    first.is_some_and(|(_, word)| word.eq_ignore_ascii_case("copy")) && statement.parsed().is_copy_from_stdin()
}

/// Why there are no data.
pub(super) enum CopyDataError {
    /// SQL follows the statement on its line.
    Tail(Range<usize>),
    /// The file ends before `\.`.
    Endless,
}

/// Takes the lines from the one after the statement up to `\.`.
pub(super) fn take(reader: &mut Reader) -> Result<String, CopyDataError> {
    let text = Arc::clone(&reader.text);
    let (at, line_end) = (reader.at, reader.line_end(reader.at));
    let tail = text.get(at..line_end).unwrap_or_default();
    if lexer::tokens(tail, StringRules::Standard).next().is_some() {
        let start = at + tail.len() - tail.trim_start().len();
        return Err(CopyDataError::Tail(start..at + tail.trim_end().len()));
    }
    let start = (line_end + 1).min(text.len());
    let mut end = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        if content.strip_suffix('\r').unwrap_or(content) == "\\." {
            reader.at = end + line.len();
            return Ok(text.get(start..end).unwrap_or_default().to_owned());
        }
        end += line.len();
    }
    reader.at = text.len();
    Err(CopyDataError::Endless)
}
