//! What the session of a step says about itself.

use pgproof::apply::{LockWatch, run_up};
use pgproof::facts::{LockSeen, RowsOf, StatementSeen};
use pgproof::sql::LockMode;
use pgproof::testing::{Ground, Subject};

use crate::{Outcome, ground, ground_on, locks, statement, watched};

const TABLES: &str = "
create table customers (id integer primary key, name varchar(20));
create table orders (id integer primary key, customer integer, note text, amount integer);
insert into customers select n, 'c' from generate_series(1, 100) n;
insert into orders select n, n, 'x', n from generate_series(1, 100) n;
create materialized view totals as select customer, count(*) from orders group by 1;
create unique index on totals (customer);
create view shown as select id from orders;
";

/// A statement, and the strongest mode on each relation that its transaction has then.
const MODES: [(&str, &[&str]); 16] = [
    ("alter table orders add column a int", &["orders: ACCESS EXCLUSIVE"]),
    ("create index i on orders (customer)", &["orders: SHARE"]),
    ("alter table orders alter column note set not null", &["orders: ACCESS EXCLUSIVE"]),
    ("alter table orders add constraint c check (id > 0) not valid", &["orders: ACCESS EXCLUSIVE"]),
    (
        "alter table orders add foreign key (customer) references customers not valid",
        &["customers: SHARE ROW EXCLUSIVE", "orders: SHARE ROW EXCLUSIVE"],
    ),
    ("alter table orders alter column note set statistics 10", &["orders: SHARE UPDATE EXCLUSIVE"]),
    (
        "create trigger t before insert on orders for each row execute function suppress_redundant_updates_trigger()",
        &["orders: SHARE ROW EXCLUSIVE"],
    ),
    ("comment on table orders is 'x'", &["orders: SHARE UPDATE EXCLUSIVE"]),
    ("create or replace view shown as select id from orders", &["orders: ACCESS SHARE", "shown: ACCESS EXCLUSIVE"]),
    ("refresh materialized view totals", &["orders: ACCESS SHARE", "totals: ACCESS EXCLUSIVE"]),
    ("refresh materialized view concurrently totals", &["orders: ACCESS SHARE", "totals: EXCLUSIVE"]),
    ("analyze orders", &["orders: SHARE UPDATE EXCLUSIVE"]),
    ("update orders set note = 'y' where id = 1", &["orders: ROW EXCLUSIVE"]),
    ("select id from orders for update", &["orders: ROW SHARE"]),
    ("truncate orders", &["orders: ACCESS EXCLUSIVE"]),
    ("set work_mem = '1MB'", &[]),
];

/// In a transaction of the step that ends with a rollback, and by itself.
fn both_ways(sql: &str) -> [String; 2] {
    [format!("{sql};\nselect 1 / 0;"), format!("-- no-transaction\n{sql};")]
}

async fn the_modes_are_exact(ground: &Ground) -> Outcome {
    for (sql, expected) in MODES {
        for script in both_ways(sql) {
            let (_, trace) = watched(ground, &script).await?;
            let mut seen = locks(statement(&trace, 0)?);
            // Sorted by the relation, the strongest first: who alters also reads, with a weaker lock.
            seen.dedup_by_key(|lock| lock.split(':').next().map(str::to_owned));
            assert_eq!(seen, expected, "{script}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn relations_that_are_not_committed_yet_have_names() -> Outcome {
    let ground = ground(TABLES).await?;
    let sql = "create schema \"New place\"; create table \"New place\".\"It's\" (a int);\n\
               alter table orders rename to purchases; alter table purchases add column a int;\n\
               drop table customers cascade;";
    let (run, trace) = watched(&ground, sql).await?;
    assert!(run.succeeded(), "{run:?}");
    assert_eq!(locks(statement(&trace, 1)?), ["\"New place\".\"It's\": ACCESS EXCLUSIVE"]);
    assert_eq!(locks(statement(&trace, 2)?), ["orders: ACCESS EXCLUSIVE"]);
    assert_eq!(locks(statement(&trace, 3)?), [""; 0], "the lock was there already");
    assert_eq!(locks(statement(&trace, 4)?), ["customers: ACCESS EXCLUSIVE"]);
    let renamed = statement(&trace, 2)?.locks.first().ok_or("no lock")?;
    assert_eq!(renamed.relation.was.as_ref().map(ToString::to_string).as_deref(), Some("orders"));
    let made = statement(&trace, 1)?.locks.first().ok_or("no lock")?;
    assert_eq!(made.relation.was, None);
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_lock_is_held_until_commit_and_not_until_its_statement_ends() -> Outcome {
    let ground = ground(TABLES).await?;
    let (_, trace) = watched(&ground, "alter table orders add column a int;\nselect 1;\nselect 2;").await?;
    let lock = statement(&trace, 0)?.locks.first().ok_or("no lock")?;
    assert!(lock.released_ms >= statement(&trace, 2)?.ended_ms, "{trace:#?}");
    assert!(lock.granted_ms >= statement(&trace, 0)?.started_ms && lock.granted_ms <= statement(&trace, 0)?.ended_ms);
    assert!(matches!(lock.seen, LockSeen::Inside | LockSeen::Both));
    ground.clear().await?;
    Ok(())
}

/// A statement, the relations that it rewrites, and those that it reads in full.
const READS: [(&str, &[&str], &[&str]); 12] = [
    ("alter table orders alter column amount type bigint", &["orders 100"], &["orders 100"]),
    ("alter table customers alter column name type text", &[], &[]),
    ("alter table orders add column a int not null default 7", &[], &[]),
    ("alter table orders add column b float default random()", &["orders 100"], &["orders 100"]),
    ("alter table orders alter column customer set not null", &[], &["orders 100"]),
    ("create index i on orders (customer)", &[], &["orders 100"]),
    ("alter table orders add unique (customer)", &[], &["orders 100"]),
    ("alter table orders add check (id > 0)", &[], &["orders 100"]),
    ("alter table orders add check (id > 0) not valid", &[], &[]),
    ("alter table orders add foreign key (customer) references customers", &[], &["customers 100", "orders 100"]),
    ("reindex index orders_pkey", &[], &["orders 100"]),
    ("truncate orders", &[], &[]),
];

async fn the_reads_are_told_apart(ground: &Ground) -> Outcome {
    let shown = |rows: &[RowsOf]| -> Vec<String> {
        let mut shown: Vec<_> = rows.iter().map(|one| format!("{} {}", one.relation.name, one.rows)).collect();
        shown.sort();
        shown
    };
    for (sql, rewritten, scanned) in READS {
        for script in both_ways(sql) {
            let (_, trace) = watched(ground, &script).await?;
            let seen = statement(&trace, 0)?;
            assert_eq!(shown(&seen.rewritten), rewritten, "{script}");
            assert_eq!(shown(&seen.scanned), scanned, "{script}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_strongest_mode_on_each_relation_is_exact() -> Outcome {
    let ground = ground(TABLES).await?;
    the_modes_are_exact(&ground).await?;
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn rewrites_and_full_reads_are_told_apart() -> Outcome {
    let ground = ground(TABLES).await?;
    the_reads_are_told_apart(&ground).await?;
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn modes_and_reads_are_the_same_on_docker() -> Outcome {
    let Some(subject) = Subject::docker_or_skip("modes_and_reads_are_the_same_on_docker").await? else {
        return Ok(());
    };
    let ground = ground_on(TABLES, &subject).await?;
    the_modes_are_exact(&ground).await?;
    ground.clear().await?;
    let ground = ground_on(TABLES, &subject).await?;
    the_reads_are_told_apart(&ground).await?;
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_not_null_that_a_validated_check_vouches_for_reads_nothing() -> Outcome {
    let ground = ground(TABLES).await?;
    let sql = "-- no-transaction\nalter table orders add constraint c check (customer is not null) not valid;\n\
               alter table orders validate constraint c;\nalter table orders alter column customer set not null;";
    let (_, trace) = watched(&ground, sql).await?;
    assert_eq!(locks(statement(&trace, 1)?).first().map(String::as_str), Some("orders: SHARE UPDATE EXCLUSIVE"));
    assert_eq!(statement(&trace, 1)?.scanned.len(), 1);
    assert_eq!(statement(&trace, 2)?.scanned, []);
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn the_timeouts_in_force_are_those_of_the_statement() -> Outcome {
    let ground = ground(TABLES).await?;
    let sql = "select 1;\nset local lock_timeout = '2s';\nset local statement_timeout = '1min';\n\
               alter table orders add column a int;";
    let (_, trace) = watched(&ground, sql).await?;
    assert_eq!(statement(&trace, 0)?.lock_timeout_ms.to_string(), "0");
    assert_eq!(statement(&trace, 3)?.lock_timeout_ms.to_string(), "2000");
    assert_eq!(statement(&trace, 3)?.statement_timeout_ms.to_string(), "60000");
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn a_transaction_can_still_choose_its_isolation_first() -> Outcome {
    let ground = ground(TABLES).await?;
    let (run, trace) =
        watched(&ground, "set transaction isolation level serializable;\nupdate orders set note = 'y';").await?;
    assert!(run.succeeded(), "{run:?}");
    let written = statement(&trace, 1)?.written.first().ok_or("nothing written")?;
    assert_eq!((written.updated, written.inserted, written.deleted), (100, 0, 0));
    ground.clear().await?;
    Ok(())
}

#[tokio::test]
async fn each_batch_of_a_backfill_is_a_transaction_with_its_own_locks() -> Outcome {
    let ground = ground(TABLES).await?;
    let job: pgproof::scenario::BatchManifest = toml::from_str(
        "relation = 'orders'\nkey = 'id'\nsize = 40\n\
         up = 'update orders set note = 1 where id > $1 and id <= $2'",
    )?;
    let step = pgproof::scenario::PlannedStep {
        name: "010_fill".to_owned(),
        work: pgproof::scenario::StepWork::Batches {
            job: Box::new(job.job(&std::collections::BTreeMap::new()).map_err(|mistake| mistake.message)?),
            file: "steps/010_fill.batch.toml".to_owned(),
        },
        down: None,
        verify: None,
        rollback: pgproof::scenario::Rollback::Waived("a test".to_owned()),
    };
    let options = ground.work().options();
    let watch = LockWatch::start(&options).await?;
    let run = run_up(&options, &step, &mut watch.attendant(), &mut |_| ()).await?;
    assert!(run.succeeded(), "{run:?}");
    let trace = watch.finish().await;
    assert_eq!(trace.statements.len(), 3, "{trace:#?}");
    for (index, rows) in [40, 40, 20].into_iter().enumerate() {
        let batch = statement(&trace, index)?;
        assert_eq!(
            (batch.command.as_str(), batch.transaction, batch.seen),
            ("BATCH", index + 1, StatementSeen::Inside)
        );
        assert_eq!(batch.locks.first().map(|lock| lock.mode), Some(LockMode::RowExclusive));
        assert!(locks(batch).iter().all(|lock| lock.starts_with("orders:")), "{batch:#?}");
        assert_eq!(batch.written.iter().map(|written| written.updated).collect::<Vec<_>>(), [rows]);
    }
    ground.clear().await?;
    Ok(())
}
