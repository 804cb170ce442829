//! Locks under traffic, from facts alone.

use super::fixture::{case, codes, judged, plan, relation};
use crate::facts::{
    Direction, HeldLock, LockSeen, LockTrace, LockedRelation, OwnWait, Quantiles, RowsOf, Sampling, StatementLocks,
    StatementSeen, TrafficPeriod, Waiter, When, WrittenRows,
};
use crate::judge::{Code, Finding, Rehearsal, Verdict};
use crate::scenario::Claim;
use crate::sql::LockMode;

fn orders() -> LockedRelation {
    LockedRelation { name: relation("orders"), was: Some(relation("orders")) }
}

fn lock(relation: LockedRelation, mode: LockMode) -> HeldLock {
    HeldLock { relation, index_of: None, mode, granted_ms: 1.0, released_ms: 9.0, seen: LockSeen::Both }
}

fn waiter(waited_ms: f64, queued_ms: f64) -> Waiter {
    Waiter {
        relation: Some(orders()),
        mode: Some(LockMode::RowExclusive),
        until_ms: 9.0,
        waited_ms,
        queued_ms,
        statement: "insert into orders".to_owned(),
    }
}

/// `ALTER TABLE` that takes the strongest lock on `orders` and does nothing else.
fn statement() -> StatementLocks {
    StatementLocks {
        step: "010_a".to_owned(),
        direction: Direction::Up,
        file: "d/010.sql".to_owned(),
        line: 3,
        command: "ALTER TABLE".to_owned(),
        index: 0,
        transaction: 0,
        started_ms: 1.0,
        ended_ms: 2.0,
        seen: StatementSeen::Inside,
        locks: vec![lock(orders(), LockMode::AccessExclusive)],
        waiters: Vec::new(),
        waits: Vec::new(),
        rewritten: Vec::new(),
        scanned: Vec::new(),
        written: Vec::new(),
        lock_timeout_ms: 0.0,
        statement_timeout_ms: 0.0,
    }
}

/// What is found where the traffic writes to `orders`.
fn found(statements: Vec<StatementLocks>) -> Vec<Finding> {
    found_where(LockMode::RowExclusive, statements)
}

fn found_where(traffic: LockMode, statements: Vec<StatementLocks>) -> Vec<Finding> {
    let plan = plan("[budget]\nlock_wait_ms = 100\nblocking_rows = 50");
    let mut case = case(&plan);
    let mut rehearsal = Rehearsal::default();
    rehearsal.workload.touched.insert(relation("orders"), traffic);
    rehearsal.locks = LockTrace { statements, sampling: Sampling::default() };
    case.rehearsal = Some(rehearsal);
    let judgement = judged(&case);
    let of_locks = |finding: &Finding| finding.code >= Code::L010 && finding.code <= Code::L014;
    judgement.findings.into_iter().filter(of_locks).collect()
}

fn found_codes(statements: Vec<StatementLocks>) -> Vec<Code> {
    found(statements).into_iter().map(|finding| finding.code).collect()
}

fn rows(relation: LockedRelation, rows: u64) -> Vec<RowsOf> {
    vec![RowsOf { relation, rows }]
}

#[test]
fn a_short_lock_that_nobody_waits_for_is_no_finding() {
    assert_eq!(found(vec![statement()]), []);
}

#[test]
fn a_wait_counts_from_when_the_migration_had_the_lock() {
    assert_eq!(found_codes(vec![StatementLocks { waiters: vec![waiter(101.0, 0.0)], ..statement() }]), [Code::L010]);
    assert_eq!(found_codes(vec![StatementLocks { waiters: vec![waiter(100.0, 0.0)], ..statement() }]), []);
    assert_eq!(found_codes(vec![StatementLocks { waiters: vec![waiter(190.0, 95.0)], ..statement() }]), []);
}

#[test]
fn a_finding_about_waiting_names_the_place_the_mode_and_how_many() {
    let waiters = vec![waiter(101.0, 0.0), waiter(412.4, 0.0), waiter(3.0, 0.0)];
    let findings = found(vec![StatementLocks { waiters, ..statement() }]);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.file.as_deref(), finding.line), (Some("d/010.sql"), Some(3)));
    assert_eq!(finding.relation.as_deref(), Some("orders"));
    assert_eq!(
        finding.message,
        "2 sessions queued behind ACCESS EXCLUSIVE on `orders` while `ALTER TABLE` had it, the longest 412 ms (budget \
         100 ms)"
    );
}

#[test]
fn a_queue_behind_a_migration_that_waits_is_its_own_finding_unless_a_timeout_ends_it() {
    let wait = OwnWait {
        relation: Some(orders()),
        mode: Some(LockMode::AccessExclusive),
        until_ms: 9.0,
        waited_ms: 150.0,
        blocked_by: vec!["select report".to_owned()],
    };
    let queued = StatementLocks { waiters: vec![waiter(140.0, 130.0)], waits: vec![wait], ..statement() };
    let findings = found(vec![queued.clone()]);
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::L013]);
    assert!(findings.iter().all(|finding| finding.help.as_ref().is_some_and(|help| help.contains("select report"))));
    assert_eq!(found_codes(vec![StatementLocks { lock_timeout_ms: 5_000.0, ..queued.clone() }]), [Code::L013]);
    assert_eq!(found_codes(vec![StatementLocks { lock_timeout_ms: 50.0, ..queued }]), []);
}

#[test]
fn a_read_in_full_is_a_finding_where_the_traffic_conflicts_with_the_lock() {
    let scan = |mode| StatementLocks { locks: vec![lock(orders(), mode)], scanned: rows(orders(), 51), ..statement() };
    let codes = |traffic, mode| -> Vec<Code> {
        found_where(traffic, vec![scan(mode)]).into_iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(LockMode::RowExclusive, LockMode::Share), [Code::L012]);
    assert_eq!(codes(LockMode::AccessShare, LockMode::AccessExclusive), [Code::L012]);
    assert_eq!(codes(LockMode::AccessShare, LockMode::Share), []);
    assert_eq!(codes(LockMode::RowExclusive, LockMode::ShareUpdateExclusive), []);
    let few = StatementLocks { scanned: rows(orders(), 50), ..statement() };
    assert_eq!(found_codes(vec![few]), []);
}

#[test]
fn a_lock_of_an_earlier_statement_of_the_transaction_counts_and_one_of_another_does_not() {
    let later = |transaction| StatementLocks {
        index: 1,
        transaction,
        started_ms: 3.0,
        locks: vec![lock(orders(), LockMode::AccessShare)],
        scanned: rows(orders(), 51),
        ..statement()
    };
    assert_eq!(found_codes(vec![statement(), later(0)]), [Code::L012]);
    assert_eq!(found_codes(vec![statement(), later(1)]), []);
}

#[test]
fn a_renamed_relation_is_known_by_the_name_that_the_traffic_uses_and_a_new_one_by_that_name_is_not() {
    let renamed = LockedRelation { name: relation("orders_old"), was: Some(relation("orders")) };
    let new = LockedRelation { name: relation("orders"), was: None };
    for (of, expected) in [(renamed, vec![Code::L011]), (new, Vec::new())] {
        let rewriting = StatementLocks {
            locks: vec![lock(of.clone(), LockMode::AccessExclusive)],
            rewritten: rows(of.clone(), 51),
            scanned: rows(of.clone(), 51),
            ..statement()
        };
        assert_eq!(found_codes(vec![rewriting]), expected, "{of:?}");
    }
}

#[test]
fn rows_changed_in_one_transaction_are_added_up_and_a_batch_may_have_more() {
    let write = |updated, deleted, command: &str| StatementLocks {
        command: command.to_owned(),
        locks: vec![lock(orders(), LockMode::RowExclusive)],
        written: vec![WrittenRows { relation: orders(), inserted: 900, updated, deleted }],
        ..statement()
    };
    assert_eq!(found_codes(vec![write(30, 0, "UPDATE")]), []);
    let two = vec![write(30, 0, "UPDATE"), StatementLocks { line: 9, ..write(0, 31, "DELETE") }];
    let findings = found(two);
    assert_eq!(findings.iter().map(|one| (one.code, one.line)).collect::<Vec<_>>(), [(Code::L014, Some(9))]);
    assert_eq!(found_codes(vec![write(10_000, 0, "BATCH")]), []);
    assert_eq!(found_codes(vec![write(10_001, 0, "BATCH")]), [Code::L014]);
    assert_eq!(found_where(LockMode::AccessShare, vec![write(60, 0, "UPDATE")]), [], "who reads waits for no row");
}

#[test]
fn locks_that_could_not_be_watched_leave_the_claim_undecided() {
    for (stopped, verdict) in [(None, Verdict::Proven), (Some("no connection".to_owned()), Verdict::Inconclusive)] {
        let plan = plan("");
        let mut case = case(&plan);
        let mut rehearsal = Rehearsal::default();
        rehearsal.workload.periods.push(at_rest());
        rehearsal.locks.sampling.stopped = stopped;
        case.rehearsal = Some(rehearsal);
        let judgement = judged(&case);
        assert_eq!(codes(&judgement), []);
        assert_eq!(judgement.claims.get(&Claim::Online).map(|claim| claim.verdict), Some(verdict));
    }
}

fn at_rest() -> TrafficPeriod {
    TrafficPeriod {
        when: When::Rest,
        requests: 1,
        failures: 0,
        latency: Quantiles::default(),
        longest: None,
        stalled: 0,
        held_up: None,
    }
}
