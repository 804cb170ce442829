//! The way back, interrupted and taken again.

use pgproof::facts::{Direction, FaultKind};
use pgproof::judge::{Code, Verdict};
use pgproof::scenario::Claim;

use crate::subject::{Outcome, Swept};

const KINDS: [FaultKind; 3] = [FaultKind::Backend, FaultKind::Server, FaultKind::Answer];

fn path(down: &str) -> String {
    format!(
        "-- == up ==\ncreate table copies (id integer primary key, shop text not null);\n\
         insert into copies select id, shop from sales;\n-- == down ==\n{down}"
    )
}

#[tokio::test]
async fn a_way_back_that_can_be_taken_again_from_anywhere_is_proven() -> Outcome {
    let down = "-- no-transaction
do $$ begin if to_regclass('copies') is not null then delete from copies where id > 100; end if; end $$;
drop table if exists copies;
";
    let swept = Swept::of(&path(down), &[], &KINDS).await?;
    assert_eq!(swept.record.findings, [], "{}", swept.shown());
    let back = swept.sweep.trials.iter().filter(|trial| trial.point.direction == Direction::Down).count();
    // Two statements, each before its start by two kinds, and the end by two.
    assert_eq!(back, 6, "{}", swept.shown());
    let reason = swept.record.claims.get(&Claim::Resumable).map(|claim| claim.reason.as_str()).unwrap_or_default();
    assert!(reason.contains("there and back"), "{reason}");
    assert_eq!(swept.record.verdict(Claim::Resumable), Some(Verdict::Proven));
    Ok(())
}

#[tokio::test]
async fn a_way_back_that_expects_what_its_first_half_took_away_is_refused_when_it_is_taken_again() -> Outcome {
    let down = "-- no-transaction\ndelete from copies;\ndrop table copies;\n";
    let swept = Swept::of(&path(down), &[], &KINDS).await?;
    let found = swept.found(Code::F001, "run again, the way back of `010_step` fails at");
    let [finding] = found[..] else { return Err(swept.shown().into()) };
    assert!(finding.message.contains("does not exist"), "{}", finding.message);
    assert_eq!((finding.file.as_deref(), finding.line), (Some("steps/010_step.down.sql"), Some(3)), "{finding:?}");
    assert_eq!(swept.codes(), [Code::F001].into(), "{}", swept.shown());
    Ok(())
}

#[tokio::test]
async fn a_way_back_that_gives_twice_what_it_took_is_named_by_relation_and_key() -> Outcome {
    let steps = "-- == up ==
update totals set amount = amount + 1;
-- == down ==
-- no-transaction
update totals set amount = amount - 1;
";
    let swept = Swept::of(steps, &[], &KINDS).await?;
    let found = swept.found(Code::F003, "run again, the way back of `010_step` leaves other rows in `totals`");
    let [finding] = found[..] else { return Err(swept.shown().into()) };
    assert_eq!(finding.relation.as_deref(), Some("totals"));
    assert!(finding.key.as_deref().is_some_and(|key| key.starts_with("shop=S-0")), "{finding:?}");
    Ok(())
}

#[tokio::test]
async fn a_way_back_that_is_waived_is_not_taken() -> Outcome {
    let waiver =
        "-- == scenario ==\n-- [[path.waive]]\n-- step = \"010_step\"\n-- reason = \"the point of no return\"\n";
    let steps = "-- == up ==\nupdate totals set amount = amount + 1;\n";
    let swept = Swept::of(&format!("{waiver}{steps}"), &[], &KINDS).await?;
    assert!(!swept.sweep.trials.is_empty(), "{}", swept.shown());
    assert!(swept.sweep.trials.iter().all(|trial| trial.point.direction == Direction::Up), "{}", swept.shown());
    Ok(())
}
