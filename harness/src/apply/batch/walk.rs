//! One walk over a relation in the order of its key.

use sqlx::postgres::{PgConnectOptions, PgDatabaseError};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::{CURSOR_TABLE, OWN_SCHEMA, Walked};
use crate::apply::attendant::{Attendant, Boundary, Place};
use crate::apply::error::{ApplyError, is_servers_trouble};
use crate::apply::step::message_of;
use crate::facts::Refusal;
use crate::scenario::{BatchJob, BatchWork, RowTransform, TransactionMode};
use crate::sql::{quote_identifier, quote_literal};

/// Why a walk ends before its last row.
pub(super) enum Stop {
    Server(sqlx::Error),
    Refused(Box<Refusal>),
}

pub(super) struct Walk<'a> {
    pub(super) connection: PgConnection,
    walked: Walked<'a>,
    job: &'a BatchJob,
    file: &'a str,
    /// What the row of the cursor is called.
    cursor: String,
    key_type: String,
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
        let create = format!(
            "create schema if not exists {schema};
             create table if not exists {CURSOR_TABLE} (step text primary key, last_key text not null,
               batches bigint not null, done bigint not null, updated_at timestamptz not null default clock_timestamp())",
            schema = quote_identifier(OWN_SCHEMA),
        );
        connection.execute(AssertSqlSafe(create)).await.map_err(connect)?;
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
        Ok(Self { connection, walked, job, file, cursor: walked.cursor(), key_type })
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

    /// One batch in one transaction with its cursor; the rows it worked on, or `None` behind the last key.
    pub(super) async fn batch(&mut self, index: usize, attendant: &mut dyn Attendant) -> Result<Option<u64>, Stop> {
        let outcome = self.batch_in_transaction(index, attendant).await;
        if outcome.is_err() {
            let _ = self.connection.execute("rollback").await;
        }
        outcome
    }

    async fn batch_in_transaction(&mut self, index: usize, attendant: &mut dyn Attendant) -> Result<Option<u64>, Stop> {
        self.connection.execute("begin").await.map_err(|error| self.stop(error))?;
        // The row of the cursor is locked first, so that two runs of one job do not take the same batch.
        let cursor: Option<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "select last_key from {CURSOR_TABLE} where step = $1 for update"
        )))
        .bind(&self.cursor)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.stop(error))?;
        let low = cursor.or_else(|| first_bound(&self.key_type).map(str::to_owned)).unwrap_or_default();
        let Some(high) = self.upper_bound(&low).await? else {
            self.connection.execute("commit").await.map_err(|error| self.stop(error))?;
            return Ok(None);
        };
        let place = self.place(index);
        attendant.at(Boundary::StatementStarts(place), &mut self.connection).await.map_err(Stop::Server)?;
        let rows = match &self.job.work {
            BatchWork::Sql(_) => self.by_sql(&low, &high).await?,
            BatchWork::Rows { transform, write, .. } => self.by_rows(&low, &high, transform, write).await?,
        };
        let advance = format!(
            "insert into {CURSOR_TABLE} as c (step, last_key, batches, done) values ($1, $2, 1, $3)
             on conflict (step) do update set last_key = excluded.last_key, batches = c.batches + 1,
               done = c.done + excluded.done, updated_at = clock_timestamp()"
        );
        sqlx::query(AssertSqlSafe(advance))
            .bind(&self.cursor)
            .bind(&high)
            .bind(i64::try_from(rows).unwrap_or(i64::MAX))
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.stop(error))?;
        attendant.at(Boundary::StatementEnded(place), &mut self.connection).await.map_err(Stop::Server)?;
        attendant.at(Boundary::CommitStarts(place), &mut self.connection).await.map_err(Stop::Server)?;
        self.connection.execute("commit").await.map_err(|error| self.stop(error))?;
        attendant.at(Boundary::Committed(place), &mut self.connection).await.map_err(Stop::Server)?;
        Ok(Some(rows))
    }

    fn place(&self, index: usize) -> Place<'a> {
        let Walked { step, direction, job, file } = self.walked;
        let sql = match &job.work {
            BatchWork::Sql(up) => up,
            BatchWork::Rows { write, .. } => write,
        };
        Place { step, direction, file, line: 1, command: "BATCH", sql, index, transaction: TransactionMode::PerBatch }
    }

    async fn upper_bound(&mut self, low: &str) -> Result<Option<String>, Stop> {
        let key = quote_identifier(&self.job.key);
        let sql = format!(
            "select max(k)::text from (select {key} as k from {relation} where {key} > {low}::{key_type} order by {key} limit {size}) b",
            relation = self.job.relation.quoted(),
            low = quote_literal(low),
            key_type = self.key_type,
            size = self.job.size,
        );
        sqlx::query_scalar(AssertSqlSafe(max_of(&self.key_type, &sql)))
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| self.stop(error))
    }

    async fn by_sql(&mut self, low: &str, high: &str) -> Result<u64, Stop> {
        let execute = format!("execute pgproof_batch ({}, {})", quote_literal(low), quote_literal(high));
        let done = self.connection.execute(AssertSqlSafe(execute)).await.map_err(|error| self.stop(error))?;
        Ok(done.rows_affected())
    }

    async fn by_rows(&mut self, low: &str, high: &str, transform: &RowTransform, write: &str) -> Result<u64, Stop> {
        let execute = format!("execute pgproof_batch ({}, {})", quote_literal(low), quote_literal(high));
        let rows = self.connection.fetch_all(AssertSqlSafe(execute)).await.map_err(|error| self.stop(error))?;
        let mut keys: Vec<String> = Vec::with_capacity(rows.len());
        let mut outputs: Vec<String> = Vec::with_capacity(rows.len());
        for row in rows {
            let key: String = row.try_get(0).map_err(|error| self.stop(error))?;
            let input: String = row.try_get(1).map_err(|error| self.stop(error))?;
            let output = transform
                .apply(&input)
                .map_err(|reason| Stop::Refused(Box::new(self.refusal(format!("row {key}: {reason}")))))?;
            keys.push(key);
            outputs.push(output);
        }
        let done = sqlx::query(AssertSqlSafe(write.to_owned()))
            .bind(&keys)
            .bind(&outputs)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.stop(error))?;
        Ok(done.rows_affected())
    }

    fn stop(&self, error: sqlx::Error) -> Stop {
        if is_servers_trouble(&error) {
            return Stop::Server(error);
        }
        let source = match &self.job.work {
            BatchWork::Sql(up) => up,
            BatchWork::Rows { write, .. } => write,
        };
        Stop::Refused(Box::new(refused(&error, self.file, source)))
    }

    fn refusal(&self, message: String) -> Refusal {
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
fn first_bound(key_type: &str) -> Option<&'static str> {
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

/// `max(uuid)` exists only from PostgreSQL 18 on; the last of an ordered batch is its greatest everywhere.
fn max_of(key_type: &str, sql: &str) -> String {
    if key_type == "uuid" {
        sql.replace("max(k)::text", "(array_agg(k order by k desc))[1]::text")
    } else {
        sql.to_owned()
    }
}
