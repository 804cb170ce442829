//! What the attendant and the sampler know together, while it grows.

mod draft;

use std::collections::BTreeMap;
use std::time::Instant;

use self::draft::Draft;
use super::sample::{Sample, Wait, because_of};
use crate::apply::attendant::Place;
use crate::facts::{LockTrace, LockedRelation, Sampling, StatementSeen};
use crate::sql::{LockMode, RelationName};

/// What the server keeps about a relation, as the session sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    /// `None` where it is dropped.
    pub(super) name: Option<RelationName>,
    /// The locks of the session on it.
    pub(super) modes: Vec<LockMode>,
    /// The table of an index.
    pub(super) index_of: Option<i64>,
    pub(super) figures: Figures,
}

/// Its file, the planner's estimate of its rows, and what the session's transaction did with them so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) file: i64,
    pub(super) estimate: i64,
    pub(super) scans: i64,
    pub(super) read: i64,
    pub(super) inserted: i64,
    pub(super) updated: i64,
    pub(super) deleted: i64,
}

/// What the session said at the end of a statement.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) relations: BTreeMap<i64, Known>,
    pub(super) seen: StatementSeen,
    pub(super) lock_timeout_ms: i64,
    pub(super) statement_timeout_ms: i64,
}

/// A lock of the transaction that is open, by what and how.
type LockKey = (i64, LockMode);

/// The ledger. Moments are milliseconds since it was opened.
#[derive(Debug)]
pub(super) struct Ledger {
    opened: Instant,
    pid: Option<i32>,
    /// Names before the first step.
    origins: Option<BTreeMap<i64, RelationName>>,
    relations: BTreeMap<i64, Known>,
    statements: Vec<Draft>,
    transaction: usize,
    /// Which statement took each lock of the open transaction.
    held: BTreeMap<LockKey, usize>,
    running: bool,
    timeouts: (i64, i64),
    /// When the last sample was asked for.
    looked: Option<f64>,
    /// The time between samples of one session, and how many times that is.
    looking_ms: f64,
    intervals: u32,
    sampling: Sampling,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            opened: Instant::now(),
            pid: None,
            origins: None,
            relations: BTreeMap::new(),
            statements: Vec::new(),
            transaction: 0,
            held: BTreeMap::new(),
            running: false,
            timeouts: (0, 0),
            looked: None,
            looking_ms: 0.0,
            intervals: 0,
            sampling: Sampling::default(),
        }
    }
}

impl Ledger {
    pub(super) fn now(&self) -> f64 {
        self.opened.elapsed().as_secs_f64() * 1_000.0
    }

    /// The session that is to be looked at, if a step has one.
    pub(super) fn pid(&self) -> Option<i32> {
        self.pid
    }

    /// How many samples there are.
    pub(super) fn looks(&self) -> u64 {
        self.sampling.samples
    }

    /// A step has a new session; whatever the last one had open is gone.
    pub(super) fn opened(&mut self, pid: i32, relations: BTreeMap<i64, Known>) {
        self.give_up();
        if self.origins.is_none() {
            let named = relations.iter().filter_map(|(oid, known)| Some((*oid, known.name.clone()?)));
            self.origins = Some(named.collect());
        }
        self.relations = relations;
        (self.pid, self.looked, self.timeouts) = (Some(pid), None, (0, 0));
    }

    pub(super) fn starts(&mut self, place: Place<'_>) {
        let now = self.now();
        self.statements.push(Draft::new(place, self.transaction, now, self.timeouts));
        self.running = true;
    }

    /// The server answered.
    pub(super) fn answered(&mut self) {
        let now = self.now();
        if let Some(draft) = self.statements.last_mut() {
            draft.facts.ended_ms = now;
        }
        self.running = false;
    }

    /// What the statement that was answered did, where the session could be asked.
    pub(super) fn ended(&mut self, account: Option<Account>) {
        let Some(index) = self.statements.len().checked_sub(1) else { return };
        let Some(account) = account else {
            if let Some(draft) = self.statements.last_mut() {
                draft.facts.seen = StatementSeen::Inside;
            }
            return;
        };
        self.timeouts = (account.lock_timeout_ms, account.statement_timeout_ms);
        let before = std::mem::take(&mut self.relations);
        let earliest = self.looked;
        let (relation, origins) = (Relations { before: &before, now: &account.relations }, &self.origins);
        let Some(draft) = self.statements.get_mut(index) else { return };
        draft.facts.seen = account.seen;
        draft.facts.lock_timeout_ms = draft::milliseconds(account.lock_timeout_ms);
        draft.facts.statement_timeout_ms = draft::milliseconds(account.statement_timeout_ms);
        draft.counted(&account.relations, &before, |oid| relation.named(oid, origins.as_ref()));
        for (oid, known) in &account.relations {
            for mode in &known.modes {
                let taker = *self.held.entry((*oid, *mode)).or_insert(index);
                let Some(draft) = self.statements.get_mut(taker) else { continue };
                draft.lock_seen_inside((*oid, *mode), earliest);
            }
        }
        for draft in self.statements.iter_mut().skip(index) {
            draft.name(|oid| relation.named(oid, origins.as_ref()));
        }
        self.relations = merged(before, account);
    }

    /// The transaction is over: its locks are gone, and its counters begin anew.
    pub(super) fn transaction_ended(&mut self) {
        let now = self.now();
        for ((oid, mode), taker) in std::mem::take(&mut self.held) {
            if let Some(draft) = self.statements.get_mut(taker) {
                draft.released((oid, mode), now);
            }
        }
        for known in self.relations.values_mut() {
            let Figures { file, estimate, .. } = known.figures;
            known.figures = Figures { file, estimate, ..Figures::default() };
        }
        self.transaction += 1;
        self.running = false;
    }

    /// Takes in what the sampler saw of the session `pid`; it asked at `asked_ms`.
    pub(super) fn sampled(&mut self, pid: i32, asked_ms: f64, sample: &Sample) {
        if self.pid != Some(pid) {
            return;
        }
        let now = self.now();
        self.sampling.samples += 1;
        if let Some(last) = self.looked {
            self.intervals += 1;
            self.looking_ms += asked_ms - last;
            self.sampling.longest_gap_ms = self.sampling.longest_gap_ms.max(now - last);
        }
        let earliest = self.looked.replace(asked_ms);
        let Some(current) = self.statements.len().checked_sub(1) else { return };
        self.sampled_locks(current, asked_ms, now, earliest, sample);
        let own = sample.waits.iter().find(|wait| wait.pid == pid);
        if let (Some(wait), Some(draft)) = (own, self.statements.get_mut(current)) {
            draft.waits(wait, now);
        }
        for wait in because_of(pid, &sample.waits) {
            let (taker, held) = self.cause(wait, own).unwrap_or((current, false));
            if let Some(draft) = self.statements.get_mut(taker) {
                draft.waited_for(wait, now, held);
            }
        }
    }

    fn sampled_locks(&mut self, current: usize, asked_ms: f64, now: f64, earliest: Option<f64>, sample: &Sample) {
        let Some(draft) = self.statements.get(current) else { return };
        // Between two statements nothing new is taken: what is seen then is on its way out.
        let (running, outside) = (self.running && draft.facts.started_ms <= asked_ms, !draft.is_wrapped);
        for key in &sample.locks {
            if running {
                self.held.entry(*key).or_insert(current);
            }
            if let Some(draft) = self.held.get(key).and_then(|taker| self.statements.get_mut(*taker)) {
                draft.lock_sampled(*key, earliest);
            }
        }
        if running && outside {
            // It commits itself, perhaps several times: what is no longer there was released.
            let gone: Vec<LockKey> = self.held.keys().filter(|key| !sample.locks.contains(key)).copied().collect();
            for key in gone {
                if let Some(draft) = self.held.remove(&key).and_then(|taker| self.statements.get_mut(taker)) {
                    draft.released(key, now);
                }
            }
        }
    }

    /// Which statement took the lock that `wait` is for, and whether the migration has that lock or queues for it.
    fn cause(&self, wait: &Wait, own: Option<&Wait>) -> Option<(usize, bool)> {
        let oid = wait.relation?;
        let conflicting = |mode: LockMode| wait.mode.is_none_or(|wanted| wanted.conflicts_with(mode));
        let taken = self.held.iter().filter(|((held, mode), _)| *held == oid && conflicting(*mode));
        let strongest = taken.max_by_key(|((_, mode), _)| *mode).map(|(_, taker)| (*taker, true));
        let queued = own.is_some_and(|own| own.relation == Some(oid));
        strongest.or_else(|| (!queued).then(|| Some((self.statements.len().checked_sub(1)?, true))).flatten())
    }

    /// There is no session to look at.
    pub(super) fn rest(&mut self) {
        self.give_up();
        self.pid = None;
    }

    /// The step ended without its transaction's end: it was refused, and nothing is held any more.
    fn give_up(&mut self) {
        if self.running {
            self.answered();
            if let Some(draft) = self.statements.last_mut() {
                draft.facts.seen = StatementSeen::Refused;
            }
        }
        self.transaction_ended();
    }

    /// All that is known now.
    pub(super) fn trace(&mut self) -> LockTrace {
        self.rest();
        let relations = Relations { before: &self.relations, now: &self.relations };
        let origins = self.origins.as_ref();
        let mut statements = Vec::with_capacity(self.statements.len());
        for mut draft in std::mem::take(&mut self.statements) {
            draft.name(|oid| relations.named(oid, origins));
            statements.push(draft.into_facts());
        }
        let mut sampling = self.sampling.clone();
        sampling.every_ms = if self.intervals == 0 { 0.0 } else { self.looking_ms / f64::from(self.intervals) };
        LockTrace { statements, sampling }
    }
}

/// Relations before a statement and behind it.
struct Relations<'a> {
    before: &'a BTreeMap<i64, Known>,
    now: &'a BTreeMap<i64, Known>,
}

impl Relations<'_> {
    /// A relation's name before the statement, or the one that the statement gave it, and the table of an index.
    fn named(&self, oid: i64, origins: Option<&BTreeMap<i64, RelationName>>) -> Option<(LockedRelation, Option<i64>)> {
        let known = self.before.get(&oid).filter(|known| known.name.is_some()).or_else(|| self.now.get(&oid))?;
        let was = origins.and_then(|origins| origins.get(&oid)).cloned();
        Some((LockedRelation { name: known.name.clone()?, was }, known.index_of))
    }
}

/// What is known behind a statement; a dropped relation keeps its last name, in case its lock is seen once more.
fn merged(mut before: BTreeMap<i64, Known>, account: Account) -> BTreeMap<i64, Known> {
    for (oid, known) in account.relations {
        if known.name.is_some() {
            before.insert(oid, known);
        }
    }
    before
}
