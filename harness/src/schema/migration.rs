//! From one schema to another and back: statements in stages, each with its way back.
//!
//! What differs is altered where the server can, and otherwise dropped and made again with all that depends on it. Every
//! statement is safe to run again. What would lose data is not planned unless it was allowed by name.

mod alter;
mod drop;
mod guard;
mod loss;
mod online;
mod plan;
mod restore;
mod rights;
mod scope;
mod swap;

use std::collections::BTreeSet;

pub use plan::migration;

use super::{Cycle, ObjectId, Stage};

/// The way from one schema to another, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migration {
    /// The steps, by stage and in order.
    pub steps: Vec<MigrationStep>,
    /// What is left to a person, in plain words.
    pub notes: BTreeSet<String>,
}

/// Statements about one object, and those that undo them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStep {
    /// What it is about.
    pub object: ObjectId,
    /// The stage it runs in.
    pub stage: Stage,
    /// The way forward.
    pub up: Vec<String>,
    /// The way back.
    pub down: Vec<String>,
}

/// Why there is no way.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// Data would be lost, and nobody allowed it.
    #[error("{}", .0.join("\n"))]
    Loss(Vec<String>),
    /// Objects need each other.
    #[error(transparent)]
    Cycle(#[from] Cycle),
}

impl Migration {
    /// The stages in which something happens, in order.
    pub fn stages(&self) -> BTreeSet<Stage> {
        self.steps.iter().map(|step| step.stage).collect()
    }

    /// What a stage is about, each object once.
    pub fn objects(&self, stage: Stage) -> BTreeSet<&ObjectId> {
        self.steps.iter().filter(|step| step.stage == stage).map(|step| &step.object).collect()
    }

    /// The script of some stages forward; each statement can be run again.
    pub fn up(&self, stages: &[Stage]) -> String {
        let steps = self.steps.iter().filter(|step| stages.contains(&step.stage));
        script(&steps.flat_map(|step| &step.up).map(|statement| guard::guarded(statement)).collect::<Vec<_>>())
    }

    /// The script of some stages back; each statement can be run again.
    pub fn down(&self, stages: &[Stage]) -> String {
        let steps = self.steps.iter().filter(|step| stages.contains(&step.stage)).rev();
        script(&steps.flat_map(|step| &step.down).map(|statement| guard::guarded(statement)).collect::<Vec<_>>())
    }
}

/// A script that says how it is to be run, and needs no search path.
fn script(statements: &[String]) -> String {
    let alone = |statement: &String| statement.contains(" CONCURRENTLY ") || statement.contains("VALIDATE CONSTRAINT");
    let mut text = String::new();
    if statements.iter().any(alone) {
        text.push_str("-- no-transaction\n");
    }
    text.push_str(super::dump::PREAMBLE);
    for statement in statements {
        text.push('\n');
        text.push_str(statement);
        text.push_str(";\n");
    }
    text
}
