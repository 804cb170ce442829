//! The lock observer: exact modes from inside a step's session, waiters from beside it.

mod inside;
mod outside;
mod planted;
mod waiting;

use std::error::Error;
use std::pin::pin;

use pgproof::apply::{LockWatch, run_script};
use pgproof::facts::{Direction, LockTrace, StatementLocks, StepRun};
use pgproof::scenario::TransactionMode;
use pgproof::sql::Script;
use pgproof::testing::{Example, Ground, Subject};
use sqlx::{AssertSqlSafe, PgConnection};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A database to migrate, with `baseline` in it.
async fn ground(baseline: &str) -> Outcome<Ground> {
    ground_on(baseline, &Subject::any_embedded()).await
}

async fn ground_on(baseline: &str, subject: &Subject) -> Outcome<Ground> {
    let text = format!("-- == baseline ==\n{baseline}\n-- == up ==\nselect 1;\n-- == down ==\nselect 1;\n");
    let example = Example::parse(&text)?;
    Ok(Ground::prepare(&example.source()?, &example.selection(), subject).await?)
}

/// Runs a script as a step and says what was seen of it.
async fn watched(ground: &Ground, sql: &str) -> Outcome<(StepRun, LockTrace)> {
    watched_while(ground, sql, async |_| Ok(())).await
}

/// The same, with `meanwhile` beside it.
async fn watched_while(
    ground: &Ground,
    sql: &str,
    meanwhile: impl AsyncFnOnce(&LockWatch) -> Outcome,
) -> Outcome<(StepRun, LockTrace)> {
    let script = Script::parse_alone("steps/010.up.sql", sql).map_err(|errors| format!("{errors:?}"))?;
    let options = ground.work().options();
    let watch = LockWatch::start(&options).await?;
    let mut attendant = watch.attendant();
    let mode = TransactionMode::of(&script);
    let step = pin!(run_script(&options, "010_step", Direction::Up, &script, mode, &mut attendant));
    let (run, seen) = tokio::join!(step, meanwhile(&watch));
    seen?;
    Ok((run?, watch.finish().await))
}

/// Asks until the answer is yes; the test runner's own limit is the only one.
async fn until(connection: &mut PgConnection, question: &str) -> Outcome {
    while !sqlx::query_scalar::<_, bool>(AssertSqlSafe(question.to_owned())).fetch_one(&mut *connection).await? {}
    Ok(())
}

/// Waits until the sampler looked twice more: whatever stands still meanwhile has been seen.
async fn seen(watch: &LockWatch) {
    let before = watch.looks();
    while watch.looks() < before + 2 {
        tokio::task::yield_now().await;
    }
}

/// The locks of a statement as `relation: mode`, both names for a renamed relation.
fn locks(statement: &StatementLocks) -> Vec<String> {
    statement.locks.iter().map(|lock| format!("{}: {}", lock.relation.name, lock.mode)).collect()
}

fn statement(trace: &LockTrace, index: usize) -> Outcome<&StatementLocks> {
    trace.statements.get(index).ok_or_else(|| format!("no statement {index}: {trace:#?}").into())
}
