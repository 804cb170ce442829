//! Small scenarios with traffic, from their files to a verdict.

use pgproof::facts::{Direction, When};
use pgproof::judge::Verdict;
use pgproof::record::RunRecord;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::testing::{Example, Subject, all_proven, prove};

use crate::Outcome;

async fn run(text: &str) -> Outcome<RunRecord> {
    let example = Example::parse(text)?;
    let settings = RunSettings { claims: vec![Claim::Applies, Claim::Online], ..RunSettings::default() };
    Ok(prove(&example.source()?, &example.selection(), &Subject::any_embedded(), &settings).await?)
}

fn online(record: &RunRecord) -> Outcome<(Verdict, String)> {
    let result = record.claims.get(&Claim::Online).ok_or("nothing is said about L")?;
    Ok((result.verdict, result.reason.clone()))
}

const NOTHING: &str = "-- == up ==\nselect 1;\n-- == down ==\nselect 1;\n";

#[tokio::test]
async fn a_budget_that_is_missed_at_rest_is_undecided() -> Outcome {
    let record = run(&format!(
        "-- == scenario ==\n-- [budget]\n-- stall_ms = 50\n-- [workload]\n-- rate = 10\n-- clients = 4\n-- rest_s = 0.5\n\
         -- [[workload.request]]\n-- name = 'slow'\n-- sql = 'select pg_sleep(0.3)'\n{NOTHING}"
    ))
    .await?;
    let (verdict, reason) = online(&record)?;
    assert_eq!((verdict, record.findings.len()), (Verdict::Inconclusive, 0), "{reason}");
    assert!(reason.contains("the budget of 50 ms is missed at rest: `slow` took"), "{reason}");
    Ok(())
}

#[tokio::test]
async fn requests_that_fail_at_rest_are_undecided() -> Outcome {
    let record = run(&format!(
        "-- == scenario ==\n-- [budget]\n-- stall_ms = 60000\n-- [workload]\n-- rate = 20\n-- clients = 1\n-- rest_s = 1\n\
         -- [[workload.request]]\n-- name = 'odd'\n-- sql = 'select 1 / $1'\n-- parameters = [{{ list = [1, 0] }}]\n{NOTHING}"
    ))
    .await?;
    let (verdict, reason) = online(&record)?;
    assert_eq!((verdict, record.findings.len()), (Verdict::Inconclusive, 0), "{reason}");
    assert!(reason.contains("fail at rest, before the first step: `odd`: division by zero"), "{reason}");
    Ok(())
}

/// `notes` moves into `remarks`, both are there for a while, and then the old one goes: there is no way back from that.
const CONTRACTED: &str = "
-- == scenario ==
-- [[path.waive]]
-- step = '020_step'
-- reason = 'the old application is gone by then'
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 40
-- clients = 2
-- rest_s = 0.6
-- soak_s = 0.5
-- [[workload.request]]
-- name = 'old'
-- sql = 'insert into notes (text) values ($1) returning text'
-- parameters = [{ text = 'old {row}' }]
-- until = '020_step'
-- ledger = 'select text from notes where text = any($1)'
-- [[workload.request]]
-- name = 'new'
-- application = 'new'
-- from = '010_step'
-- sql = 'insert into remarks (text) values ($1) returning text'
-- parameters = [{ text = 'new {row}' }]
-- ledger = 'select text from remarks where text = any($1)'
-- [[workload.request]]
-- name = 'stays'
-- sql = 'select 1'
-- == baseline ==
create table notes (text text not null);
-- == up ==
create table remarks (text text not null);
-- == down ==
drop table remarks;
-- == up 020 ==
insert into remarks select text from notes;
drop table notes;
";

#[tokio::test]
async fn requests_come_only_between_their_steps_and_the_traffic_ends_at_the_point_of_no_return() -> Outcome {
    let record = run(CONTRACTED).await?;
    let trace = record.workload.as_ref().ok_or("no traffic")?;
    assert!(trace.failures.is_empty(), "{:?}", trace.failures);
    let down = |when: &When| matches!(when, When::Step { direction: Direction::Down, .. });
    assert!(!trace.periods.iter().any(|period| down(&period.when)), "no step goes back");
    // The ledger of the old application can not be asked any more under the old name.
    let refused: Vec<_> = trace.ledgers.iter().filter(|check| check.refused.is_some()).map(|it| &it.request).collect();
    assert_eq!(refused, ["old"]);
    let new = trace.ledgers.iter().find(|check| check.request == "new").ok_or("no ledger of `new`")?;
    assert!(new.acknowledged > 0 && new.missing == 0, "{new:?}");
    let (verdict, reason) = online(&record)?;
    assert_eq!((verdict, record.findings.len()), (Verdict::Inconclusive, 0), "{reason}");
    let followed = CONTRACTED.replace("select text from notes where", "select text from pg_temp_or_new where");
    let baseline = "create table notes (text text not null);\ncreate view pg_temp_or_new as select text from notes;";
    let followed = followed.replace("create table notes (text text not null);", baseline).replace(
        "drop table notes;",
        "create or replace view pg_temp_or_new as select text from remarks;\ndrop table notes;",
    );
    all_proven(&run(&followed).await?)?;
    Ok(())
}
