//! Two servers with a million rows of ten columns each: ten rows that differ, and a tenth of all.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use pgproof::observe::Effort;
use pgproof::run::{ParityRequest, compare_servers};
use pgproof::server::{Places, Provider, Request, Server, Source};
use pgproof_benches::{Failure, Target};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::bench::{Bench, tell};

/// The rows of both sides; the parameter is how many.
const ROWS: &str = "create table t (id bigint primary key, store int not null, name text not null, note text, amount numeric(12, 2) not null,
        rate float8 not null, sold timestamptz not null, day date not null, active bool not null, edition uuid not null);
    insert into t select i, i % 48, 'name ' || i, case when i % 3 = 0 then 'note ' || i % 97 end, i / 7.0, i / 3.0,
        timestamptz '2025-01-01' + i * interval '1 s', date '2025-01-01' + i % 365, i % 2 = 0, md5(i::text)::uuid
    from generate_series(1, {rows}) i";

/// A type-safe aggregate as one would write it by hand.
const BY_HAND: &str = "select count(*), sum(hashint4extended(1, hash_record_extended(row(
        int8send(id), active, amount::text collate \"C\", day, edition, name collate \"C\", note collate \"C\",
        float8send(rate), timestamptz_send(sold), store), 1)))::text from t";

/// All rows, in the order of the key, as bytes.
const RAW: &str = "copy (select * from t order by id) to stdout (format binary)";

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let mut works = vec![("parity, ten rows differ", 100_000), ("parity, a tenth differs", 10)];
    works.retain(|(work, _)| bench.wants(work));
    if works.is_empty() {
        return Ok(());
    }
    let rows = if bench.is_test() { 100_000 } else { 1_000_000 };
    let runtime = bench.runtime();
    tell("filling two servers …");
    let filled = || async {
        let server = Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?;
        let mut connection = server.connect(server.connector().maintenance()).await?;
        let script = ROWS.replace("{rows}", &rows.to_string());
        sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await?;
        connection.execute("vacuum (analyze) t").await?;
        Ok::<_, Failure>((server, connection))
    };
    let ((legacy, mut left), (target, mut right)) = runtime.block_on(async { tokio::try_join!(filled(), filled()) })?;
    let request = ParityRequest {
        legacy: url(&legacy)?,
        target: url(&target)?,
        map: None,
        effort: Effort::Buckets,
        limit: 20,
        jobs: 1,
        finished: Vec::new(),
    };
    for (work, each) in works {
        let spoilt = format!("update t set amount = -amount where id % {each} = 0 and amount > 0");
        runtime.block_on(async {
            right.execute(AssertSqlSafe(spoilt)).await?;
            right.execute("vacuum (analyze) t").await?;
            Ok::<_, Failure>(())
        })?;
        let few = each > 10;
        let (name, most) = if few { ("both bare aggregates", 1.3) } else { ("two raw ordered COPYs", 1.3) };
        let mut reference = || {
            runtime.block_on(async {
                let started = Instant::now();
                if few {
                    tokio::try_join!((&mut left).fetch_one(BY_HAND), (&mut right).fetch_one(BY_HAND))?;
                } else {
                    tokio::try_join!(drained(&mut left), drained(&mut right))?;
                }
                Ok(started.elapsed())
            })
        };
        let mut ours = || {
            runtime.block_on(async {
                let started = Instant::now();
                let parity = compare_servers(&request, &mut |_, _| ()).await?;
                let took = started.elapsed();
                let changed: u64 = parity.relations.iter().map(|relation| relation.differences.changed).sum();
                if changed == rows / each { Ok(took) } else { Err(format!("{changed} rows differ").into()) }
            })
        };
        bench.compare(work, name, Target::TimeAtMost(most), 7, &mut reference, &mut ours)?;
    }
    runtime.block_on(async { tokio::try_join!(legacy.stop(), target.stop()) })?;
    Ok(())
}

fn url(server: &Server) -> Result<pgproof::server::ServerUrl, Failure> {
    Ok(server.secret_url(server.connector().maintenance()).parse()?)
}

async fn drained(connection: &mut PgConnection) -> Result<Duration, Failure> {
    let started = Instant::now();
    let mut rows = connection.copy_out_raw(RAW).await?;
    while rows.try_next().await?.is_some() {}
    Ok(started.elapsed())
}
