//! Believable rows, against rows that lie ready.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use pgproof::apply::run_script;
use pgproof::database::Database;
use pgproof::facts::Direction;
use pgproof::scenario::{Plan, TransactionMode};
use pgproof::seed;
use pgproof::server::Server;
use pgproof_benches::{Failure, Target};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use crate::bench::Bench;

const SALES: &str = "public.transactions";

/// What the recipes fill, in the order of the table.
const COLUMNS: &str = "id, transaction_code, geography_id, organization_id, cashier_code, cashier_name, till_number, \
     transaction_date, quantity, unit_price, discount, payment_method, customer_age_bracket, customer_gender, \
     is_loyalty_member, notes, created_at";

/// Takes away what the loader takes away, and puts it back.
const STRIP: &str = "alter table public.transactions drop constraint transactions_geography_id_fkey, \
        drop constraint transactions_organization_id_fkey, drop constraint transactions_transaction_code_key, \
        drop constraint transactions_pkey; \
     drop index public.transactions_transaction_date_idx, public.transactions_geography_id_idx, \
        public.transactions_organization_id_idx";
const RESTORE: &str = "alter table public.transactions add constraint transactions_pkey primary key (id); \
     alter table public.transactions add constraint transactions_transaction_code_key unique (transaction_code); \
     create index transactions_transaction_date_idx on public.transactions (transaction_date); \
     create index transactions_geography_id_idx on public.transactions (geography_id, transaction_date); \
     create index transactions_organization_id_idx on public.transactions (organization_id, transaction_date); \
     alter table public.transactions add constraint transactions_geography_id_fkey \
        foreign key (geography_id) references public.geography (id); \
     alter table public.transactions add constraint transactions_organization_id_fkey \
        foreign key (organization_id) references public.organization (id)";

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let [bare, rebuilt, live] = ["seed", "seed, keys built after", "seed, keys live"];
    if ![bare, rebuilt, live].iter().any(|work| bench.wants(work)) {
        return Ok(());
    }
    let (pair, runtime, plan) = (bench.pair()?, bench.runtime(), bench.plan()?);
    let file = runtime.block_on(ready_made(&pair.baseline().options()))?;
    let database = runtime.block_on(empty(&plan, pair.server()))?;
    let (options, file) = (&database.options(), &file);
    let mut ours = || {
        runtime.block_on(async {
            let mut connection = options.connect().await?;
            connection.execute("truncate public.transactions, public.geography, public.organization").await?;
            connection.close().await?;
            // Without the analysis, which the other side leaves out too.
            Ok(seed::load(options, &plan.seed, plan.scale, &|_, _, _| ()).await?.duration)
        })
    };
    if bench.wants(bare) {
        let mut copy = || runtime.block_on(timed(options, "by_hand.bare", file, "", ""));
        bench.compare(bare, "COPY, no keys", Target::RateAtLeast(0.6), 10, &mut copy, &mut ours)?;
    }
    if bench.wants(rebuilt) {
        let mut copy = || runtime.block_on(timed(options, SALES, file, STRIP, RESTORE));
        bench.compare(rebuilt, "COPY, then keys", Target::RateAtLeast(0.6), 10, &mut copy, &mut ours)?;
    }
    if bench.wants(live) {
        let mut copy = || runtime.block_on(timed(options, SALES, file, "", ""));
        bench.compare(live, "COPY with keys", Target::RateAtLeast(0.6), 5, &mut copy, &mut ours)?;
    }
    runtime.block_on(database.drop())?;
    Ok(())
}

/// The sales of the seeded database as a binary file, in memory.
async fn ready_made(options: &PgConnectOptions) -> Result<Vec<u8>, Failure> {
    let mut connection = options.connect().await?;
    let statement = format!("copy public.transactions ({COLUMNS}) to stdout (format binary)");
    let mut file = Vec::new();
    let mut chunks = connection.copy_out_raw(&statement).await?;
    while let Some(chunk) = chunks.try_next().await? {
        file.extend_from_slice(&chunk);
    }
    drop(chunks);
    connection.close().await?;
    Ok(file)
}

/// A database with the scenario's tables, without their rows.
async fn empty(plan: &Plan, server: &Server) -> Result<Database, Failure> {
    let database = Database::create_empty(server, None).await?;
    for script in &plan.baseline {
        let run = run_script(&database.options(), "baseline", Direction::Up, script, TransactionMode::PerFile, &mut ())
            .await?;
        if let Some(refusal) = run.refusal {
            return Err(refusal.message.into());
        }
    }
    let mut connection = database.connect().await?;
    let bare = "create schema by_hand; \
         create table by_hand.bare (like public.transactions including defaults including generated)";
    sqlx::raw_sql(bare).execute(&mut connection).await?;
    connection.close().await?;
    Ok(database)
}

/// The time to load the file into an emptied table, from connecting to the commit.
async fn timed(
    options: &PgConnectOptions,
    table: &str,
    file: &[u8],
    before: &str,
    after: &str,
) -> Result<Duration, Failure> {
    let mut connection = options.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(format!("truncate {table}"))).execute(&mut connection).await?;
    connection.close().await?;
    let started = Instant::now();
    let mut connection = options.connect().await?;
    // As the loader does; truncated in the transaction, so the rows may be frozen at once.
    let begin = format!("begin; set local maintenance_work_mem = '256MB'; truncate {table}; {before}");
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut connection).await?;
    let mut copy =
        connection.copy_in_raw(&format!("copy {table} ({COLUMNS}) from stdin (format binary, freeze)")).await?;
    for chunk in file.chunks(512 << 10) {
        copy.send(chunk).await?;
    }
    copy.finish().await?;
    sqlx::raw_sql(AssertSqlSafe(format!("{after}; commit"))).execute(&mut connection).await?;
    let elapsed = started.elapsed();
    connection.close().await?;
    Ok(elapsed)
}
