//! What the traffic met, written down as it happens.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::beat::Beat;
use crate::apply::answers::Row;
use crate::facts::{
    Awaited, BackOff, Direction, LedgerCheck, Quantiles, RequestFailure, Running, ShadowCheck, ShadowDifference, Stall,
    TrafficPause, TrafficPeriod, TrafficPulse, When, WorkloadTrace,
};
use crate::scenario::Kind;

/// Grows while the traffic runs; becomes a [`WorkloadTrace`].
#[derive(Debug)]
pub(super) struct Book {
    stall: Duration,
    periods: Vec<Period>,
    journal: Vec<Entry>,
    failures: BTreeMap<(usize, String, usize, Option<Running>), RequestFailure>,
    waits: Vec<Wait>,
    /// Of each kind, the keys that were acknowledged.
    keys: Vec<Vec<String>>,
    shadows: BTreeMap<usize, ShadowCheck>,
    pub(super) ledgers: Vec<LedgerCheck>,
    pub(super) pauses: Vec<TrafficPause>,
    beat: Beat,
    /// The longest request that ended since a backfill last asked.
    lately: Duration,
    back_offs: BTreeMap<(String, Direction), BackOff>,
}

#[derive(Debug)]
struct Period {
    when: When,
    failures: u64,
    /// Microseconds.
    latency: Histogram<u64>,
    longest: Option<Slow>,
    slow: Vec<Slow>,
    stalled: u64,
}

/// From this moment on, this ran.
#[derive(Debug)]
struct Entry {
    at: Instant,
    running: Option<Running>,
}

/// A request that took long.
#[derive(Debug, Clone, Copy)]
struct Slow {
    kind: usize,
    due: Instant,
    sent: Instant,
    ended: Instant,
}

/// A session of the traffic that waited for the migration.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub(super) pid: i32,
    pub(super) from: Instant,
    pub(super) seen: Instant,
    pub(super) on: Awaited,
}

/// Of a period's stalls so many are kept to look for what held them up; all are counted.
const KEPT_STALLS: usize = 2_000;

impl Book {
    pub(super) fn new(kinds: usize, stall: Duration) -> Self {
        let mut book = Self {
            stall,
            periods: Vec::new(),
            journal: Vec::new(),
            failures: BTreeMap::new(),
            waits: Vec::new(),
            keys: vec![Vec::new(); kinds],
            shadows: BTreeMap::new(),
            ledgers: Vec::new(),
            pauses: Vec::new(),
            beat: Beat::default(),
            lately: Duration::ZERO,
            back_offs: BTreeMap::new(),
        };
        book.begin(When::WarmUp);
        book
    }

    /// The period that it is now.
    pub(super) fn period(&self) -> usize {
        self.periods.len().saturating_sub(1)
    }

    pub(super) fn begin(&mut self, when: When) {
        // An auto-resizing histogram of three digits can always be made.
        if let Ok(latency) = Histogram::new(3) {
            let (longest, slow) = (None, Vec::new());
            self.periods.push(Period { when, failures: 0, latency, longest, slow, stalled: 0 });
        }
        self.runs(None);
    }

    pub(super) fn runs(&mut self, running: Option<Running>) {
        self.journal.push(Entry { at: Instant::now(), running });
    }

    pub(super) fn answered(&mut self, kind: usize, period: usize, due: Instant, sent: Instant, ended: Instant) {
        let latency = ended.saturating_duration_since(due);
        let stall = self.stall;
        self.lately = self.lately.max(latency);
        self.beat.answered(latency);
        let Some(period) = self.periods.get_mut(period) else { return };
        // It resizes itself; a latency beyond its reach would be one of centuries.
        let _ = period.latency.record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        let slow = Slow { kind, due, sent, ended };
        if period.longest.is_none_or(|longest| longest.latency() < latency) {
            period.longest = Some(slow);
        }
        if latency > stall {
            period.stalled += 1;
            if period.slow.len() < KEPT_STALLS {
                period.slow.push(slow);
            }
        }
    }

    pub(super) fn failed(&mut self, kind: usize, name: &str, period: usize, sqlstate: &str, message: &str) {
        self.beat.failed();
        let running = self.now_running();
        let Some(at) = self.periods.get_mut(period) else { return };
        at.failures += 1;
        let failure = RequestFailure {
            request: name.to_owned(),
            sqlstate: sqlstate.to_owned(),
            message: message.to_owned(),
            when: at.when.clone(),
            running: running.clone(),
            count: 0,
        };
        self.failures.entry((period, sqlstate.to_owned(), kind, running)).or_insert(failure).count += 1;
    }

    /// Whether a request took longer than the budget since this was last asked, or has been waiting longer.
    pub(super) fn stalled_lately(&mut self, waited: Duration) -> bool {
        std::mem::take(&mut self.lately).max(waited) > self.stall
    }

    /// How it went since this was last asked; `waited` is how long the oldest of `under_way` requests has been waiting.
    pub(super) fn pulse(&mut self, under_way: usize, waited: Duration) -> TrafficPulse {
        let since = self.beat.began();
        let waits = self.waits.iter().rev().take_while(|wait| wait.seen >= since).count();
        std::mem::take(&mut self.beat).pulse(under_way, waited, waits)
    }

    /// A backfill rests longer than it is declared to.
    pub(super) fn backed_off(&mut self, step: &str, direction: Direction, extra: Duration) {
        let extra_ms = milliseconds(extra);
        let back_off = self.back_offs.entry((step.to_owned(), direction)).or_insert_with(|| BackOff {
            step: step.to_owned(),
            direction,
            batches: 0,
            longest_ms: 0.0,
            rested_ms: 0.0,
        });
        back_off.batches += 1;
        back_off.longest_ms = back_off.longest_ms.max(extra_ms);
        back_off.rested_ms += extra_ms;
    }

    pub(super) fn acknowledged(&mut self, kind: usize, keys: Vec<String>) {
        if let Some(all) = self.keys.get_mut(kind) {
            all.extend(keys);
        }
    }

    /// The keys of a kind that were acknowledged so far.
    pub(super) fn keys(&self, kind: usize) -> Vec<String> {
        self.keys.get(kind).cloned().unwrap_or_default()
    }

    /// A question was asked of both paths, `difference` is what differed twice in a row.
    pub(super) fn compared(&mut self, kind: usize, name: &str, period: usize, outcome: Compared) {
        let (running, when) = (self.now_running(), self.periods.get(period).map(|period| period.when.clone()));
        let check = self.shadows.entry(kind).or_default();
        name.clone_into(&mut check.shadow);
        check.compared += 1;
        match outcome {
            Compared::Same => {}
            Compared::Unconfirmed => check.unconfirmed += 1,
            Compared::Different { parameters, old, new } => {
                check.different += 1;
                if let (None, Some(when)) = (&check.first, when) {
                    check.first = Some(ShadowDifference { parameters, old, new, when, running });
                }
            }
        }
    }

    /// A session of the traffic was seen waiting for the migration.
    pub(super) fn waited(&mut self, wait: Wait) {
        let known = self
            .waits
            .iter_mut()
            .rev()
            .take(64)
            .find(|known| known.pid == wait.pid && known.on == wait.on && known.seen >= wait.from);
        match known {
            Some(known) => {
                known.from = known.from.min(wait.from);
                known.seen = wait.seen;
            }
            None => self.waits.push(wait),
        }
    }

    pub(super) fn now_running(&self) -> Option<Running> {
        self.journal.last().and_then(|entry| entry.running.clone())
    }

    /// What ran for the longest part of a time.
    fn running_in(&self, from: Instant, to: Instant) -> Option<Running> {
        let ends = self.journal.iter().skip(1).map(|entry| entry.at).chain([to]);
        let parts = self.journal.iter().zip(ends).filter_map(|(entry, end)| {
            let part = end.min(to).saturating_duration_since(entry.at.max(from));
            Some((part, entry.running.as_ref()?)).filter(|(part, _)| !part.is_zero())
        });
        parts.max_by_key(|(part, _)| *part).map(|(_, running)| running.clone())
    }

    fn stall(&self, slow: Slow, kinds: &[Kind]) -> Stall {
        let overlaps = self.waits.iter().filter(|wait| wait.from < slow.ended && wait.seen > slow.due);
        let worst = overlaps
            .map(|wait| (wait.seen.min(slow.ended).saturating_duration_since(wait.from.max(slow.due)), wait))
            .max_by_key(|(part, _)| *part);
        let (from, to) = worst.map_or((slow.due, slow.ended), |(_, wait)| (wait.from, wait.seen));
        Stall {
            request: kinds.get(slow.kind).map(|kind| kind.name.clone()).unwrap_or_default(),
            latency_ms: milliseconds(slow.latency()),
            queued_ms: milliseconds(slow.sent.saturating_duration_since(slow.due)),
            running: self.running_in(from, to),
            blocked_ms: worst.map_or(0.0, |(part, _)| milliseconds(part)),
            blocked_on: worst.map(|(_, wait)| wait.on.clone()),
        }
    }

    /// Everything.
    pub(super) fn trace(&self, rate: f64, kinds: &[Kind]) -> WorkloadTrace {
        let periods: Vec<TrafficPeriod> = self.periods.iter().map(|period| self.period_of(period, kinds)).collect();
        WorkloadTrace {
            rate,
            requests: periods.iter().map(|period| period.requests).sum(),
            touched: BTreeMap::new(),
            periods: periods.into_iter().filter(|period| period.requests > 0).collect(),
            failures: self.failures.values().cloned().collect(),
            ledgers: self.ledgers.clone(),
            shadows: self.shadows.values().cloned().collect(),
            pauses: self.pauses.clone(),
            back_offs: self.back_offs.values().cloned().collect(),
        }
    }

    fn period_of(&self, period: &Period, kinds: &[Kind]) -> TrafficPeriod {
        let held_up = period.slow.iter().map(|slow| self.stall(*slow, kinds)).filter(|stall| stall.blocked_ms > 0.0);
        TrafficPeriod {
            when: period.when.clone(),
            requests: period.latency.len(),
            failures: period.failures,
            latency: quantiles(&period.latency),
            longest: period.longest.map(|slow| self.stall(slow, kinds)),
            stalled: period.stalled,
            held_up: held_up.max_by(|one, other| one.blocked_ms.total_cmp(&other.blocked_ms)),
        }
    }
}

/// What became of a question that was asked of both paths.
#[derive(Debug)]
pub(super) enum Compared {
    Same,
    Unconfirmed,
    Different { parameters: Vec<String>, old: Option<Row>, new: Option<Row> },
}

impl Slow {
    fn latency(&self) -> Duration {
        self.ended.saturating_duration_since(self.due)
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn quantiles(latency: &Histogram<u64>) -> Quantiles {
    let at = |quantile| milliseconds(Duration::from_micros(latency.value_at_quantile(quantile)));
    Quantiles {
        p50_ms: at(0.5),
        p90_ms: at(0.9),
        p99_ms: at(0.99),
        max_ms: milliseconds(Duration::from_micros(latency.max())),
    }
}
