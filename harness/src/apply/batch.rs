//! Backfills in keyset batches with a durable cursor.

mod walk;

use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tracing::instrument::WithSubscriber;

use self::walk::{Stop, Walk, refused};
use super::attendant::{Attendant, Boundary, Place};
use super::error::{ApplyError, is_servers_trouble};
use super::notices::Notices;
use super::step::{flush_statistics, milliseconds};
use crate::facts::{Direction, StatementRun, StepRun};
use crate::scenario::{BatchJob, BatchWork, TransactionMode};
use crate::sql::{quote_identifier, quote_literal};

/// The schema that the harness keeps its own tables in while a backfill is under way; observers leave it out.
pub(crate) const OWN_SCHEMA: &str = "pgproof";

const CURSOR_TABLE: &str = "\"pgproof\".\"batch_cursor\"";

/// A job on its way through the rows of its relation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walked<'a> {
    /// `NNN_name`.
    pub(super) step: &'a str,
    pub(super) direction: Direction,
    pub(super) job: &'a BatchJob,
    /// The file that declares it.
    pub(super) file: &'a str,
}

impl Walked<'_> {
    /// What the cursor is called.
    fn cursor(&self) -> String {
        match self.direction {
            Direction::Down => way_back(self.step),
            Direction::Up | Direction::Verify => self.step.to_owned(),
        }
    }
}

/// Runs batches from behind the durable cursor until no key lies beyond it.
pub(super) async fn run(
    options: &PgConnectOptions,
    walked: Walked<'_>,
    attendant: &mut dyn Attendant,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<StepRun, ApplyError> {
    let Walked { step, direction, file, .. } = walked;
    let started = Instant::now();
    let mut walk = Walk::open(options, walked).await?;
    let opened = attendant.at(Boundary::Opened { step, direction }, &mut walk.connection).await;
    opened.map_err(|source| ApplyError::Connect { step: step.to_owned(), source })?;
    let notices = Notices::default();
    let mut statements = Vec::new();
    let mut refusal = None;
    let mut total = 0;
    let mut next = walk.prepare().await.map(|()| Some(0));
    loop {
        match next {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(Stop::Server(source)) => return Err(ApplyError::Server { place: file.to_owned(), source }),
            Err(Stop::Refused(refused)) => {
                refusal = Some(*refused);
                break;
            }
        }
        let batch_started = Instant::now();
        next = walk.batch(statements.len(), attendant).with_subscriber(notices.dispatch()).await;
        if let Ok(Some(rows)) = next {
            total += rows;
            progress(total);
            statements.push(StatementRun {
                file: file.to_owned(),
                line: 1,
                command: "BATCH".to_owned(),
                duration_ms: milliseconds(batch_started),
                rows,
                notices: notices.take(),
            });
        }
    }
    flush_statistics(&mut walk.connection).await;
    let _ = walk.connection.close().await;
    Ok(StepRun { step: step.to_owned(), direction, duration_ms: milliseconds(started), statements, refusal })
}

/// Runs the job's own way back: in batches of its own where it asks for bounds, otherwise as one script.
pub(super) async fn undo(
    options: &PgConnectOptions,
    step: &str,
    job: &BatchJob,
    file: &str,
    attendant: &mut dyn Attendant,
) -> Result<Option<StepRun>, ApplyError> {
    let Some(down) = &job.down else { return Ok(None) };
    if down.contains("$1") {
        let back = BatchJob { work: BatchWork::Sql(down.clone()), down: None, ..job.clone() };
        let walked = Walked { step, direction: Direction::Down, job: &back, file };
        return Ok(Some(run(options, walked, attendant, &mut |_| ()).await?));
    }
    let connect = |source| ApplyError::Connect { step: step.to_owned(), source };
    let mut connection = PgConnection::connect_with(options).await.map_err(connect)?;
    let place = Place {
        step,
        direction: Direction::Down,
        file,
        line: 1,
        command: "BATCH DOWN",
        sql: down,
        index: 0,
        transaction: TransactionMode::None,
    };
    let stopped = |source| ApplyError::Server { place: file.to_owned(), source };
    attendant.at(Boundary::Opened { step, direction: Direction::Down }, &mut connection).await.map_err(connect)?;
    attendant.at(Boundary::StatementStarts(place), &mut connection).await.map_err(stopped)?;
    let started = Instant::now();
    let outcome = sqlx::raw_sql(AssertSqlSafe(down.clone())).execute(&mut connection).await;
    let mut run = StepRun {
        step: step.to_owned(),
        direction: Direction::Down,
        duration_ms: 0.0,
        statements: Vec::new(),
        refusal: None,
    };
    match outcome {
        Ok(done) => run.statements.push(StatementRun {
            file: file.to_owned(),
            line: 1,
            command: "BATCH DOWN".to_owned(),
            duration_ms: milliseconds(started),
            rows: done.rows_affected(),
            notices: Vec::new(),
        }),
        Err(error) if is_servers_trouble(&error) => {
            return Err(stopped(error));
        }
        Err(error) => run.refusal = Some(refused(&error, file, down)),
    }
    if run.succeeded() {
        attendant.at(Boundary::StatementEnded(place), &mut connection).await.map_err(stopped)?;
    }
    flush_statistics(&mut connection).await;
    let _ = connection.close().await;
    run.duration_ms = milliseconds(started);
    Ok(Some(run))
}

/// What the cursor of a job's way back is called.
fn way_back(step: &str) -> String {
    format!("{step} (back)")
}

/// Forgets how far a job came, and takes the harness's schema away when no job is left in it.
pub(super) async fn forget(options: &PgConnectOptions, step: &str) -> Result<(), ApplyError> {
    let connect = |source| ApplyError::Connect { step: step.to_owned(), source };
    let mut connection = PgConnection::connect_with(options).await.map_err(connect)?;
    let sql = format!(
        "do $$ begin
           if to_regclass({table}) is not null then
             delete from {CURSOR_TABLE} where step in ({step}, {back});
             if not exists (select from {CURSOR_TABLE}) then drop schema {schema} cascade; end if;
           end if;
         end $$",
        table = quote_literal(CURSOR_TABLE),
        step = quote_literal(step),
        back = quote_literal(&way_back(step)),
        schema = quote_identifier(OWN_SCHEMA),
    );
    connection
        .execute(AssertSqlSafe(sql))
        .await
        .map_err(|source| ApplyError::Server { place: format!("the cursor of `{step}`"), source })?;
    let _ = connection.close().await;
    Ok(())
}
