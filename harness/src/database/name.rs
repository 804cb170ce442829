//! Names of databases that are ours to make and to drop.

use std::fmt;

use rand::RngExt;

use super::error::DatabaseError;

/// How the name of every database of ours begins.
pub const PREFIX: &str = "pgproof_";
/// `NAMEDATALEN - 1`: the server cuts longer names without a word.
const MAX_BYTES: usize = 63;

/// A name that begins with [`PREFIX`] and that the server takes as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseName(String);

impl DatabaseName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// It does not begin with [`PREFIX`], is longer than 63 bytes, or holds a zero.
    pub fn new(name: &str) -> Result<Self, DatabaseError> {
        let reason = if !name.starts_with(PREFIX) || name.len() == PREFIX.len() {
            "its name does not begin with `pgproof_`"
        } else if name.len() > MAX_BYTES {
            "its name is longer than 63 bytes"
        } else if name.contains('\0') {
            "its name holds a zero byte"
        } else {
            return Ok(Self(name.to_owned()));
        };
        Err(DatabaseError::Name { name: name.to_owned(), reason })
    }

    /// A name that nobody has: `pgproof_c_` and 64 random bits.
    pub fn random() -> Self {
        Self(format!("{PREFIX}c_{:016x}", rand::rng().random::<u64>()))
    }

    /// The name of the template for a plan.
    pub(super) fn template(plan_hash: &str) -> Result<Self, DatabaseError> {
        Self::new(&format!("{PREFIX}t_{plan_hash}"))
    }

    pub(super) fn is_template(&self) -> bool {
        self.0.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with("t_"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_ours_is_refused() {
        for name in ["postgres", "pgproof", "pgproof_", "Pgproof_a", " pgproof_a", "pgproof_a\0"] {
            assert!(DatabaseName::new(name).is_err(), "{name:?}");
        }
        assert!(DatabaseName::new(&format!("pgproof_{}", "é".repeat(28))).is_err());
        assert!(DatabaseName::new("pgproof_it's \"odd\"").is_ok());
    }
}
