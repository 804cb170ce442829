//! What is known so far about one statement.

use std::collections::BTreeMap;

use super::{Figures, Known, LockKey};
use crate::apply::attendant::Place;
use crate::apply::locks::sample::Wait;
use crate::facts::{
    HeldLock, LockSeen, LockedRelation, OwnWait, RowsOf, StatementLocks, StatementSeen, Waiter, WrittenRows,
};
use crate::scenario::TransactionMode;
use crate::sql::LockMode;

/// A statement's facts, with what still goes by OIDs.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) facts: StatementLocks,
    /// Whether a transaction of the step is around it.
    pub(super) is_wrapped: bool,
    locks: BTreeMap<LockKey, LockDraft>,
    /// By the session and the moment it began to wait, in microseconds of the server's clock.
    waiters: BTreeMap<(i32, i64), (Option<i64>, Waiter)>,
    waits: BTreeMap<i64, (Option<i64>, OwnWait)>,
    names: BTreeMap<i64, (LockedRelation, Option<i64>)>,
}

#[derive(Debug, Clone, Default)]
struct LockDraft {
    granted_ms: f64,
    released_ms: Option<f64>,
    inside: bool,
    sampled: bool,
}

impl Draft {
    pub(super) fn new(place: Place<'_>, transaction: usize, started_ms: f64, timeouts: (i64, i64)) -> Self {
        Self {
            facts: StatementLocks {
                step: place.step.to_owned(),
                direction: place.direction,
                file: place.file.to_owned(),
                line: place.line,
                command: place.command.to_owned(),
                index: place.index,
                transaction,
                started_ms,
                ended_ms: started_ms,
                seen: StatementSeen::Outside,
                locks: Vec::new(),
                waiters: Vec::new(),
                waits: Vec::new(),
                rewritten: Vec::new(),
                scanned: Vec::new(),
                written: Vec::new(),
                lock_timeout_ms: milliseconds(timeouts.0),
                statement_timeout_ms: milliseconds(timeouts.1),
            },
            is_wrapped: place.transaction != TransactionMode::None,
            locks: BTreeMap::new(),
            waiters: BTreeMap::new(),
            waits: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }

    /// The lock, whose earliest moment is the statement's start or the last look that did not see it.
    fn lock(&mut self, key: LockKey, not_before: Option<f64>) -> &mut LockDraft {
        let granted_ms = not_before.unwrap_or(0.0).max(self.facts.started_ms);
        self.locks.entry(key).or_insert_with(|| LockDraft { granted_ms, ..LockDraft::default() })
    }

    pub(super) fn lock_seen_inside(&mut self, key: LockKey, not_before: Option<f64>) {
        let ended = self.facts.ended_ms;
        self.lock(key, not_before.map(|ms| ms.min(ended))).inside = true;
    }

    pub(super) fn lock_sampled(&mut self, key: LockKey, not_before: Option<f64>) {
        self.lock(key, not_before).sampled = true;
    }

    pub(super) fn released(&mut self, key: LockKey, at_ms: f64) {
        if let Some(lock) = self.locks.get_mut(&key) {
            lock.released_ms = Some(at_ms);
        }
    }

    /// The statement itself waits.
    pub(super) fn waits(&mut self, wait: &Wait, now: f64) {
        let (_, known) = self.waits.entry(wait.since_us).or_insert_with(|| {
            let blank =
                OwnWait { relation: None, mode: wait.mode, until_ms: now, waited_ms: 0.0, blocked_by: Vec::new() };
            (wait.relation, blank)
        });
        known.until_ms = now;
        known.waited_ms = known.waited_ms.max(wait.waited_ms);
        for text in &wait.blocked_by {
            if !known.blocked_by.contains(text) {
                known.blocked_by.push(text.clone());
            }
        }
    }

    /// Another session waits for a lock of the migration, or behind it in the queue.
    pub(super) fn waited_for(&mut self, wait: &Wait, now: f64, held: bool) {
        let (_, known) = self.waiters.entry((wait.pid, wait.since_us)).or_insert_with(|| {
            let blank = Waiter {
                relation: None,
                mode: wait.mode,
                until_ms: now,
                waited_ms: 0.0,
                queued_ms: 0.0,
                statement: wait.statement.clone(),
            };
            (wait.relation, blank)
        });
        known.until_ms = now;
        known.waited_ms = known.waited_ms.max(wait.waited_ms);
        if !held {
            known.queued_ms = known.queued_ms.max(wait.waited_ms);
        }
    }

    /// What the session's counters and the relations' files say.
    pub(super) fn counted(
        &mut self,
        now: &BTreeMap<i64, Known>,
        before: &BTreeMap<i64, Known>,
        named: impl Fn(i64) -> Option<(LockedRelation, Option<i64>)>,
    ) {
        for (oid, known) in now.iter().filter(|(_, known)| known.name.is_some()) {
            let Some((relation, _)) = named(*oid) else { continue };
            let was = before.get(oid).map(|known| known.figures);
            let (old, new) = (was.unwrap_or_default(), known.figures);
            let rows = |count: i64| u64::try_from(count).unwrap_or(0);
            let inside = self.facts.seen == StatementSeen::Inside;
            let read = new.read - old.read;
            let scanned = inside && new.scans > old.scans && read > 0;
            let whole = if self.is_utility() { whole(read, new.scans - old.scans, old.estimate) } else { read };
            if was.is_some() && self.is_rewrite(old, new, scanned) && known.index_of.is_none() {
                self.facts.rewritten.push(RowsOf { relation: relation.clone(), rows: rows(whole) });
            }
            if scanned {
                self.facts.scanned.push(RowsOf { relation: relation.clone(), rows: rows(whole) });
            }
            let [inserted, updated, deleted] =
                [new.inserted - old.inserted, new.updated - old.updated, new.deleted - old.deleted].map(rows);
            if inside && inserted + updated + deleted > 0 {
                self.facts.written.push(WrittenRows { relation, inserted, updated, deleted });
            }
        }
    }

    /// Whether the file of an old relation was replaced by one with its rows: `TRUNCATE` replaces it by an empty one.
    fn is_rewrite(&self, old: Figures, new: Figures, scanned: bool) -> bool {
        let rewrites = ["ALTER", "CLUSTER", "REFRESH", "VACUUM", "REPACK"];
        old.file != 0 && old.file != new.file && (scanned || rewrites.iter().any(|verb| self.is(verb)))
    }

    fn is_utility(&self) -> bool {
        ["ALTER", "CREATE", "CLUSTER", "REINDEX", "REFRESH", "VACUUM"].iter().any(|verb| self.is(verb))
    }

    fn is(&self, verb: &str) -> bool {
        self.facts.command.split(' ').next() == Some(verb)
    }

    /// Gives names to what has none yet.
    pub(super) fn name(&mut self, named: impl Fn(i64) -> Option<(LockedRelation, Option<i64>)>) {
        let locked = self.locks.keys().map(|(oid, _)| *oid);
        let waited = self.waiters.values().filter_map(|(oid, _)| *oid);
        let own = self.waits.values().filter_map(|(oid, _)| *oid);
        let mut oids: Vec<i64> = locked.chain(waited).chain(own).collect();
        let tables: Vec<i64> = oids.iter().filter_map(|oid| named(*oid).and_then(|(_, table)| table)).collect();
        oids.extend(tables);
        for oid in oids {
            if !self.names.contains_key(&oid)
                && let Some(name) = named(oid)
            {
                self.names.insert(oid, name);
            }
        }
    }

    pub(super) fn into_facts(self) -> StatementLocks {
        let Self { mut facts, locks, waiters, waits, names, .. } = self;
        let name = |oid: i64| names.get(&oid).map(|(relation, _)| relation.clone());
        let strongest = |oid: i64| locks.keys().filter(|(held, _)| *held == oid).map(|(_, mode)| *mode).max();
        for ((oid, mode), lock) in &locks {
            let Some((relation, table)) = names.get(oid).cloned() else { continue };
            if let Some(table) = table
                && (relation.was.is_none()
                    || *mode < LockMode::ShareUpdateExclusive
                    || strongest(table).is_some_and(|on_table| on_table >= *mode))
            {
                continue;
            }
            facts.locks.push(HeldLock {
                relation,
                index_of: table.and_then(name),
                mode: *mode,
                granted_ms: lock.granted_ms,
                released_ms: lock.released_ms.unwrap_or(facts.ended_ms).max(lock.granted_ms),
                seen: match (lock.inside, lock.sampled) {
                    (true, true) => LockSeen::Both,
                    (true, false) => LockSeen::Inside,
                    (false, _) => LockSeen::Sampled,
                },
            });
        }
        facts.locks.sort_by(|one, other| {
            let key = |lock: &HeldLock| (lock.relation.name.clone(), std::cmp::Reverse(lock.mode));
            key(one).cmp(&key(other))
        });
        facts.waiters =
            waiters.into_values().map(|(oid, waiter)| Waiter { relation: oid.and_then(name), ..waiter }).collect();
        facts.waits = waits.into_values().map(|(oid, wait)| OwnWait { relation: oid.and_then(name), ..wait }).collect();
        facts
    }
}

/// How many rows the relation has: a rewrite reads it once more for each index. Building an index may share the work
/// with a few other processes, whose rows are not counted in this session: who read a good part of the estimate read
/// the whole.
fn whole(read: i64, scans: i64, estimate: i64) -> i64 {
    let read = read.checked_div(scans).unwrap_or(read);
    if read.saturating_mul(16) >= estimate { read.max(estimate) } else { read }
}

pub(super) fn milliseconds(count: i64) -> f64 {
    f64::from(u32::try_from(count.max(0)).unwrap_or(u32::MAX))
}
