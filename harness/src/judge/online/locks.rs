//! What the locks of a migration do to its traffic, as far as locks decide it.
//!
//! L011, L012 and L014 count rows, which are the same on every machine; L010 and L013 go by time. Relations that the
//! path made itself or that no request touches are nobody's concern here.

use std::collections::BTreeMap;

use crate::facts::{HeldLock, LockTrace, LockedRelation, RowsOf, StatementLocks, Waiter, WrittenRows};
use crate::judge::{CaseFile, Code, Doubt, Finding, Rehearsal, Ruling, thousands};
use crate::scenario::{Budget, Claim};
use crate::sql::{LockMode, RelationName};

/// What a batch of a backfill may write, where the budget allows less: it ends, however large the table grows.
const BATCH_ROWS: u64 = 10_000;

pub(super) fn locks(case: &CaseFile<'_>, rehearsal: &Rehearsal, ruling: &mut Ruling) {
    let judge = Judge {
        trace: &rehearsal.locks,
        touched: &rehearsal.workload.touched,
        budget: case.plan.budget,
        rows: case.baseline.rows(),
    };
    if let Some(reason) = &rehearsal.locks.sampling.stopped {
        let reason = format!("the locks could not be watched to the end: {reason}");
        ruling.doubts.push(Doubt::new(Claim::Online, reason));
    }
    for statement in &rehearsal.locks.statements {
        judge.rewritten(statement, ruling);
        judge.scanned(statement, ruling);
        judge.waited(statement, ruling);
    }
    judge.written(ruling);
    if let Some((lock, held_ms)) = judge.longest_in_the_way() {
        ruling.evidence = format!("{}, longest lock {held_ms:.0} ms on `{}`", ruling.evidence, lock.relation.name);
    }
}

struct Judge<'a> {
    trace: &'a LockTrace,
    touched: &'a BTreeMap<RelationName, LockMode>,
    budget: Budget,
    /// At the baseline.
    rows: BTreeMap<RelationName, u64>,
}

impl Judge<'_> {
    /// The strongest lock that the traffic takes on a relation that was there before the path.
    fn traffic(&self, relation: &LockedRelation) -> Option<LockMode> {
        self.touched.get(relation.was.as_ref()?).copied()
    }

    /// The lock that the traffic conflicts with and that was held longest.
    fn longest_in_the_way(&self) -> Option<(&HeldLock, f64)> {
        let locks = self.trace.statements.iter().flat_map(|statement| &statement.locks);
        locks
            .filter(|lock| self.traffic(&lock.relation).is_some_and(|mode| mode.conflicts_with(lock.mode)))
            .map(|lock| (lock, lock.released_ms - lock.granted_ms))
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    fn at_baseline(&self, relation: &LockedRelation) -> u64 {
        relation.was.as_ref().and_then(|name| self.rows.get(name)).copied().unwrap_or(0)
    }

    /// L011: the traffic waits until every row is written anew.
    fn rewritten(&self, statement: &StatementLocks, ruling: &mut Ruling) {
        for RowsOf { relation, rows } in &statement.rewritten {
            let rows = (*rows).max(self.at_baseline(relation));
            // A new file is only ever written under the strongest lock, whether or not a sample caught it.
            let Some(traffic) = self.traffic(relation).filter(|_| rows > self.budget.blocking_rows) else { continue };
            let message = format!(
                "`{}` rewrites {} rows of `{relation}` under {}, which {traffic} of the traffic waits for",
                statement.command,
                thousands(rows),
                LockMode::AccessExclusive,
                relation = relation.name,
            );
            let help = "add a column or table beside it, fill it in batches, and swap; a change that only widens \
                        (varchar to text) rewrites nothing";
            ruling.findings.push(at(statement, Code::L011, message, relation).help(help));
        }
    }

    /// L012: the traffic waits until every row is read.
    fn scanned(&self, statement: &StatementLocks, ruling: &mut Ruling) {
        for RowsOf { relation, rows } in &statement.scanned {
            let is_rewritten = statement.rewritten.iter().any(|other| other.relation == *relation);
            let (Some(traffic), Some(mode)) = (self.traffic(relation), self.trace.strongest(statement, relation))
            else {
                continue;
            };
            if is_rewritten || *rows <= self.budget.blocking_rows || !mode.conflicts_with(traffic) {
                continue;
            }
            let message = format!(
                "`{}` reads {} rows of `{}` under {mode}, which {traffic} of the traffic waits for",
                statement.command,
                thousands(*rows),
                relation.name,
            );
            let help = help_for_scan(statement, mode);
            ruling.findings.push(at(statement, Code::L012, message, relation).help(help));
        }
    }

    /// L010 and L013: sessions stood in line.
    fn waited(&self, statement: &StatementLocks, ruling: &mut Ruling) {
        let budget = self.budget.lock_wait_ms.unwrap_or(self.budget.stall_ms);
        let behind = |waiter: &&Waiter| waiter.waited_ms - waiter.queued_ms > budget;
        for (relation, waiters) in by_relation(statement.waiters.iter().filter(behind)) {
            let longest = longest(&waiters, |waiter| waiter.waited_ms - waiter.queued_ms);
            let held = relation.and_then(|relation| self.trace.strongest(statement, relation));
            let what = match (relation, held) {
                (Some(relation), Some(mode)) => format!("behind {mode} on `{}`", relation.name),
                (Some(relation), None) => format!("for a row of `{}`", relation.name),
                (None, _) => "for a row that it had written".to_owned(),
            };
            let message = format!(
                "{} queued {what} while `{}` had it, the longest {longest:.0} ms (budget {budget} ms)",
                sessions(waiters.len()),
                statement.command,
            );
            let finding = Finding::new(Code::L010, message).in_file(&statement.file, statement.line);
            let finding = relation.into_iter().fold(finding, |finding, relation| finding.about(&relation.name));
            ruling.findings.push(finding.help(format!("one of them ran: {}", example(&waiters))));
        }
        let limit = statement.lock_timeout_ms;
        let unlimited = limit <= 0.0 || limit > budget;
        for (relation, waiters) in by_relation(statement.waiters.iter().filter(|waiter| waiter.queued_ms > budget)) {
            let Some(relation) = relation.filter(|_| unlimited) else { continue };
            let longest = longest(&waiters, |waiter| waiter.queued_ms);
            let wait = statement.waits.iter().find(|wait| wait.relation.as_ref() == Some(relation));
            let mode = wait.and_then(|wait| wait.mode).map_or(String::new(), |mode| format!(" for {mode}"));
            let blocker = wait.and_then(|wait| wait.blocked_by.first()).map_or("another session", String::as_str);
            let limit = if limit > 0.0 { format!("{limit} ms") } else { "off".to_owned() };
            let message = format!(
                "{} queued behind `{}`, which waited{mode} on `{}` itself, the longest {longest:.0} ms (budget \
                 {budget} ms, `lock_timeout` {limit})",
                sessions(waiters.len()),
                statement.command,
                relation.name,
            );
            let help =
                format!("`set local lock_timeout` below the budget and try again later; in the way was: {blocker}");
            ruling.findings.push(at(statement, Code::L013, message, relation).help(help));
        }
    }

    /// L014: one transaction keeps rows locked that the traffic may want.
    fn written(&self, ruling: &mut Ruling) {
        let mut transactions: BTreeMap<usize, Vec<&StatementLocks>> = BTreeMap::new();
        for statement in &self.trace.statements {
            transactions.entry(statement.transaction).or_default().push(statement);
        }
        for statements in transactions.values() {
            let mut changed: BTreeMap<&LockedRelation, (u64, &StatementLocks)> = BTreeMap::new();
            for statement in statements {
                for WrittenRows { relation, updated, deleted, .. } in &statement.written {
                    let (rows, most) = changed.entry(relation).or_insert((0, statement));
                    *rows += updated + deleted;
                    if changed_of(statement, relation) > changed_of(most, relation) {
                        *most = statement;
                    }
                }
            }
            for (relation, (rows, statement)) in changed {
                let is_batch = statement.command == "BATCH";
                let allowed = self.budget.blocking_rows.max(if is_batch { BATCH_ROWS } else { 0 });
                // Who only reads does not wait for a row.
                let waits = self.traffic(relation).is_some_and(|mode| mode >= LockMode::RowShare);
                if !waits || rows <= allowed {
                    continue;
                }
                let message = format!(
                    "one transaction changes {} rows of `{}` and keeps them locked to its end; the traffic writes there",
                    thousands(rows),
                    relation.name,
                );
                let help = "make it a backfill in batches: `NNN_name.batch.toml`";
                ruling.findings.push(at(statement, Code::L014, message, relation).help(help));
            }
        }
    }
}

fn changed_of(statement: &StatementLocks, relation: &LockedRelation) -> u64 {
    let of = statement.written.iter().filter(|written| written.relation == *relation);
    of.map(|written| written.updated + written.deleted).sum()
}

fn at(statement: &StatementLocks, code: Code, message: String, relation: &LockedRelation) -> Finding {
    Finding::new(code, message).about(&relation.name).in_file(&statement.file, statement.line)
}

fn by_relation<'w>(waiters: impl Iterator<Item = &'w Waiter>) -> BTreeMap<Option<&'w LockedRelation>, Vec<&'w Waiter>> {
    let mut sorted: BTreeMap<Option<&LockedRelation>, Vec<&Waiter>> = BTreeMap::new();
    for waiter in waiters {
        sorted.entry(waiter.relation.as_ref()).or_default().push(waiter);
    }
    sorted
}

fn longest(waiters: &[&Waiter], of: impl Fn(&Waiter) -> f64) -> f64 {
    waiters.iter().map(|waiter| of(waiter)).fold(0.0, f64::max)
}

fn example<'w>(waiters: &[&'w Waiter]) -> &'w str {
    let longest = waiters.iter().max_by(|one, other| one.waited_ms.total_cmp(&other.waited_ms));
    longest.map_or("", |waiter| waiter.statement.as_str())
}

fn sessions(count: usize) -> String {
    if count == 1 { "a session".to_owned() } else { format!("{count} sessions") }
}

fn help_for_scan(statement: &StatementLocks, mode: LockMode) -> &'static str {
    let taken_now = statement.locks.iter().any(|lock: &HeldLock| lock.mode == mode);
    match statement.command.as_str() {
        "CREATE INDEX" => "`create index concurrently`, in a file that starts with `-- no-transaction`",
        "REINDEX INDEX" | "REINDEX TABLE" => "`reindex … concurrently`, in a file that starts with `-- no-transaction`",
        "ALTER TABLE" if taken_now => {
            "add the constraint `not valid` in one transaction and `validate constraint` in another; `set not null` \
             reads nothing where a validated `check (… is not null)` stands; `add … using index` takes an index that \
             was built concurrently"
        }
        _ => "end the transaction that took the lock before the rows are read",
    }
}
