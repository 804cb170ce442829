//! The ETL job fires in a real `pg_cron`. The only tests that wait: the scheduler's own clock ends the wait.

use std::time::{Duration, Instant};

use pgproof::testing::{Ground, Subject};
use sqlx::{Connection, PgConnection};

use crate::support::{Outcome, selection};

/// `pg_cron` 1.4 fires at full minutes; a quarter of one more is for the job itself.
const MOST: Duration = Duration::from_secs(75);

const RAW_SALE: &str = "insert into bronze.raw_transactions (source, payload) values ('till', jsonb_build_object(
    'transaction_code', 'TXN-RAW', 'store_id', 4, 'product_id', 9, 'cashier_id', 'C004-1',
    'cashier_name', 'Cashier 1 of store 004', 'transaction_date', '2025-07-01T10:00:00+08:00', 'quantity', 2,
    'unit_price', 12.00))";

const FIRED: &str = "select d.status, coalesce(r.outcome, 'waiting')
    from cron.job_run_details d join cron.job j using (jobid), bronze.raw_transactions r
    where j.jobname = 'medallion_bronze_to_silver' and d.status in ('succeeded', 'failed') and d.start_time > r.received_at
    order by d.runid limit 1";

async fn a_raw_sale_is_loaded(subject: &Subject, reschedule: Option<&str>) -> Outcome {
    let ground = Ground::prepare(&medallion::source()?, &selection(None)?, subject).await?;
    let runs = ground.migrate(None).await?;
    assert!(runs.iter().all(pgproof::facts::StepRun::succeeded), "{:?}", runs.last());
    let mut connection = ground.work().connect().await?;
    sqlx::query(RAW_SALE).execute(&mut connection).await?;
    if let Some(schedule) = reschedule {
        sqlx::query(
            "select cron.schedule(jobname, $1, command) from cron.job where jobname = 'medallion_bronze_to_silver'",
        )
        .bind(schedule)
        .execute(&mut connection)
        .await?;
    }
    let fired = first_run(&mut connection).await?;
    let loaded: Option<(String, i32)> =
        sqlx::query_as("select store_id, quantity from transactions where transaction_code = 'TXN-RAW'")
            .fetch_optional(&mut connection)
            .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!(fired, Some(("succeeded".to_owned(), "loaded".to_owned())));
    assert_eq!(loaded, Some(("4".to_owned(), 2)));
    Ok(())
}

/// How the job's first run after the raw sale ended, and what became of the sale; `None` where it never ran.
async fn first_run(connection: &mut PgConnection) -> Outcome<Option<(String, String)>> {
    let started = Instant::now();
    while started.elapsed() < MOST {
        if let Some(fired) = sqlx::query_as(FIRED).fetch_optional(&mut *connection).await? {
            return Ok(Some(fired));
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(None)
}

#[tokio::test]
async fn a_job_fires_at_the_full_minute_and_loads_a_raw_sale() -> Outcome {
    a_raw_sale_is_loaded(&Subject::embedded(15), None).await
}

#[tokio::test]
async fn a_job_fires_every_second_on_docker_17_and_loads_a_raw_sale() -> Outcome {
    let test = "a_job_fires_every_second_on_docker_17_and_loads_a_raw_sale";
    let Some(subject) = Subject::docker_or_skip(test).await? else { return Ok(()) };
    a_raw_sale_is_loaded(&subject, Some("1 second")).await
}
