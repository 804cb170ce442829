//! From facts to findings, without touching a database.
//!
//! Each check is a pure function over a [`CaseFile`]. A [`Finding`] means that we looked and it is bad; that we could
//! not look is said as a [`Doubt`], and the two never share a type.

mod affordable;
mod applies;
mod case_file;
mod code;
mod compatible;
mod dry_run;
mod finding;
mod grants;
mod growth;
mod isolation;
mod online;
mod parity;
mod quick;
mod resumable;
mod reversible;
mod scale;
mod schema;
mod server_parity;
#[cfg(test)]
mod tests;
mod verdict;

pub use case_file::{
    Again, AssertionAnswer, Back, CaseFile, Compared, LeftBehind, QueryRun, Rehearsal, Repaired, Restored, SightAt,
};
pub use code::Code;
pub use dry_run::what_changed;
pub use finding::{Doubt, Finding};
pub use online::{Foreseen, foreseen};
pub(crate) use parity::{key_text, thousands};
pub use quick::is_undecided;
pub use scale::{ScaleJudgement, scale};
pub use server_parity::server_findings;
pub use verdict::{ClaimResult, Judgement, Verdict, judge};

/// A check: what is bad about the facts, and what they are silent on.
pub type Check = fn(&CaseFile<'_>) -> Ruling;

/// What one check says.
#[derive(Debug, Default)]
pub struct Ruling {
    /// What is bad.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub doubts: Vec<Doubt>,
    /// What was looked at, in the words of the claims table.
    pub evidence: String,
    /// Why the claim was not put to the test after all.
    pub skipped: Option<String>,
}

impl Ruling {
    /// Nobody looked, and why.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self { skipped: Some(reason.into()), ..Self::default() }
    }
}
