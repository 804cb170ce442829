//! Reads what a step writes and how large it makes the database, at each of its boundaries.

use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::attendant::{Attendant, Boundary, Place};
use super::error::ApplyError;
use super::step::milliseconds;
use crate::facts::StatementCost;

/// What the server is asked: its position in the write-ahead log, and the size of the database with the files that are
/// only removed when a transaction ends.
const POSITION: &str = "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
const SIZE: &str = "select pg_database_size(current_database())";

/// A statement that wrote less than this made nothing much larger, and asking for the size is not free.
const MUCH: u64 = 65_536;

/// The command of a batch of a backfill.
const BATCH: &str = "BATCH";

/// Stands by a step and reads the server's position in the write-ahead log before and behind each statement.
///
/// It asks over a connection of its own, between two messages of the step: what it asks neither takes part in the
/// step's transaction nor holds a snapshot while a statement runs. Whatever else writes meanwhile (autovacuum, a
/// checkpoint, scheduled jobs) is counted with the statement that runs then; on a server of ours there is no autovacuum
/// and hardly a checkpoint.
#[derive(Debug)]
pub struct Meter {
    connection: PgConnection,
    reading: Reading,
}

/// What was read while one step ran.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Bytes of write-ahead log, from the opening of the step's connection to the last boundary.
    pub wal_bytes: u64,
    /// The largest size of the database behind a statement.
    pub peak_bytes: u64,
    /// The longest time from the first statement of a transaction to its end, in milliseconds.
    pub longest_transaction_ms: f64,
    /// The statements; the batches of a backfill are one.
    pub statements: Vec<StatementCost>,
    /// What reading took, in milliseconds.
    pub measuring_ms: f64,
    opened_at: i64,
    statement: Option<Started>,
    transaction: Option<Started>,
    committed: bool,
    longest_statement_ms: f64,
}

#[derive(Debug, Clone, Copy)]
struct Started {
    at: Instant,
    position: i64,
    measuring_ms: f64,
}

impl Meter {
    /// Connects.
    ///
    /// # Errors
    /// The server has no connection left, or is gone.
    pub async fn open(options: &PgConnectOptions) -> Result<Self, ApplyError> {
        let connect = |source| ApplyError::Connect { step: "the meter".to_owned(), source };
        let connection = PgConnection::connect_with(options).await.map_err(connect)?;
        Ok(Self { connection, reading: Reading::default() })
    }

    /// Its connection, to ask other things over between two steps.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// What was read since the last call: one step.
    pub fn take(&mut self) -> Reading {
        let mut reading = std::mem::take(&mut self.reading);
        if !reading.committed {
            // Each statement of the file was a transaction of its own.
            reading.longest_transaction_ms = reading.longest_statement_ms;
        }
        reading
    }

    /// Ends the connection.
    pub async fn close(self) {
        // It was only asked; a connection that does not close politely changes nothing.
        let _ = self.connection.close().await;
    }

    async fn position(&mut self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(POSITION).fetch_one(&mut self.connection).await
    }

    async fn size(&mut self) -> Result<(), sqlx::Error> {
        let bytes: i64 = sqlx::query_scalar(SIZE).fetch_one(&mut self.connection).await?;
        self.reading.peak_bytes = self.reading.peak_bytes.max(u64::try_from(bytes).unwrap_or(0));
        Ok(())
    }

    async fn read(&mut self, boundary: Boundary<'_>) -> Result<(), sqlx::Error> {
        let now = Instant::now();
        let position = self.position().await?;
        match boundary {
            Boundary::Opened { .. } => self.reading.opened_at = position,
            Boundary::StatementStarts(_) => {}
            // What the transaction replaced still lies beside what replaced it. A batch replaces no file.
            Boundary::CommitStarts(place) if place.command == BATCH => {}
            Boundary::CommitStarts(_) => self.size().await?,
            Boundary::StatementEnded(place) => {
                self.reading.ended(place, now, position);
                if self.reading.statements.last().is_some_and(|last| last.wal_bytes >= MUCH) && place.command != BATCH {
                    self.size().await?;
                }
            }
            Boundary::Committed(_) => self.reading.committed(now),
        }
        self.reading.wal_bytes = written(self.reading.opened_at, position);
        // The step's own time begins behind the opening.
        if !matches!(boundary, Boundary::Opened { .. }) {
            self.reading.measuring_ms += milliseconds(now);
        }
        if let Boundary::StatementStarts(_) = boundary {
            let started = Started { at: Instant::now(), position, measuring_ms: self.reading.measuring_ms };
            self.reading.statement = Some(started);
            self.reading.transaction.get_or_insert(started);
        }
        Ok(())
    }
}

impl Reading {
    fn ended(&mut self, place: Place<'_>, now: Instant, position: i64) {
        let Some(started) = self.statement.take() else { return };
        let duration_ms = now.duration_since(started.at).as_secs_f64() * 1_000.0;
        self.longest_statement_ms = self.longest_statement_ms.max(duration_ms);
        let wal_bytes = written(started.position, position);
        match self.statements.last_mut() {
            Some(last) if last.command == place.command && last.file == place.file && last.line == place.line => {
                last.runs += 1;
                last.duration_ms += duration_ms;
                last.wal_bytes += wal_bytes;
            }
            _ => self.statements.push(StatementCost {
                file: place.file.to_owned(),
                line: place.line,
                command: place.command.to_owned(),
                runs: 1,
                duration_ms,
                wal_bytes,
            }),
        }
    }

    fn committed(&mut self, now: Instant) {
        self.committed = true;
        if let Some(started) = self.transaction.take() {
            let measured = self.measuring_ms - started.measuring_ms;
            let length = now.duration_since(started.at).as_secs_f64() * 1_000.0 - measured;
            self.longest_transaction_ms = self.longest_transaction_ms.max(length);
        }
    }
}

impl Attendant for Meter {
    fn at<'a>(&'a mut self, boundary: Boundary<'a>, _: &'a mut PgConnection) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        self.read(boundary).boxed()
    }
}

fn written(from: i64, to: i64) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}
