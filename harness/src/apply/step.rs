//! Runs the statements of a step.

use std::time::Instant;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgErrorPosition};
use sqlx::{AssertSqlSafe, Connection, Either, Executor, PgConnection, Row};
use tracing::instrument::WithSubscriber;

use super::attendant::{Attendant, Boundary, Place};
use super::batch::{self, Walked};
use super::error::{ApplyError, is_servers_trouble};
use super::notices::Notices;
use crate::facts::{BatchProgress, Direction, DryRow, DryStep, Refusal, StatementRun, StepRun};
use crate::scenario::{PlannedStep, StepWork, TransactionMode};
use crate::sql::{Script, Statement};

/// Takes a step forward over a connection of its own.
///
/// `attendant` is told of every boundary; `progress` hears the rows of a backfill so far. A refused statement of a transactional file leaves nothing of the
/// file behind; it ends the step and is told in the result.
///
/// # Errors
/// The server could not be reached or could not go on.
pub async fn run_up(
    options: &PgConnectOptions,
    step: &PlannedStep,
    attendant: &mut dyn Attendant,
    progress: &mut (dyn FnMut(BatchProgress) + Send),
) -> Result<StepRun, ApplyError> {
    match &step.work {
        StepWork::Sql { script, transaction } => {
            run_script(options, &step.name, Direction::Up, script, *transaction, attendant).await
        }
        StepWork::Batches { job, file } => {
            let walked = Walked { step: &step.name, direction: Direction::Up, job, file };
            batch::run(options, walked, attendant, progress).await
        }
    }
}

/// Does what a backfill would do, batch by batch, each in a transaction that is rolled back; `row` hears what would become
/// of each row. `None` where the step is no backfill.
///
/// A batch does not see what the one before it did; sequences do not roll back.
///
/// # Errors
/// As [`run_up`].
pub async fn dry_run(
    options: &PgConnectOptions,
    step: &PlannedStep,
    attendant: &mut dyn Attendant,
    row: &mut (dyn FnMut(DryRow) + Send),
) -> Result<Option<DryStep>, ApplyError> {
    let StepWork::Batches { job, file } = &step.work else { return Ok(None) };
    let walked = Walked { step: &step.name, direction: Direction::Up, job, file };
    batch::dry_run(options, walked, attendant, row).await.map(Some)
}

/// Takes a step back over a new connection: its `.down.sql`, or the job's own way back. `None` where there is neither.
///
/// # Errors
/// As [`run_up`].
pub async fn run_down(
    options: &PgConnectOptions,
    step: &PlannedStep,
    attendant: &mut dyn Attendant,
) -> Result<Option<StepRun>, ApplyError> {
    let mut run = match (&step.down, &step.work) {
        (Some(down), _) => {
            let mode = TransactionMode::of(down);
            Some(run_script(options, &step.name, Direction::Down, down, mode, attendant).await?)
        }
        (None, StepWork::Batches { job, file }) => batch::undo(options, &step.name, job, file, attendant).await?,
        (None, StepWork::Sql { .. }) => None,
    };
    if let (Some(run), StepWork::Batches { .. }) = (&mut run, &step.work)
        && run.succeeded()
    {
        batch::forget(options, &step.name).await?;
    }
    Ok(run)
}

/// Runs a step's verification; a statement that fails, or whose first cell is `false`, refutes it.
///
/// # Errors
/// As [`run_up`].
pub async fn run_verify(options: &PgConnectOptions, step: &PlannedStep) -> Result<Option<StepRun>, ApplyError> {
    match &step.verify {
        Some(script) => {
            let mode = TransactionMode::of(script);
            Ok(Some(run_script(options, &step.name, Direction::Verify, script, mode, &mut ()).await?))
        }
        None => Ok(None),
    }
}

/// Runs a script over a connection of its own, wrapped as `transaction` says.
///
/// # Errors
/// As [`run_up`].
pub async fn run_script(
    options: &PgConnectOptions,
    step: &str,
    direction: Direction,
    script: &Script,
    transaction: TransactionMode,
    attendant: &mut dyn Attendant,
) -> Result<StepRun, ApplyError> {
    let connect = |source| ApplyError::Connect { step: step.to_owned(), source };
    let mut connection = PgConnection::connect_with(options).await.map_err(connect)?;
    let wrapped = transaction == TransactionMode::PerFile;
    let notices = Notices::default();
    attendant.at(Boundary::Opened { step, direction }, &mut connection).await.map_err(connect)?;
    let started = Instant::now();
    if wrapped {
        connection.execute("begin").await.map_err(connect)?;
    }
    let mut statements = Vec::new();
    let mut refusal = None;
    for (index, statement) in script.statements().enumerate() {
        let stopped = |source| ApplyError::Server { place: statement.position.to_string(), source };
        let command = statement.command();
        let place = place_at((step, direction, transaction), statement, &command, index);
        attendant.at(Boundary::StatementStarts(place), &mut connection).await.map_err(stopped)?;
        match run_statement(&mut connection, statement, direction, &notices).await.map_err(stopped)? {
            Ok(run) => statements.push(run),
            Err(refused) => {
                refusal = Some(refused);
                break;
            }
        }
        attendant.at(Boundary::StatementEnded(place), &mut connection).await.map_err(stopped)?;
    }
    if wrapped {
        let end = if refusal.is_none() { "commit" } else { "rollback" };
        let last = script.statements().enumerate().last().filter(|_| refusal.is_none());
        let command = last.map(|(_, statement)| statement.command()).unwrap_or_default();
        let last = last.map(|(index, statement)| place_at((step, direction, transaction), statement, &command, index));
        let stopped = |source| ApplyError::Server { place: format!("the end of `{step}`"), source };
        if let Some(place) = last {
            attendant.at(Boundary::CommitStarts(place), &mut connection).await.map_err(stopped)?;
        }
        let ended = connection.execute(end).await;
        if let (Some(place), Ok(_)) = (last, &ended) {
            attendant.at(Boundary::Committed(place), &mut connection).await.map_err(stopped)?;
        }
        if let Err(error) = ended {
            // Deferred constraints are checked at COMMIT: that is a refusal by the last statement's place.
            match (is_servers_trouble(&error), script.statements().last()) {
                (false, Some(last)) => refusal = Some(refusal_of(&error, last)),
                _ => return Err(stopped(error)),
            }
        }
    }
    flush_statistics(&mut connection).await;
    let duration_ms = milliseconds(started);
    // The work is committed; a connection that does not close politely changes nothing about it.
    let _ = connection.close().await;
    Ok(StepRun { step: step.to_owned(), direction, duration_ms, statements, refusal })
}

fn place_at<'a>(
    (step, direction, transaction): (&'a str, Direction, TransactionMode),
    statement: &'a Statement,
    command: &'a str,
    index: usize,
) -> Place<'a> {
    Place {
        step,
        direction,
        file: &statement.position.file,
        line: statement.position.line,
        command,
        sql: &statement.text,
        index,
        transaction,
    }
}

async fn run_statement(
    connection: &mut PgConnection,
    statement: &Statement,
    direction: Direction,
    notices: &Notices,
) -> Result<Result<StatementRun, Refusal>, sqlx::Error> {
    let started = Instant::now();
    let outcome = match &statement.copy_data {
        Some(data) => copy_in(connection, statement, data).with_subscriber(notices.dispatch()).await,
        None => execute(connection, statement, direction).with_subscriber(notices.dispatch()).await,
    };
    match outcome {
        Ok(Outcome::Rows(rows)) => Ok(Ok(StatementRun {
            file: statement.position.file.to_string(),
            line: statement.position.line,
            command: statement.command(),
            duration_ms: milliseconds(started),
            rows,
            notices: notices.take(),
            set_aside: Vec::new(),
        })),
        Ok(Outcome::False) => Ok(Err(Refusal {
            sqlstate: "P0004".to_owned(),
            message: "the answer is false".to_owned(),
            ..place_of(statement, None)
        })),
        Err(error) if is_servers_trouble(&error) => Err(error),
        Err(error) => Ok(Err(refusal_of(&error, statement))),
    }
}

enum Outcome {
    Rows(u64),
    /// A verification asked a question, and the answer is no.
    False,
}

async fn execute(
    connection: &mut PgConnection,
    statement: &Statement,
    direction: Direction,
) -> Result<Outcome, sqlx::Error> {
    let mut rows = 0;
    let mut results = sqlx::raw_sql(AssertSqlSafe(statement.text.clone())).fetch_many(connection);
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Left(done) => rows = done.rows_affected().max(rows),
            Either::Right(row) => {
                if direction == Direction::Verify && row.try_get::<bool, _>(0).is_ok_and(|answer| !answer) {
                    return Ok(Outcome::False);
                }
            }
        }
    }
    Ok(Outcome::Rows(rows))
}

async fn copy_in(connection: &mut PgConnection, statement: &Statement, data: &str) -> Result<Outcome, sqlx::Error> {
    let mut copy = connection.copy_in_raw(&statement.text).await?;
    copy.send(data.as_bytes()).await?;
    Ok(Outcome::Rows(copy.finish().await?))
}

/// What the server refused, at the place it points at.
pub(super) fn refusal_of(error: &sqlx::Error, statement: &Statement) -> Refusal {
    let Some(database) = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) else {
        return Refusal { message: error.to_string(), ..place_of(statement, None) };
    };
    let offset = match database.position() {
        Some(PgErrorPosition::Original(offset)) => Some(offset),
        _ => None,
    };
    Refusal { sqlstate: database.code().to_owned(), message: message_of(database), ..place_of(statement, offset) }
}

/// The server's message with its detail, hint and context, on one line.
pub(super) fn message_of(error: &PgDatabaseError) -> String {
    let mut message = error.message().to_owned();
    let parts = [("detail", error.detail()), ("hint", error.hint()), ("in", error.r#where())];
    for (name, text) in parts {
        if let Some(text) = text {
            message = format!("{message}; {name}: {}", text.lines().next().unwrap_or_default());
        }
    }
    message
}

fn place_of(statement: &Statement, offset: Option<usize>) -> Refusal {
    let position = offset.map_or_else(|| statement.position.clone(), |offset| statement.position_of(offset));
    Refusal {
        sqlstate: String::new(),
        message: String::new(),
        file: position.file.to_string(),
        line: position.line,
        column: position.column,
        source_line: statement.line_text(position.line).to_owned(),
        command: statement.command(),
    }
}

/// Makes the counters of what was written visible to other sessions at once; they tell which relations need to be
/// read anew. Servers before 15 have no such function and then every relation is read.
pub(super) async fn flush_statistics(connection: &mut PgConnection) {
    let _ = connection.execute("select pg_stat_force_next_flush()").await;
}

pub(super) fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
