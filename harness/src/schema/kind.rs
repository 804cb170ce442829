//! What an object of a catalog is.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// What an object is, in the words of PostgreSQL's own commands.
        ///
        /// The order of the variants is the order of the canonical text: what others need comes first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Kind { $($(#[$doc])* $variant,)* }

        impl Kind {
            /// Every kind, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kind as a person writes it, in lower case.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

kinds! {
    /// A schema.
    Schema = "schema",
    /// An installed extension; what it brought along is not listed.
    Extension = "extension",
    /// A collation.
    Collation = "collation",
    /// An enumerated type, its labels in order.
    Enum = "enum",
    /// A domain; its checks are constraints.
    Domain = "domain",
    /// A free-standing composite type.
    Composite = "composite type",
    /// A range type.
    Range = "range type",
    /// A base type made with input and output functions.
    BaseType = "base type",
    /// A sequence: its parameters and owner, not its position.
    Sequence = "sequence",
    /// A foreign-data wrapper.
    ForeignDataWrapper = "foreign data wrapper",
    /// A foreign server.
    ForeignServer = "foreign server",
    /// The mapping of a role to a foreign server's user; passwords are never read.
    UserMapping = "user mapping",
    /// A table, plain or partitioned, or a partition.
    Table = "table",
    /// A foreign table.
    ForeignTable = "foreign table",
    /// A view.
    View = "view",
    /// A materialised view.
    MaterializedView = "materialized view",
    /// A function, window functions included.
    Function = "function",
    /// A procedure.
    Procedure = "procedure",
    /// An aggregate.
    Aggregate = "aggregate",
    /// An operator.
    Operator = "operator",
    /// A cast.
    Cast = "cast",
    /// A text search parser.
    TextSearchParser = "text search parser",
    /// A text search template.
    TextSearchTemplate = "text search template",
    /// A text search dictionary.
    TextSearchDictionary = "text search dictionary",
    /// A text search configuration, its mappings included.
    TextSearchConfiguration = "text search configuration",
    /// A column of a table, a view or a composite type.
    Column = "column",
    /// A constraint of any of the six kinds; the index behind a key is part of it.
    Constraint = "constraint",
    /// An index that backs no constraint.
    Index = "index",
    /// Extended statistics.
    Statistics = "statistics",
    /// A trigger made by a user.
    Trigger = "trigger",
    /// A rewrite rule other than a view's own.
    Rule = "rule",
    /// A row-security policy.
    Policy = "policy",
    /// An event trigger.
    EventTrigger = "event trigger",
    /// A publication.
    Publication = "publication",
    /// A subscription; its connection string is never read.
    Subscription = "subscription",
    /// What one grantee may do with an object, where that is not PostgreSQL's default.
    Grant = "grant",
    /// Privileges that objects made later will get.
    DefaultPrivilege = "default privileges",
}

impl Kind {
    /// The kind of that [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether an object's name is already SQL: a signature, an operator, a pair of types, a role as it is shown.
    pub(super) fn has_composed_name(self) -> bool {
        matches!(
            self,
            Self::Function
                | Self::Procedure
                | Self::Aggregate
                | Self::Operator
                | Self::Cast
                | Self::Grant
                | Self::DefaultPrivilege
                | Self::UserMapping
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word_and_no_two_share_one() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(*kind));
        }
        assert_eq!(Kind::from_word("cluster"), None);
    }
}
