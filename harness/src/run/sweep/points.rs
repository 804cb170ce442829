//! Which boundaries are interrupted, and how.

use std::collections::BTreeSet;

use super::Faults;
use crate::facts::{FaultKind, FaultPoint, FaultSide};
use crate::scenario::{Plan, StepWork, TransactionMode};

/// One statement or batch that ran undisturbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    /// `NNN_name`.
    pub(super) step: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) command: String,
    /// Whether it is one of those that wait for others half-way, and may leave something behind then.
    pub(super) waits_midway: bool,
    pub(super) index: usize,
}

/// The points of a sweep in the order of the path, and what is left out.
pub(super) fn chosen(plan: &Plan, faults: Faults, ran: &[Ran], has_proxy: bool) -> (Vec<FaultPoint>, Vec<String>) {
    let mut points = BTreeSet::new();
    let mut left_out = Vec::new();
    for step in &plan.steps {
        let own: Vec<&Ran> = ran.iter().filter(|ran| ran.step == step.name).collect();
        let mode = step.transaction();
        match (&step.work, faults) {
            (StepWork::Sql { .. }, Faults::Statements | Faults::All) => of_statements(&own, mode, &mut points),
            (StepWork::Batches { .. }, Faults::Batches | Faults::All) => {
                let some = of_batches(&own, &mut points);
                if some < own.len() {
                    left_out.push(format!("{} of {} batches of `{}`", own.len() - some, own.len(), step.name));
                }
            }
            _ => {}
        }
        if let (Some(first), Faults::All) = (own.first(), faults) {
            points.insert(point(first, FaultSide::Before, FaultKind::Lock));
        }
    }
    if !has_proxy {
        points.retain(|point| point.kind != FaultKind::Answer);
        left_out.push("no lost answer: the server is not reached over a unix socket".to_owned());
    }
    (points.into_iter().collect(), left_out)
}

/// Before every statement, and where the file ends. What lies between two statements is one boundary, not two.
fn of_statements(ran: &[&Ran], mode: TransactionMode, points: &mut BTreeSet<FaultPoint>) {
    for ran in ran {
        points.insert(point(ran, FaultSide::Before, FaultKind::Backend));
        if mode == TransactionMode::None {
            // Each commits itself, and each answer may be lost.
            points.insert(point(ran, FaultSide::Before, FaultKind::Answer));
            if ran.waits_midway {
                points.insert(point(ran, FaultSide::Before, FaultKind::Midway));
            }
        }
    }
    let Some(last) = ran.last() else { return };
    let end = if mode == TransactionMode::None { FaultSide::After } else { FaultSide::Commit };
    points.insert(point(last, end, FaultKind::Backend));
    points.insert(point(last, end, FaultKind::Server));
    if end == FaultSide::Commit {
        points.insert(point(last, end, FaultKind::Answer));
    }
}

/// The first two batches, the one in the middle and the last; how many that are.
fn of_batches(ran: &[&Ran], points: &mut BTreeSet<FaultPoint>) -> usize {
    let indexes = BTreeSet::from([0, 1, ran.len() / 2, ran.len().saturating_sub(1)]);
    let chosen: Vec<&&Ran> = indexes.iter().filter_map(|index| ran.get(*index)).collect();
    for batch in &chosen {
        points.insert(point(batch, FaultSide::Before, FaultKind::Backend));
        for kind in [FaultKind::Backend, FaultKind::Server, FaultKind::Answer] {
            points.insert(point(batch, FaultSide::Commit, kind));
        }
    }
    chosen.len()
}

fn point(ran: &Ran, side: FaultSide, kind: FaultKind) -> FaultPoint {
    FaultPoint {
        step: ran.step.clone(),
        file: ran.file.clone(),
        line: ran.line,
        command: ran.command.clone(),
        index: ran.index,
        side,
        kind,
    }
}
