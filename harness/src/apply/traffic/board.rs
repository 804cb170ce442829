//! What all tasks of the traffic share: where the migration is, what is under way, and what was seen.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::book::Book;
use super::pace::{Pace, Strain};
use crate::facts::{Direction, Running, TrafficPulse, When};
use crate::scenario::{PlannedWorkload, Stretch};

/// A request that was due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// Its number; its parameters follow from it.
    pub(super) index: u64,
    /// The place of its kind.
    pub(super) kind: usize,
    /// Whether it goes to both paths.
    pub(super) both: bool,
    /// When it was due.
    pub(super) at: Instant,
    /// The period it belongs to.
    pub(super) period: usize,
}

/// The share of the workload's patience that is added to the rests of a backfill at most: a step that only waits for the
/// traffic must not look like one that does not end.
const BACKED_OFF: f64 = 0.25;

/// Shared by the schedule, the clients, the watch over their locks, and the attendant.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) workload: Arc<PlannedWorkload>,
    pub(super) started: Instant,
    state: Mutex<State>,
    /// Of each kind, the requests that were due and have not ended.
    under_way: Vec<AtomicUsize>,
    ended: Notify,
    pub(super) resumed: Notify,
    pub(super) seats: Vec<Seat>,
}

/// What a client is doing.
#[derive(Debug, Default)]
pub(super) struct Seat {
    /// Its backend; 0 while it has none.
    pub(super) pid: AtomicI32,
    /// Microseconds from the start at which its request was sent; 0 while it has none.
    pub(super) busy_since: AtomicU64,
}

#[derive(Debug)]
struct State {
    stretch: Stretch,
    paused: bool,
    migrating: Option<i32>,
    /// When the requests were due that have not ended, by number.
    waiting: BTreeMap<u64, Instant>,
    pace: Pace,
    book: Book,
}

impl Board {
    pub(super) fn new(workload: Arc<PlannedWorkload>, stall: Duration) -> Self {
        let kinds = workload.kinds().len();
        let clients = usize::from(workload.declared.clients);
        let bound = Duration::try_from_secs_f64(workload.declared.patience_s * BACKED_OFF).unwrap_or(Duration::MAX);
        let state = State {
            stretch: Stretch::default(),
            paused: false,
            migrating: None,
            waiting: BTreeMap::new(),
            pace: Pace::new(bound),
            book: Book::new(kinds, stall),
        };
        Self {
            workload,
            started: Instant::now(),
            state: Mutex::new(state),
            under_way: (0..kinds).map(|_| AtomicUsize::new(0)).collect(),
            ended: Notify::new(),
            resumed: Notify::new(),
            seats: (0..clients).map(|_| Seat::default()).collect(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What was noted before a panic elsewhere is as true as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks into, or writes down, what was seen.
    pub(super) fn book<T>(&self, write: impl FnOnce(&mut Book) -> T) -> T {
        write(&mut self.state().book)
    }

    /// The request of this number, unless the traffic is paused or nothing works here.
    pub(super) fn due(&self, index: u64, at: Instant) -> Result<Option<Due>, Paused> {
        let mut state = self.state();
        if state.paused {
            return Err(Paused);
        }
        let Some((kind, both)) = self.workload.pick(index, state.stretch) else { return Ok(None) };
        if let Some(count) = self.under_way.get(kind) {
            count.fetch_add(1, Ordering::SeqCst);
        }
        state.waiting.insert(index, at);
        Ok(Some(Due { index, kind, both, at, period: state.book.period() }))
    }

    /// A request ended, well or not.
    pub(super) fn done(&self, due: &Due) {
        self.state().waiting.remove(&due.index);
        if let Some(count) = self.under_way.get(due.kind) {
            count.fetch_sub(1, Ordering::SeqCst);
        }
        self.ended.notify_waiters();
    }

    /// Begins a period with the database between so many steps, and waits until the requests that do not work there
    /// have ended.
    pub(super) async fn enter(&self, when: When, stretch: Stretch) {
        {
            let mut state = self.state();
            state.stretch = stretch;
            state.migrating = None;
            state.book.begin(when);
        }
        self.ended_where(|place| self.workload.kinds().get(place).is_some_and(|kind| !kind.works_in(stretch))).await;
    }

    /// The step is over; its period goes on until the next begins.
    pub(super) fn stays(&self, stretch: Stretch) {
        let mut state = self.state();
        state.stretch = stretch;
        state.migrating = None;
        state.book.runs(None);
    }

    async fn ended_where(&self, concerned: impl Fn(usize) -> bool) {
        loop {
            // Made before the look, so that no end between the two is missed.
            let ended = self.ended.notified();
            let left = self.under_way.iter().enumerate();
            if left.filter(|(place, _)| concerned(*place)).all(|(_, count)| count.load(Ordering::SeqCst) == 0) {
                return;
            }
            ended.await;
        }
    }

    pub(super) fn runs(&self, running: Running) {
        self.state().book.runs(Some(running));
    }

    pub(super) fn migrated_by(&self, pid: Option<i32>) {
        self.state().migrating = pid;
    }

    /// The backend that the migration runs over.
    pub(super) fn migrating(&self) -> Option<i32> {
        self.state().migrating
    }

    /// What a backfill adds to its rest: something while a request has been taking, or took since it was last asked,
    /// longer than the budget.
    pub(super) fn back_off(&self, step: &str, direction: Direction) -> Duration {
        let now = Instant::now();
        let mut state = self.state();
        let waited = state.waiting.values().map(|due| now.saturating_duration_since(*due)).max().unwrap_or_default();
        let strain = if state.book.stalled_lately(waited) { Strain::Over } else { Strain::Calm };
        let extra = state.pace.next(step, direction, strain);
        if !extra.is_zero() {
            state.book.backed_off(step, direction, extra);
        }
        extra
    }

    /// How the traffic fared since this was last asked.
    pub(super) fn pulse(&self) -> TrafficPulse {
        let now = Instant::now();
        let mut state = self.state();
        let waited = state.waiting.values().map(|due| now.saturating_duration_since(*due)).max().unwrap_or_default();
        let under_way = state.waiting.len();
        state.book.pulse(under_way, waited)
    }

    pub(super) fn pause(&self) {
        self.state().paused = true;
    }

    pub(super) fn resume(&self) {
        self.state().paused = false;
        self.resumed.notify_waiters();
    }

    /// Microseconds from the start, at least 1.
    pub(super) fn clock(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }
}

/// No request is due until the traffic goes on.
#[derive(Debug)]
pub(super) struct Paused;
