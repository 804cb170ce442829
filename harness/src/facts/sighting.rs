//! Whose rows a caller sees.

use super::answer::{Refusal, Seen};
use crate::scenario::Sampled;

/// What one caller sees through one relation or function of the migrated database.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// What the rows are seen through.
    pub through: String,
    /// Who looks.
    pub caller: Sampled,
    /// Rows by whose they are (`None` where that is null), foreign ones first and at most so many as are named; or the
    /// server's refusal.
    pub owners: Result<Vec<(Option<String>, u64)>, Refusal>,
    /// What the caller saw of the same before, and sees now; `None` where nothing is declared to be the same.
    pub same: Option<(Seen, Seen)>,
}
