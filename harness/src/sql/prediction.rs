//! What squawk's linter expects of a script's locks, read from its text alone.

use squawk_linter::{Linter, Rule};
use squawk_syntax::SourceFile;

use serde::{Deserialize, Serialize};

use super::Script;

/// What a statement does to those who use the relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockEffect {
    /// Every row is written anew under a lock.
    Rewrite,
    /// Every row is read under a lock.
    Read,
    /// Somebody waits for a lock.
    Wait,
}

/// A rule of the linter that a statement breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockPrediction {
    /// Which statement of the script, counted from 0.
    pub index: usize,
    /// The rule, by squawk's name for it.
    pub rule: String,
    /// What the rule warns of.
    pub effect: LockEffect,
}

/// The rules that concern locks, and what each warns of.
const RULES: [(Rule, LockEffect); 13] = [
    (Rule::AddingFieldWithDefault, LockEffect::Rewrite),
    (Rule::ChangingColumnType, LockEffect::Rewrite),
    (Rule::PreferRepack, LockEffect::Rewrite),
    (Rule::AddingForeignKeyConstraint, LockEffect::Read),
    (Rule::AddingNotNullableField, LockEffect::Read),
    (Rule::AddingSerialPrimaryKeyField, LockEffect::Read),
    (Rule::ConstraintMissingNotValid, LockEffect::Read),
    (Rule::DisallowedUniqueConstraint, LockEffect::Read),
    (Rule::RequireConcurrentIndexCreation, LockEffect::Read),
    (Rule::RequireConcurrentReindex, LockEffect::Read),
    (Rule::RequireConcurrentIndexDeletion, LockEffect::Wait),
    (Rule::RequireConcurrentPartitionDetach, LockEffect::Wait),
    (Rule::RequireLockTimeout, LockEffect::Wait),
];

impl Script {
    /// What the linter expects of the statements, in their order. What it can not parse it says nothing of.
    pub fn lock_predictions(&self) -> Vec<LockPrediction> {
        let mut text = String::new();
        let mut starts = Vec::new();
        for statement in self.statements() {
            starts.push(text.len());
            text.push_str(&statement.text);
            text.push_str(";\n");
        }
        let mut linter = Linter::from(RULES.map(|(rule, _)| rule));
        linter.settings.assume_in_transaction = !self.no_transaction();
        let mut predictions: Vec<LockPrediction> = Vec::new();
        for violation in linter.lint(&SourceFile::parse(&text), &text) {
            let at = usize::from(violation.text_range.start());
            let index = starts.partition_point(|start| *start <= at).saturating_sub(1);
            let Some((rule, effect)) = RULES.iter().find(|(rule, _)| *rule == violation.code) else { continue };
            let prediction = LockPrediction { index, rule: rule.to_string(), effect: *effect };
            if !predictions.contains(&prediction) {
                predictions.push(prediction);
            }
        }
        predictions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predicted(text: &str) -> Vec<(usize, String)> {
        let script = Script::parse_alone("a.sql", text).unwrap();
        script.lock_predictions().into_iter().map(|one| (one.index, one.rule)).collect()
    }

    #[test]
    fn a_prediction_names_its_statement_and_its_rule() {
        let script = "set lock_timeout = '1s';\n-- a remark\ncreate table t (a int);\n\
                      create index i on orders (a);\nalter table orders alter column a type bigint;";
        let expected = [(3, "require-concurrent-index-creation"), (4, "changing-column-type")];
        let expected = expected.map(|(index, rule)| (index - 1, rule.to_owned()));
        let found: Vec<_> = predicted(script).into_iter().filter(|(_, rule)| rule != "require-lock-timeout").collect();
        assert_eq!(found, expected.map(|(index, rule)| (index, rule)));
    }

    #[test]
    fn a_statement_that_the_linter_does_not_parse_is_passed_over() {
        assert_eq!(predicted("set lock_timeout = '1s'; vacuum orders; merge nonsense;"), []);
    }

    #[test]
    fn the_online_forms_are_not_predicted() {
        let script = "-- no-transaction\nset lock_timeout = '1s';\ncreate index concurrently i on orders (a);\n\
                      alter table orders add constraint c check (a > 0) not valid;";
        assert_eq!(predicted(script), []);
    }
}
