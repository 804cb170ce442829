//! Live traffic beside a step whose locks are watched.

use std::time::{Duration, Instant};

use pgproof::apply::{LockWatch, run_script};
use pgproof::database::{Database, Template};
use pgproof::facts::Direction;
use pgproof::scenario::TransactionMode;
use pgproof::sql::Script;
use pgproof_benches::{Failure, Target};
use sqlx::{Executor as _, PgConnection};

use crate::bench::Bench;
use crate::cpu;

/// Two connections send 100 requests a second each, whether or not the last one was answered in time.
const CLIENTS: i32 = 2;
const BETWEEN: Duration = Duration::from_millis(10);
const REQUESTS: i32 = 200;

/// Whether the locks of the step are watched.
#[derive(Clone, Copy)]
enum Watching {
    Off,
    On,
}

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    quantiles(bench)?;
    processor(bench)
}

/// The processor's time of harness and server in the same rounds of traffic, watched and not.
fn processor(bench: &mut Bench) -> Result<(), Failure> {
    let work = "traffic, processor";
    if !bench.wants(work) {
        return Ok(());
    }
    let (pair, runtime) = (bench.pair()?, bench.runtime());
    let postmaster = pair.server().process().ok_or("the server is no child of this process")?;
    let database = runtime.block_on(prepared(pair.template()))?;
    let round = |watching| {
        let (before, began) = (cpu::taken(postmaster)?, Instant::now());
        runtime.block_on(latency(&database, watching, 0.5))?;
        let taken = cpu::taken(postmaster)?.saturating_sub(before);
        Ok::<_, Failure>(taken.as_secs_f64() / began.elapsed().as_secs_f64() * 100.0)
    };
    let (mut unwatched, mut watched) = (Vec::new(), Vec::new());
    for _ in 0..if bench.is_test() { 1 } else { 10 } {
        unwatched.push(round(Watching::Off)?);
        watched.push(round(Watching::On)?);
    }
    // A job that the migration schedules may fire in a round: the middle one is without.
    let (unwatched, watched) = (median(unwatched), median(watched));
    bench.row([
        work.to_owned(),
        format!("unwatched: {unwatched:.1} % of a core"),
        format!("{watched:.1} %"),
        format!("{:+.1} % of a core", watched - unwatched),
        "–".to_owned(),
    ]);
    runtime.block_on(database.drop())?;
    Ok(())
}

fn median(mut shares: Vec<f64>) -> f64 {
    shares.sort_by(f64::total_cmp);
    shares.get(shares.len() / 2).copied().unwrap_or_default()
}

fn quantiles(bench: &mut Bench) -> Result<(), Failure> {
    let rows = [("traffic, median", 0.5, Target::TimeAtMost(1.03)), ("traffic, p99", 0.99, Target::TimeAtMost(1.1))];
    for (work, quantile, target) in rows {
        if !bench.wants(work) {
            continue;
        }
        let (pair, runtime) = (bench.pair()?, bench.runtime());
        let database = runtime.block_on(prepared(pair.template()))?;
        let mut reference = || runtime.block_on(latency(&database, Watching::Off, quantile));
        let mut ours = || runtime.block_on(latency(&database, Watching::On, quantile));
        bench.compare(work, "unwatched", target, 20, &mut reference, &mut ours)?;
        runtime.block_on(database.drop())?;
    }
    Ok(())
}

/// A clone with a table for the traffic.
async fn prepared(template: &Template) -> Result<Database, Failure> {
    let database = template.clone_as(None).await?;
    let mut connection = database.connect().await?;
    let table = "create table bench (id integer primary key, n integer);
                 insert into bench select n, n from generate_series(1, 10000) n";
    connection.execute(table).await?;
    Ok(database)
}

/// A quantile of what requests take, from when they were due, while a step holds a lock that they do not mind.
async fn latency(database: &Database, watching: Watching, quantile: f64) -> Result<Duration, Failure> {
    let options = database.options();
    let step = "create index on bench (n); drop index bench_n_idx; alter table bench alter column n set statistics 10;";
    let script = Script::parse_alone("bench.sql", &format!("-- no-transaction\n{step}\nselect pg_sleep(2);"))
        .map_err(|errors| format!("{errors:?}"))?;
    let watch = match watching {
        Watching::Off => None,
        Watching::On => Some(LockWatch::start(&options).await?),
    };
    let mut attendant = watch.as_ref().map(LockWatch::attendant);
    let mode = TransactionMode::of(&script);
    let mut clients = Vec::new();
    for client in 0..CLIENTS {
        clients.push(tokio::spawn(requests(database.connect().await?, client)));
    }
    run_script(&options, "bench", Direction::Up, &script, mode, &mut attendant).await?;
    let mut taken = Vec::new();
    for client in clients {
        taken.extend(client.await??);
    }
    if let Some(watch) = watch {
        watch.finish().await;
    }
    taken.sort_unstable();
    let last = u32::try_from(taken.len().saturating_sub(1))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quantile of a few hundred")]
    let index = (f64::from(last) * quantile) as usize;
    Ok(taken.get(index).copied().unwrap_or_default())
}

async fn requests(mut connection: PgConnection, client: i32) -> Result<Vec<Duration>, sqlx::Error> {
    let mut taken = Vec::new();
    let mut due = Instant::now();
    for request in 0..REQUESTS {
        due += BETWEEN;
        let is_late = Instant::now() > due;
        tokio::time::sleep_until(due.into()).await;
        // The timer wakes up to a millisecond late, which is not what is measured.
        let from = if is_late { due } else { Instant::now() };
        let update = sqlx::query("update bench set n = n + 1 where id = $1").bind(request * CLIENTS + client + 1);
        update.execute(&mut connection).await?;
        taken.push(from.elapsed());
    }
    Ok(taken)
}
