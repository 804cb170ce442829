//! What commits itself is seen by the sampler alone.

use pgproof::facts::{LockSeen, StatementSeen};
use pgproof::sql::LockMode;
use rstest::rstest;
use sqlx::Executor;

use crate::{Outcome, ground, locks, seen, statement, until, watched, watched_while};

const TABLE: &str = "create table orders (id integer primary key, note text);\n\
                     insert into orders select n, 'x' from generate_series(1, 100) n;";

/// Whether the step's session waits for a lock that another session holds.
const STEP_WAITS: &str = "select exists (select from pg_locks l join pg_stat_activity a using (pid)
    where not l.granted and a.query not like 'select exists%')";

#[tokio::test]
async fn an_index_that_is_built_concurrently_shows_its_lock_and_what_it_waits_for() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut reader = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    reader.execute("begin isolation level repeatable read; insert into orders values (0, 'mine')").await?;
    let sql = "-- no-transaction\ncreate index concurrently i on orders (note);";
    let (run, trace) = watched_while(&ground, sql, async |watch| {
        until(&mut eye, STEP_WAITS).await?;
        seen(watch).await;
        reader.execute("commit").await?;
        Ok(())
    })
    .await?;
    assert!(run.succeeded(), "{run:?}");
    let built = statement(&trace, 0)?;
    assert_eq!(built.seen, StatementSeen::Outside);
    let lock = built.locks.iter().find(|lock| lock.mode == LockMode::ShareUpdateExclusive);
    let lock = lock.ok_or_else(|| format!("no lock: {trace:#?}"))?;
    assert_eq!((lock.relation.name.to_string().as_str(), lock.seen), ("orders", LockSeen::Sampled));
    let wait = built.waits.first().ok_or("no wait")?;
    assert_eq!(wait.relation, None, "it waits for the end of a transaction");
    assert!(wait.blocked_by.iter().any(|text| text.contains("insert into orders")), "{wait:?}");
    assert_eq!(built.rewritten, []);
    ground.clear().await?;
    Ok(())
}

#[rstest]
#[case::vacuum("vacuum orders", LockMode::ShareUpdateExclusive)]
#[case::vacuum_full("vacuum full orders", LockMode::AccessExclusive)]
#[case::drop_index("drop index concurrently if exists by_note", LockMode::ShareUpdateExclusive)]
#[tokio::test]
async fn a_command_that_runs_outside_of_transactions_is_seen_to_wait(
    #[case] sql: &str,
    #[case] mode: LockMode,
) -> Outcome {
    let ground = ground(&format!("{TABLE}\ncreate index by_note on orders (note);")).await?;
    let mut other = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    other.execute("begin; lock table orders in share update exclusive mode").await?;
    let (run, trace) = watched_while(&ground, &format!("-- no-transaction\n{sql};"), async |watch| {
        until(&mut eye, STEP_WAITS).await?;
        seen(watch).await;
        other.execute("commit").await?;
        Ok(())
    })
    .await?;
    assert!(run.succeeded(), "{run:?}");
    let wait = statement(&trace, 0)?.waits.first().ok_or("no wait")?;
    assert_eq!(wait.relation.as_ref().map(|relation| relation.name.to_string()).as_deref(), Some("orders"));
    assert_eq!(wait.mode, Some(mode));
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_full_vacuum_is_a_rewrite_though_nobody_saw_its_lock() -> Outcome {
    let ground = ground(TABLE).await?;
    let (_, trace) = watched(&ground, "-- no-transaction\nvacuum full orders;").await?;
    let rewritten = &statement(&trace, 0)?.rewritten;
    assert_eq!(rewritten.iter().map(|rows| rows.relation.name.to_string()).collect::<Vec<_>>(), ["orders"]);
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_procedure_may_commit_and_its_locks_are_sampled() -> Outcome {
    let procedure = "create procedure p() language plpgsql as $$ begin
        lock table orders in share mode; perform pg_advisory_lock(7); commit; perform pg_advisory_unlock(7); end $$;";
    let ground = ground(&format!("{TABLE}\n{procedure}")).await?;
    let mut other = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    other.execute("select pg_advisory_lock(7)").await?;
    let (run, trace) = watched_while(&ground, "-- no-transaction\ncall p();", async |watch| {
        until(&mut eye, STEP_WAITS).await?;
        seen(watch).await;
        other.execute("select pg_advisory_unlock(7)").await?;
        Ok(())
    })
    .await?;
    assert!(run.succeeded(), "{run:?}");
    assert_eq!(locks(statement(&trace, 0)?), ["orders: SHARE"]);
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_script_that_begins_its_own_transaction_is_asked_inside_of_it() -> Outcome {
    let ground = ground(TABLE).await?;
    let sql = "-- no-transaction\nbegin;\nalter table orders add column a int;\nselect 1;\ncommit;\n\
               alter table orders add column b int;";
    let (run, trace) = watched(&ground, sql).await?;
    assert!(run.succeeded(), "{run:?}");
    let first = statement(&trace, 1)?;
    assert_eq!((locks(first), first.seen), (vec!["orders: ACCESS EXCLUSIVE".to_owned()], StatementSeen::Inside));
    assert!(first.locks.iter().all(|lock| lock.released_ms >= statement(&trace, 2).map_or(f64::MAX, |it| it.ended_ms)));
    assert_eq!(locks(statement(&trace, 4)?), ["orders: ACCESS EXCLUSIVE"]);
    assert_ne!(statement(&trace, 4)?.transaction, first.transaction);
    ground.clear().await?;
    Ok(())
}
