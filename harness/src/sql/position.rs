//! Places in a script, for people and for error messages.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A place in a file. Written `file:line:column`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The file's name as it is shown to a person.
    pub file: Arc<str>,
    /// The line, from 1. Lines end at `\n`, so `\r\n` counts once.
    pub line: u32,
    /// The column, from 1, in characters (not bytes, not display cells). A byte-order mark is not counted.
    pub column: u32,
}

impl Position {
    /// The first place of a file.
    pub(super) fn start_of(file: Arc<str>) -> Self {
        Self { file, line: 1, column: 1 }
    }

    /// Moves over `passed`, the text that follows this place.
    pub(super) fn advance(&mut self, passed: &str) {
        for byte in passed.bytes() {
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else if byte & 0xc0 != 0x80 {
                self.column = self.column.saturating_add(1);
            }
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A span of a source file together with the whole file's text: what a snippet renderer asks for.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The whole text of the file, without a byte-order mark. Shared, not copied.
    pub text: Arc<str>,
    /// The bytes meant, on character boundaries of `text`.
    pub span: Range<usize>,
}

impl fmt::Debug for Excerpt {
    /// The span only: the text is a whole file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Excerpt").field("span", &self.span).finish_non_exhaustive()
    }
}

/// Finds positions in one text, quickly when they are asked for from left to right.
#[derive(Debug)]
pub(super) struct Ruler {
    text: Arc<str>,
    at: usize,
    position: Position,
}

impl Ruler {
    pub(super) fn new(file: Arc<str>, text: Arc<str>) -> Self {
        Self { text, at: 0, position: Position::start_of(file) }
    }

    /// The place of byte `at`; costs the distance from the last place asked for, or from the start when going back.
    pub(super) fn position(&mut self, at: usize) -> Position {
        if at < self.at {
            self.at = 0;
            self.position = Position::start_of(Arc::clone(&self.position.file));
        }
        self.position.advance(self.text.get(self.at..at).unwrap_or_default());
        self.at = at;
        self.position.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_and_column(ruler: &mut Ruler, at: usize) -> (u32, u32) {
        let position = ruler.position(at);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters_and_lines_end_at_line_feeds() {
        let mut ruler = Ruler::new("a.sql".into(), "né x\r\n\nü😀z".into());
        assert_eq!(line_and_column(&mut ruler, 0), (1, 1));
        assert_eq!(line_and_column(&mut ruler, 4), (1, 4));
        assert_eq!(line_and_column(&mut ruler, 7), (2, 1));
        assert_eq!(line_and_column(&mut ruler, 14), (3, 3));
    }

    #[test]
    fn going_back_measures_from_the_start_again() {
        let mut ruler = Ruler::new("a.sql".into(), "ab\ncd".into());
        assert_eq!(line_and_column(&mut ruler, 4), (2, 2));
        assert_eq!(line_and_column(&mut ruler, 1), (1, 2));
    }

    #[test]
    fn a_position_is_written_as_compilers_do() {
        let position = Position { file: "up.sql".into(), line: 14, column: 3 };
        assert_eq!(position.to_string(), "up.sql:14:3");
    }
}
