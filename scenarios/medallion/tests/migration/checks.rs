//! The scenario's own assertions, the pre-migration checklist and the success metrics: each of them can fail.

use std::collections::BTreeSet;

use pgproof::record::RunRecord;
use pgproof::scenario::{Claim, Moment};
use pgproof::testing::{Ground, Subject};
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::support::{Outcome, guarded, run, selection, unguarded};

/// The names of the scenario's assertions of one moment.
fn names(moment: Moment) -> Outcome<BTreeSet<String>> {
    let source = medallion::source()?;
    let assertions = source.scenario().assertions.iter().filter(|assertion| assertion.when == moment);
    Ok(assertions.map(|assertion| assertion.name.clone()).collect())
}

/// The assertions that a run found not to hold.
fn failed(record: &RunRecord, moment: Moment) -> Outcome<BTreeSet<String>> {
    let names = names(moment)?;
    Ok(record.findings.iter().filter_map(|finding| finding.key.clone()).filter(|key| names.contains(key)).collect())
}

/// Damage done behind the last step: to each thing that an assertion looks at.
const WRECK: &str = "
set local session_replication_role = replica;
delete from public.stores where legacy_id = 17;
delete from public.products where legacy_id = 5;
set local session_replication_role = origin;
delete from public.migration_log where step = '300_bronze';
insert into bronze.raw_transactions (source, payload, received_at) values ('till', '{}', now() - interval '1 hour');
drop index gold.cashier_totals_key;
select cron.schedule('medallion_refresh_gold', '0 4 * * *', 'select public.refresh_all_gold_views()');
select cron.alter_job(jobid, active := false) from cron.job where jobname = 'medallion_bronze_to_silver';
";

#[tokio::test]
async fn every_success_metric_notices_a_wreck() -> Outcome {
    let planted = unguarded()?.append("migrations/expand/340_etl_jobs.up.sql", WRECK)?;
    let record = run(&planted.source()?, None, &[Claim::Applies, Claim::Parity]).await?;
    assert_eq!(failed(&record, Moment::After)?, names(Moment::After)?, "{:#?}", record.findings);
    Ok(())
}

/// A legacy database that is not the one the plan was made for.
const STRANGE: &str = "
update public.geography set region = 'BARMM' where region = 'Region XIII';
alter table public.organization rename to goods;
create view public.organization as select * from public.goods;
grant select on public.organization to anon;
";

#[tokio::test]
async fn every_item_of_the_checklist_can_stop_the_night() -> Outcome {
    const CLAIMS: [Claim; 3] = [Claim::Applies, Claim::Parity, Claim::Affordable];
    let planted = guarded()?.append("variants/missing_grants.sql", STRANGE)?.replace(
        "scenario.toml",
        "< 20 * 1024::bigint ^ 3",
        "< 1024",
    )?;
    let record = run(&planted.source()?, Some("missing_grants"), &CLAIMS).await?;
    let mut expected = names(Moment::Before)?;
    // Nobody but the migration is connected to a database that was just made; the next test opens a transaction.
    assert!(expected.remove("no_open_transactions"));
    assert_eq!(failed(&record, Moment::Before)?, expected, "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn an_open_transaction_is_on_the_checklist() -> Outcome {
    let ground = Ground::prepare(&medallion::source()?, &selection(None)?, &Subject::embedded(15)).await?;
    let asked = ground.plan().assertions.iter().find(|assertion| assertion.name == "no_open_transactions");
    // A minute is long for a test; that the transaction is older than nothing is enough.
    let sql = asked.ok_or("no such assertion")?.sql.replace("'1 minute'", "'0 minutes'");
    let (mut seller, mut clerk) = (ground.work().connect().await?, ground.work().connect().await?);
    let before: i64 = sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(&mut clerk).await?;
    seller.execute("begin").await?;
    seller.execute("select count(*) from transactions").await?;
    let during: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut clerk).await?;
    seller.close().await?;
    clerk.close().await?;
    ground.clear().await?;
    assert_eq!((before, during), (0, 1));
    Ok(())
}
