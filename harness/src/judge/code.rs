//! The registry of finding codes: the one list from which `explain`, the reports and the tests read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::scenario::Claim;

macro_rules! codes {
    ($($(#[doc = $title:literal])+ $code:ident => $claim:ident;)+) => {
        /// The stable name of a kind of finding; its first letter is its claim's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[doc = $title])+ $code,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];

            /// The code as written: a letter and three digits.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)+ }
            }

            /// The claim that it refutes.
            pub const fn claim(self) -> Claim {
                match self { $(Self::$code => Claim::$claim,)+ }
            }

            /// What it says, in one line.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => concat!($($title),+).trim(),)+ }
            }

            /// Its page in Markdown: what it means, why it matters, what to do.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(concat!("../../findings/", stringify!($code), "/README.md")),)+
                }
            }
        }
    };
}

codes! {
    /// a statement of a step failed
    A001 => Applies;
    /// a step's verification failed
    A002 => Applies;
    /// a step did not refuse the data that it should refuse
    A003 => Applies;
    /// a step that refused left something behind
    A004 => Applies;
    /// an assertion about applying does not hold
    A009 => Applies;
    /// rows of the baseline are missing
    P001 => Parity;
    /// there are rows that the baseline never had
    P002 => Parity;
    /// rows have other values
    P003 => Parity;
    /// a sequence stands behind the column that it feeds
    P004 => Parity;
    /// a key that should be unique is not
    P005 => Parity;
    /// a relation or column of the baseline can no longer be read
    P006 => Parity;
    /// a declared repair names no row, or one that the baseline never had
    P007 => Parity;
    /// an assertion about the data does not hold
    P009 => Parity;
    /// a statement of the old application no longer works
    C001 => Compatible;
    /// a statement of the old application is answered differently
    C002 => Compatible;
    /// a role sees other rows than before
    C003 => Compatible;
    /// a relation has other columns under its old name
    C004 => Compatible;
    /// a caller sees rows of another
    C005 => Compatible;
    /// a role lost or gained a right on a relation of the baseline
    C006 => Compatible;
    /// an assertion about compatibility does not hold
    C009 => Compatible;
    /// the schema is not the agreed one
    S001 => Schema;
    /// an index or a constraint was left invalid
    S002 => Schema;
    /// an assertion about the schema does not hold
    S009 => Schema;
    /// a statement of a way back failed
    R001 => Reversible;
    /// rolling back did not restore the catalog
    R002 => Reversible;
    /// rolling back did not restore the rows
    R003 => Reversible;
    /// rolling back did not restore a sequence
    R004 => Reversible;
    /// applying again did not arrive at the same place
    R005 => Reversible;
    /// a backup does not restore the baseline
    R006 => Reversible;
    /// an assertion about rolling back does not hold
    R009 => Reversible;
    /// sessions queued behind a lock of the migration
    L010 => Online;
    /// a relation that the traffic uses was rewritten under a lock
    L011 => Online;
    /// a relation that the traffic uses was read in full under a lock
    L012 => Online;
    /// sessions queued behind a migration that waited for a lock itself
    L013 => Online;
    /// one transaction changed many rows that the traffic uses
    L014 => Online;
    /// a query takes longer than its budget
    Q001 => Quick;
    /// a query became slower than it may
    Q002 => Quick;
    /// a query no longer runs
    Q003 => Quick;
    /// an index that a query used is there, and no longer used
    Q004 => Quick;
    /// a plan expects a hundredth of the rows, or a hundred times as many
    Q005 => Quick;
    /// an assertion about speed does not hold
    Q009 => Quick;
    /// interrupted and run again, a step fails
    F001 => Resumable;
    /// interrupted and run again, a step leaves another schema
    F002 => Resumable;
    /// interrupted and run again, a step leaves other rows
    F003 => Resumable;
    /// interrupted and run again, a step leaves a sequence that gives numbers again
    F004 => Resumable;
    /// an assertion about resuming does not hold
    F009 => Resumable;
    /// the way forward takes longer than its budget
    W001 => Affordable;
    /// the way forward writes more write-ahead log than its budget
    W002 => Affordable;
    /// the way forward needs more disk than its budget
    W003 => Affordable;
    /// a replica is further behind than its budget
    W004 => Affordable;
    /// a step's cost grows faster than the rows
    W005 => Affordable;
    /// a step cancels a long read on a replica
    W006 => Affordable;
    /// an assertion about cost does not hold
    W009 => Affordable;
    /// a request of the live traffic failed
    L001 => Online;
    /// a request was held up longer than its budget
    L002 => Online;
    /// an acknowledged write is missing
    L003 => Online;
    /// an acknowledged write is there more than once
    L004 => Online;
    /// the new path answers a live question differently
    L005 => Online;
    /// a step ended only after the traffic was paused
    L006 => Online;
    /// a step fails under traffic
    L007 => Online;
    /// a gate of the rollout was not kept
    L015 => Online;
    /// the new way answers a request differently in the rollout
    L016 => Online;
    /// an assertion about live traffic does not hold
    L009 => Online;
}

impl Code {
    /// The code for a scenario's assertion about `claim`; claims that are not yet judged by assertions share parity's.
    pub const fn of_assertion(claim: Claim) -> Self {
        match claim {
            Claim::Applies => Self::A009,
            Claim::Compatible => Self::C009,
            Claim::Schema => Self::S009,
            Claim::Reversible => Self::R009,
            Claim::Quick => Self::Q009,
            Claim::Resumable => Self::F009,
            Claim::Affordable => Self::W009,
            Claim::Online => Self::L009,
            _ => Self::P009,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that is no finding code.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no finding code")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim().to_uppercase();
        Self::ALL.iter().copied().find(|code| code.name() == wanted).ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_begins_with_the_letter_of_its_claim_and_is_found_by_name() {
        for code in Code::ALL {
            assert!(code.name().starts_with(code.claim().letter()), "{code}");
            assert_eq!(code.name().to_lowercase().parse(), Ok(*code));
            assert!(!code.title().is_empty());
        }
    }
}
