//! Deliberately dirty versions of the legacy data, and what the migration is expected to do about them.

use serde::Deserialize;

use super::{Mistake, Scenario};
use crate::sql::RelationName;

/// A deliberately dirty version of the legacy data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The name given to `--variant`.
    pub name: String,
    /// What is dirty about it.
    #[serde(default)]
    pub description: String,
    /// A SQL file, run after the seed.
    pub file: String,
    /// What the migration is expected to do about it.
    pub expect: VariantExpectation,
    /// Words of the message with which a step refuses; required where that is expected, so that no other failure
    /// passes for it.
    pub refusal: Option<String>,
    /// What that is, for the report.
    #[serde(default)]
    pub notes: String,
    /// What the migration does to the dirty rows, named so that they are not taken for losses.
    #[serde(default, rename = "repair")]
    pub repairs: Vec<Repair>,
    /// What the old application sees otherwise because of the repair, each with its reason.
    #[serde(default, rename = "except")]
    pub exceptions: Vec<Exception>,
}

/// What a migration does about dirty data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariantExpectation {
    /// It sets the rows right, says which, and every claim holds for the others.
    Repairs,
    /// A step refuses with a clear message before anything is lost.
    Refuses,
}

/// Rows that the migration alters or sets aside on purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// The parity map or legacy relation whose rows they are.
    pub rows_of: String,
    /// The columns that identify them on both sides.
    pub key: Vec<String>,
    /// What was done to them, for the report.
    pub what: String,
    /// A query of the migrated database for their keys: one row each, the key's columns in order.
    pub keys: String,
}

/// Statements of the old application that are answered otherwise once the data are right, and relations of which roles
/// then see other rows.
///
/// It excuses another answer, never a failure: behind the last step the statements must work and the roles must see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The names of the statements.
    #[serde(default)]
    pub statements: Vec<String>,
    /// The relations whose sight is meant.
    #[serde(default)]
    pub relations: Vec<RelationName>,
    /// The reason, printed by every report.
    pub reason: String,
}

impl Exception {
    /// What is not asked of the path, for people, one text a kind.
    pub fn subjects(&self) -> Vec<String> {
        let listed = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let mut subjects = Vec::new();
        if !self.statements.is_empty() {
            subjects.push(format!("the same answers to {}", listed(self.statements.clone())));
        }
        if !self.relations.is_empty() {
            let relations = self.relations.iter().map(ToString::to_string).collect();
            subjects.push(format!("the same sight of {} for each role", listed(relations)));
        }
        subjects
    }
}

impl Variant {
    /// What is wrong with it, in the order of its parts.
    pub(super) fn check(&self, scenario: &Scenario) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |message: String, hint: &str| {
            mistakes.push(Mistake::new(format!("variant `{}` {message}", self.name)).hint(hint));
        };
        let refuses = self.expect == VariantExpectation::Refuses;
        if refuses != self.refusal.as_ref().is_some_and(|words| !words.trim().is_empty()) {
            wrong(
                "must have a `refusal` exactly when it expects one".to_owned(),
                "with `expect = \"refuses\"`, `refusal` holds words of the message that the step gives",
            );
        }
        for repair in self.repairs.iter().filter(|repair| repair.key.is_empty()) {
            wrong(
                format!("has a repair of `{}` with an empty `key`", repair.rows_of),
                "name the columns that identify a row",
            );
        }
        for exception in &self.exceptions {
            let known = |name: &&String| scenario.statements.iter().any(|statement| statement.name == **name);
            for name in exception.statements.iter().filter(|name| !known(name)) {
                wrong(
                    format!("makes an exception for `{name}`, which is no statement"),
                    "use names of `[[statement]]`",
                );
            }
            if exception.statements.is_empty() && exception.relations.is_empty() {
                wrong("has an exception for nothing".to_owned(), "give `statements` or `relations`");
            }
            if exception.reason.trim().is_empty() {
                wrong("has an exception without a reason".to_owned(), "every report prints the reason");
            }
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXED: &str = "name='s'\nbaseline={files=[]}\npath=[]\n[[statement]]\nname='read'\nsql='select 1'\n\
        [[variant]]\nname='dirty'\nfile='dirty.sql'\n";

    /// The messages about a variant that ends like this.
    fn mistakes(rest: &str) -> Vec<String> {
        let scenario: Scenario = toml::from_str(&format!("{FIXED}{rest}")).unwrap();
        let found = scenario.variants.iter().flat_map(|variant| variant.check(&scenario));
        found.map(|mistake| mistake.message).collect()
    }

    #[test]
    fn a_refusal_is_declared_with_its_words_and_only_then() {
        assert!(mistakes("expect='refuses'\nrefusal='stands twice'").is_empty());
        assert!(mistakes("expect='repairs'").is_empty());
        for wrong in ["expect='refuses'", "expect='refuses'\nrefusal=' '", "expect='repairs'\nrefusal='stands twice'"] {
            assert_eq!(
                mistakes(wrong),
                ["variant `dirty` must have a `refusal` exactly when it expects one"],
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_exception_names_statements_that_exist_and_a_reason() {
        let with = |exception: &str| mistakes(&format!("expect='repairs'\n[[variant.except]]\n{exception}"));
        assert!(with("statements=['read']\nreason='r'").is_empty());
        assert!(with("relations=['stores']\nreason='r'").is_empty());
        assert_eq!(
            with("statements=['raed']\nreason='r'"),
            ["variant `dirty` makes an exception for `raed`, which is no statement"]
        );
        assert_eq!(with("reason='r'"), ["variant `dirty` has an exception for nothing"]);
        assert_eq!(with("statements=['read']\nreason=' '"), ["variant `dirty` has an exception without a reason"]);
    }

    #[test]
    fn a_repair_without_a_key_could_leave_out_every_row() {
        let repair = "expect='repairs'\n[[variant.repair]]\nrows_of='stores'\nkey=[]\nwhat='w'\nkeys='select 1'";
        assert_eq!(mistakes(repair), ["variant `dirty` has a repair of `stores` with an empty `key`"]);
    }
}
