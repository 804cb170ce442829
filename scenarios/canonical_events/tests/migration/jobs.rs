//! The jobs themselves: killed and taken up again, dry, with rows set aside, with several workers.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pgproof::apply::{Attendant, Boundary};
use pgproof::facts::DryOutcome;
use pgproof::testing::{Ground, Planted};
use rstest::rstest;
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{EVENTS, Outcome, before_events, selection, source_of, succeeded};

/// Every write from here on is counted: an event done twice would show.
const WATCH: &str = "create table public.written (id bigint not null);
    create function public.count_written() returns trigger language plpgsql as
      $$ begin insert into public.written values (new.id); return null; end $$;
    create trigger count_written after update of canonical_event on public.events
      for each row execute function public.count_written();";

/// Where a batch is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    StatementStarts,
    StatementEnded,
    CommitStarts,
    Committed,
}

/// Does something over the job's own connection at one boundary of one batch.
struct Intruder {
    at: At,
    batch: usize,
    sql: &'static str,
}

impl Attendant for Intruder {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        let here = match boundary {
            Boundary::StatementStarts(place) => Some((At::StatementStarts, place.index)),
            Boundary::StatementEnded(place) => Some((At::StatementEnded, place.index)),
            Boundary::CommitStarts(place) => Some((At::CommitStarts, place.index)),
            Boundary::Committed(place) => Some((At::Committed, place.index)),
            Boundary::Opened { .. } => None,
        };
        async move {
            if here == Some((self.at, self.batch)) {
                connection.execute(self.sql).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

/// Updates seen by the trigger, of how many events, and events left without canonical form.
async fn written(ground: &Ground) -> Result<(i64, i64, i64), Box<dyn std::error::Error>> {
    let mut connection = ground.work().connect().await?;
    let counted = sqlx::query_as(
        "select (select count(*) from written), (select count(distinct id) from written),
                (select count(*) from events where canonical_event is null)",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(counted)
}

#[rstest]
#[case::before_the_work("rust_jobs", At::StatementStarts)]
#[case::behind_the_work("rust_jobs", At::StatementEnded)]
#[case::before_the_commit("sql_functions", At::CommitStarts)]
#[case::behind_the_commit("sql_functions", At::Committed)]
#[tokio::test]
async fn a_job_whose_backend_is_killed_goes_on_and_does_each_event_once(#[case] path: &str, #[case] at: At) -> Outcome {
    let ground = before_events(&canonical_events::source()?, &selection(path, None)).await?;
    assert!(ground.run_sql("watch", WATCH).await?.succeeded());
    let mut killer = Intruder { at, batch: 3, sql: "select pg_terminate_backend(pg_backend_pid())" };
    assert!(ground.take_step(EVENTS, &mut killer).await.is_err(), "nobody was killed");
    let done = if at == At::Committed { 400 } else { 300 };
    assert_eq!(written(&ground).await?, (done, done, 995 - done), "whole batches, and nothing of the others");
    succeeded(&ground.take_step(EVENTS, &mut ()).await?)?;
    assert_eq!(written(&ground).await?, (995, 995, 0), "all, each once");
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_cursor_that_ran_ahead_of_its_batch_is_noticed() -> Outcome {
    let ground = before_events(&canonical_events::source()?, &selection("rust_jobs", None)).await?;
    assert!(ground.run_sql("watch", WATCH).await?.succeeded());
    let mut killer = Intruder { at: At::Committed, batch: 3, sql: "select pg_terminate_backend(pg_backend_pid())" };
    assert!(ground.take_step(EVENTS, &mut killer).await.is_err());
    let ahead = "update pgproof.batch_cursor set last_key = '401' where step = '310_events';";
    assert!(ground.run_sql("ahead", ahead).await?.succeeded());
    succeeded(&ground.take_step(EVENTS, &mut ()).await?)?;
    assert_eq!(written(&ground).await?, (994, 994, 1), "the fault reaches the end");
    let verify = "select 1 / (count(*) = 0)::int from public.events as e
        where e.canonical_event is null = not exists (select from public.migration_failures as f where f.record_id = e.id::text);";
    assert!(!ground.run_sql("verify", verify).await?.succeeded(), "the step's verification asks this, too");
    ground.clear().await?;
    Ok(())
}

#[rstest]
#[case::rust("rust_jobs")]
#[case::sql("sql_functions")]
#[tokio::test]
async fn a_dry_run_tells_of_each_row_what_the_job_then_does_and_leaves_nothing(#[case] path: &str) -> Outcome {
    let ground = before_events(&canonical_events::source()?, &selection(path, Some("odd"))).await?;
    let (asked, rows) = ground.dry_run(EVENTS, &mut ()).await?;
    assert_eq!(asked.left, Vec::<String>::new());
    assert_eq!((asked.batches, rows.len()), (11, 1_007));
    assert_eq!(asked.rows.get("set-aside"), Some(&4), "{:?}", asked.rows);
    succeeded(&ground.take_step(EVENTS, &mut ()).await?)?;
    let mut connection = ground.work().connect().await?;
    let done: Vec<(String, Option<String>, Option<String>)> = sqlx::query_as(
        "select e.id::text, e.canonical_event::text, f.reason
           from events as e left join migration_failures as f on f.record_id = e.id::text order by e.id",
    )
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    assert_eq!(done.len(), rows.len());
    for (key, canonical, reason) in done {
        let row = rows.iter().find(|row| row.key == key).ok_or_else(|| format!("nothing is told of {key}"))?;
        let would = row.columns.get("canonical_event").and_then(|(_, after)| after.clone());
        assert_eq!((would, &row.reason), (canonical, &reason), "event {key}");
        let set_aside = row.outcome == DryOutcome::SetAside;
        assert_eq!(set_aside, reason.is_some(), "event {key}");
        assert!(row.columns.keys().all(|column| column == "canonical_event"), "event {key}: {:?}", row.columns);
    }
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_batch_that_a_dry_run_applies_is_noticed() -> Outcome {
    let ground = before_events(&canonical_events::source()?, &selection("rust_jobs", None)).await?;
    let mut committer = Intruder { at: At::StatementEnded, batch: 5, sql: "commit" };
    let (asked, _) = ground.dry_run(EVENTS, &mut committer).await?;
    assert!(asked.left.contains(&"the rows of `events`".to_owned()), "{:?}", asked.left);
    assert!(asked.left.contains(&"the rows of `migration_log`".to_owned()), "{:?}", asked.left);
    assert_eq!(asked.left.len(), 2, "{:?}", asked.left);
    ground.clear().await?;
    Ok(())
}

#[rstest]
#[case::rust("rust_jobs")]
#[case::sql("sql_functions")]
#[tokio::test]
async fn events_that_jsonb_refuses_are_set_aside_with_the_reason_and_the_others_go_on(#[case] path: &str) -> Outcome {
    let ground = before_events(&canonical_events::source()?, &selection(path, Some("odd"))).await?;
    let runs = ground.take_step(EVENTS, &mut ()).await?;
    succeeded(&runs)?;
    let told: Vec<String> = runs
        .iter()
        .flat_map(|run| &run.statements)
        .flat_map(|statement| &statement.set_aside)
        .map(|row| row.key.clone())
        .collect();
    assert_eq!(told, ["996", "997", "998", "999"]);
    let mut connection = ground.work().connect().await?;
    let failed: Vec<(String, String)> =
        sqlx::query_as("select record_id, reason from migration_failures where migration = $1 order by record_id")
            .bind(EVENTS)
            .fetch_all(&mut connection)
            .await?;
    let log: (i64, i64, i64, i64, bool) = sqlx::query_as(
        "select processed, succeeded, failed, jsonb_array_length(errors)::bigint, finished_at >= started_at
           from migration_log where migration = $1",
    )
    .bind(EVENTS)
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!(failed.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), told);
    let words = match path {
        "rust_jobs" => ["NUL", "surrogate", "numeric", "NUL"],
        _ => ["Unicode escape", "invalid input syntax", "overflows numeric", "Unicode escape"],
    };
    for ((id, reason), word) in failed.iter().zip(words) {
        assert!(reason.contains(word), "{id}: {reason}");
    }
    assert_eq!(log, (1_007, 1_003, 4, 4, true));
    Ok(())
}

/// The job of the SQL path with workers, so that its ranges are planned.
fn with_workers() -> Result<Planted, Box<dyn std::error::Error>> {
    let copy = Planted::copy_of(&canonical_events::source()?)?;
    Ok(copy.replace(
        "migrations/sql_functions/310_events.batch.toml",
        "size = 100",
        "size = 100\nworkers = 3\npause_ms = 1",
    )?)
}

#[tokio::test]
async fn workers_never_take_the_same_event_and_leave_none() -> Outcome {
    let planted = with_workers()?;
    let ground = before_events(&source_of(&planted)?, &selection("sql_functions", None)).await?;
    assert!(ground.run_sql("watch", WATCH).await?.succeeded());
    let runs = ground.take_step(EVENTS, &mut ()).await?;
    succeeded(&runs)?;
    assert_eq!(runs.iter().map(|run| run.statements.len()).sum::<usize>(), 10);
    assert_eq!(written(&ground).await?, (995, 995, 0));
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn workers_of_which_one_is_killed_go_on_where_they_were() -> Outcome {
    let planted = with_workers()?;
    let ground = before_events(&source_of(&planted)?, &selection("sql_functions", None)).await?;
    assert!(ground.run_sql("watch", WATCH).await?.succeeded());
    let mut killer = Intruder { at: At::CommitStarts, batch: 4, sql: "select pg_terminate_backend(pg_backend_pid())" };
    assert!(ground.take_step(EVENTS, &mut killer).await.is_err());
    succeeded(&ground.take_step(EVENTS, &mut ()).await?)?;
    assert_eq!(written(&ground).await?, (995, 995, 0));
    ground.clear().await?;
    Ok(())
}

/// As many events as a batch holds come in with each batch: a walk to the last key would never end.
struct Flood;

impl Attendant for Flood {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        let comes = matches!(boundary, Boundary::StatementStarts(place) if place.index < 200);
        async move {
            if comes {
                let sql = "insert into events (campaign_id, provider, event_data, created_at)
                    select campaign_id, provider, '{}', created_at from events where id <= 100";
                connection.execute(sql).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_job_with_planned_ranges_ends_although_events_come_in_all_the_while() -> Outcome {
    let planted = with_workers()?;
    let ground = before_events(&source_of(&planted)?, &selection("sql_functions", None)).await?;
    let runs = ground.take_step(EVENTS, &mut Flood).await?;
    succeeded(&runs)?;
    let batches = runs.iter().map(|run| run.statements.len()).sum::<usize>();
    let mut connection = ground.work().connect().await?;
    let left: (i64, i64) = sqlx::query_as(
        "select count(*) filter (where id <= 995 and canonical_event is null), count(*) filter (where id > 995) from events",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!((batches, left), (10, (0, 1_000)));
    Ok(())
}
