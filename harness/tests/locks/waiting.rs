//! Who waits for whom.

use pgproof::facts::StatementSeen;
use pgproof::sql::LockMode;
use sqlx::Executor;

use crate::{Outcome, ground, seen, statement, until, watched_while};

const TABLE: &str = "create table orders (id integer primary key, note text); insert into orders values (1, 'x');";

/// Whether a session waits for a lock while it runs a statement like this.
fn waits(like: &str) -> String {
    format!(
        "select exists (select from pg_locks l join pg_stat_activity a using (pid)
           where not l.granted and a.query like '{like}' and a.query not like 'select exists%')"
    )
}

#[tokio::test]
async fn who_queues_behind_a_step_is_named_with_what_it_wanted() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut gate = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    let mut writer = ground.work().connect().await?;
    gate.execute("select pg_advisory_lock(7)").await?;
    let sql = "alter table orders add column a int;\nselect pg_advisory_xact_lock(7);";
    let (run, trace) = watched_while(&ground, sql, async |watch| {
        until(&mut eye, &waits("%xact_lock(7)")).await?;
        let write = writer.execute("\n  insert into orders (id)\n values (2)");
        let watching = async {
            until(&mut eye, &waits("%insert into orders%")).await?;
            seen(watch).await;
            gate.execute("select pg_advisory_unlock(7)").await?;
            Outcome::Ok(())
        };
        let (written, watched) = tokio::join!(write, watching);
        written?;
        watched
    })
    .await?;
    assert!(run.succeeded(), "{run:?}");
    // It is told of the statement that took the lock, not of the one that ran.
    let waiter = statement(&trace, 0)?.waiters.first().ok_or_else(|| format!("no waiter: {trace:#?}"))?;
    assert_eq!(waiter.relation.as_ref().map(|relation| relation.name.to_string()).as_deref(), Some("orders"));
    assert_eq!((waiter.mode, waiter.statement.as_str()), (Some(LockMode::RowExclusive), "insert into orders (id)"));
    assert_eq!(waiter.queued_ms.to_string(), "0", "the step had the lock all the time");
    assert!(waiter.waited_ms > 0.0);
    assert_eq!(statement(&trace, 1)?.waiters, []);
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn who_queues_behind_a_step_that_waits_itself_is_told_apart() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut report = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    let mut reader = ground.work().connect().await?;
    report.execute("begin; select count(*) from orders /* the report */").await?;
    let (run, trace) = watched_while(&ground, "alter table orders add column a int;", async |watch| {
        until(&mut eye, &waits("alter table%")).await?;
        let read = reader.execute("select id from orders");
        let watching = async {
            until(&mut eye, &waits("select id from orders")).await?;
            seen(watch).await;
            report.execute("commit").await?;
            Outcome::Ok(())
        };
        let (answer, watched) = tokio::join!(read, watching);
        answer?;
        watched
    })
    .await?;
    assert!(run.succeeded(), "{run:?}");
    let queued = statement(&trace, 0)?;
    let wait = queued.waits.first().ok_or_else(|| format!("no wait: {trace:#?}"))?;
    assert_eq!(wait.relation.as_ref().map(|relation| relation.name.to_string()).as_deref(), Some("orders"));
    assert_eq!(wait.mode, Some(LockMode::AccessExclusive));
    assert!(wait.blocked_by.iter().any(|text| text.contains("the report")), "{wait:?}");
    let waiter = queued.waiters.first().ok_or("no waiter")?;
    assert_eq!((waiter.mode, waiter.statement.as_str()), (Some(LockMode::AccessShare), "select id from orders"));
    assert!(waiter.queued_ms > 0.0 && waiter.queued_ms <= waiter.waited_ms, "{waiter:?}");
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn who_waits_for_a_row_of_a_step_is_seen_too() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut gate = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    let mut writer = ground.work().connect().await?;
    gate.execute("select pg_advisory_lock(7)").await?;
    let sql = "update orders set note = 'y';\nselect pg_advisory_xact_lock(7);";
    let (_, trace) = watched_while(&ground, sql, async |watch| {
        until(&mut eye, &waits("%xact_lock(7)")).await?;
        let write = writer.execute("update orders set note = 'z' where id = 1");
        let watching = async {
            until(&mut eye, &waits("update orders%z%")).await?;
            seen(watch).await;
            gate.execute("select pg_advisory_unlock(7)").await?;
            Outcome::Ok(())
        };
        let (written, watched) = tokio::join!(write, watching);
        written?;
        watched
    })
    .await?;
    let waiter = statement(&trace, 0)?.waiters.first().ok_or_else(|| format!("no waiter: {trace:#?}"))?;
    assert_eq!(waiter.relation.as_ref().map(|relation| relation.name.to_string()).as_deref(), Some("orders"));
    assert_eq!(waiter.mode, None, "a row, not the relation");
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn sessions_that_wait_for_each_other_are_not_the_steps_doing() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut gate = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    let mut other = ground.work().connect().await?;
    gate.execute("begin; select pg_advisory_xact_lock(7); lock table orders in share mode").await?;
    let (_, trace) =
        watched_while(&ground, "create table unrelated (a int);\nselect pg_advisory_xact_lock(7);", async |watch| {
            until(&mut eye, &waits("%xact_lock(7)")).await?;
            let write = other.execute("insert into orders values (3, 'w')");
            let watching = async {
                until(&mut eye, &waits("insert into orders%")).await?;
                seen(watch).await;
                gate.execute("commit").await?;
                Outcome::Ok(())
            };
            let (written, watched) = tokio::join!(write, watching);
            written?;
            watched
        })
        .await?;
    assert!(trace.statements.iter().all(|statement| statement.waiters.is_empty()), "{trace:#?}");
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_step_that_its_lock_timeout_ends_is_told_with_its_wait() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut report = ground.work().connect().await?;
    let mut eye = ground.work().connect().await?;
    report.execute("begin; select count(*) from orders").await?;
    let sql = "select 1;\nalter table orders add column a int;";
    let (run, trace) = watched_while(&ground, sql, async |watch| {
        until(&mut eye, &waits("alter table%")).await?;
        seen(watch).await;
        eye.execute("select pg_cancel_backend(pid) from pg_stat_activity where query like 'alter table%'").await?;
        Ok(())
    })
    .await?;
    assert!(!run.succeeded(), "{run:?}");
    let refused = statement(&trace, 1)?;
    assert_eq!(refused.seen, StatementSeen::Refused);
    assert_eq!(refused.waits.first().and_then(|wait| wait.mode), Some(LockMode::AccessExclusive));
    report.execute("commit").await?;
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_watch_that_is_dropped_leaves_no_session() -> Outcome {
    let ground = ground(TABLE).await?;
    let mut eye = ground.work().connect().await?;
    let watch = pgproof::apply::LockWatch::start(&ground.work().options()).await?;
    let there = "select exists (select from pg_stat_activity where application_name = 'pgproof lock sampler')";
    until(&mut eye, there).await?;
    drop(watch);
    until(&mut eye, &there.replacen("exists", "not exists", 1)).await?;
    ground.clear().await?;
    Ok(())
}
