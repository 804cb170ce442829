//! The SQL that the catalog is written as, run in an empty database, reads as the same text.

use std::collections::BTreeSet;

use pgproof::database::Database;
use pgproof::observe::read_schema;
use pgproof::schema::{Catalog, Kind, sql_dump};
use pgproof::server::Server;
use sqlx::Connection;

use crate::workbench::{Outcome, RICH, docker, embedded, run};

const VARIED: &str = include_str!("varied.sql");

/// The kinds that need functions of the server's own, and objects that need each other.
const SCARCE: &str = include_str!("scarce.sql");

/// The catalog of a script, that of its dump restored, and the dump.
async fn there_and_back(server: &Server, name: &str, script: &str) -> Outcome<(Catalog, Catalog, String)> {
    // A subscription is not cloned, and keeps its database from being dropped: both go with their server.
    let name = format!("pgproof_{name}");
    let declared = Database::create_empty(server, Some(&name)).await?;
    let mut connection = declared.connect().await?;
    run(&mut connection, script).await?;
    let (before, graph) = read_schema(&mut connection, &[]).await?;
    connection.close().await?;
    let sql = sql_dump(&before, &graph)?;
    let empty = Database::create_empty(server, None).await?;
    let mut connection = empty.connect().await?;
    if let Err(error) = run(&mut connection, &sql).await {
        return Err(format!("{error}\n{sql}").into());
    }
    let (after, _) = read_schema(&mut connection, &[]).await?;
    connection.close().await?;
    Ok((before, after, sql))
}

async fn reads_the_same(server: &Server, name: &str, script: &str) -> Outcome<Catalog> {
    let (before, after, sql) = there_and_back(server, name, script).await?;
    assert!(before.len() > 20, "there was nothing to compare");
    similar(&before.to_text(), &after.to_text(), &sql)?;
    Ok(before)
}

/// The lines that only one text has, where there are any.
fn similar(before: &str, after: &str, sql: &str) -> Outcome {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (old, new) = (lines(before), lines(after));
    let lost: Vec<_> = old.difference(&new).cloned().collect();
    let made: Vec<_> = new.difference(&old).cloned().collect();
    if before == after {
        return Ok(());
    }
    Err(format!("lost:\n{}\nmade:\n{}\nof:\n{sql}", lost.join("\n"), made.join("\n")).into())
}

#[tokio::test]
async fn a_dump_of_every_kind_reads_as_the_same_text_once_restored() -> Outcome {
    let server = embedded().await?;
    let mut seen: BTreeSet<Kind> = BTreeSet::new();
    for (name, script) in [("dumped_rich", RICH), ("dumped_varied", VARIED), ("dumped_scarce", SCARCE)] {
        let catalog = reads_the_same(&server, name, script).await.map_err(|error| format!("{name}: {error}"))?;
        seen.extend(catalog.objects().map(|object| object.id.kind));
    }
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !seen.contains(kind)).collect();
    assert!(missing.is_empty(), "no script has a {missing:?}");
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_dump_of_every_kind_reads_as_the_same_text_once_restored_in_docker() -> Outcome {
    let Some(server) = docker("a_dump_of_every_kind_reads_as_the_same_text_once_restored_in_docker").await? else {
        return Ok(());
    };
    for (name, script) in [("dumped_rich", RICH), ("dumped_varied", VARIED), ("dumped_scarce", SCARCE)] {
        reads_the_same(&server, name, script).await.map_err(|error| format!("{name}: {error}"))?;
    }
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn what_can_not_be_written_is_named_at_the_top_of_the_dump() -> Outcome {
    let server = embedded().await?;
    let script = format!("{SCARCE}; create access method other type index handler bthandler");
    let (_, _, sql) = there_and_back(&server, "dumped_named", &script).await?;
    let named: Vec<&str> = sql.lines().filter(|line| line.starts_with("-- by hand: ")).collect();
    assert_eq!(
        named,
        [
            "-- by hand: access method other is not understood and not written",
            "-- by hand: the connection of subscription away is not known: it is written without one, and switched off",
        ]
    );
    assert!(!sql.contains("secret"), "a password is shown");
    server.stop().await?;
    Ok(())
}

/// The databases of the scenarios, as they were and migrated.
async fn the_scenario_reads_the_same(name: &str) -> Outcome {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/");
    let source = pgproof::load::Source::read(format!("{directory}{name}"))?;
    let selection = pgproof::load::Selection { scale: "0.01".parse()?, ..Default::default() };
    let plan = source.plan(&selection)?;
    let provider = pgproof::testing::provider(&plan, &pgproof::testing::Subject::embedded(15));
    let pair = Box::pin(pgproof::run::migrated_pair(&plan, &provider)).await?;
    for database in [pair.baseline(), pair.migrated()] {
        let mut connection = database.connect().await?;
        // The extension can be made in one database of a server only.
        let (before, graph) = read_schema(&mut connection, &["cron"]).await?;
        connection.close().await?;
        let of_cron = |text: &str| text.contains("pg_cron") || text.contains(" cron.");
        let objects = before.objects().filter(|object| !of_cron(&object.id.to_string())).cloned();
        let before: Catalog = objects.collect();
        let sql = sql_dump(&before, &graph)?;
        let empty = Database::create_empty(pair.server(), None).await?;
        let mut connection = empty.connect().await?;
        if let Err(error) = run(&mut connection, &sql).await {
            return Err(format!("{error}\n{sql}").into());
        }
        let (after, _) = read_schema(&mut connection, &["cron"]).await?;
        connection.close().await?;
        similar(&before.to_text(), &after.to_text(), &sql)?;
        empty.drop().await?;
    }
    pair.clear().await?;
    Ok(())
}

#[tokio::test]
async fn the_medallion_databases_read_as_the_same_text_once_restored() -> Outcome {
    the_scenario_reads_the_same("medallion").await
}

#[tokio::test]
async fn the_token_events_databases_read_as_the_same_text_once_restored() -> Outcome {
    the_scenario_reads_the_same("token_events").await
}

#[tokio::test]
async fn the_postgis_parity_databases_read_as_the_same_text_once_restored() -> Outcome {
    the_scenario_reads_the_same("postgis_parity").await
}
