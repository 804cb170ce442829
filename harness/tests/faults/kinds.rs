//! Only what was asked for is planted.

use pgproof::facts::FaultKind;
use pgproof::testing::Subject;

use crate::subject::{Outcome, Swept};

#[tokio::test]
async fn a_sweep_of_one_kind_plants_no_other_and_says_so() -> Outcome {
    let steps = "-- == up ==\nupdate totals set amount = amount + 1;
-- == down ==\nupdate totals set amount = amount - 1;\n";
    let swept = Swept::of(steps, &[], &[FaultKind::Server]).await?;
    assert_eq!(swept.sweep.planted(FaultKind::Server), (2, 2), "{}", swept.shown());
    assert_eq!(swept.sweep.trials.len(), 2, "{}", swept.shown());
    for kind in FaultKind::ALL.into_iter().filter(|kind| *kind != FaultKind::Server) {
        assert_eq!(swept.sweep.unplanted.get(&kind).map(String::as_str), Some("not asked for"), "{kind}");
    }
    Ok(())
}

#[tokio::test]
async fn every_kind_that_a_path_gives_room_for_is_planted_and_comes_about() -> Outcome {
    let steps = "-- == up ==
-- no-transaction
create index concurrently if not exists sales_by_amount on sales (amount);
-- == down ==
drop index if exists sales_by_amount;
-- == up 020 ==
update totals set amount = amount + 1;
update sales set amount = amount + 1;
-- == down 020 ==
update totals set amount = amount - 1;
update sales set amount = amount - 1;
";
    let swept = Swept::of(steps, &[], &FaultKind::ALL).await?;
    for kind in FaultKind::ALL.into_iter().filter(|kind| !swept.sweep.unplanted.contains_key(kind)) {
        assert!(swept.sweep.planted(kind).1 > 0, "{kind} never came about: {}", swept.shown());
    }
    let disk = pgproof::server::can_bound_a_volume().err();
    assert_eq!(swept.sweep.unplanted.get(&FaultKind::Disk), disk.as_ref(), "{}", swept.shown());
    assert!(swept.sweep.unplanted.keys().all(|kind| *kind == FaultKind::Disk), "{}", swept.shown());
    Ok(())
}

#[tokio::test]
async fn in_a_docker_container_deadlocks_are_planted_and_a_full_disk_is_not_and_says_why() -> Outcome {
    let name = "in_a_docker_container_deadlocks_are_planted_and_a_full_disk_is_not_and_says_why";
    let Some(subject) = Subject::docker_or_skip(name).await? else { return Ok(()) };
    let steps = "-- == up ==
update totals set amount = amount + 1;
update sales set amount = amount + 1;
-- == down ==
update totals set amount = amount - 1;
update sales set amount = amount - 1;
";
    let swept = Swept::on(&subject, steps, &[], &[FaultKind::Deadlock, FaultKind::Disk]).await?;
    assert_eq!(swept.record.findings, [], "{}", swept.shown());
    assert_eq!(swept.sweep.planted(FaultKind::Deadlock), (2, 2), "{}", swept.shown());
    let why = swept.sweep.unplanted.get(&FaultKind::Disk).map(String::as_str).unwrap_or_default();
    assert!(why.contains("only a server that is embedded"), "{why}");
    Ok(())
}
