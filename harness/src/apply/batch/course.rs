//! Which range of keys is next, and how a job remembers it when it is killed.

use sqlx::{AssertSqlSafe, Executor, Row};

use super::walk::{Range, Stop, Walk, first_bound};
use super::work::Done;
use super::{CURSOR_TABLE, RANGE_TABLE, Walked};
use crate::sql::{quote_identifier, quote_literal};

/// How the next range is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Course {
    /// Behind the cursor of this name, until no key lies there.
    Cursor(String),
    /// Among the ranges that were planned under this name when the job began.
    Ranges(String),
}

impl Course {
    pub(super) fn of(walked: Walked<'_>) -> Self {
        let name = walked.cursor();
        if walked.job.options.workers.is_some() { Self::Ranges(name) } else { Self::Cursor(name) }
    }
}

impl Walk<'_> {
    /// Plans the ranges of all keys there are, unless that was done before.
    pub(super) async fn plan(&mut self) -> Result<(), Stop> {
        let Course::Ranges(name) = self.course.clone() else { return Ok(()) };
        let key = quote_identifier(&self.job.key);
        let plan = format!(
            "begin;
             lock table {RANGE_TABLE} in share row exclusive mode;
             insert into {RANGE_TABLE} (step, number, low, high)
             select {name}, number, coalesce(lag(high) over (order by number), {first}), high
               from (select number, (array_agg(k order by k desc))[1]::text as high
                       from (select {key} as k, (row_number() over (order by {key}) - 1) / {size} as number
                               from {relation}) as numbered
                      group by number) as ranges
              where not exists (select from {RANGE_TABLE} where step = {name});
             commit",
            name = quote_literal(&name),
            first = quote_literal(first_bound(&self.key_type).unwrap_or_default()),
            size = self.job.size,
            relation = self.job.relation.quoted(),
        );
        if let Err(error) = self.connection.execute(AssertSqlSafe(plan)).await {
            let _ = self.connection.execute("rollback").await;
            return Err(self.stop(error));
        }
        Ok(())
    }

    /// The range to work on, locked for this transaction, and its number where it was planned.
    pub(super) async fn next_range(&mut self) -> Result<Option<(Range, Option<i64>)>, Stop> {
        match self.course.clone() {
            Course::Cursor(name) => {
                // The row of the cursor is locked first, so that two runs of one job do not take the same batch.
                let sql = format!("select last_key from {CURSOR_TABLE} where step = $1 for update");
                let cursor: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql))
                    .bind(&name)
                    .fetch_optional(&mut self.connection)
                    .await
                    .map_err(|error| self.stop(error))?;
                let low = cursor.or_else(|| first_bound(&self.key_type).map(str::to_owned)).unwrap_or_default();
                Ok(self.upper_bound(&low).await?.map(|high| (Range { low, high }, None)))
            }
            Course::Ranges(name) => {
                let sql = format!(
                    "select number, low, high from {RANGE_TABLE} where step = $1 and not done
                      order by number limit 1 for update skip locked"
                );
                let row = sqlx::query(AssertSqlSafe(sql)).bind(&name).fetch_optional(&mut self.connection).await;
                let Some(row) = row.map_err(|error| self.stop(error))? else { return Ok(None) };
                let number: i64 = row.try_get(0).map_err(|error| self.stop(error))?;
                let low: String = row.try_get(1).map_err(|error| self.stop(error))?;
                let high: String = row.try_get(2).map_err(|error| self.stop(error))?;
                Ok(Some((Range { low, high }, Some(number))))
            }
        }
    }

    /// Notes, in the batch's transaction, that the range is done.
    pub(super) async fn advance(&mut self, range: &Range, number: Option<i64>, done: &Done) -> Result<(), Stop> {
        let outcome = match (self.course.clone(), number) {
            (Course::Ranges(name), Some(number)) => {
                let sql = format!("update {RANGE_TABLE} set done = true where step = $1 and number = $2");
                sqlx::query(AssertSqlSafe(sql)).bind(name).bind(number).execute(&mut self.connection).await
            }
            (Course::Cursor(name) | Course::Ranges(name), _) => {
                let sql = format!(
                    "insert into {CURSOR_TABLE} as c (step, last_key, batches, done) values ($1, $2, 1, $3)
                     on conflict (step) do update set last_key = excluded.last_key, batches = c.batches + 1,
                       done = c.done + excluded.done, updated_at = clock_timestamp()"
                );
                sqlx::query(AssertSqlSafe(sql))
                    .bind(name)
                    .bind(&range.high)
                    .bind(i64::try_from(done.rows).unwrap_or(i64::MAX))
                    .execute(&mut self.connection)
                    .await
            }
        };
        outcome.map(|_| ()).map_err(|error| self.stop(error))
    }
}
