//! How a physical replica followed a way forward.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How it followed every step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicaTrace {
    /// Every step taken, in order.
    pub steps: Vec<ReplicaStep>,
    /// How often it was looked at.
    pub looks: u64,
    /// The longest time between two looks, in milliseconds: what stood behind for less can have been missed.
    pub longest_gap_ms: f64,
}

/// How it followed one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicaStep {
    /// `NNN_name`.
    pub step: String,
    /// The longest that flushed write-ahead log waited for its replay while the step ran and until all of it was
    /// replayed, in milliseconds.
    pub lag_ms: f64,
    /// The most write-ahead log that waited for its replay, in bytes.
    pub lag_bytes: u64,
    /// Why a read on the replica that began before the step and lasted longer than it was cancelled; `None` where it
    /// was not.
    pub cancelled: Option<CancelledRead>,
}

/// Why the server cancelled a read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledRead {
    /// Its SQLSTATE.
    pub sqlstate: String,
    /// The server's reason, such as that the read held a lock for too long.
    pub reason: String,
}

impl ReplicaTrace {
    /// The step behind which the replica was the furthest.
    pub fn slowest(&self) -> Option<&ReplicaStep> {
        self.steps.iter().max_by(|a, b| a.lag_ms.total_cmp(&b.lag_ms))
    }

    /// The steps that cancelled a read.
    pub fn cancelled(&self) -> impl Iterator<Item = (&ReplicaStep, &CancelledRead)> {
        self.steps.iter().filter_map(|step| Some((step, step.cancelled.as_ref()?)))
    }
}

/// How far a replica is behind, told from positions alone: the age of the oldest log that it has not replayed.
///
/// The server's own `replay_lag` is told by the replica, by default every ten seconds where nothing is replayed, and is
/// null where it waits; this needs no clock but one and is as fine as the looks are frequent.
#[derive(Debug, Clone, Default)]
pub struct ReplicaLag {
    /// Positions that were flushed and not replayed yet, with the time of the look that first saw them, in milliseconds.
    waiting: VecDeque<(f64, u64)>,
    flushed: u64,
    looks: u64,
    last_look_ms: Option<f64>,
    longest_gap_ms: f64,
    most: (f64, u64),
}

impl ReplicaLag {
    /// Takes in a look at `at_ms`: what was flushed by then, and what was replayed.
    pub fn look(&mut self, at_ms: f64, flushed: u64, replayed: u64) {
        if let Some(last) = self.last_look_ms.replace(at_ms) {
            self.longest_gap_ms = self.longest_gap_ms.max(at_ms - last);
        }
        self.looks += 1;
        if flushed > self.flushed {
            self.flushed = flushed;
            self.waiting.push_back((at_ms, flushed));
        }
        while self.waiting.front().is_some_and(|(_, position)| *position <= replayed) {
            self.waiting.pop_front();
        }
        let lag_ms = self.waiting.front().map_or(0.0, |(since, _)| at_ms - since);
        self.most = (self.most.0.max(lag_ms), self.most.1.max(flushed.saturating_sub(replayed)));
    }

    /// The longest lag in milliseconds and the largest in bytes since the last call.
    pub fn take(&mut self) -> (f64, u64) {
        std::mem::take(&mut self.most)
    }

    /// How often it was looked at, and the longest time between two looks in milliseconds.
    pub fn looks(&self) -> (u64, f64) {
        (self.looks, self.longest_gap_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_the_age_of_the_oldest_log_that_is_not_replayed() {
        let mut lag = ReplicaLag::default();
        lag.look(0.0, 100, 100);
        assert_eq!(lag.take(), (0.0, 0));
        lag.look(10.0, 300, 100);
        lag.look(20.0, 400, 100);
        // The first of the two is replayed: the second was first seen at 20.
        lag.look(50.0, 400, 300);
        assert_eq!(lag.take(), (30.0, 300));
        lag.look(60.0, 400, 400);
        lag.look(90.0, 400, 400);
        assert_eq!(lag.take(), (0.0, 0));
        assert_eq!(lag.looks(), (6, 30.0));
    }

    #[test]
    fn what_is_replayed_between_two_looks_is_no_lag() {
        let mut lag = ReplicaLag::default();
        for look in 0..100_u64 {
            lag.look(10.0, look * 1_000, look * 1_000);
        }
        assert_eq!(lag.take(), (0.0, 0));
    }
}
