//! What the screen shows, as a value that follows the events.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::facts::{BatchProgress, Direction, TrafficPulse};
use crate::record::{Event, LogEntry};
use crate::scenario::{Plan, StepWork};
use crate::sql::RelationName;

/// Lines of the log that are kept for the screen.
const KEPT: usize = 200;

/// The state of a run as far as it is shown.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pub(super) title: String,
    pub(super) server: String,
    pub(super) phase: String,
    /// In order of time.
    pub(super) steps: Vec<Step>,
    /// The steps are those of a phase that is over.
    stale: bool,
    pub(super) pulse: Option<TrafficPulse>,
    /// Requests and failures since the traffic began.
    pub(super) traffic: (u64, u64),
    pub(super) share: Option<u8>,
    pub(super) log: VecDeque<LogEntry>,
    /// Which relation each backfill walks.
    walked: BTreeMap<String, RelationName>,
    /// Rows by relation, as far as they are known.
    rows: BTreeMap<RelationName, u64>,
}

/// A step on its way, or behind it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) direction: Direction,
    pub(super) began: Duration,
    pub(super) state: State,
    pub(super) batches: Option<BatchProgress>,
    /// Rows that the backfill walks, where they are known.
    pub(super) of: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    Running,
    Done(Duration),
    Refused(String),
}

impl Screen {
    pub(super) fn of(plan: &Plan) -> Self {
        let walked = plan.steps.iter().filter_map(|step| match &step.work {
            StepWork::Batches { job, .. } => Some((step.name.clone(), job.relation.clone())),
            StepWork::Sql { .. } => None,
        });
        Self::new(format!("{} · {}", plan.scenario, plan.path), walked.collect())
    }

    /// Nothing has happened yet; `walked` has the relation of each backfill.
    pub(super) fn new(title: String, walked: BTreeMap<String, RelationName>) -> Self {
        Self { title, walked, ..Self::default() }
    }

    /// Takes an event in, which came so long after the beginning.
    pub(super) fn on(&mut self, at: Duration, event: &Event) {
        match event {
            Event::ServerStarted(server) => self.server = format!("PostgreSQL {} {}", server.version, server.kind),
            Event::PhaseStarted(phase) => {
                (*phase).clone_into(&mut self.phase);
                // What was done stays to be read until the next phase has steps of its own.
                self.stale = true;
                self.share = None;
            }
            Event::PhaseFinished(..) => self.over(at),
            Event::Seeded { relation, of, .. } => {
                self.rows.insert(relation.clone(), *of);
            }
            Event::BaselineObserved(rows) => self.rows.clone_from(rows),
            Event::StepStarted { step, direction } => {
                if std::mem::take(&mut self.stale) {
                    self.steps.clear();
                }
                self.over(at);
                let of = self.walked.get(step).and_then(|relation| self.rows.get(relation)).copied();
                let (name, direction) = (step.clone(), *direction);
                self.steps.push(Step { name, direction, began: at, state: State::Running, batches: None, of });
            }
            Event::BatchCommitted { progress, .. } => {
                if let Some(step) = self.steps.last_mut() {
                    step.batches = Some(*progress);
                }
            }
            Event::StepFinished(run) => {
                if let Some(step) = self.steps.iter_mut().rev().find(|step| step.name == run.step) {
                    step.state = match &run.refusal {
                        None => State::Done(Duration::try_from_secs_f64(run.duration_ms / 1_000.0).unwrap_or_default()),
                        Some(refusal) => State::Refused(refusal.message.clone()),
                    };
                }
            }
            Event::TrafficFelt(pulse) => {
                self.pulse = Some(*pulse);
                self.traffic = (self.traffic.0 + pulse.requests, self.traffic.1 + pulse.failures);
            }
            Event::FlagTurned { share } => self.share = Some(*share),
            _ => {}
        }
        if !matches!(event, Event::BatchCommitted { .. } | Event::TrafficFelt(_) | Event::Seeded { .. }) {
            self.log.extend(LogEntry::of(at, event));
            while self.log.len() > KEPT {
                self.log.pop_front();
            }
        }
    }

    /// What ran is over: a rehearsal does not tell of each end.
    fn over(&mut self, at: Duration) {
        for step in self.steps.iter_mut().filter(|step| step.state == State::Running) {
            step.state = State::Done(at.saturating_sub(step.began));
        }
    }
}

impl Step {
    /// Rows a second since it began; `None` before the first batch.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub(super) fn rate(&self, now: Duration) -> Option<f64> {
        let worked = now.saturating_sub(self.began).as_secs_f64();
        let rows = self.batches.map(|batches| batches.rows + batches.set_aside)?;
        (worked > 0.0 && rows > 0).then(|| rows as f64 / worked)
    }

    /// How long it goes on at that rate, where it is known how many rows there are.
    #[expect(clippy::cast_precision_loss, reason = "a guess for people")]
    pub(super) fn remaining(&self, now: Duration) -> Option<Duration> {
        let done = self.batches.map(|batches| batches.rows + batches.set_aside)?;
        let left = self.of?.saturating_sub(done);
        Duration::try_from_secs_f64(left as f64 / self.rate(now)?).ok()
    }
}
