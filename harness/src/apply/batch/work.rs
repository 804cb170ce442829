//! The work on one range of keys, and what becomes of the rows of it that fail.

use sqlx::{AssertSqlSafe, Executor, Row};

use super::walk::{Range, Stop, Walk};
use crate::facts::SetAside;
use crate::scenario::BatchWork;
use crate::sql::{quote_identifier, quote_literal};

/// What was done to a range.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Rows that the job's statement says it wrote.
    pub(super) rows: u64,
    /// Rows that failed, in the order of their keys.
    pub(super) set_aside: Vec<SetAside>,
}

impl Walk<'_> {
    /// Works on `range` in the open transaction. Where the job sets rows aside, a range that is refused for its data is
    /// halved until the rows that are to blame stand alone.
    pub(super) async fn work(&mut self, range: &Range) -> Result<Done, Stop> {
        let mut done = Done::default();
        if self.job.options.set_aside.is_none() {
            self.attempt(range, &mut done).await?;
        } else {
            let mut ranges = vec![range.clone()];
            while let Some(range) = ranges.pop() {
                self.send("savepoint pgproof_range").await?;
                let mut attempted = Done::default();
                match self.attempt(&range, &mut attempted).await {
                    Ok(()) => {
                        self.send("release savepoint pgproof_range").await?;
                        done.rows += attempted.rows;
                        done.set_aside.append(&mut attempted.set_aside);
                    }
                    Err(Stop::Refused(refusal)) if is_about_data(&refusal.sqlstate) => {
                        self.send("rollback to savepoint pgproof_range").await?;
                        self.send("release savepoint pgproof_range").await?;
                        match self.middle(&range).await? {
                            Some(middle) => {
                                ranges.push(Range { low: middle.clone(), high: range.high });
                                ranges.push(Range { low: range.low, high: middle });
                            }
                            None => done.set_aside.push(SetAside { key: range.high, reason: refusal.message }),
                        }
                    }
                    Err(stop) => return Err(stop),
                }
            }
        }
        self.keep(&done).await?;
        Ok(done)
    }

    async fn send(&mut self, sql: &'static str) -> Result<(), Stop> {
        self.connection.execute(sql).await.map(|_| ()).map_err(|error| self.stop(error))
    }

    async fn attempt(&mut self, range: &Range, done: &mut Done) -> Result<(), Stop> {
        let job = self.job;
        let execute = format!("execute pgproof_batch ({}, {})", quote_literal(&range.low), quote_literal(&range.high));
        let (transform, write) = match &job.work {
            BatchWork::Sql(_) => {
                let outcome = self.connection.execute(AssertSqlSafe(execute)).await;
                done.rows += outcome.map_err(|error| self.stop(error))?.rows_affected();
                return Ok(());
            }
            BatchWork::Rows { transform, write, .. } => (transform, write),
        };
        let rows = self.connection.fetch_all(AssertSqlSafe(execute)).await.map_err(|error| self.stop(error))?;
        let mut keys: Vec<String> = Vec::with_capacity(rows.len());
        let mut outputs: Vec<String> = Vec::with_capacity(rows.len());
        for row in rows {
            let key: String = row.try_get(0).map_err(|error| self.stop(error))?;
            let input: String = row.try_get(1).map_err(|error| self.stop(error))?;
            match transform.apply(&input) {
                Ok(output) => {
                    keys.push(key);
                    outputs.push(output);
                }
                Err(reason) if job.options.set_aside.is_some() => done.set_aside.push(SetAside { key, reason }),
                Err(reason) => {
                    return Err(Stop::Refused(Box::new(self.refusal(format!("row {key}: {reason}")))));
                }
            }
        }
        let write = sqlx::query(AssertSqlSafe(write.clone())).bind(&keys).bind(&outputs);
        let outcome = write.execute(&mut self.connection).await;
        done.rows += outcome.map_err(|error| self.stop(error))?.rows_affected();
        Ok(())
    }

    /// A key of `range` that has about as many before it as behind it; `None` where there is one key.
    async fn middle(&mut self, range: &Range) -> Result<Option<String>, Stop> {
        let key = quote_identifier(&self.job.key);
        let sql = format!(
            "select k[cardinality(k) / 2]::text
               from (select array_agg({key} order by {key}) as k from {relation}
                      where {key} > {low}::{key_type} and {key} <= {high}::{key_type}) as keys
              where cardinality(k) > 1",
            relation = self.job.relation.quoted(),
            low = quote_literal(&range.low),
            high = quote_literal(&range.high),
            key_type = self.key_type,
        );
        let middle = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(&mut self.connection).await;
        Ok(middle.map_err(|error| self.stop(error))?.flatten())
    }

    /// Hands what failed, and the counts, to the job's own tables.
    async fn keep(&mut self, done: &Done) -> Result<(), Stop> {
        let job = self.job;
        if let Some(set_aside) = &job.options.set_aside
            && !done.set_aside.is_empty()
        {
            let keys: Vec<&str> = done.set_aside.iter().map(|row| row.key.as_str()).collect();
            let reasons: Vec<&str> = done.set_aside.iter().map(|row| row.reason.as_str()).collect();
            let query = sqlx::query(AssertSqlSafe(set_aside.clone())).bind(keys).bind(reasons);
            query.execute(&mut self.connection).await.map_err(|error| self.stop(error))?;
        }
        if let Some(log) = &job.options.log {
            let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
            let failed = count(done.set_aside.len() as u64);
            let errors = sqlx::types::Json(&done.set_aside);
            let query = sqlx::query(AssertSqlSafe(log.clone()))
                .bind(count(done.rows).saturating_add(failed))
                .bind(count(done.rows))
                .bind(failed)
                .bind(errors);
            query.execute(&mut self.connection).await.map_err(|error| self.stop(error))?;
        }
        Ok(())
    }
}

/// Whether a refusal is about the values of rows: data exceptions, constraints, and what a function raises itself.
fn is_about_data(sqlstate: &str) -> bool {
    ["22", "23", "P0001"].iter().any(|class| sqlstate.starts_with(class))
}
