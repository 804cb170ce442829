//! A quick sample of the named queries on both databases, interleaved, with their plans.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::RunError;
use super::look::{close, pinned};
use super::runner::Tee;
use super::stage::Stage;
use crate::facts::{BOOTSTRAP_SEED, Latency, QueryPlan, Samples};
use crate::judge::{QueryRun, is_undecided};
use crate::observe::ObserveError;
use crate::record::{Event, QueryRecord};
use crate::scenario::{NamedQuery, Plan};

/// How much of a query is sampled.
#[derive(Debug)]
struct Round {
    /// The fewest and the most samples of a side.
    samples: std::ops::RangeInclusive<usize>,
    /// How long it may go on once it has the fewest.
    time: Duration,
}

/// Of every query.
const QUICK: Round = Round { samples: 7..=25, time: Duration::from_millis(200) };

/// Of those that the first round left undecided; its samples are added to the first ones.
const THOROUGH: Round = Round { samples: 18..=75, time: Duration::from_secs(2) };

/// Measures every named query after ANALYZE of both databases.
pub(super) async fn measure<'a>(
    stage: &Stage,
    plan: &'a Plan,
    listener: &mut Tee<'_>,
) -> Result<Vec<QueryRun<'a>>, RunError> {
    let (mut before, mut after) = tokio::try_join!(pinned(&stage.baseline), pinned(&stage.work))?;
    for connection in [&mut before, &mut after] {
        connection.execute("analyze").await.map_err(ObserveError::reading("statistics (`ANALYZE`)"))?;
    }
    let mut runs = Vec::new();
    for query in &plan.queries {
        let run = measure_one(&mut before, &mut after, query).await?;
        listener.tell(&Event::QueryMeasured(recorded(&run)));
        runs.push(run);
    }
    close(before).await;
    close(after).await;
    Ok(runs)
}

async fn measure_one<'a>(
    before: &mut PgConnection,
    after: &mut PgConnection,
    query: &'a NamedQuery,
) -> Result<QueryRun<'a>, RunError> {
    let unasked =
        |source: sqlx::Error| RunError::Query { name: query.name.clone(), message: crate::server::in_words(&source) };
    if let Some(become_caller) = query.caller().for_session() {
        for connection in [&mut *before, &mut *after] {
            connection.execute(AssertSqlSafe(become_caller.clone())).await.map_err(unasked)?;
        }
    }
    let run = sampled(before, after, query).await;
    for connection in [before, after] {
        connection.execute("reset role; reset request.jwt.claims").await.map_err(unasked)?;
    }
    run
}

async fn sampled<'a>(
    before: &mut PgConnection,
    after: &mut PgConnection,
    query: &'a NamedQuery,
) -> Result<QueryRun<'a>, RunError> {
    let unasked =
        |source: sqlx::Error| RunError::Query { name: query.name.clone(), message: crate::server::in_words(&source) };
    let plan_before = explain(before, &query.before).await.map_err(unasked)?;
    let plan_after = match explain(after, query.after_sql()).await {
        Ok(plan) => plan,
        Err(sqlx::Error::Database(error)) => {
            let latency = Err(error.message().to_owned());
            return Ok(QueryRun { query, latency, plan_before, plan_after: QueryPlan::default() });
        }
        Err(error) => return Err(unasked(error)),
    };
    // The first answers of each side warm the caches and are thrown away.
    time(before, &query.before).await.map_err(unasked)?;
    time(after, query.after_sql()).await.map_err(unasked)?;
    let mut latency = Latency { before: Samples::default(), after: Samples::default() };
    for round in [QUICK, THOROUGH] {
        let started = Instant::now();
        let had = latency.after.0.len();
        loop {
            let taken = latency.after.0.len() - had;
            if taken >= *round.samples.end() || (taken >= *round.samples.start() && started.elapsed() >= round.time) {
                break;
            }
            take_pair(before, after, query, &mut latency).await.map_err(unasked)?;
        }
        if !is_undecided(query, &latency) {
            break;
        }
    }
    Ok(QueryRun { query, latency: Ok(latency), plan_before, plan_after })
}

/// One sample of each side. Each side is first in every other pair: what else the machine does meets both alike.
async fn take_pair(
    before: &mut PgConnection,
    after: &mut PgConnection,
    query: &NamedQuery,
    latency: &mut Latency,
) -> Result<(), sqlx::Error> {
    if latency.after.0.len().is_multiple_of(2) {
        latency.before.0.push(time(before, &query.before).await?);
        latency.after.0.push(time(after, query.after_sql()).await?);
    } else {
        latency.after.0.push(time(after, query.after_sql()).await?);
        latency.before.0.push(time(before, &query.before).await?);
    }
    Ok(())
}

/// How long the whole answer takes, in milliseconds.
async fn time(connection: &mut PgConnection, sql: &str) -> Result<f64, sqlx::Error> {
    let started = Instant::now();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?;
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}

/// The plan with the rows that its nodes gave: the query is run once for it.
async fn explain(connection: &mut PgConnection, sql: &str) -> Result<QueryPlan, sqlx::Error> {
    let explain = format!("explain (analyze, timing off, verbose, format json) {sql}");
    let plan: serde_json::Value = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_one(connection).await?;
    Ok(QueryPlan::from_explain(&plan))
}

fn recorded(run: &QueryRun<'_>) -> QueryRecord {
    let latency = run.latency.as_ref().ok();
    QueryRecord {
        name: run.query.name.clone(),
        before_ms: latency.map_or(0.0, |latency| latency.before.median_ms()),
        after_ms: latency.map_or(0.0, |latency| latency.after.median_ms()),
        ratio: latency.map(Latency::ratio),
        after_interval_ms: latency.map(|latency| latency.after.interval_ms()),
        bootstrap_seed: latency.map(|_| BOOTSTRAP_SEED),
        budget_ms: run.query.budget_ms,
        expected: run.query.expected.clone(),
        samples: latency.map_or(0, |latency| latency.after.0.len()),
        plan_before: run.plan_before.shape.to_string(),
        plan_after: run.plan_after.shape.to_string(),
    }
}
