//! The named queries of each scenario, before and after its migration, on two clones of one template, at each size that
//! the scenario names; and what somebody promised, beside what was measured.

use std::cell::{OnceCell, RefCell};
use std::io::Write as _;
use std::time::{Duration, Instant};

use criterion::Criterion;
use pgproof::database::Database;
use pgproof::load::{Selection, Source};
use pgproof::observe;
use pgproof::scenario::NamedQuery;
use pgproof::testing::{Pair, Subject, migrated_pair};
use pgproof_benches::{Arguments, Failure, Promises, Timing, scenarios, selections};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::runtime::Runtime;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::of_this_process();
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut promises = Promises::default();
    for source in scenarios()? {
        for selection in selections(&arguments, &source)? {
            measure(&mut criterion, &arguments, &source, &selection, &mut promises)?;
        }
    }
    criterion.final_summary();
    if !promises.is_empty() {
        writeln!(std::io::stdout(), "{promises}")?;
    }
    Ok(())
}

/// The two databases, made when the first query that the filter lets through asks for them.
struct Stage<'a> {
    runtime: Runtime,
    source: &'a Source,
    selection: &'a Selection,
    pair: OnceCell<Result<Pair, Failure>>,
    failure: RefCell<Option<Failure>>,
}

/// Which of the two databases is asked.
#[derive(Debug, Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    fn sql(self, query: &NamedQuery) -> &str {
        match self {
            Self::Before => &query.before,
            Self::After => query.after_sql(),
        }
    }

    fn database(self, pair: &Pair) -> &Database {
        match self {
            Self::Before => pair.baseline(),
            Self::After => pair.migrated(),
        }
    }
}

impl Stage<'_> {
    fn pair(&self) -> Option<&Pair> {
        let build = || {
            let scale = self.selection.scale.factor();
            let _ = writeln!(
                std::io::stderr(),
                "seeding and migrating `{}` at {scale} times its size …",
                self.source.scenario().name
            );
            let subject = Subject::any_embedded();
            let built = migrated_pair(self.source, self.selection, &subject);
            self.runtime.block_on(built).map_err(Failure::from)
        };
        self.pair.get_or_init(build).as_ref().ok()
    }

    /// So many answers, timed. A benchmark can not end early: after a failure the others only pretend.
    fn time(
        &self,
        connection: &mut Option<PgConnection>,
        query: &NamedQuery,
        side: Side,
        iterations: u64,
    ) -> Option<Duration> {
        if self.failure.borrow().is_some() {
            return None;
        }
        let database = side.database(self.pair()?);
        let timed = self.runtime.block_on(time(database, connection, query, side, iterations));
        timed
            .map_err(|error| {
                let failure = Failure::from(format!("`{}` {}: {error}", query.name, side.name()));
                *self.failure.borrow_mut() = Some(failure);
            })
            .ok()
    }
}

fn measure(
    criterion: &mut Criterion,
    arguments: &Arguments,
    source: &Source,
    selection: &Selection,
    promises: &mut Promises,
) -> Result<(), Failure> {
    let scenario = source.scenario();
    let stage =
        Stage { runtime: Runtime::new()?, source, selection, pair: OnceCell::new(), failure: RefCell::new(None) };
    let mut measured: Vec<(&NamedQuery, [Timing; 2])> = Vec::new();
    for query in &scenario.queries {
        // Sizes have names of their own only where there are several.
        let of_size = if scenario.sizes.is_empty() { String::new() } else { format!("/{}", selection.scale.factor()) };
        let name = format!("{}/{}{of_size}", scenario.name, query.name);
        if [Side::Before, Side::After].iter().any(|side| arguments.wants(&format!("{name}/{}", side.name()))) {
            // Not while criterion warms up: it would take the seeding for the query's time.
            stage.pair();
        }
        let mut group = criterion.benchmark_group(name);
        let timings = [Side::Before, Side::After].map(|side| {
            let mut connection = None;
            let mut timing = Timing::default();
            group.bench_function(side.name(), |bencher| {
                bencher.iter_custom(|iterations| {
                    let timed = stage.time(&mut connection, query, side, iterations);
                    timing.0.extend(timed.and_then(|took| took.checked_div(u32::try_from(iterations).ok()?)));
                    timed.unwrap_or_else(|| Duration::from_nanos(iterations))
                });
            });
            if let Some(connection) = connection {
                // It is dropped either way.
                let _ = stage.runtime.block_on(PgConnection::close(connection));
            }
            timing
        });
        group.finish();
        if timings.iter().any(|timing| !timing.0.is_empty()) {
            measured.push((query, timings));
        }
    }
    match stage.pair.into_inner() {
        Some(Ok(pair)) => {
            let took_ms: f64 = pair.runs().iter().map(|run| run.duration_ms).sum();
            promises.push_way_forward(scenario, selection.scale, Duration::from_secs_f64(took_ms / 1_000.0));
            for (query, [before, after]) in &measured {
                promises.push_query(scenario, selection.scale, &query.name, before, after);
            }
            stage.runtime.block_on(pair.clear())?;
        }
        Some(Err(error)) => return Err(error),
        None => {}
    }
    stage.failure.into_inner().map_or(Ok(()), Err)
}

/// How long the whole answer takes, so many times over, on a connection of the query's caller that is made first if need be.
async fn time(
    database: &Database,
    connection: &mut Option<PgConnection>,
    query: &NamedQuery,
    side: Side,
    iterations: u64,
) -> Result<Duration, Failure> {
    if connection.is_none() {
        let mut fresh = database.connect().await?;
        observe::pin(&mut fresh).await?;
        if let Some(become_caller) = query.caller().for_session() {
            fresh.execute(AssertSqlSafe(become_caller)).await?;
        }
        *connection = Some(fresh);
    }
    let Some(connection) = connection else { return Err("no connection".into()) };
    let sql = side.sql(query);
    let started = Instant::now();
    for _ in 0..iterations {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *connection).await?;
    }
    Ok(started.elapsed())
}
