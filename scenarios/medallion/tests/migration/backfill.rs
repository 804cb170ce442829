//! Step 220 as a job in Rust: proven like the one in SQL, and taken up where it stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pgproof::judge::{Code, Verdict};
use pgproof::load::Source;
use pgproof::scenario::{BatchJob, BatchOptions, BatchWork, Claim, RowTransform};
use pgproof::sql::RelationName;
use pgproof::testing::{Ground, Subject, all_proven};
use sqlx::Connection;

use crate::support::{Outcome, about, guarded, run, selection, unguarded};

const STEP: &str = "220_transaction_keys";

const READ: &str = "select id::text, geography_id || '|' || organization_id from public.transactions
    where id > $1 and id <= $2 order by id";

const WRITE: &str = "with progress as (
    insert into public.migration_log (step, phase, description, status, details, finished_at)
    values ('220_transaction_keys', '2.2', 'store_id and product_id of the sales so far', 'running',
        jsonb_build_object('through', (select max(k::bigint) from unnest($1::text[]) as k)), clock_timestamp())
    on conflict (step) do update set details = excluded.details, finished_at = excluded.finished_at
)
update public.transactions as t
set store_id = split_part(w.v, '|', 1), product_id = split_part(w.v, '|', 2)
from unnest($1::text[], $2::text[]) as w (k, v)
where t.id = w.k::bigint";

const DOWN: &str = "with forgotten as (delete from public.migration_log where step = '220_transaction_keys')
update public.transactions set store_id = null, product_id = null where id > $1 and id <= $2";

fn job(size: u32, transform: RowTransform) -> BatchJob {
    BatchJob {
        relation: RelationName::new("public", "transactions"),
        key: "id".to_owned(),
        size,
        work: BatchWork::Rows { read: READ.to_owned(), transform, write: WRITE.to_owned() },
        down: Some(DOWN.to_owned()),
        options: BatchOptions::default(),
    }
}

/// The scenario with a job in Rust in the place of the file.
fn with_job(source: Source, job: BatchJob) -> Source {
    source.with(|scenario| scenario.with_job(STEP, job))
}

#[tokio::test]
async fn a_backfill_in_rust_is_proven_there_and_back() -> Outcome {
    let planted = guarded()?.remove("migrations/expand/220_transaction_keys.batch.toml")?;
    let source = with_job(planted.source()?, job(1_000, RowTransform::new(|input| Ok(input.to_owned()))));
    let claims = [Claim::Applies, Claim::Parity, Claim::Schema, Claim::Reversible];
    let record = run(&source, None, &claims).await?;
    all_proven(&record)?;
    let batches = record.steps.iter().find(|run| run.step == STEP).map(|run| run.statements.len());
    assert_eq!(batches, Some(4), "3,762 sales in batches of a thousand");
    Ok(())
}

#[tokio::test]
async fn a_backfill_in_rust_that_maps_wrongly_is_refuted() -> Outcome {
    let planted = unguarded()?.remove("migrations/expand/220_transaction_keys.batch.toml")?;
    // One sale is given the store of another; its key is right, so no constraint minds.
    let wrong = RowTransform::new(|input| Ok(input.replace("17|", "18|")));
    let record = run(&with_job(planted.source()?, job(1_000, wrong)), None, &[Claim::Parity]).await?;
    assert_eq!(record.verdict(Claim::Parity), Some(Verdict::Refuted));
    let found = about(&record, Code::P003, "sales")?;
    assert!(found.iter().all(|finding| finding.message.contains("`store_id` was `17` and is `18`")), "{found:#?}");
    Ok(())
}

#[tokio::test]
async fn a_backfill_that_stops_half_way_goes_on_behind_its_last_batch() -> Outcome {
    let planted = guarded()?.remove("migrations/expand/220_transaction_keys.batch.toml")?;
    let broken = Arc::new(AtomicBool::new(true));
    let (seen, read) = (Arc::clone(&broken), AtomicU32::new(0));
    let transform = RowTransform::new(move |input| {
        // The row behind the first 1,700 lies in the fourth batch.
        if read.fetch_add(1, Ordering::SeqCst) == 1_700 && seen.load(Ordering::SeqCst) {
            return Err("the lookup service does not answer".to_owned());
        }
        Ok(input.to_owned())
    });
    let source = with_job(planted.source()?, job(500, transform));
    let ground = Ground::prepare(&source, &selection(None)?, &Subject::embedded(15)).await?;
    let first = ground.migrate(None).await?;
    let stopped = first.last().ok_or("no step was taken")?;
    let refusal = stopped.refusal.as_ref().ok_or("it did not stop")?;
    assert_eq!((stopped.step.as_str(), stopped.statements.len()), (STEP, 3));
    assert!(refusal.message.contains("row 1701: the lookup service does not answer"), "{}", refusal.message);

    // Every write from here on is counted: a batch done twice would show.
    let watch = "create table public.written (id bigint not null);
        create function public.count_written() returns trigger language plpgsql as
          $$ begin insert into public.written values (new.id); return null; end $$;
        create trigger count_written after update of store_id on public.transactions
          for each row execute function public.count_written();";
    assert!(ground.run_sql("watch", watch).await?.succeeded());
    let mut connection = ground.work().connect().await?;
    let done: (i64, i64) =
        sqlx::query_as("select count(store_id), max(id) filter (where store_id is not null) from transactions")
            .fetch_one(&mut connection)
            .await?;
    assert_eq!(done, (1_500, 1_500), "three whole batches, nothing of the fourth");

    broken.store(false, Ordering::SeqCst);
    let second = ground.migrate(Some(STEP)).await?;
    assert!(second.iter().all(pgproof::facts::StepRun::succeeded), "{:?}", second.last());
    let written: (i64, i64, i64) =
        sqlx::query_as("select count(*), count(distinct id), min(id) from written").fetch_one(&mut connection).await?;
    let left: i64 =
        sqlx::query_scalar("select count(*) from transactions where store_id is distinct from geography_id::text")
            .fetch_one(&mut connection)
            .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!(written, (2_262, 2_262, 1_501), "the rest, each once");
    assert_eq!(left, 0);
    Ok(())
}
