//! What the traffic met between two pulses.

use std::time::{Duration, Instant};

use crate::facts::TrafficPulse;

/// So many latencies are kept.
const KEPT: usize = 100_000;

/// Grows from one pulse to the next.
#[derive(Debug)]
pub(super) struct Beat {
    began: Instant,
    /// Microseconds.
    latencies: Vec<u64>,
    failures: u64,
}

impl Default for Beat {
    fn default() -> Self {
        Self { began: Instant::now(), latencies: Vec::new(), failures: 0 }
    }
}

impl Beat {
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    pub(super) fn answered(&mut self, latency: Duration) {
        if self.latencies.len() < KEPT {
            self.latencies.push(microseconds(latency));
        }
    }

    pub(super) fn failed(&mut self) {
        self.failures += 1;
    }

    /// The figures; `waited` is how long the oldest of `under_way` requests has been waiting.
    pub(super) fn pulse(mut self, under_way: usize, waited: Duration, lock_waits: usize) -> TrafficPulse {
        self.latencies.sort_unstable();
        let at = |percent: usize| {
            let rank = (self.latencies.len() * percent).div_ceil(100).saturating_sub(1);
            milliseconds(Duration::from_micros(self.latencies.get(rank).copied().unwrap_or_default()))
        };
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        TrafficPulse {
            requests: count(self.latencies.len()),
            failures: self.failures,
            p50_ms: at(50),
            p99_ms: at(99),
            longest_ms: at(100).max(milliseconds(waited)),
            under_way: count(under_way),
            lock_waits: count(lock_waits),
        }
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_still_waits_can_be_the_longest() {
        let mut beat = Beat::default();
        (1..=100).for_each(|ms| beat.answered(Duration::from_millis(ms)));
        beat.failed();
        let pulse = beat.pulse(3, Duration::from_millis(250), 2);
        assert_eq!((pulse.requests, pulse.failures, pulse.under_way, pulse.lock_waits), (100, 1, 3, 2));
        assert!((pulse.p50_ms - 50.0).abs() < 1e-9 && (pulse.p99_ms - 99.0).abs() < 1e-9, "{pulse:?}");
        assert!((pulse.longest_ms - 250.0).abs() < 1e-9, "{pulse:?}");
        assert_eq!(Beat::default().pulse(0, Duration::ZERO, 0), TrafficPulse::default());
    }
}
