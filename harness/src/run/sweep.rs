//! The path interrupted at its boundaries, run again as its tool would, and compared with the undisturbed path.
//!
//! Each worker has a server of its own, so that a killed server disturbs nobody, and a checkpoint of its database
//! before every step. A trial goes back to the checkpoint before its step, interrupts the step, runs it again and
//! compares with the checkpoint behind it. Where a step ends as it does undisturbed, so does the rest of the path: what
//! is yet to come is a function of the database and the files, and both are the same.

mod compare;
mod journal;
mod points;
mod worker;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use self::worker::Worker;
use super::RunError;
use super::journal::Journal;
use super::runner::Tee;
use crate::facts::{FaultPoint, FaultSweep, FaultTrial};
use crate::record::Event;
use crate::scenario::Plan;
use crate::server::{Durability, Placement, Provider, Request, ServerKind};

/// At which boundaries a path is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    /// Those of statements.
    Statements,
    /// Those of batches.
    Batches,
    /// All of them, and by every kind of fault.
    All,
}

/// What to plant, and where the outcomes are kept while the sweep goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSettings {
    /// The boundaries.
    pub faults: Faults,
    /// A file with the outcomes so far: an interrupted sweep of the same plan goes on from there. It is gone when the
    /// sweep has come to its end.
    pub journal: Option<PathBuf>,
}

/// Workers at once: one is at work while the server of another recovers.
const WORKERS: usize = 2;

/// Sweeps a path; `None` where a step is refused undisturbed, since then there is nothing to compare with.
pub(super) async fn sweep(
    plan: &Plan,
    provider: &Provider,
    settings: &FaultSettings,
    kind: ServerKind,
    listener: &mut Tee<'_>,
) -> Result<Option<FaultSweep>, RunError> {
    let provider = provider.clone().asking(|request| durable(request, kind));
    let Some(first) = Worker::prepare(plan, &provider).await? else { return Ok(None) };
    let (points, mut left_out) = points::chosen(plan, settings.faults, first.boundaries(), first.has_proxy());
    left_out.push("no fault of the disk: it would take a file system of its own".to_owned());
    let (journal, known) = journal::open(settings.journal.as_deref(), plan, &points);
    let open: VecDeque<FaultPoint> =
        points.iter().filter(|point| !known.iter().any(|trial| trial.point == **point)).cloned().collect();
    let shared = Shared {
        of: points.len(),
        open: Mutex::new(open),
        state: Mutex::new(State { trials: known.clone(), journal, listener }),
    };
    let rest = async {
        // One point is not worth another server.
        let enough = shared.open.lock().unwrap_or_else(PoisonError::into_inner).len() < WORKERS;
        if enough { Ok(None) } else { Worker::prepare(plan, &provider).await }
    };
    let second = async {
        match rest.await? {
            Some(worker) => work(worker, &shared).await,
            None => Ok(()),
        }
    };
    tokio::try_join!(work(first, &shared), second)?;
    let State { mut trials, journal, .. } = shared.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(Err(error)) = journal.map(Journal::finish) {
        tracing::warn!(%error, "the journal of the sweep stays, and the next sweep would go on with it");
    }
    trials.sort_by(|one, other| one.point.cmp(&other.point));
    Ok(Some(FaultSweep { trials, resumed: known.len(), left_out }))
}

/// What workers share.
struct Shared<'a, 'b> {
    of: usize,
    open: Mutex<VecDeque<FaultPoint>>,
    state: Mutex<State<'a, 'b>>,
}

struct State<'a, 'b> {
    trials: Vec<FaultTrial>,
    journal: Option<Journal<FaultTrial>>,
    listener: &'a mut Tee<'b>,
}

async fn work(mut worker: Worker<'_>, shared: &Shared<'_, '_>) -> Result<(), RunError> {
    loop {
        let point = shared.open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(point) = point else { break };
        let outcome = worker.attempt(&point).await?;
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let trial = FaultTrial { point, outcome };
        if let Some(Err(error)) = state.journal.as_mut().map(|journal| journal.note(&trial)) {
            tracing::warn!(%error, "can not write to the journal of the sweep");
        }
        state.trials.push(trial);
        let (done, of, what) =
            (state.trials.len(), shared.of, state.trials.last().map(|trial| trial.point.to_string()));
        state.listener.tell(&Event::FaultTried { done, of, what: what.unwrap_or_default() });
    }
    worker.end().await;
    Ok(())
}

/// A server that is killed must have written down what it promised, and keep it: memory of a container is gone with it.
fn durable(request: &mut Request, kind: ServerKind) {
    request.durability = Durability::Real;
    if kind == ServerKind::Docker {
        request.placement = Placement::Disk(std::env::temp_dir());
    }
}
