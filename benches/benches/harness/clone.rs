//! A fresh copy of the seeded database.

use std::time::Instant;

use pgproof_benches::{Failure, Target};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::bench::Bench;

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let work = "clone";
    if !bench.wants(work) {
        return Ok(());
    }
    let (pair, runtime) = (bench.pair()?, bench.runtime());
    let (template, connector) = (pair.template().name(), pair.server().connector());
    let mut connection = runtime.block_on(connector.connect(connector.maintenance()))?;
    let strategy = if connector.major() >= 15 { " strategy file_copy" } else { "" };
    let create = format!("create database by_hand template \"{template}\"{strategy}");
    let mut reference = || {
        runtime.block_on(async {
            let started = Instant::now();
            connection.execute(AssertSqlSafe(create.clone())).await?;
            let elapsed = started.elapsed();
            connection.execute("drop database by_hand").await?;
            Ok(elapsed)
        })
    };
    let mut ours = || {
        runtime.block_on(async {
            let started = Instant::now();
            let database = pair.template().clone_as(None).await?;
            let elapsed = started.elapsed();
            database.drop().await?;
            Ok(elapsed)
        })
    };
    bench.compare(work, "CREATE DATABASE", Target::TimeAtMost(1.15), 30, &mut reference, &mut ours)
}
