//! The ten claims.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the ten things a run says something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    /// Every step runs the way its tool would run it.
    Applies,
    /// Nothing lost, invented or altered.
    Parity,
    /// The old application's statements still work and answer the same.
    Compatible,
    /// The end state is the agreed one.
    Schema,
    /// Rolling back restores catalog and rows; applying again arrives at the same place.
    Reversible,
    /// Killed anywhere, a re-run finishes or leaves nothing behind.
    Resumable,
    /// Live traffic does not notice.
    Online,
    /// The named queries stay within their budgets.
    Quick,
    /// What it costs, and how that grows.
    Affordable,
    /// The scenario's own checks notice a wrong migration.
    Watched,
}

impl Claim {
    /// All of them, in the order of every report.
    pub const ALL: [Self; 10] = [
        Self::Applies,
        Self::Parity,
        Self::Compatible,
        Self::Schema,
        Self::Reversible,
        Self::Resumable,
        Self::Online,
        Self::Quick,
        Self::Affordable,
        Self::Watched,
    ];

    /// Its name: one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applies => "applies",
            Self::Parity => "parity",
            Self::Compatible => "compatible",
            Self::Schema => "schema",
            Self::Reversible => "reversible",
            Self::Resumable => "resumable",
            Self::Online => "online",
            Self::Quick => "quick",
            Self::Affordable => "affordable",
            Self::Watched => "watched",
        }
    }

    /// Its letter, which its finding codes begin with.
    pub const fn letter(self) -> char {
        match self {
            Self::Applies => 'A',
            Self::Parity => 'P',
            Self::Compatible => 'C',
            Self::Schema => 'S',
            Self::Reversible => 'R',
            Self::Resumable => 'F',
            Self::Online => 'L',
            Self::Quick => 'Q',
            Self::Affordable => 'W',
            Self::Watched => 'M',
        }
    }

    /// All names, for messages.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no claim.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no claim; the claims are {names}", names = Claim::names())]
pub struct UnknownClaim(String);

impl FromStr for Claim {
    type Err = UnknownClaim;

    /// By name or by letter, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_lowercase();
        Self::ALL
            .into_iter()
            .find(|claim| claim.name() == lower || claim.letter().to_lowercase().to_string() == lower)
            .ok_or_else(|| UnknownClaim(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_is_found_by_its_name_and_by_its_letter() {
        for claim in Claim::ALL {
            assert_eq!(claim.name().parse(), Ok(claim));
            assert_eq!(claim.letter().to_string().parse(), Ok(claim));
        }
        assert!("x".parse::<Claim>().is_err());
    }
}
