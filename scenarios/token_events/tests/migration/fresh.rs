//! The view is never out of date, and what the two applications write reaches each other.

use pgproof::database::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{Outcome, migrated};

const FIRST: &str = "00000000-0000-4000-8000-000000000001";

async fn counted(connection: &mut PgConnection, sql: &str) -> Outcome<i64> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await?)
}

/// Readings that the view shows otherwise than the old application's view does, duplicates left out.
async fn stale(connection: &mut PgConnection) -> Outcome<i64> {
    counted(
        connection,
        "select count(*) from (
            select id, date, reading, token_units from electricity_readings_v
            except
            select id, date, reading, token_units from electricity_readings
        ) as differing",
    )
    .await
}

/// Waiting changes; the debounced refresh may come between any two statements.
async fn waiting(connection: &mut PgConnection) -> Outcome<i64> {
    counted(connection, "select count(*) from private.readings_refresh_queue").await
}

async fn connect(database: &Database) -> Outcome<PgConnection> {
    let mut connection = database.connect().await?;
    // The tests refresh by themselves.
    sqlx::raw_sql("select cron.unschedule(jobid) from cron.job").execute(&mut connection).await?;
    Ok(connection)
}

#[tokio::test]
async fn what_the_old_application_writes_is_in_the_view_at_once_and_stored_by_one_refresh() -> Outcome {
    let ground = migrated().await?;
    let mut connection = connect(ground.work()).await?;
    let before = counted(&mut connection, "select count(*) from electricity_readings_v").await?;
    let write = format!(
        "insert into electricity_readings (user_id, date, reading) select '{FIRST}', '2025-02-01', 300000 + n from generate_series(1, 20) n;
         update electricity_readings set reading = reading + 0.5 where reading = 300007;
         delete from electricity_readings where reading = 300009"
    );
    sqlx::raw_sql(AssertSqlSafe(write)).execute(&mut connection).await?;
    let seen = counted(&mut connection, "select count(*) from electricity_readings_v").await?;
    let queued = waiting(&mut connection).await?;
    let stale_before = stale(&mut connection).await?;
    let refreshed = counted(&mut connection, "select refresh_readings_mv()").await?;
    let stored = counted(&mut connection, "select count(*) from electricity_readings_mv").await?;
    let again = counted(&mut connection, "select refresh_readings_mv()").await?;
    let audited = counted(
        &mut connection,
        "select count(*) from recalculation_batches where trigger_type in ('correction', 'deletion')",
    )
    .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!((seen, stale_before), (before + 19, 0));
    assert!(queued > 0, "nothing was queued");
    assert_eq!((refreshed, stored, again), (queued, before + 19, 0), "one refresh stores all that waited");
    assert_eq!(audited, 2, "the correction and the deletion are accounted for");
    Ok(())
}

#[tokio::test]
async fn an_event_of_the_new_application_becomes_a_reading_of_the_old_one() -> Outcome {
    let ground = migrated().await?;
    let mut connection = connect(ground.work()).await?;
    let write = format!(
        "begin;
         select set_config('request.jwt.claims', '{{\"sub\": \"{FIRST}\", \"role\": \"authenticated\"}}', true);
         set local role authenticated;
         insert into token_events (user_id, event_type, event_date, reading, token_units, token_cost)
         values ('{FIRST}', 'top_up', '2025-02-01', 300000, 25, 281.25);
         commit"
    );
    sqlx::raw_sql(AssertSqlSafe(write)).execute(&mut connection).await?;
    let readings = counted(&mut connection, "select count(*) from electricity_readings where reading = 300000").await?;
    let events = counted(&mut connection, "select count(*) from token_events where reading = 300000").await?;
    let seen = counted(&mut connection, "select count(*) from electricity_readings_v where reading = 300000").await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!((readings, events, seen), (1, 1, 1));
    Ok(())
}

#[tokio::test]
async fn a_reading_that_is_entered_twice_counts_once_until_the_first_is_deleted() -> Outcome {
    let ground = migrated().await?;
    let mut connection = connect(ground.work()).await?;
    let twice = format!(
        "insert into electricity_readings (user_id, date, reading) values ('{FIRST}', '2025-02-01', 300000), ('{FIRST}', '2025-02-01', 300000)"
    );
    sqlx::raw_sql(AssertSqlSafe(twice)).execute(&mut connection).await?;
    let counting = "select count(*) from token_events where reading = 300000 and is_voided = false";
    let of_two = counted(&mut connection, counting).await?;
    sqlx::raw_sql(
        "delete from electricity_readings where id = (select min(id) from electricity_readings where reading = 300000)",
    )
    .execute(&mut connection)
    .await?;
    let of_one = counted(&mut connection, counting).await?;
    let fresh = stale(&mut connection).await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!((of_two, of_one, fresh), (1, 1, 0));
    Ok(())
}

/// How many rows of `token_events` are read while one of the last readings is corrected and another deleted, by a planner
/// that reads no table in full where there is an index to go by.
async fn rows_read_by_a_correction(connection: &mut PgConnection) -> Outcome<i64> {
    let read = "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relid = 'token_events'::regclass";
    sqlx::raw_sql("select pg_stat_force_next_flush()").execute(&mut *connection).await?;
    let before = counted(connection, read).await?;
    let write = "update electricity_readings set reading = reading + 0.25 where id = (select max(id) - 5 from electricity_readings);
         delete from electricity_readings where id = (select max(id) - 9 from electricity_readings)";
    sqlx::raw_sql(write).execute(&mut *connection).await?;
    sqlx::raw_sql("select pg_stat_force_next_flush()").execute(&mut *connection).await?;
    Ok(counted(connection, read).await? - before)
}

#[tokio::test]
async fn a_correction_reads_a_few_events_however_many_there_are() -> Outcome {
    let ground = migrated().await?;
    let mut connection = connect(ground.work()).await?;
    let events = counted(&mut connection, "select count(*) from token_events").await?;
    sqlx::raw_sql("set enable_seqscan = off").execute(&mut connection).await?;
    let by_index = rows_read_by_a_correction(&mut connection).await?;
    sqlx::raw_sql("drop index token_events_duplicates_idx").execute(&mut connection).await?;
    let without = rows_read_by_a_correction(&mut connection).await?;
    connection.close().await?;
    ground.clear().await?;
    assert!(by_index < events / 10, "{by_index} of {events}");
    assert!(without >= events, "without its index it reads all of them, and the count tells so: {without} of {events}");
    Ok(())
}
