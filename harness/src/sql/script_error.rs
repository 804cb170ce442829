//! What is wrong with a script, and where.

use super::position::{Excerpt, Position};

/// A mistake in a script, found before anything is sent to a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScriptError {
    /// What is wrong: a lower-case fragment that names what it is about, without the place.
    pub message: String,
    /// Where.
    pub position: Position,
    /// The remedy, where there is one to give.
    pub hint: Option<String>,
    /// The characters to point at.
    pub excerpt: Excerpt,
}

impl ScriptError {
    /// The remedy, where there is one to give.
    pub fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}
