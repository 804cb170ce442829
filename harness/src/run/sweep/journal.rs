//! The outcomes of a sweep so far: one that was interrupted goes on from there.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::facts::{FaultPoint, FaultTrial};
use crate::run::Journal;
use crate::scenario::{Plan, StepWork};
use crate::sql::Script;

/// The journal of a sweep of these points, and what an earlier sweep of the very same plan and points left in it. A
/// place that can not be written to is told, and done without.
pub(super) fn open(
    path: Option<&Path>,
    plan: &Plan,
    points: &[FaultPoint],
) -> (Option<Journal<FaultTrial>>, Vec<FaultTrial>) {
    let Some(path) = path else { return (None, Vec::new()) };
    match Journal::open(path, &format!("{} {}", env!("CARGO_PKG_VERSION"), digest(plan, points))) {
        Ok((journal, known)) => {
            if !known.is_empty() {
                tracing::info!(
                    "going on with an interrupted sweep: {} of {} points are known",
                    known.len(),
                    points.len()
                );
            }
            (Some(journal), known)
        }
        Err(error) => {
            tracing::warn!(%error, "no journal in `{}`: an interrupted sweep begins anew", path.display());
            (None, Vec::new())
        }
    }
}

/// A name for what is swept: the data, every step, every point.
fn digest(plan: &Plan, points: &[FaultPoint]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(plan.hash());
    for step in &plan.steps {
        hasher.update(&step.name);
        let script = match &step.work {
            StepWork::Sql { script, .. } => Some(script),
            StepWork::Batches { job, .. } => {
                hasher.update(format!("{job:?}"));
                None
            }
        };
        for statement in script.into_iter().chain(&step.down).flat_map(Script::statements) {
            hasher.update(&statement.text);
            hasher.update(statement.copy_data.as_deref().unwrap_or_default());
        }
    }
    hasher.update(format!("{points:?}"));
    let bits = hasher.finalize().iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    format!("{bits:032x}")
}
