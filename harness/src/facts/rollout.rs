//! What was seen while requests were turned over to the new way.

use serde::{Deserialize, Serialize};

use crate::scenario::{Does, Gates, Way};

/// A rollout from rest to the way back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutTrace {
    /// Requests a second that were asked for.
    pub rate: f64,
    /// What had to hold.
    pub gates: Gates,
    /// In order of time; the first is at rest, before the flag was turned.
    pub phases: Vec<RolloutPhase>,
    /// Why the flag went back to 0 by itself; `None` where it did not.
    pub breach: Option<Breach>,
    /// Failed requests, those alike counted together.
    #[serde(default)]
    pub failures: Vec<RolloutFailure>,
    /// Requests that the two ways answer differently, one entry a kind.
    #[serde(default)]
    pub differences: Vec<RolloutDifference>,
}

/// The requests that were due while the flag was turned to a share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutPhase {
    /// The percentage that the phase began with.
    pub share: u8,
    /// When it began, in milliseconds from the beginning of the rollout.
    pub began_ms: f64,
    /// The requests that went the old way.
    pub old: WayFigures,
    /// The requests that went the new way.
    pub new: WayFigures,
    /// How many were answered by both ways.
    pub compared: u64,
    /// How many of these were answered differently, and the same when asked again at once.
    pub unconfirmed: u64,
    /// How many were answered differently.
    pub different: u64,
}

/// The requests that went one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct WayFigures {
    /// Answered or failed.
    pub requests: u64,
    /// Failed.
    pub failures: u64,
    /// Were to create something.
    pub creations: u64,
    /// Of these, returned a row.
    pub created: u64,
    /// The median from when a request was due, in milliseconds.
    pub p50_ms: f64,
    /// Nineteen of twenty took at most so long.
    pub p95_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayAnswer {
    /// What it was for.
    pub does: Does,
    /// How it ended.
    pub outcome: WayOutcome,
    /// From when it was due, in milliseconds.
    pub latency_ms: f64,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOutcome {
    /// With at least one row.
    Rows,
    /// Without any.
    NoRows,
    /// It failed.
    Failed,
}

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The share of requests that fail.
    ErrorRate,
    /// The share of creations that created.
    CreationSuccess,
    /// The 95th percentile of the latency.
    ResponseMs,
    /// The number of answers that the two ways gave differently.
    SameAnswers,
}

/// A gate was not kept, and the flag went back to 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// The gate.
    pub gate: Gate,
    /// The percentage at that moment; 0 where the old way no longer kept it behind the way back.
    pub share: u8,
    /// When, in milliseconds from the beginning of the rollout.
    pub at_ms: f64,
    /// Over how many answers.
    pub answers: u64,
    /// What was seen.
    pub value: f64,
    /// What it had to stay below, or above.
    pub limit: f64,
    /// The kind of request that was answered last.
    pub request: String,
}

/// Requests that failed alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutFailure {
    /// The kind of request.
    pub request: String,
    /// The way it went.
    pub way: Way,
    /// The percentage when the first failed.
    pub share: u8,
    /// The SQLSTATE; `08006` where the connection was lost.
    pub sqlstate: String,
    /// The message of the first of them.
    pub message: String,
    /// How many.
    pub count: u64,
}

/// A kind of request that the two ways answer differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutDifference {
    /// The kind of request.
    pub request: String,
    /// How many of it differ.
    pub count: u64,
    /// The percentage when the first was seen.
    pub share: u8,
    /// Its answers.
    pub first: RolloutAnswer,
}

/// What the two ways answered to one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutAnswer {
    /// Its parameters, as SQL literals.
    pub parameters: Vec<String>,
    /// Of the old way's answer, what the other has not.
    pub old: RolloutReply,
    /// Of the new way's answer, what the other has not.
    pub new: RolloutReply,
}

/// The odd part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutReply {
    /// The first row that only this way answers.
    Row(Vec<Option<String>>),
    /// It has no row that the other has not.
    NoSuchRow,
    /// The server refused it, with this message.
    Refused(String),
}

impl Gate {
    /// As written in `[rollout.gates]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ErrorRate => "error_rate",
            Self::CreationSuccess => "creation_success",
            Self::ResponseMs => "response_ms",
            Self::SameAnswers => "same_answers",
        }
    }

    /// A figure of this gate, for people.
    pub fn figure(self, value: f64) -> String {
        match self {
            Self::ErrorRate | Self::CreationSuccess => format!("{:.1} %", value * 100.0),
            Self::ResponseMs => format!("{value:.0} ms"),
            Self::SameAnswers => format!("{value:.0} different"),
        }
    }

    /// What the gate asks, for people.
    pub fn demand(self, limit: f64) -> String {
        let limit = self.figure(limit);
        match self {
            Self::ErrorRate | Self::ResponseMs => format!("below {limit}"),
            Self::CreationSuccess => format!("above {limit}"),
            Self::SameAnswers => "none".to_owned(),
        }
    }
}

impl WayFigures {
    /// The figures of so many answers; the percentile is that of the nearest rank.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a WayAnswer>) -> Self {
        let mut figures = Self::default();
        let mut latencies = Vec::new();
        for answer in answers {
            figures.requests += 1;
            latencies.push(answer.latency_ms);
            figures.failures += u64::from(answer.outcome == WayOutcome::Failed);
            if answer.does == Does::Create {
                figures.creations += 1;
                figures.created += u64::from(answer.outcome == WayOutcome::Rows);
            }
        }
        latencies.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            let rank = (latencies.len() * percent).div_ceil(100).saturating_sub(1);
            latencies.get(rank).copied().unwrap_or_default()
        };
        Self { p50_ms: at(50), p95_ms: at(95), max_ms: at(100), ..figures }
    }

    /// The first gate that these figures do not keep, what was seen, and the limit.
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
    pub fn beyond(&self, gates: &Gates) -> Option<(Gate, f64, f64)> {
        if self.requests == 0 {
            return None;
        }
        let failed = self.failures as f64 / self.requests as f64;
        let created = if self.creations == 0 { 1.0 } else { self.created as f64 / self.creations as f64 };
        let kept = [
            (Gate::ErrorRate, failed, gates.error_rate, failed == 0.0 || failed < gates.error_rate),
            (
                Gate::CreationSuccess,
                created,
                gates.creation_success,
                self.created == self.creations || created > gates.creation_success,
            ),
            (Gate::ResponseMs, self.p95_ms, gates.response_ms, self.p95_ms < gates.response_ms),
        ];
        kept.into_iter().find(|(.., kept)| !kept).map(|(gate, value, limit, _)| (gate, value, limit))
    }
}

impl RolloutTrace {
    /// Before the flag was turned.
    pub fn at_rest(&self) -> Option<&RolloutPhase> {
        self.phases.first()
    }

    /// Behind it.
    pub fn turned(&self) -> &[RolloutPhase] {
        self.phases.get(1..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
