//! The two rollback scripts, as the plan documents them.

use pgproof::judge::Again;
use pgproof::testing::{Ground, Subject};
use sqlx::Connection;

use crate::support::{Outcome, selection};

/// The first step that a quick rollback undoes.
const AFTER_QUICK: &str = "210_transaction_columns";

async fn migrated(variant: Option<&str>) -> Outcome<Ground> {
    let ground = Ground::prepare(&medallion::source()?, &selection(variant)?, &Subject::embedded(15)).await?;
    forward(&ground, None).await?;
    Ok(ground)
}

async fn forward(ground: &Ground, from: Option<&str>) -> Outcome {
    let runs = ground.migrate(from).await?;
    match runs.iter().find_map(|run| run.refusal.as_ref()) {
        Some(refusal) => Err(format!("{}:{}: {}", refusal.file, refusal.line, refusal.message).into()),
        None => Ok(()),
    }
}

/// Runs `rollback/<name>.sql`; an error where the server refuses a statement.
async fn roll_back(ground: &Ground, name: &str) -> Outcome {
    let path = medallion::source()?.directory().join("rollback").join(format!("{name}.sql"));
    match ground.run_sql(name, &std::fs::read_to_string(path)?).await?.refusal {
        Some(refusal) => Err(format!("{name}.sql:{}: {}", refusal.line, refusal.message).into()),
        None => Ok(()),
    }
}

fn nothing(left: &Again) -> Outcome {
    match (left.catalog.as_slice(), left.rows.len()) {
        ([], 0) => Ok(()),
        (objects, _) => {
            let objects: Vec<String> = objects.iter().map(ToString::to_string).collect();
            Err(format!("left behind: {objects:#?} and rows of {:?}", left.rows.keys()).into())
        }
    }
}

#[tokio::test]
async fn the_full_rollback_restores_catalog_and_rows() -> Outcome {
    let ground = migrated(None).await?;
    assert!(nothing(&ground.changes().await?).is_err(), "the migration changed nothing");
    roll_back(&ground, "full").await?;
    let left = ground.changes().await?;
    ground.clear().await?;
    nothing(&left)
}

#[tokio::test]
async fn the_full_rollback_brings_orphaned_sales_home() -> Outcome {
    let ground = migrated(Some("orphaned_transactions")).await?;
    roll_back(&ground, "full").await?;
    let left = ground.changes().await?;
    ground.clear().await?;
    nothing(&left)
}

#[tokio::test]
async fn the_full_rollback_keeps_what_was_written_since() -> Outcome {
    let ground = migrated(None).await?;
    let mut connection = ground.work().connect().await?;
    sqlx::query("update geography set store_name = 'Bagong Pangalan' where id = 17").execute(&mut connection).await?;
    roll_back(&ground, "full").await?;
    let name: String =
        sqlx::query_scalar("select store_name from geography where id = 17").fetch_one(&mut connection).await?;
    connection.close().await?;
    let left = ground.changes().await?;
    ground.clear().await?;
    assert_eq!(name, "Bagong Pangalan");
    assert!(left.catalog.is_empty(), "{:?}", left.catalog);
    let changed: Vec<String> = left.rows.keys().map(ToString::to_string).collect();
    assert_eq!(changed, ["geography"]);
    Ok(())
}

#[tokio::test]
async fn the_quick_rollback_gives_the_sales_their_old_shape_and_leads_on_either_way() -> Outcome {
    let ground = migrated(None).await?;
    roll_back(&ground, "quick").await?;
    let quick = ground.changes().await?;
    let of_sales: Vec<String> = quick
        .catalog
        .iter()
        .filter(|difference| {
            let root = difference.object.root();
            (root.schema.as_deref(), root.name.as_str()) == (Some("public"), "transactions")
                // The tables that the keys refer to lie in another schema while the views stay.
                && !["transactions_geography_id_fkey", "transactions_organization_id_fkey"].contains(&difference.object.name.as_str())
        })
        .map(ToString::to_string)
        .collect();
    assert_eq!(of_sales, Vec::<String>::new());
    assert!(!quick.rows.keys().any(|relation| relation.name() == "transactions"), "{:?}", quick.rows.keys());
    assert!(
        quick.catalog.iter().any(|difference| difference.object.to_string() == "view public.geography"),
        "the views stay"
    );
    // Forward again, as documented, and all the way back. The script knows nothing of the cursors that this program
    // keeps of its backfills; whoever rolls back by hand forgets them too.
    assert!(ground.run_sql("forget", "drop schema pgproof cascade").await?.succeeded());
    forward(&ground, Some(AFTER_QUICK)).await?;
    roll_back(&ground, "quick").await?;
    roll_back(&ground, "full").await?;
    let left = ground.changes().await?;
    ground.clear().await?;
    nothing(&left)
}

#[tokio::test]
async fn the_full_rollback_refuses_while_raw_sales_wait() -> Outcome {
    let ground = migrated(None).await?;
    let mut connection = ground.work().connect().await?;
    sqlx::query("select cron.unschedule(jobid) from cron.job").execute(&mut connection).await?;
    sqlx::query("insert into bronze.raw_transactions (source, payload) values ('till', '{}')")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    let refused = roll_back(&ground, "full").await;
    ground.clear().await?;
    let message = refused.err().ok_or("it went on, and lost a raw sale")?.to_string();
    assert!(message.contains("1 raw sales are not processed yet"), "{message}");
    Ok(())
}
