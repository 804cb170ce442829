//! The named queries of each scenario, before and after its migration, on two clones of one template.

use std::cell::OnceCell;
use std::io::Write as _;
use std::time::{Duration, Instant};

use criterion::Criterion;
use pgproof::database::Database;
use pgproof::load::{Selection, Source};
use pgproof::observe;
use pgproof::testing::{Pair, Subject, migrated_pair};
use pgproof_benches::{Arguments, Failure, scenarios, selection};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::runtime::Runtime;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::of_this_process();
    let selection = selection(&arguments)?;
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for source in scenarios()? {
        measure(&mut criterion, &source, &selection)?;
    }
    criterion.final_summary();
    Ok(())
}

/// The two databases, made when the first query that the filter lets through asks for them.
struct Stage<'a> {
    runtime: Runtime,
    source: &'a Source,
    selection: &'a Selection,
    pair: OnceCell<Result<Pair, Failure>>,
}

impl Stage<'_> {
    fn pair(&self) -> Option<&Pair> {
        let build = || {
            let _ = writeln!(std::io::stderr(), "seeding and migrating `{}` …", self.source.scenario().name);
            let subject = Subject::any_embedded();
            let built = migrated_pair(self.source, self.selection, &subject);
            self.runtime.block_on(built).map_err(Failure::from)
        };
        self.pair.get_or_init(build).as_ref().ok()
    }
}

fn measure(criterion: &mut Criterion, source: &Source, selection: &Selection) -> Result<(), Failure> {
    let stage = Stage { runtime: Runtime::new()?, source, selection, pair: OnceCell::new() };
    let mut failure = None;
    for query in &source.scenario().queries {
        let mut group = criterion.benchmark_group(format!("{}/{}", source.scenario().name, query.name));
        for (side, sql) in [("before", query.before.as_str()), ("after", query.after_sql())] {
            let mut connection = None;
            group.bench_function(side, |bencher| {
                bencher.iter_custom(|iterations| {
                    // A benchmark can not end early; after a failure the others only pretend.
                    if failure.is_some() {
                        return Duration::from_nanos(iterations);
                    }
                    let Some(pair) = stage.pair() else { return Duration::from_nanos(iterations) };
                    let database = if side == "before" { pair.baseline() } else { pair.migrated() };
                    let timed = stage.runtime.block_on(time(database, &mut connection, sql, iterations));
                    timed.unwrap_or_else(|error| {
                        failure = Some(Failure::from(format!("`{}` {side}: {error}", query.name)));
                        Duration::from_nanos(iterations)
                    })
                });
            });
            if let Some(connection) = connection {
                stage.runtime.block_on(PgConnection::close(connection))?;
            }
        }
        group.finish();
    }
    match stage.pair.into_inner() {
        Some(Ok(pair)) => stage.runtime.block_on(pair.clear())?,
        Some(Err(error)) => return Err(error),
        None => {}
    }
    failure.map_or(Ok(()), Err)
}

/// How long the whole answer takes, so many times over, on a connection that is made first if need be.
async fn time(
    database: &Database,
    connection: &mut Option<PgConnection>,
    sql: &str,
    iterations: u64,
) -> Result<Duration, Failure> {
    if connection.is_none() {
        let mut fresh = database.connect().await?;
        observe::pin(&mut fresh).await?;
        *connection = Some(fresh);
    }
    let Some(connection) = connection else { return Err("no connection".into()) };
    let started = Instant::now();
    for _ in 0..iterations {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *connection).await?;
    }
    Ok(started.elapsed())
}
