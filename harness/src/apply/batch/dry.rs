//! What a job would do, batch by batch, each in a transaction that is rolled back.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use tokio::sync::Mutex;

use super::walk::{Range, Stop, Walk, first_bound};
use super::work::Done;
use super::{Bystanders, Walked};
use crate::apply::attendant::{Attendant, Boundary};
use crate::apply::error::ApplyError;
use crate::facts::{DryOutcome, DryRow, DryStep};
use crate::sql::{quote_identifier, quote_literal};

/// The rows of a range by key, each cell as text.
type Rows = BTreeMap<String, Vec<Option<String>>>;

/// Asks each batch what it would do; neither the rows nor the cursor of the job move.
pub(in crate::apply) async fn dry_run(
    options: &PgConnectOptions,
    walked: Walked<'_>,
    attendant: &mut dyn Attendant,
    row: &mut (dyn FnMut(DryRow) + Send),
) -> Result<DryStep, ApplyError> {
    let Walked { step, direction, file, .. } = walked;
    let mut walk = Walk::open(options, walked).await?;
    let opened = attendant.at(Boundary::Opened { step, direction }, &mut walk.connection).await;
    opened.map_err(|source| ApplyError::Connect { step: step.to_owned(), source })?;
    let bystanders = Bystanders { attendant: Mutex::new(attendant), begun: std::sync::atomic::AtomicUsize::new(0) };
    let mut asked = DryStep { step: step.to_owned(), ..DryStep::default() };
    match ask(&mut walk, &bystanders, &mut asked, row).await {
        Ok(()) => {}
        Err(Stop::Refused(refusal)) => asked.refusal = Some(*refusal),
        Err(Stop::Server(source)) => return Err(ApplyError::Server { place: file.to_owned(), source }),
    }
    let _ = walk.connection.close().await;
    Ok(asked)
}

async fn ask(
    walk: &mut Walk<'_>,
    bystanders: &Bystanders<'_>,
    asked: &mut DryStep,
    row: &mut (dyn FnMut(DryRow) + Send),
) -> Result<(), Stop> {
    walk.prepare().await?;
    let columns = columns(walk).await?;
    let mut low = first_bound(&walk.key_type).unwrap_or_default().to_owned();
    while let Some(high) = walk.upper_bound(&low).await? {
        let range = Range { low, high };
        walk.connection.execute("begin").await.map_err(|error| walk.stop(error))?;
        let outcome = one(walk, bystanders, &range, &columns).await;
        walk.connection.execute("rollback").await.map_err(|error| walk.stop(error))?;
        let (before, after, done) = outcome?;
        asked.batches += 1;
        for would in judged(&asked.step, &columns, &before, &after, &done) {
            *asked.rows.entry(would.outcome.name().to_owned()).or_default() += 1;
            row(would);
        }
        low = range.high;
    }
    Ok(())
}

async fn one(
    walk: &mut Walk<'_>,
    bystanders: &Bystanders<'_>,
    range: &Range,
    columns: &[String],
) -> Result<(Rows, Rows, Done), Stop> {
    let before = rows(walk, range, columns).await?;
    let place = walk.place(bystanders.next_index());
    bystanders.tell(Boundary::StatementStarts(place), &mut walk.connection).await?;
    let done = walk.work(range).await?;
    let after = rows(walk, range, columns).await?;
    bystanders.tell(Boundary::StatementEnded(place), &mut walk.connection).await?;
    Ok((before, after, done))
}

async fn columns(walk: &mut Walk<'_>) -> Result<Vec<String>, Stop> {
    sqlx::query_scalar(
        "select attname::text from pg_attribute
          where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
    )
    .bind(walk.job.relation.quoted())
    .fetch_all(&mut walk.connection)
    .await
    .map_err(|error| walk.stop(error))
}

async fn rows(walk: &mut Walk<'_>, range: &Range, columns: &[String]) -> Result<Rows, Stop> {
    let key = quote_identifier(&walk.job.key);
    let cells: Vec<String> = columns.iter().map(|column| format!("{}::text", quote_identifier(column))).collect();
    let sql = format!(
        "select {key}::text, array[{cells}]::text[] from {relation}
          where {key} > {low}::{key_type} and {key} <= {high}::{key_type}",
        cells = cells.join(", "),
        relation = walk.job.relation.quoted(),
        low = quote_literal(&range.low),
        high = quote_literal(&range.high),
        key_type = walk.key_type,
    );
    let read = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut walk.connection).await;
    let mut rows = Rows::new();
    for row in read.map_err(|error| walk.stop(error))? {
        let key = row.try_get(0).map_err(|error| walk.stop(error))?;
        let cells = row.try_get(1).map_err(|error| walk.stop(error))?;
        rows.insert(key, cells);
    }
    Ok(rows)
}

/// What would become of each row of a batch.
fn judged(step: &str, columns: &[String], before: &Rows, after: &Rows, done: &Done) -> Vec<DryRow> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut would = Vec::with_capacity(keys.len());
    for key in keys {
        let (was, is) = (before.get(key), after.get(key));
        let differs: BTreeMap<_, _> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cell = |row: Option<&Vec<Option<String>>>| row.and_then(|row| row.get(at).cloned().flatten());
                (column.clone(), (cell(was), cell(is)))
            })
            .filter(|(_, (was, is))| was != is)
            .collect();
        let reason = done.set_aside.iter().find(|row| row.key == *key).map(|row| row.reason.clone());
        let outcome = match (was, is, &reason) {
            (_, _, Some(_)) => DryOutcome::SetAside,
            (Some(_), None, None) => DryOutcome::Delete,
            (None, _, None) => DryOutcome::Insert,
            (Some(_), Some(_), None) if differs.is_empty() => DryOutcome::Stay,
            (Some(_), Some(_), None) => DryOutcome::Change,
        };
        would.push(DryRow { step: step.to_owned(), key: key.clone(), outcome, columns: differs, reason });
    }
    would
}
