//! Backfills in keyset batches with a durable cursor.

mod course;
mod dry;
mod walk;
mod work;

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures_util::future::try_join_all;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::Mutex;
use tracing::instrument::WithSubscriber;

pub(super) use self::dry::dry_run;
use self::walk::{Stop, Walk, refused};
use super::attendant::{Attendant, Boundary, Place};
use super::error::{ApplyError, is_servers_trouble};
use super::notices::Notices;
use super::step::{flush_statistics, milliseconds};
use crate::facts::{BatchProgress, Direction, Refusal, StatementRun, StepRun};
use crate::scenario::{BatchJob, BatchOptions, BatchWork, TransactionMode};
use crate::sql::{quote_identifier, quote_literal};

/// The schema that the harness keeps its own tables in while a backfill is under way; observers leave it out.
pub(crate) const OWN_SCHEMA: &str = "pgproof";

const CURSOR_TABLE: &str = "\"pgproof\".\"batch_cursor\"";

/// The ranges of keys that a job with workers planned.
const RANGE_TABLE: &str = "\"pgproof\".\"batch_range\"";

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

/// Who is told of each batch, one at a time, however many connections work.
pub(super) struct Bystanders<'a> {
    attendant: Mutex<&'a mut dyn Attendant>,
    begun: AtomicUsize,
}

impl Bystanders<'_> {
    /// Which batch this is, counted from 0.
    fn next_index(&self) -> usize {
        self.begun.fetch_add(1, Ordering::Relaxed)
    }

    async fn tell(&self, boundary: Boundary<'_>, connection: &mut PgConnection) -> Result<(), Stop> {
        self.attendant.lock().await.at(boundary, connection).await.map_err(Stop::Server)
    }
}

/// What the workers of a job have done so far.
struct Tally<'a> {
    statements: Vec<StatementRun>,
    total: BatchProgress,
    progress: &'a mut (dyn FnMut(BatchProgress) + Send),
    refusal: Option<Refusal>,
}

/// Runs batches until nothing is left: from behind the durable cursor, or of the ranges that were planned.
pub(super) async fn run(
    options: &PgConnectOptions,
    walked: Walked<'_>,
    attendant: &mut dyn Attendant,
    progress: &mut (dyn FnMut(BatchProgress) + Send),
) -> Result<StepRun, ApplyError> {
    let Walked { step, direction, job, file } = walked;
    let started = Instant::now();
    let mut walk = Walk::open(options, walked).await?;
    let opened = attendant.at(Boundary::Opened { step, direction }, &mut walk.connection).await;
    opened.map_err(|source| ApplyError::Connect { step: step.to_owned(), source })?;
    let bystanders = Bystanders { attendant: Mutex::new(attendant), begun: AtomicUsize::new(0) };
    let tally = Mutex::new(Tally { statements: Vec::new(), total: BatchProgress::default(), progress, refusal: None });
    let ended = match begin(&mut walk).await {
        Ok(()) => {
            let mut walks = vec![walk];
            for _ in 1..job.options.workers.map_or(1, NonZeroU32::get) {
                walks.push(Walk::open(options, walked).await?);
            }
            try_join_all(walks.into_iter().map(|walk| work(walk, &bystanders, &tally))).await.map(|_| ())
        }
        Err(stop) => Err(stop),
    };
    let Tally { statements, mut refusal, .. } = tally.into_inner();
    match ended {
        Ok(()) => {}
        Err(Stop::Refused(refused)) => refusal = Some(*refused),
        Err(Stop::Server(source)) => return Err(ApplyError::Server { place: file.to_owned(), source }),
    }
    Ok(StepRun { step: step.to_owned(), direction, duration_ms: milliseconds(started), statements, refusal })
}

async fn begin(walk: &mut Walk<'_>) -> Result<(), Stop> {
    walk.note_progress().await?;
    walk.plan().await
}

/// One connection, until nothing is left or a batch was refused, its own or another's.
async fn work(mut walk: Walk<'_>, bystanders: &Bystanders<'_>, tally: &Mutex<Tally<'_>>) -> Result<(), Stop> {
    let notices = Notices::default();
    let pause = walk.job.options.pause;
    let mut prepared = walk.prepare().await;
    loop {
        if tally.lock().await.refusal.is_some() {
            break;
        }
        let began = Instant::now();
        let outcome = match std::mem::replace(&mut prepared, Ok(())) {
            Ok(()) => walk.batch(bystanders).with_subscriber(notices.dispatch()).await,
            Err(stop) => Err(stop),
        };
        let mut tally = tally.lock().await;
        match outcome {
            Ok(Some(done)) => {
                tally.total.batches += 1;
                tally.total.rows += done.rows;
                tally.total.set_aside += u64::try_from(done.set_aside.len()).unwrap_or(u64::MAX);
                let total = tally.total;
                (tally.progress)(total);
                tally.statements.push(StatementRun {
                    file: walk.file.to_owned(),
                    line: 1,
                    command: "BATCH".to_owned(),
                    duration_ms: milliseconds(began),
                    rows: done.rows,
                    notices: notices.take(),
                    set_aside: done.set_aside,
                });
            }
            Ok(None) => break,
            Err(Stop::Refused(refusal)) => {
                tally.refusal.get_or_insert(*refusal);
                break;
            }
            Err(stop) => return Err(stop),
        }
        drop(tally);
        let rest = bystanders.attendant.lock().await.rest(walk.walked.step, walk.walked.direction, pause);
        if !rest.is_zero() {
            tokio::time::sleep(rest).await;
        }
    }
    flush_statistics(&mut walk.connection).await;
    let _ = walk.connection.close().await;
    Ok(())
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
        let back = BatchJob {
            work: BatchWork::Sql(down.clone()),
            down: None,
            options: BatchOptions::default(),
            ..job.clone()
        };
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
            set_aside: Vec::new(),
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
             delete from {RANGE_TABLE} where step in ({step}, {back});
             if not exists (select from {CURSOR_TABLE}) and not exists (select from {RANGE_TABLE}) then drop schema {schema} cascade; end if;
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
