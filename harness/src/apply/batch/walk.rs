//! One connection that works on ranges of keys, each in a transaction of its own.

use sqlx::postgres::{PgConnectOptions, PgDatabaseError};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::course::Course;
use super::work::Done;
use super::{CURSOR_TABLE, OWN_SCHEMA, RANGE_TABLE, Walked};
use crate::apply::attendant::{Boundary, Place};
use crate::apply::batch::Bystanders;
use crate::apply::error::{ApplyError, is_servers_trouble};
use crate::apply::step::message_of;
use crate::facts::Refusal;
use crate::scenario::{BatchJob, BatchWork, TransactionMode};
use crate::sql::{quote_identifier, quote_literal};

/// Why a walk ends before its last row.
#[derive(Debug)]
pub(super) enum Stop {
    Server(sqlx::Error),
    Refused(Box<Refusal>),
}

/// The keys behind `low`, up to and with `high`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: String,
    pub(super) high: String,
}

pub(super) struct Walk<'a> {
    pub(super) connection: PgConnection,
    pub(super) walked: Walked<'a>,
    pub(super) job: &'a BatchJob,
    pub(super) file: &'a str,
    pub(super) key_type: String,
    pub(super) course: Course,
}

impl<'a> Walk<'a> {
    pub(super) async fn open(options: &PgConnectOptions, walked: Walked<'a>) -> Result<Self, ApplyError> {
        let Walked { step, job, file, .. } = walked;
        let connect = |source| ApplyError::Connect { step: step.to_owned(), source };
        let mut connection = PgConnection::connect_with(options).await.map_err(connect)?;
        let key_type: Option<String> = sqlx::query_scalar(
            "select format_type(a.atttypid, null) from pg_attribute a
              where a.attrelid = to_regclass($1) and a.attname = $2 and a.attnum > 0 and not a.attisdropped",
        )
        .bind(job.relation.quoted())
        .bind(&job.key)
        .fetch_optional(&mut connection)
        .await
        .map_err(connect)?;
        let key_type = key_type.ok_or_else(|| ApplyError::Batch {
            step: step.to_owned(),
            message: format!("`{}` has no column `{}`", job.relation, job.key),
        })?;
        let Some(first_bound) = first_bound(&key_type) else {
            return Err(ApplyError::Batch {
                step: step.to_owned(),
                message: format!(
                    "the key `{}` is of type `{key_type}`; use an integer, text, uuid or timestamp",
                    job.key
                ),
            });
        };
        let least = format!(
            "select exists (select from {} where {} = {}::{key_type})",
            job.relation.quoted(),
            quote_identifier(&job.key),
            quote_literal(first_bound),
        );
        let holds_least: bool =
            sqlx::query_scalar(AssertSqlSafe(least)).fetch_one(&mut connection).await.map_err(connect)?;
        if holds_least {
            return Err(ApplyError::Batch {
                step: step.to_owned(),
                message: format!(
                    "`{}` holds the least value of its type, `{first_bound}`, which no batch begins before",
                    job.key
                ),
            });
        }
        Ok(Self { connection, walked, job, file, key_type, course: Course::of(walked) })
    }

    /// Makes the tables that say how far a job came.
    pub(super) async fn note_progress(&mut self) -> Result<(), Stop> {
        let create = format!(
            "begin;
             -- That they are there already is no news to anybody.
             set local client_min_messages = warning;
             create schema if not exists {schema};
             create table if not exists {CURSOR_TABLE} (step text primary key, last_key text not null,
               batches bigint not null, done bigint not null, updated_at timestamptz not null default clock_timestamp());
             create table if not exists {RANGE_TABLE} (step text, number bigint, low text not null, high text not null,
               done boolean not null default false, primary key (step, number));
             commit",
            schema = quote_identifier(OWN_SCHEMA),
        );
        self.connection.execute(AssertSqlSafe(create)).await.map_err(|error| self.stop(error))?;
        Ok(())
    }

    /// Asks the server to read the statement before the first row is touched.
    pub(super) async fn prepare(&mut self) -> Result<(), Stop> {
        let bounded = match &self.job.work {
            BatchWork::Sql(up) => up,
            BatchWork::Rows { read, .. } => read,
        };
        let prepare = format!("prepare pgproof_batch ({0}, {0}) as {bounded}", self.key_type);
        self.connection.execute(AssertSqlSafe(prepare)).await.map_err(|error| self.stop(error))?;
        Ok(())
    }

    /// One batch in one transaction with the note how far it came; what was done, or `None` where nothing is left.
    pub(super) async fn batch(&mut self, bystanders: &Bystanders<'_>) -> Result<Option<Done>, Stop> {
        let outcome = self.batch_in_transaction(bystanders).await;
        if outcome.is_err() {
            let _ = self.connection.execute("rollback").await;
        }
        outcome
    }

    async fn batch_in_transaction(&mut self, bystanders: &Bystanders<'_>) -> Result<Option<Done>, Stop> {
        self.connection.execute("begin").await.map_err(|error| self.stop(error))?;
        let Some((range, number)) = self.next_range().await? else {
            self.connection.execute("commit").await.map_err(|error| self.stop(error))?;
            return Ok(None);
        };
        let place = self.place(bystanders.next_index());
        bystanders.tell(Boundary::StatementStarts(place), &mut self.connection).await?;
        let done = self.work(&range).await?;
        self.advance(&range, number, &done).await?;
        bystanders.tell(Boundary::StatementEnded(place), &mut self.connection).await?;
        bystanders.tell(Boundary::CommitStarts(place), &mut self.connection).await?;
        self.connection.execute("commit").await.map_err(|error| self.stop(error))?;
        bystanders.tell(Boundary::Committed(place), &mut self.connection).await?;
        Ok(Some(done))
    }

    pub(super) fn place(&self, index: usize) -> Place<'a> {
        let Walked { step, direction, job, file } = self.walked;
        let sql = match &job.work {
            BatchWork::Sql(up) => up,
            BatchWork::Rows { write, .. } => write,
        };
        Place { step, direction, file, line: 1, command: "BATCH", sql, index, transaction: TransactionMode::PerBatch }
    }

    /// The greatest key of the batch behind `low`.
    pub(super) async fn upper_bound(&mut self, low: &str) -> Result<Option<String>, Stop> {
        let key = quote_identifier(&self.job.key);
        let sql = format!(
            "select (array_agg(k order by k desc))[1]::text
               from (select {key} as k from {relation} where {key} > {low}::{key_type} order by {key} limit {size}) b",
            relation = self.job.relation.quoted(),
            low = quote_literal(low),
            key_type = self.key_type,
            size = self.job.size,
        );
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await.map_err(|error| self.stop(error))
    }

    pub(super) fn stop(&self, error: sqlx::Error) -> Stop {
        if is_servers_trouble(&error) {
            return Stop::Server(error);
        }
        let source = match &self.job.work {
            BatchWork::Sql(up) => up,
            BatchWork::Rows { write, .. } => write,
        };
        Stop::Refused(Box::new(refused(&error, self.file, source)))
    }

    pub(super) fn refusal(&self, message: String) -> Refusal {
        Refusal {
            sqlstate: "P0001".to_owned(),
            message,
            file: self.file.to_owned(),
            line: 1,
            column: 1,
            source_line: String::new(),
            command: "BATCH".to_owned(),
        }
    }
}

pub(super) fn refused(error: &sqlx::Error, file: &str, sql: &str) -> Refusal {
    let database = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    Refusal {
        sqlstate: database.map(|error| error.code().to_owned()).unwrap_or_default(),
        message: database.map_or_else(|| error.to_string(), message_of),
        file: file.to_owned(),
        line: 1,
        column: 1,
        source_line: sql.trim().lines().next().unwrap_or_default().to_owned(),
        command: "BATCH".to_owned(),
    }
}

/// A value below every key of the type; `None` for types that have none or no order worth walking.
pub(super) fn first_bound(key_type: &str) -> Option<&'static str> {
    match key_type {
        "smallint" => Some("-32768"),
        "integer" => Some("-2147483648"),
        "bigint" => Some("-9223372036854775808"),
        // Below every key but itself, which no application hands out.
        "uuid" => Some("00000000-0000-0000-0000-000000000000"),
        "text" | "character varying" => Some(""),
        "date" | "timestamp with time zone" | "timestamp without time zone" => Some("-infinity"),
        _ => None,
    }
}
