//! The two rollbacks, as the document has them: phase 2 alone, then phase 1.

use pgproof::judge::Again;
use pgproof::testing::Ground;
use sqlx::{AssertSqlSafe, Connection};

use crate::support::{Outcome, STEPS, migrated};

/// The steps of phase 1.
const PHASE_1: [&str; 4] = [
    "010_create_event_sourcing_tables",
    "011_index_events",
    "020_create_position_calculation_function",
    "030_create_materialized_view",
];

/// The text of a file of the scenario, the files that it includes put in their places.
fn text(file: &str) -> Outcome<String> {
    let path = token_events::source()?.directory().join(file);
    let mut whole = String::new();
    for line in std::fs::read_to_string(&path)?.lines() {
        match line.strip_prefix("\\ir ../") {
            Some(included) => whole.push_str(&text(included)?),
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// The same, to be run in one transaction: an index is the same whichever way it was built.
fn at_once(file: &str) -> Outcome<String> {
    Ok(text(file)?.replace("index concurrently", "index"))
}

/// Runs `rollback/<name>.sql`; an error where the server refuses a statement.
async fn roll_back(ground: &Ground, name: &str) -> Outcome {
    match ground.run_sql(name, &text(&format!("rollback/{name}.sql"))?).await?.refusal {
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
async fn phase_2_leads_back_to_the_state_behind_script_03_and_phase_1_to_the_beginning() -> Outcome {
    let ground = migrated().await?;
    roll_back(&ground, "phase_2").await?;
    // What was never migrated is taken as far, to compare with.
    let mut untouched = ground.baseline().connect().await?;
    for step in PHASE_1 {
        sqlx::raw_sql(AssertSqlSafe(at_once(&format!("{STEPS}/{step}.up.sql"))?)).execute(&mut untouched).await?;
    }
    let behind_phase_1 = ground.changes().await?;
    for step in PHASE_1.into_iter().rev() {
        sqlx::raw_sql(AssertSqlSafe(at_once(&format!("{STEPS}/{step}.down.sql"))?)).execute(&mut untouched).await?;
    }
    untouched.close().await?;
    let between = ground.changes().await?;
    roll_back(&ground, "phase_1").await?;
    let at_the_beginning = ground.changes().await?;
    ground.clear().await?;
    nothing(&behind_phase_1)?;
    assert!(nothing(&between).is_err(), "phase 1 changed nothing");
    nothing(&at_the_beginning)
}

#[tokio::test]
async fn both_rollbacks_keep_what_either_application_wrote() -> Outcome {
    let ground = migrated().await?;
    let mut connection = ground.work().connect().await?;
    let user = "00000000-0000-4000-8000-000000000001";
    let write = format!(
        "insert into electricity_readings (user_id, date, reading) values ('{user}', '2025-02-01', 300000);
         insert into token_events (user_id, event_type, event_date, reading, token_units, token_cost)
         values ('{user}', 'meter_reset', '2025-02-02', 300001, 0, 0)"
    );
    sqlx::raw_sql(AssertSqlSafe(write)).execute(&mut connection).await?;
    let events = "select count(*) from token_events";
    let own = "select count(*) from token_events where not metadata ?| array['migrated_from', 'captured_from']";
    let own: i64 = sqlx::query_scalar(own).fetch_one(&mut connection).await?;
    roll_back(&ground, "phase_2").await?;
    let behind_phase_2: i64 = sqlx::query_scalar(events).fetch_one(&mut connection).await?;
    roll_back(&ground, "phase_1").await?;
    let at_the_beginning: i64 = sqlx::query_scalar(events).fetch_one(&mut connection).await?;
    let readings: i64 =
        sqlx::query_scalar("select count(*) from electricity_readings where reading in (300000, 300001)")
            .fetch_one(&mut connection)
            .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!((behind_phase_2, at_the_beginning), (own, own));
    assert_eq!(readings, 2, "the new application's event is a reading of the old one");
    Ok(())
}

#[tokio::test]
async fn phase_1_is_refused_while_phase_2_stands() -> Outcome {
    let ground = migrated().await?;
    let refused = roll_back(&ground, "phase_1").await;
    ground.clear().await?;
    let message = refused.err().ok_or("it went on")?.to_string();
    assert!(message.contains("events that phase 2 made or judged"), "{message}");
    Ok(())
}
