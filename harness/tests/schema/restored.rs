//! A schema after a dump and a restore.

use pgproof::database::Database;
use pgproof::observe::schema::read_catalog;
use pgproof::schema::{Catalog, diff};
use pgproof::server::Server;
use sqlx::Connection;

use crate::workbench::{Outcome, RICH, docker, embedded, run, template};

/// Expressions of many kinds wherever one can stand.
const VARIED: &str = include_str!("varied.sql");

async fn catalog(database: &Database) -> Outcome<Catalog> {
    let mut connection = database.connect().await?;
    let catalog = read_catalog(&mut connection, &[]).await?;
    connection.close().await?;
    Ok(catalog)
}

async fn nothing_differs_once_restored(server: &Server, name: &str, script: &str) -> Outcome {
    let template = template(server, name, script).await?;
    let (declared, restored) = (template.clone_as(None).await?, Database::create_empty(server, None).await?);
    server.copy_by_dump(declared.name(), restored.name()).await?;
    let (before, after) = (catalog(&declared).await?, catalog(&restored).await?);
    assert!(before.len() > 50, "there was nothing to compare");
    let told: Vec<String> = diff(&before, &after).iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    declared.drop().await?;
    restored.drop().await?;
    Ok(())
}

#[tokio::test]
async fn a_varied_schema_reads_the_same_once_restored() -> Outcome {
    let server = embedded().await?;
    nothing_differs_once_restored(&server, "restored_varied", VARIED).await?;
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_varied_schema_reads_the_same_once_restored_on_another_major() -> Outcome {
    let Some(server) = docker("a_varied_schema_reads_the_same_once_restored_on_another_major").await? else {
        return Ok(());
    };
    nothing_differs_once_restored(&server, "restored_varied", VARIED).await?;
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_schema_with_every_kind_of_object_reads_the_same_once_restored() -> Outcome {
    let server = embedded().await?;
    nothing_differs_once_restored(&server, "restored_rich", RICH).await?;
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_list_that_lost_an_element_is_still_seen() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "restored_fault", VARIED).await?;
    let clone = template.clone_as(None).await?;
    let before = catalog(&clone).await?;
    let mut connection = clone.connect().await?;
    let fault = "alter table t drop constraint t_v_check5, add constraint t_v_check5 check (v in ('a', 'c'))";
    run(&mut connection, fault).await?;
    connection.close().await?;
    let told: Vec<String> = diff(&before, &catalog(&clone).await?).iter().map(|one| one.object.to_string()).collect();
    assert_eq!(told, ["constraint t_v_check5 on table public.t"]);
    clone.drop().await?;
    server.stop().await?;
    Ok(())
}
