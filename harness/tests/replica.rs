//! A physical replica follows the way forward, wherever the server comes from.

use std::error::Error;

use pgproof::judge::Verdict;
use pgproof::record::RunRecord;
use pgproof::report::markdown;
use pgproof::run::{Following, RunSettings};
use pgproof::scenario::Claim;
use pgproof::server::{Places, Provider, Request, Server, Source};
use pgproof::testing::{Example, Subject, docker_source, prove};
use rstest::rstest;
use sqlx::{Connection, PgConnection};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A lock, rows cleaned up while somebody may still read them, and a table that nobody reads.
const PATH: &str = r"-- == scenario ==
-- [budget]
-- replica_cancelled_reads = 2
-- == baseline ==
create table sales (id integer primary key, amount integer not null);
insert into sales select n, n % 500 from generate_series(1, 5000) n;
create view large_sales as select * from sales where amount > 400;
-- == up 010 ==
alter table sales add column net integer;
-- == down 010 ==
alter table sales drop column net;
-- == up 020 ==
create table sales_net (id integer primary key, net integer not null);
insert into sales_net select id, amount from sales;
-- == down 020 ==
drop table sales_net;
-- == up 030 ==
-- no-transaction
update sales set net = amount;
vacuum sales;
-- == down 030 ==
select 1;
";

async fn subject(kind: &str, test: &str) -> Outcome<Option<Subject>> {
    Ok(if kind == "docker" { Subject::docker_or_skip(test).await? } else { Some(Subject::any_embedded()) })
}

async fn run(subject: &Subject, settings: &RunSettings) -> Outcome<RunRecord> {
    let example = Example::parse(PATH)?;
    Ok(prove(&example.source()?, &example.selection(), subject, settings).await?)
}

#[rstest]
#[tokio::test]
async fn a_lock_and_a_cleanup_cancel_a_long_read_and_a_new_table_does_not(
    #[values("embedded", "docker")] kind: &str,
) -> Outcome {
    let Some(subject) = subject(kind, "a_lock_and_a_cleanup_cancel_a_long_read").await? else { return Ok(()) };
    let claims = vec![Claim::Applies, Claim::Affordable];
    let record = run(&subject, &RunSettings { claims, ..RunSettings::default() }).await?;
    assert_eq!(record.verdict(Claim::Affordable), Some(Verdict::Proven), "{:#?}", record.claims);
    let trace = record.cost.as_ref().and_then(|cost| cost.replica.as_ref()).ok_or("no replica")?;
    assert!(trace.looks > 10 && trace.longest_gap_ms > 0.0, "{trace:?}");
    let cancelled: Vec<(&str, &str, &str)> = trace
        .cancelled()
        .map(|(step, read)| (step.step.as_str(), read.sqlstate.as_str(), read.reason.as_str()))
        .collect();
    assert_eq!(
        cancelled,
        [
            ("010_step", "40001", "User was holding a relation lock for too long."),
            ("030_step", "40001", "User query might have needed to see row versions that must be removed."),
        ]
    );
    assert_eq!(trace.steps.len(), 3);
    let page = markdown(&record);
    assert!(page.contains("| 030_step |") && page.contains("row versions that must be removed"), "{page}");
    Ok(())
}

#[tokio::test]
async fn nobody_follows_where_nobody_asked() -> Outcome {
    let free = Example::parse(&PATH.replace("-- [budget]\n-- replica_cancelled_reads = 2\n", ""))?;
    let claims = vec![Claim::Applies, Claim::Affordable];
    let asked = async |replica| {
        let settings = RunSettings { claims: claims.clone(), replica, ..RunSettings::default() };
        prove(&free.source()?, &free.selection(), &Subject::any_embedded(), &settings)
            .await
            .map_err(Box::<dyn Error + Send + Sync>::from)
    };
    let followed = |record: &RunRecord| record.cost.as_ref().is_some_and(|cost| cost.replica.is_some());
    assert!(!followed(&asked(Following::WhereLimited).await?));
    assert!(followed(&asked(Following::Always).await?));
    Ok(())
}

/// The row of `t`, as soon as the table is replayed; a minute is enough for that on any machine.
async fn read_when_it_is_there(replica: &mut PgConnection) -> Outcome<i32> {
    for _ in 0..6_000 {
        match sqlx::query_scalar("select n from t").fetch_one(&mut *replica).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => {}
            read => return Ok(read?),
        }
        sqlx::raw_sql("select pg_sleep(0.01)").execute(&mut *replica).await?;
    }
    Err("the table does not arrive".into())
}

async fn slots(server: &Server) -> Outcome<i64> {
    let mut connection = server.connect("postgres").await?;
    let count = sqlx::query_scalar("select count(*) from pg_replication_slots").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(count)
}

#[rstest]
#[tokio::test]
async fn a_replica_reads_what_its_server_has_takes_no_writes_and_leaves_nothing(
    #[values("embedded", "docker")] kind: &str,
) -> Outcome {
    if subject(kind, "a_replica_leaves_nothing").await?.is_none() {
        return Ok(());
    }
    let source = if kind == "docker" { docker_source() } else { Source::Embedded };
    let server = Provider::new(source, Request::default(), Places::from_environment()).start().await?;
    let mut primary = server.connect("postgres").await?;
    let replica = server.replica().await?.ok_or("a server of ours has a replica")?;
    sqlx::raw_sql("begin; set local synchronous_commit = on; create table t as select 42 as n; commit")
        .execute(&mut primary)
        .await?;
    let mut secondary: PgConnection = replica.connector().connect("postgres").await?;
    assert_eq!(read_when_it_is_there(&mut secondary).await?, 42);
    let refused = sqlx::raw_sql("insert into t values (1)").execute(&mut secondary).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("read-only transaction")));
    secondary.close().await?;
    assert_eq!(slots(&server).await?, 1);
    replica.stop().await?;
    assert_eq!(slots(&server).await?, 0);
    primary.close().await?;
    server.stop().await?;
    Ok(())
}
