//! The path interrupted at its boundaries, run again as its tool would, and compared with the undisturbed path.
//!
//! Each worker has a server of its own, so that a killed server disturbs nobody, and a checkpoint of its database
//! before every step. A trial goes back to the checkpoint before its step, interrupts the step, runs it again and
//! compares with the checkpoint behind it. Where a step ends as it does undisturbed, so does the rest of the path: what
//! is yet to come is a function of the database and the files, and both are the same.

mod compare;
mod journal;
mod points;
mod sequences;
mod settings;
mod volume;
mod walk;
mod worker;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

pub use self::settings::{FaultSettings, Faults};

use self::points::Points;
use self::worker::Worker;
use super::RunError;
use super::journal::Journal;
use super::runner::Tee;
use crate::facts::{FaultKind, FaultPoint, FaultSweep, FaultTrial};
use crate::record::Event;
use crate::scenario::Plan;
use crate::server::{Durability, Placement, Provider, Request, ServerKind, has_memory_for, in_words};

/// Workers at once: one is at work while the server of another recovers.
const WORKERS: usize = 2;

/// Sweeps a path; `None` where a step is refused undisturbed, since then there is nothing to compare with. When `stop`
/// comes first, what was tried by then is told, and the journal stays for the next sweep.
pub(super) async fn sweep(
    plan: &Plan,
    provider: &Provider,
    settings: &FaultSettings,
    kind: ServerKind,
    listener: &mut Tee<'_>,
    stop: impl Future<Output = ()>,
) -> Result<Option<FaultSweep>, RunError> {
    let provider = provider.clone().asking(|request| durable(request, kind));
    let mut stop = std::pin::pin!(stop);
    let first = tokio::select! {
        biased;
        () = &mut stop => {
            let stopped = Some("stopped on request before a fault was planted".to_owned());
            return Ok(Some(FaultSweep { stopped, ..FaultSweep::default() }));
        }
        first = Worker::prepare(plan, &provider) => first?,
    };
    let Some(first) = first else { return Ok(None) };
    let Points { all: points, mut left_out, mut unplanted } =
        Points::chosen(settings, &first.walk().ran, &first.means());
    left_out.extend(first.walk().left_out.iter().cloned());
    let points: Vec<FaultPoint> = points.into_iter().collect();
    let (journal, known) = journal::open(settings.journal.as_deref(), plan, &points);
    let open = points.iter().filter(|point| !known.iter().any(|trial| trial.point == **point)).cloned();
    let (full, open) = open.partition(|point| point.kind == FaultKind::Disk);
    let shared = Shared {
        of: points.len(),
        open: Mutex::new(open),
        full: Mutex::new(full),
        state: Mutex::new(State { trials: known.clone(), journal, listener }),
    };
    let largest = first.walk().largest;
    let stopped = tokio::select! {
        biased;
        () = &mut stop => true,
        worked = all(plan, &provider, first, largest, &shared) => {
            if let Some(why) = worked? {
                unplanted.insert(FaultKind::Disk, why);
            }
            false
        }
    };
    let State { mut trials, journal, .. } = shared.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let finished = if stopped { None } else { journal.map(Journal::finish) };
    if let Some(Err(error)) = finished {
        tracing::warn!(%error, "the journal of the sweep stays, and the next sweep would go on with it");
    }
    let stopped = stopped.then(|| format!("stopped on request after {} of {} boundaries", trials.len(), points.len()));
    trials.sort_by(|one, other| one.point.cmp(&other.point));
    Ok(Some(FaultSweep { trials, resumed: known.len(), left_out, unplanted, stopped }))
}

/// Tries every point, those of a full disk last, on a server of their own; why there was none, where it did not start.
async fn all<'p>(
    plan: &'p Plan,
    provider: &Provider,
    first: Worker<'p>,
    largest: u64,
    shared: &Shared<'_, '_>,
) -> Result<Option<String>, RunError> {
    let rest = async {
        // One point is not worth another server.
        let enough = shared.open.lock().unwrap_or_else(PoisonError::into_inner).len() < WORKERS;
        if enough { Ok(None) } else { Worker::prepare(plan, provider).await }
    };
    let second = async {
        match rest.await? {
            Some(worker) => work(worker, &shared.open, shared).await,
            None => Ok(()),
        }
    };
    tokio::try_join!(work(first, &shared.open, shared), second)?;
    if shared.full.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
        return Ok(None);
    }
    let bytes = volume::bytes(largest);
    if let Err(why) = has_memory_for(bytes) {
        return Ok(Some(why));
    }
    let bounded = provider.clone().asking(|request| request.volume = Some(bytes));
    match Worker::prepare(plan, &bounded).await {
        Ok(Some(worker)) => work(worker, &shared.full, shared).await.map(|()| None),
        Ok(None) => Ok(Some("the path is refused on the server with the volume".to_owned())),
        Err(RunError::Server(error)) => Ok(Some(in_words(&error))),
        Err(error) => Err(error),
    }
}

/// What workers share.
struct Shared<'a, 'b> {
    of: usize,
    open: Mutex<VecDeque<FaultPoint>>,
    /// Those of a full disk.
    full: Mutex<VecDeque<FaultPoint>>,
    state: Mutex<State<'a, 'b>>,
}

struct State<'a, 'b> {
    trials: Vec<FaultTrial>,
    journal: Option<Journal<FaultTrial>>,
    listener: &'a mut Tee<'b>,
}

async fn work(
    mut worker: Worker<'_>,
    open: &Mutex<VecDeque<FaultPoint>>,
    shared: &Shared<'_, '_>,
) -> Result<(), RunError> {
    loop {
        let point = open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(point) = point else { break };
        let started = Instant::now();
        let outcome = worker.attempt(&point).await?;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let trial = FaultTrial { point, outcome, took_ms };
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
