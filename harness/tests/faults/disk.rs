//! The volume is full in the midst of a statement.

use pgproof::facts::FaultKind;
use pgproof::judge::{Code, Verdict};
use pgproof::scenario::Claim;
use pgproof::server::can_bound_a_volume;

use crate::subject::{Outcome, Swept};

/// Where no volume can be had, the sweep has to say why; `false` then.
fn was_planted(swept: &Swept) -> Outcome<bool> {
    let why = swept.sweep.unplanted.get(&FaultKind::Disk);
    match can_bound_a_volume() {
        Ok(()) if why.is_none() => Ok(true),
        Err(reason) if why == Some(&reason) => Ok(false),
        _ => Err(swept.shown().into()),
    }
}

#[tokio::test]
async fn a_statement_without_room_leaves_nothing_and_is_run_again_when_there_is_some() -> Outcome {
    let steps = "-- == up ==
create table copies (id integer primary key, shop text not null);
insert into copies select id, shop from sales;
-- == down ==
drop table copies;
";
    let swept = Swept::of(steps, &[], &[FaultKind::Disk]).await?;
    if was_planted(&swept)? {
        let (planted, met) = swept.sweep.planted(FaultKind::Disk);
        assert!(planted == met && met > 0, "{}", swept.shown());
        assert!(swept.sweep.trials.iter().any(|trial| trial.point.command == "INSERT"), "{}", swept.shown());
        assert_eq!(swept.record.findings, [], "{}", swept.shown());
        assert_eq!(swept.record.verdict(Claim::Resumable), Some(Verdict::Proven), "{}", swept.shown());
    }
    Ok(())
}

/// An index that found no room is there, invalid; run again, the step takes it for the index.
#[tokio::test]
async fn what_a_statement_without_room_leaves_behind_is_found() -> Outcome {
    let steps = "-- == up ==
-- no-transaction
create index concurrently if not exists sales_by_shop on sales (shop);
-- == down ==
drop index sales_by_shop;
";
    let swept = Swept::of(steps, &[], &[FaultKind::Disk]).await?;
    if was_planted(&swept)? {
        let found = swept.found(Code::F002, "when the disk was full before `CREATE INDEX CONCURRENTLY` of `010_step`");
        let [finding] = found[..] else { return Err(swept.shown().into()) };
        assert!(!finding.message.contains("more boundaries"), "one boundary is told as several: {}", finding.message);
        assert_eq!(finding.relation.as_deref(), Some("index sales_by_shop on table public.sales"));
        assert_eq!(swept.codes(), [Code::F002].into(), "{}", swept.shown());
    }
    Ok(())
}
