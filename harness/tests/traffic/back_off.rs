//! A backfill rests longer while requests take longer than their budget, and only then.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use pgproof::apply::{Attendant, Boundary};
use pgproof::facts::{BackOff, Direction, StepRun};
use pgproof::record::RunRecord;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::testing::{Example, Ground, Subject, prove};
use sqlx::PgConnection;

use crate::Outcome;

/// Six batches of ten rows, each of which holds its rows for a while; a request wants to write to one of them.
const HELD: &str = "
-- == scenario ==
-- [budget]
-- stall_ms = 150
-- [workload]
-- rate = 40
-- clients = 6
-- rest_s = 0.3
-- [[workload.request]]
-- name = 'correct'
-- sql = 'update notes set text = text where id = $1'
-- parameters = [{ integer = [1, 60] }]
-- == baseline ==
create table notes (id int primary key, text text not null, remark text);
insert into notes select n, 'note ' || n from generate_series(1, 60) as n;
create function held(text text) returns text language sql volatile as $$ select text from pg_sleep(0.04) $$;
-- == batch 010 ==
-- relation = 'notes'
-- key = 'id'
-- size = 10
-- pause_ms = 1
-- up = 'update notes set remark = held(text) where id > $1 and id <= $2'
-- down = 'update notes set remark = null where id > $1 and id <= $2'
";

async fn run(text: &str) -> Outcome<RunRecord> {
    let example = Example::parse(text)?;
    let settings = RunSettings { claims: vec![Claim::Applies, Claim::Online], ..RunSettings::default() };
    Ok(prove(&example.source()?, &example.selection(), &Subject::any_embedded(), &settings).await?)
}

#[tokio::test]
async fn a_backfill_that_holds_requests_up_rests_longer_and_still_ends() -> Outcome {
    let record = run(HELD).await?;
    let trace = record.workload.as_ref().ok_or("no traffic")?;
    let forward: Vec<&BackOff> = trace.back_offs.iter().filter(|it| it.direction == Direction::Up).collect();
    let [back_off] = forward.as_slice() else { return Err(format!("{:?}", trace.back_offs).into()) };
    assert_eq!(back_off.step, "010_step");
    assert!((1..=6).contains(&back_off.batches) && back_off.longest_ms >= 20.0, "{back_off:?}");
    assert!(back_off.rested_ms >= back_off.longest_ms, "{back_off:?}");
    assert!(record.steps.iter().all(StepRun::succeeded), "{:?}", record.steps);
    assert!(trace.pauses.is_empty(), "{:?}", trace.pauses);
    Ok(())
}

#[tokio::test]
async fn a_backfill_that_nobody_feels_goes_as_fast_as_declared() -> Outcome {
    let record = run(&HELD.replace("stall_ms = 150", "stall_ms = 60000")).await?;
    let trace = record.workload.as_ref().ok_or("no traffic")?;
    assert_eq!(trace.back_offs, []);
    assert!(trace.requests > 0);
    Ok(())
}

/// Writes down how long it was asked to rest.
#[derive(Default)]
struct Clerk {
    asked: Vec<(String, Direction, Duration)>,
}

impl Attendant for Clerk {
    fn at<'a>(&'a mut self, _: Boundary<'a>, _: &'a mut PgConnection) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        ready(Ok(())).boxed()
    }

    fn rest(&mut self, step: &str, direction: Direction, declared: Duration) -> Duration {
        self.asked.push((step.to_owned(), direction, declared));
        Duration::ZERO
    }
}

#[tokio::test]
async fn who_stands_by_is_asked_behind_each_batch_with_what_is_declared() -> Outcome {
    let example = Example::parse(HELD)?;
    let ground = Ground::prepare(&example.source()?, &example.selection(), &Subject::any_embedded()).await?;
    let mut clerk = Clerk::default();
    ground.take_step("010_step", &mut clerk).await?;
    ground.clear().await?;
    assert_eq!(clerk.asked, vec![("010_step".to_owned(), Direction::Up, Duration::from_millis(1)); 6]);
    Ok(())
}
