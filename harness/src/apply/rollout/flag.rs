//! Where the flag stands, and what makes it go back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use crate::facts::{
    Breach, Gate, RolloutAnswer, RolloutDifference, RolloutFailure, RolloutPhase, RolloutTrace, WayAnswer, WayFigures,
};
use crate::scenario::{PlannedRollout, Way};

/// A request that is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// Its number; its parameters follow from it.
    pub(super) index: u64,
    /// The place of its kind.
    pub(super) kind: usize,
    pub(super) way: Way,
    pub(super) at: Instant,
}

/// What became of a request that both ways answered.
#[derive(Debug)]
pub(super) enum Compared {
    Same,
    Unconfirmed,
    Different(RolloutAnswer),
}

/// Shared by the schedule and the clients.
#[derive(Debug)]
pub(super) struct Flag {
    rollout: Arc<PlannedRollout>,
    started: Instant,
    state: Mutex<State>,
    under_way: AtomicUsize,
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The percentage, at this moment.
    share: u8,
    phases: Vec<Phase>,
    breach: Option<Breach>,
    failures: BTreeMap<(usize, Way, String), RolloutFailure>,
    differences: BTreeMap<usize, RolloutDifference>,
}

#[derive(Debug)]
struct Phase {
    share: u8,
    began_ms: f64,
    old: Vec<WayAnswer>,
    new: Vec<WayAnswer>,
    /// The latest answers of the new way.
    window: VecDeque<WayAnswer>,
    /// The kind that was answered last.
    last: usize,
    compared: u64,
    unconfirmed: u64,
    different: u64,
}

impl Flag {
    pub(super) fn new(rollout: Arc<PlannedRollout>) -> Self {
        Self {
            rollout,
            started: Instant::now(),
            state: Mutex::default(),
            under_way: AtomicUsize::new(0),
            ended: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What was noted before a panic elsewhere is as true as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rollout(&self) -> &PlannedRollout {
        &self.rollout
    }

    /// Begins a phase.
    pub(super) fn turn(&self, share: u8) {
        let began_ms = self.clock();
        let mut state = self.state();
        state.share = share;
        state.phases.push(Phase {
            share,
            began_ms,
            old: Vec::new(),
            new: Vec::new(),
            window: VecDeque::new(),
            last: 0,
            compared: 0,
            unconfirmed: 0,
            different: 0,
        });
    }

    /// The request of this number, by the way that the flag shows now.
    pub(super) fn due(&self, index: u64, at: Instant) -> Due {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let way = self.rollout.way(index, self.state().share);
        Due { index, kind: self.rollout.pick(index), way, at }
    }

    /// A request ended, well or not. When the window of the new way is full, the gates are looked at.
    pub(super) fn answered(&self, due: &Due, answer: WayAnswer) {
        let at_ms = self.clock();
        let (window, gates) = (self.rollout.declared.window, self.rollout.declared.gates);
        let mut state = self.state();
        let Some(phase) = state.phases.last_mut() else { return };
        phase.last = due.kind;
        if due.way == Way::Old {
            phase.old.push(answer);
            return;
        }
        phase.new.push(answer);
        phase.window.push_back(answer);
        if phase.window.len() > window {
            phase.window.pop_front();
        }
        if phase.window.len() == window {
            let seen = WayFigures::of(&phase.window);
            if let Some((gate, value, limit)) = seen.beyond(&gates) {
                self.go_back(&mut state, at_ms, due.kind, Seen { gate, answers: seen.requests, value, limit });
            }
        }
    }

    /// A request was answered by both ways. What differs is not waited for to happen again.
    pub(super) fn compared(&self, due: &Due, outcome: Compared) {
        let at_ms = self.clock();
        let mut state = self.state();
        let Some(phase) = state.phases.last_mut() else { return };
        phase.compared += 1;
        let share = phase.share;
        match outcome {
            Compared::Same => {}
            Compared::Unconfirmed => phase.unconfirmed += 1,
            Compared::Different(first) => {
                phase.different += 1;
                let answers = phase.compared;
                let request = self.name(due.kind);
                let difference = RolloutDifference { request, count: 0, share, first };
                state.differences.entry(due.kind).or_insert(difference).count += 1;
                self.go_back(
                    &mut state,
                    at_ms,
                    due.kind,
                    Seen { gate: Gate::SameAnswers, answers, value: 1.0, limit: 0.0 },
                );
            }
        }
    }

    pub(super) fn failed(&self, due: &Due, sqlstate: String, message: String) {
        let request = self.name(due.kind);
        let mut state = self.state();
        let share = state.phases.last().map_or(0, |phase| phase.share);
        let failure = RolloutFailure { request, way: due.way, share, sqlstate: sqlstate.clone(), message, count: 0 };
        state.failures.entry((due.kind, due.way, sqlstate)).or_insert(failure).count += 1;
    }

    /// The request is over in every regard.
    pub(super) fn done(&self) {
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.ended.notify_waiters();
    }

    pub(super) async fn all_ended(&self) {
        loop {
            // Made before the look, so that no end between the two is missed.
            let ended = self.ended.notified();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            ended.await;
        }
    }

    /// Looks at the gates over a whole phase: one of few requests never filled the window.
    pub(super) fn judge_the_phase(&self) {
        let at_ms = self.clock();
        let gates = self.rollout.declared.gates;
        let mut state = self.state();
        let at_rest = state.phases.len() == 1;
        let Some(phase) = state.phases.last().filter(|_| !at_rest) else { return };
        // A full window has been looked at; behind the way back it is the old way that must still work.
        let answers = match phase.share {
            0 => &phase.old,
            _ if phase.new.len() < self.rollout.declared.window => &phase.new,
            _ => return,
        };
        let (seen, last) = (WayFigures::of(answers), phase.last);
        if let Some((gate, value, limit)) = seen.beyond(&gates) {
            self.go_back(&mut state, at_ms, last, Seen { gate, answers: seen.requests, value, limit });
        }
    }

    pub(super) fn keeps_its_gates_at_rest(&self) -> bool {
        let state = self.state();
        state
            .phases
            .first()
            .is_some_and(|rest| WayFigures::of(&rest.old).beyond(&self.rollout.declared.gates).is_none())
    }

    pub(super) fn has_gone_back(&self) -> bool {
        self.state().breach.is_some()
    }

    fn go_back(&self, state: &mut State, at_ms: f64, kind: usize, seen: Seen) {
        state.share = 0;
        let share = state.phases.last().map_or(0, |phase| phase.share);
        let Seen { gate, answers, value, limit } = seen;
        let request = self.name(kind);
        state.breach.get_or_insert(Breach { gate, share, at_ms, answers, value, limit, request });
    }

    fn name(&self, kind: usize) -> String {
        self.rollout.request(kind).map(|request| request.name.clone()).unwrap_or_default()
    }

    /// Milliseconds from the beginning.
    fn clock(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1_000.0
    }

    /// Everything.
    pub(super) fn trace(&self) -> RolloutTrace {
        let state = self.state();
        let phase = |phase: &Phase| RolloutPhase {
            share: phase.share,
            began_ms: phase.began_ms,
            old: WayFigures::of(&phase.old),
            new: WayFigures::of(&phase.new),
            compared: phase.compared,
            unconfirmed: phase.unconfirmed,
            different: phase.different,
        };
        RolloutTrace {
            rate: self.rollout.declared.rate,
            gates: self.rollout.declared.gates,
            phases: state.phases.iter().map(phase).collect(),
            breach: state.breach.clone(),
            failures: state.failures.values().cloned().collect(),
            differences: state.differences.values().cloned().collect(),
        }
    }
}

/// A gate that is not kept.
#[derive(Clone, Copy)]
struct Seen {
    gate: Gate,
    answers: u64,
    value: f64,
    limit: f64,
}
