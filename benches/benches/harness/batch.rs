//! A backfill in batches against one statement for all of its rows, and what its parts cost.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use pgproof::apply::run_up;
use pgproof::database::Database;
use pgproof::scenario::{BatchJob, BatchOptions, BatchWork, PlannedStep, Rollback, StepWork};
use pgproof::sql::RelationName;
use pgproof_benches::{Failure, Target};
use sqlx::Executor as _;

use crate::bench::Bench;

const ROWS: u32 = 100_000;

/// The size at which parts are measured.
const SIZE: u32 = 1_000;

/// The table before each run: nothing in it is dead, and no cursor is left.
const AFRESH: &str = "drop schema if exists pgproof cascade;
    drop table if exists bench;
    create table bench (id integer primary key, n integer not null, m integer, text text not null);
    insert into bench select n, n, null, repeat('x', 100) from generate_series(1, 100000) as n;
    vacuum analyze bench;
    checkpoint;";

const WORK: &str = "update bench set m = n + 1 where id > $1 and id <= $2";

/// One way to do the work.
#[derive(Debug, Clone, Copy)]
enum Side {
    /// One statement.
    Whole,
    /// The batches of a job, in a loop that keeps no cursor.
    Loop,
    /// A job.
    Job { size: u32, workers: Option<NonZeroU32> },
}

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let job = |size| Side::Job { size, workers: None };
    let sharing = |workers| Side::Job { size: SIZE, workers: NonZeroU32::new(workers) };
    let rows = [
        ("batches of 100", "one UPDATE", Side::Whole, job(100)),
        ("batches of 1,000", "one UPDATE", Side::Whole, job(1_000)),
        ("batches of 10,000", "one UPDATE", Side::Whole, job(10_000)),
        ("batches, durable cursor", "a loop without", Side::Loop, job(SIZE)),
        ("batches, two workers", "one worker", sharing(1), sharing(2)),
    ];
    for (work, reference_is, reference, ours) in rows {
        if !bench.wants(work) {
            continue;
        }
        let (pair, runtime) = (bench.pair()?, bench.runtime());
        let database = runtime.block_on(pair.template().clone_as(None))?;
        let mut reference = || runtime.block_on(time(&database, reference));
        let mut ours = || runtime.block_on(time(&database, ours));
        bench.compare(work, reference_is, Target::None, 10, &mut reference, &mut ours)?;
        runtime.block_on(database.drop())?;
    }
    Ok(())
}

async fn time(database: &Database, side: Side) -> Result<Duration, Failure> {
    let mut connection = database.connect().await?;
    for statement in AFRESH.split(';').filter(|statement| !statement.trim().is_empty()) {
        connection.execute(statement).await?;
    }
    let started = Instant::now();
    match side {
        Side::Whole => {
            connection.execute("update bench set m = n + 1").await?;
        }
        Side::Loop => {
            for low in (0..i32::try_from(ROWS)?).step_by(usize::try_from(SIZE)?) {
                connection.execute("begin").await?;
                let update = sqlx::query(WORK).bind(low).bind(low + i32::try_from(SIZE)?);
                update.execute(&mut connection).await?;
                connection.execute("commit").await?;
            }
        }
        Side::Job { size, workers } => {
            let options = BatchOptions { workers, ..BatchOptions::default() };
            let job = BatchJob {
                relation: RelationName::new("public", "bench"),
                key: "id".to_owned(),
                size,
                work: BatchWork::Sql(WORK.to_owned()),
                down: None,
                options,
            };
            let step = PlannedStep {
                name: "010_bench".to_owned(),
                work: StepWork::Batches { job: Box::new(job), file: "010_bench.batch.toml".to_owned() },
                down: None,
                verify: None,
                rollback: Rollback::Waived("nobody goes back".to_owned()),
            };
            let run = run_up(&database.options(), &step, &mut (), &mut |_| ()).await?;
            if let Some(refusal) = run.refusal {
                return Err(refusal.message.into());
            }
        }
    }
    let elapsed = started.elapsed();
    let done: i64 = sqlx::query_scalar("select count(*) from bench where m = n + 1").fetch_one(&mut connection).await?;
    if done == i64::from(ROWS) { Ok(elapsed) } else { Err(format!("{done} of {ROWS} rows are done").into()) }
}
