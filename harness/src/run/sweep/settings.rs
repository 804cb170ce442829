//! What a sweep plants, and where it keeps what it knows.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::facts::FaultKind;

/// At which boundaries a path is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    /// Those of statements.
    Statements,
    /// Those of batches.
    Batches,
    /// All of them, and with the locks withheld.
    All,
}

/// What to plant, and where the outcomes are kept while the sweep goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSettings {
    /// The boundaries.
    pub faults: Faults,
    /// The kinds to plant there, each where it can be.
    pub kinds: BTreeSet<FaultKind>,
    /// A file with the outcomes so far: an interrupted sweep of the same plan goes on from there. It is gone when the
    /// sweep has come to its end.
    pub journal: Option<PathBuf>,
}

impl FaultSettings {
    /// Every kind at these boundaries, and no journal.
    pub fn of(faults: Faults) -> Self {
        Self { faults, kinds: FaultKind::ALL.into(), journal: None }
    }
}
