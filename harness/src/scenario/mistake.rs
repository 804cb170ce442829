//! One mistake in what an author wrote, with its place.

use crate::sql::Position;

/// Something wrong in a scenario: what, where, and what to do about it.
///
/// Loading reports every mistake it finds at once; none of them has touched a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, a lower-case fragment with values in backticks.
    pub message: String,
    /// Where it stands: the file, and the line where it is known.
    pub position: Option<Position>,
    /// The source line and the 0-based character range in it to point at, where known.
    pub source_line: Option<(String, usize, usize)>,
    /// What to do.
    pub hint: Option<String>,
}

impl Mistake {
    /// A mistake without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None, source_line: None, hint: None }
    }

    /// The same mistake, placed.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// The same mistake with the text of its line and the characters `start..end` marked.
    #[must_use]
    pub fn in_line(mut self, line: impl Into<String>, start: usize, end: usize) -> Self {
        self.source_line = Some((line.into(), start, end));
        self
    }

    /// The same mistake with its remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
