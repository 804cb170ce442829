//! A whole run, against its SQL by `psql`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pgproof::judge::Verdict;
use pgproof::run::RunSettings;
use pgproof::scenario::{BatchJob, BatchWork, Claim, Plan, StepWork};
use pgproof::sql::{quote_identifier, quote_literal};
use pgproof::testing::{Pair, Subject, prove};
use pgproof_benches::{Failure, Target};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::bench::Bench;

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let work = "run";
    if !bench.wants(work) {
        return Ok(());
    }
    let (pair, runtime, plan) = (bench.pair()?, bench.runtime(), bench.plan()?);
    let directory = tempfile::Builder::new().prefix("pgproof-bench-").tempdir()?;
    let script = directory.path().join("there_back_again.sql");
    let path = bench.source.scenario().paths.first().ok_or("the scenario has no path")?.directory.clone();
    fs::write(&script, there_back_again(&plan, &bench.source.directory().join(path))?)?;
    let psql = pair.server().backend_bin_dir().ok_or("the server's programs are not here")?.join("psql");
    let remake = runtime.block_on(remake_script(&pair))?;
    let connector = pair.server().connector();
    let mut reference = || {
        runtime.block_on(async {
            let mut connection = connector.connect(connector.maintenance()).await?;
            for statement in &remake {
                sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await?;
            }
            connection.close().await
        })?;
        by_psql(&psql, &script, &pair.server().address(pair.migrated().name()))
    };
    // The traffic runs for a time of its own, whatever the steps take.
    let claims = Claim::ALL.into_iter().filter(|claim| *claim != Claim::Online).collect();
    let settings = RunSettings { claims, ..RunSettings::default() };
    let (source, selection) = (bench.source.clone(), bench.selection.clone());
    let mut ours = || {
        let started = Instant::now();
        let record = runtime.block_on(prove(&source, &selection, &Subject::any_embedded(), &settings))?;
        let elapsed = started.elapsed();
        // What is refuted is told by the run itself; here it only has to have gone there, back and there again.
        if record.count(Verdict::Proven) == 0 { Err("the run proved nothing".into()) } else { Ok(elapsed) }
    };
    bench.compare(work, "psql -f", Target::TimeAtMost(1.5), 3, &mut reference, &mut ours)
}

/// What puts a fresh clone in the place of the migrated database. It needs that very name: `pg_cron` lives in the one
/// database that the server's settings name. Its comment says that the harness may drop it.
async fn remake_script(pair: &Pair) -> Result<[String; 3], Failure> {
    let name = pair.migrated().name();
    let connector = pair.server().connector();
    let mut connection = connector.connect(connector.maintenance()).await?;
    let comment: String =
        sqlx::query_scalar("select shobj_description(oid, 'pg_database') from pg_database where datname = $1")
            .bind(name)
            .fetch_one(&mut connection)
            .await?;
    connection.close().await?;
    let (name, template) = (quote_identifier(name), quote_identifier(pair.template().name()));
    Ok([
        format!("drop database if exists {name} with (force)"),
        format!("create database {name} template {template}"),
        format!("comment on database {name} is {}", quote_literal(&comment)),
    ])
}

fn by_psql(psql: &Path, script: &Path, address: &str) -> Result<Duration, Failure> {
    let started = Instant::now();
    let output = Command::new(psql)
        .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null", "--file"])
        .arg(script)
        .arg(address)
        .output()?;
    let elapsed = started.elapsed();
    if output.status.success() { Ok(elapsed) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
}

/// Every step forward, back and forward again, as one would do it with `psql`: a transaction a file, a loop a backfill.
/// Nothing is verified and nothing is looked at.
fn there_back_again(plan: &Plan, directory: &Path) -> Result<String, Failure> {
    let mut script = String::new();
    for direction in ["up", "down", "up"] {
        let mut steps: Vec<_> = plan.steps.iter().collect();
        if direction == "down" {
            steps.reverse();
        }
        for step in steps {
            let file = directory.join(format!("{}.{direction}.sql", step.name));
            match (&step.work, &step.down, direction) {
                (StepWork::Batches { job, .. }, _, "up") => script.push_str(&batches(job, up_of(job)?)),
                (StepWork::Batches { job, .. }, None, _) => {
                    script.push_str(&job.down.as_ref().map(|down| batches(job, down)).unwrap_or_default());
                }
                (StepWork::Sql { script: sql, .. }, _, "up") | (_, Some(sql), _) => {
                    let include = format!("\\i {}", quote_literal(&file.to_string_lossy()));
                    if sql.no_transaction() {
                        writeln!(script, "{include}")?;
                    } else {
                        writeln!(script, "begin;\n{include}\ncommit;")?;
                    }
                }
                (StepWork::Sql { .. }, None, _) => {}
            }
        }
    }
    Ok(script)
}

fn up_of(job: &BatchJob) -> Result<&str, Failure> {
    match &job.work {
        BatchWork::Sql(up) => Ok(up),
        BatchWork::Rows { .. } => Err("a job in Rust has no SQL that `psql` could run".into()),
    }
}

fn batches(job: &BatchJob, sql: &str) -> String {
    if !sql.contains("$1") {
        return format!("{sql};\n");
    }
    let (relation, key, size) = (job.relation.quoted(), quote_identifier(&job.key), job.size);
    format!(
        "do $loop$ declare last bigint := (select min({key}) - 1 from {relation}); through bigint; begin loop\n\
         select max(k) into through\n\
         from (select {key} as k from {relation} where {key} > last order by {key} limit {size}) as batch;\n\
         exit when through is null; execute $batch${sql}$batch$ using last, through; commit; last := through;\n\
         end loop; end $loop$;\n"
    )
}
