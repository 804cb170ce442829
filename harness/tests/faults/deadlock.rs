//! Somebody locks what a step locks, in the other order, and the server ends the step's statement.

use pgproof::facts::FaultKind;
use pgproof::judge::{Code, Verdict};
use pgproof::scenario::Claim;
use rstest::rstest;

use crate::subject::{Outcome, Swept};

/// Locks one relation after the other.
const ONE_BY_ONE: &str = "-- == up ==
update totals set amount = amount + 1;
update sales set amount = amount + 1;
-- == down ==
update totals set amount = amount - 1;
update sales set amount = amount - 1;
";

/// One statement locks four, in an order that is not that of their names.
const MANY: &str = "-- == up ==
create view all_of_them as select 1 as one;
lock table totals, returns, sales, goods in share mode;
-- == down ==
drop view all_of_them;
lock table totals, returns, sales, goods in share mode;
";

/// One statement locks both.
const AT_ONCE: &str = "-- == up ==
update totals t set amount = s.amount + 1 from (select shop, sum(amount) as amount from sales group by shop) s
    where s.shop = t.shop;
-- == down ==
update totals t set amount = t.amount - 1 from (select distinct shop from sales) s where s.shop = t.shop;
";

/// A step that is known to wait less than the server looks for deadlocks by itself.
const IMPATIENT: &str = "-- == up ==
set lock_timeout = '800ms';
update totals set amount = amount + 1;
update sales set amount = amount + 1;
-- == down ==
update totals set amount = amount - 1;
update sales set amount = amount - 1;
";

#[rstest]
#[case::one_relation_after_the_other(ONE_BY_ONE)]
#[case::both_in_one_statement(AT_ONCE)]
#[case::four_in_one_statement(MANY)]
#[case::a_step_that_waits_for_less_than_a_second(IMPATIENT)]
#[tokio::test]
async fn a_transaction_that_is_a_deadlocks_victim_leaves_nothing_and_is_run_again(#[case] steps: &str) -> Outcome {
    let swept = Swept::of(steps, &[], &[FaultKind::Deadlock]).await?;
    assert_eq!(swept.record.findings, [], "{}", swept.shown());
    assert_eq!(swept.sweep.planted(FaultKind::Deadlock), (2, 2), "there and back, each a victim: {}", swept.shown());
    assert_eq!(swept.record.verdict(Claim::Resumable), Some(Verdict::Proven), "{}", swept.shown());
    Ok(())
}

/// A sequence keeps what a transaction did to it, and a guard that asks it takes the second try for a third.
#[tokio::test]
async fn what_a_victim_leaves_behind_outside_of_its_transaction_is_found() -> Outcome {
    let steps = "-- == up 010 ==
create sequence tries;
-- == down 010 ==
drop sequence tries;
-- == up 020 ==
do $$ begin if nextval('tries') > 1 then raise exception 'applied before'; end if; end $$;
update totals set amount = amount + 1;
update sales set amount = amount + 1;
-- == down 020 ==
alter sequence tries restart;
update totals set amount = amount - 1;
";
    let swept = Swept::of(steps, &[], &[FaultKind::Deadlock]).await?;
    let found = swept.found(Code::F001, "when it was a deadlock's victim before `UPDATE` of `020_step`");
    let [finding] = found[..] else { return Err(swept.shown().into()) };
    assert!(finding.message.contains("applied before"), "{}", finding.message);
    assert_eq!(swept.codes(), [Code::F001].into());
    Ok(())
}

#[tokio::test]
async fn a_batch_that_is_a_deadlocks_victim_is_done_again_and_those_before_it_are_not() -> Outcome {
    let job = "relation = \"sales\"\nkey = \"id\"\nsize = 1000
up = \"update sales s set amount = s.amount + t.amount from totals t where t.shop = s.shop and s.id > $1 and s.id <= $2\"
down = \"update sales s set amount = s.amount - t.amount from totals t where t.shop = s.shop and s.id > $1 and s.id <= $2\"
";
    let steps = "-- == up 010 ==\nselect 1;\n-- == down 010 ==\nselect 1;\n";
    let files = [("steps/020_add.batch.toml", job)];
    let swept = Swept::of(steps, &files, &[FaultKind::Deadlock]).await?;
    assert_eq!(swept.record.findings, [], "{}", swept.shown());
    let batches: Vec<usize> = swept.sweep.trials.iter().map(|trial| trial.point.index).collect();
    assert_eq!((batches, swept.sweep.planted(FaultKind::Deadlock)), (vec![1, 1], (2, 2)), "{}", swept.shown());
    Ok(())
}

#[tokio::test]
async fn where_no_transaction_locks_two_relations_the_sweep_says_that_there_is_no_deadlock() -> Outcome {
    let steps = "-- == up ==\nupdate totals set amount = amount + 1;
-- == down ==\nupdate totals set amount = amount - 1;\n";
    let swept = Swept::of(steps, &[], &[FaultKind::Deadlock, FaultKind::Backend]).await?;
    let why = swept.sweep.unplanted.get(&FaultKind::Deadlock).map(String::as_str).unwrap_or_default();
    assert!(why.contains("two relations"), "{}", swept.shown());
    let reason = swept.record.claims.get(&Claim::Resumable).map(|claim| claim.reason.as_str()).unwrap_or_default();
    assert!(reason.contains("not planted: midway, server, answer, lock, deadlock, disk"), "{reason}");
    Ok(())
}
