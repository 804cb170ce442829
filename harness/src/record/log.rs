//! The event stream as lines that can be kept: one entry an event, numbers beside the words.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Event, Listener};
use crate::facts::Direction;
use crate::judge::thousands;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Milliseconds from the beginning of the run.
    pub at_ms: u64,
    /// What kind of event: `phase`, `step`, `batch`, `traffic`, `flag`, …
    pub kind: String,
    /// The step, where it is about one.
    pub step: Option<String>,
    /// Rows so far, where it counts some.
    pub rows: Option<u64>,
    /// Failures so far: rows set aside, requests that failed.
    pub failures: Option<u64>,
    /// How long it took, in milliseconds.
    pub took_ms: Option<f64>,
    /// In words.
    pub text: String,
}

impl LogEntry {
    /// What an event says; `None` of one that only carries what the record holds.
    pub fn of(at: Duration, event: &Event) -> Option<Self> {
        let entry = |kind: &str, text: String| Self {
            at_ms: u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
            kind: kind.to_owned(),
            step: None,
            rows: None,
            failures: None,
            took_ms: None,
            text,
        };
        Some(match event {
            Event::RunStarted { scenario, path, .. } => entry("run", format!("{scenario}, path {path}")),
            Event::ServerStarted(server) => entry("server", format!("PostgreSQL {} {}", server.version, server.kind)),
            Event::PhaseStarted(phase) => entry("phase", format!("{phase} …")),
            Event::PhaseFinished(phase, took) => {
                Self { took_ms: Some(milliseconds(*took)), ..entry("phase", format!("{phase}: done")) }
            }
            Event::Seeded { relation, done, of } => Self {
                rows: Some(*done),
                ..entry("seed", format!("{relation}: {} of {}", thousands(*done), thousands(*of)))
            },
            Event::StepStarted { step, direction } => {
                Self { step: Some(step.clone()), ..entry("step", format!("{step} {} …", direction.name())) }
            }
            Event::BatchCommitted { step, progress } => Self {
                step: Some(step.clone()),
                rows: Some(progress.rows),
                failures: Some(progress.set_aside),
                ..entry(
                    "batch",
                    format!(
                        "{step}: batch {}, {} rows, {} set aside",
                        progress.batches,
                        thousands(progress.rows),
                        progress.set_aside
                    ),
                )
            },
            Event::StepFinished(run) => Self {
                step: Some(run.step.clone()),
                rows: Some(run.statements.iter().map(|statement| statement.rows).sum()),
                took_ms: Some(run.duration_ms),
                ..entry("step", said(&run.step, run.direction, run.refusal.as_ref().map(|it| it.message.as_str())))
            },
            Event::TrafficFelt(pulse) => Self {
                rows: Some(pulse.requests),
                failures: Some(pulse.failures),
                took_ms: Some(pulse.longest_ms),
                ..entry(
                    "traffic",
                    format!(
                        "{} requests, {} failed, median {:.1} ms, longest {:.0} ms, {} under way, {} wait for a lock",
                        pulse.requests,
                        pulse.failures,
                        pulse.p50_ms,
                        pulse.longest_ms,
                        pulse.under_way,
                        pulse.lock_waits
                    ),
                )
            },
            Event::FlagTurned { share } => entry("flag", format!("the flag stands at {share} %")),
            Event::RolledOut(trace) => match &trace.breach {
                Some(breach) => entry("flag", format!("the flag went back to 0: {}", breach.gate.name())),
                None => entry("flag", "the rollout is over".to_owned()),
            },
            Event::FaultTried { done, of, what } => entry("fault", format!("{done} of {of}: {what}")),
            Event::QueryMeasured(query) => Self {
                took_ms: Some(query.after_ms),
                ..entry(
                    "query",
                    format!("{}: {:.1} ms before, {:.1} ms after", query.name, query.before_ms, query.after_ms),
                )
            },
            Event::Waived(waiver) => entry("waiver", format!("{}: {}", waiver.what, waiver.reason)),
            Event::Judged(judgement) => {
                let words: Vec<String> = judgement
                    .claims
                    .iter()
                    .map(|(claim, it)| format!("{} {}", claim.letter(), it.verdict.name()))
                    .collect();
                entry("verdict", words.join(", "))
            }
            Event::Kept(address) => entry("kept", address.clone()),
            Event::RunFinished(took) => {
                Self { took_ms: Some(milliseconds(*took)), ..entry("run", "the run is over".to_owned()) }
            }
            Event::BaselineObserved(_)
            | Event::Repaired(_)
            | Event::MigratedObserved { .. }
            | Event::CostMeasured(_)
            | Event::LocksSeen(..)
            | Event::TrafficSeen(_)
            | Event::FaultsSwept(_) => return None,
        })
    }
}

fn said(step: &str, direction: Direction, refusal: Option<&str>) -> String {
    match refusal {
        None => format!("{step} {}: done", direction.name()),
        Some(message) => format!("{step} {}: refused, {message}", direction.name()),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Keeps every entry; the clock begins with it.
#[derive(Debug)]
pub struct EventLog {
    began: std::time::Instant,
    entries: Vec<LogEntry>,
}

impl Default for EventLog {
    fn default() -> Self {
        Self { began: std::time::Instant::now(), entries: Vec::new() }
    }
}

impl EventLog {
    /// In order of time.
    pub fn entries(&self) -> &[LogEntry] {
        &self.entries
    }
}

impl Listener for EventLog {
    fn on(&mut self, event: &Event) {
        self.entries.extend(LogEntry::of(self.began.elapsed(), event));
    }
}
