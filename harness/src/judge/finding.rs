//! One bad thing, named.

use serde::{Deserialize, Serialize};

use super::Code;
use crate::facts::Refusal;
use crate::scenario::Claim;

/// We looked, and this is bad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The stable name of its kind; `pgproof explain` tells more.
    pub code: Code,
    /// The claim that it refutes.
    pub claim: Claim,
    /// The relation or object concerned.
    pub relation: Option<String>,
    /// The key of the row concerned, `column=value` with `, ` between.
    pub key: Option<String>,
    /// The file that is at fault or was running.
    pub file: Option<String>,
    /// The line in it, counted from 1.
    pub line: Option<u32>,
    /// The column in characters, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The text of that line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_line: Option<String>,
    /// What is bad, a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// A finding of the claim that its code belongs to.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            claim: code.claim(),
            relation: None,
            key: None,
            file: None,
            line: None,
            column: None,
            source_line: None,
            message: message.into(),
            help: None,
        }
    }

    /// The same finding about a relation or object.
    #[must_use]
    pub fn about(mut self, relation: &(impl ToString + ?Sized)) -> Self {
        self.relation = Some(relation.to_string());
        self
    }

    /// The same finding about a row.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The same finding with its remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding at the place that a refusal names.
    #[must_use]
    pub fn refused_at(mut self, refusal: &Refusal) -> Self {
        self.file = Some(refusal.file.clone());
        self.line = Some(refusal.line);
        self.column = Some(refusal.column);
        self.source_line = Some(refusal.source_line.clone());
        self
    }

    /// The same finding in a file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>, line: u32) -> Self {
        self.file = Some(file.into());
        self.line = Some(line);
        self
    }
}

/// We could not look, or what we saw does not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The claim that stays undecided.
    pub claim: Claim,
    /// Why.
    pub reason: String,
}

impl Doubt {
    /// A doubt about a claim.
    pub fn new(claim: Claim, reason: impl Into<String>) -> Self {
        Self { claim, reason: reason.into() }
    }
}
