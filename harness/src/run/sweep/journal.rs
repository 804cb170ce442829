//! The outcomes so far, in a file: a sweep that was interrupted goes on from there.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::facts::{FaultPoint, FaultTrial};
use crate::scenario::{Plan, StepWork};

/// The first line of the file: whose outcomes follow, one a line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    pgproof: String,
    sweep: String,
}

/// A journal; without a file it remembers nothing.
#[derive(Debug)]
pub(super) struct Journal {
    file: Option<(PathBuf, File)>,
    known: Vec<FaultTrial>,
}

impl Journal {
    /// Opens the journal of a sweep of these points, and reads what an earlier one of the very same plan and points
    /// left. One of another plan is written over.
    pub(super) fn open(path: Option<PathBuf>, plan: &Plan, points: &[FaultPoint]) -> Self {
        let nothing = Self { file: None, known: Vec::new() };
        let Some(path) = path else { return nothing };
        let head = Head { pgproof: env!("CARGO_PKG_VERSION").to_owned(), sweep: digest(plan, points) };
        let known = read(&path, &head).unwrap_or_default();
        let opened = if known.is_empty() {
            File::create(&path).and_then(|mut file| {
                writeln!(file, "{}", serde_json::to_string(&head)?)?;
                Ok(file)
            })
        } else {
            tracing::info!("going on with an interrupted sweep: {} of {} points are known", known.len(), points.len());
            OpenOptions::new().append(true).open(&path)
        };
        match opened {
            Ok(file) => Self { file: Some((path, file)), known },
            Err(error) => {
                tracing::warn!(%error, "no journal in `{}`: an interrupted sweep begins anew", path.display());
                nothing
            }
        }
    }

    /// What was known before.
    pub(super) fn known(&self) -> &[FaultTrial] {
        &self.known
    }

    /// Writes an outcome down.
    pub(super) fn enter(&mut self, trial: &FaultTrial) {
        let Some((path, file)) = &mut self.file else { return };
        let written = serde_json::to_string(trial).map_err(Into::into).and_then(|line| writeln!(file, "{line}"));
        if let Err(error) = written {
            tracing::warn!(%error, "can not write to `{}`", path.display());
        }
    }

    /// The sweep came to its end: the next one begins anew.
    pub(super) fn finish(self) {
        if let Some((path, _)) = self.file {
            let _ = fs::remove_file(path);
        }
    }
}

fn read(path: &PathBuf, head: &Head) -> Option<Vec<FaultTrial>> {
    let text = fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let found: Head = serde_json::from_str(lines.next()?).ok()?;
    // The last line may be cut off.
    (found == *head).then(|| lines.map_while(|line| serde_json::from_str(line).ok()).collect())
}

/// A name for what is swept: the data, every step, every point.
fn digest(plan: &Plan, points: &[FaultPoint]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(plan.hash());
    for step in &plan.steps {
        hasher.update(&step.name);
        match &step.work {
            StepWork::Sql { script, .. } => {
                for statement in script.statements() {
                    hasher.update(&statement.text);
                    hasher.update(statement.copy_data.as_deref().unwrap_or_default());
                }
            }
            StepWork::Batches { job, .. } => hasher.update(format!("{job:?}")),
        }
    }
    hasher.update(format!("{points:?}"));
    let bits = hasher.finalize().iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    format!("{bits:032x}")
}
