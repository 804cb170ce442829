//! What a linter expected of the locks, beside what was seen. It refutes nothing by itself.

use serde::{Deserialize, Serialize};

use crate::facts::{Direction, LockTrace, StatementLocks};
use crate::scenario::{Plan, StepWork};
use crate::sql::{LockEffect, LockMode, Script};

/// An effect on those who use a relation that was expected of a statement, or seen of it, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreseen {
    /// `NNN_name`.
    pub step: String,
    /// Which way.
    pub direction: Direction,
    /// The file.
    pub file: String,
    /// The statement's first line, counted from 1.
    pub line: u32,
    /// Its leading keywords.
    pub command: String,
    /// What it does.
    pub effect: LockEffect,
    /// The rules of squawk that expected it; none where it came unexpected.
    pub rules: Vec<String>,
    /// Whether it was seen, on a relation that was there before the path.
    pub seen: bool,
}

/// What squawk expected of the statements that ran, and what was seen of them.
pub fn foreseen(plan: &Plan, trace: &LockTrace) -> Vec<Foreseen> {
    let mut all = Vec::new();
    for step in &plan.steps {
        if let StepWork::Sql { script, .. } = &step.work {
            compare(&step.name, Direction::Up, script, trace, &mut all);
        }
        if let Some(script) = &step.down {
            compare(&step.name, Direction::Down, script, trace, &mut all);
        }
    }
    all
}

fn compare(step: &str, direction: Direction, script: &Script, trace: &LockTrace, all: &mut Vec<Foreseen>) {
    let predictions = script.lock_predictions();
    let of_script = |ran: &&StatementLocks| ran.step == step && ran.direction == direction && ran.command != "BATCH";
    for ran in trace.statements.iter().filter(of_script) {
        for effect in [LockEffect::Rewrite, LockEffect::Read, LockEffect::Wait] {
            let of_statement = predictions.iter().filter(|one| one.index == ran.index && one.effect == effect);
            let rules: Vec<String> = of_statement.map(|one| one.rule.clone()).collect();
            let seen = is_seen(trace, ran, effect);
            if seen || !rules.is_empty() {
                all.push(Foreseen {
                    step: step.to_owned(),
                    direction,
                    file: ran.file.clone(),
                    line: ran.line,
                    command: ran.command.clone(),
                    effect,
                    rules,
                    seen,
                });
            }
        }
    }
}

fn is_seen(trace: &LockTrace, ran: &StatementLocks, effect: LockEffect) -> bool {
    match effect {
        LockEffect::Rewrite => ran.rewritten.iter().any(|rows| rows.relation.was.is_some()),
        LockEffect::Read => ran.scanned.iter().any(|rows| {
            rows.relation.was.is_some()
                && !ran.rewritten.contains(rows)
                && trace.strongest(ran, &rows.relation).is_some_and(|mode| mode >= LockMode::Share)
        }),
        LockEffect::Wait => !ran.waiters.is_empty() || ran.waits.iter().any(|wait| wait.relation.is_some()),
    }
}
