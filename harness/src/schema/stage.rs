//! The stages of staged DDL: labels on one dependency graph.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kind;

/// A stage: the label of what it makes. What an earlier stage needs is hoisted into that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Schemas, extensions, types, domains, collations.
    Prelude,
    /// Sequences.
    Sequences,
    /// Tables, with the columns they are made with.
    Tables,
    /// Columns of tables that are there already.
    Columns,
    /// Views and materialised views.
    Views,
    /// Functions, procedures, aggregates; operators and casts with them.
    Functions,
    /// Triggers and rules.
    Triggers,
    /// Indexes and extended statistics.
    Indexes,
    /// Constraints.
    Constraints,
    /// Policies, grants, publications, event triggers; what is filled or attached when all else stands.
    Tail,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 10] = [
        Self::Prelude,
        Self::Sequences,
        Self::Tables,
        Self::Columns,
        Self::Views,
        Self::Functions,
        Self::Triggers,
        Self::Indexes,
        Self::Constraints,
        Self::Tail,
    ];

    /// Its number, from 0.
    pub fn number(self) -> usize {
        self as usize
    }

    /// The stage of that number.
    pub fn of_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// Its name, in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prelude => "prelude",
            Self::Sequences => "sequences",
            Self::Tables => "tables",
            Self::Columns => "columns",
            Self::Views => "views",
            Self::Functions => "functions",
            Self::Triggers => "triggers",
            Self::Indexes => "indexes",
            Self::Constraints => "constraints",
            Self::Tail => "tail",
        }
    }

    /// The stage that an object of that kind is made in.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Schema
            | Kind::Extension
            | Kind::Collation
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
            | Kind::BaseType
            | Kind::ForeignDataWrapper
            | Kind::ForeignServer
            | Kind::UserMapping
            | Kind::TextSearchParser
            | Kind::TextSearchTemplate
            | Kind::TextSearchDictionary
            | Kind::TextSearchConfiguration => Self::Prelude,
            Kind::Sequence => Self::Sequences,
            Kind::Table | Kind::ForeignTable => Self::Tables,
            Kind::Column => Self::Columns,
            Kind::View | Kind::MaterializedView => Self::Views,
            Kind::Function | Kind::Procedure | Kind::Aggregate | Kind::Operator | Kind::Cast => Self::Functions,
            Kind::Trigger | Kind::Rule => Self::Triggers,
            Kind::Index | Kind::Statistics => Self::Indexes,
            Kind::Constraint => Self::Constraints,
            Kind::Policy
            | Kind::EventTrigger
            | Kind::Publication
            | Kind::Subscription
            | Kind::Grant
            | Kind::DefaultPrivilege => Self::Tail,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
