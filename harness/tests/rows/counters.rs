//! What tells whether a relation was written to.

use pgproof::facts::relation::{RelationInfo, RelationKind};
use pgproof::observe::relations::read_relations;
use sqlx::PgConnection;

use crate::subject::{Outcome, run, server, session};

async fn relation(observer: &mut PgConnection, name: &str) -> Result<RelationInfo, Box<dyn std::error::Error>> {
    let all = read_relations(observer, &[]).await?;
    Ok(all.into_iter().find(|relation| relation.name.name() == name).ok_or(format!("no {name}"))?)
}

#[tokio::test]
async fn every_way_to_change_rows_or_columns_changes_the_counter_and_nothing_else_does() -> Outcome {
    let server = server().await?;
    let (mut writer, mut observer) = (session(&server).await?, session(&server).await?);
    run(
        &mut writer,
        "create type size as enum ('small', 'large');
         create table t (id int primary key, name text default 'x', size size); insert into t values (1), (2);
         create table parted (id int) partition by range (id);
         create table part partition of parted for values from (0) to (10);
         create table parent (id int); create table child () inherits (parent);
         create materialized view mat as select count(*) from t",
    )
    .await?;
    let changes = [
        ("t", "insert into t values (3)", true),
        ("t", "update t set name = 'y' where id = 1", true),
        ("t", "delete from t where id = 1", true),
        ("t", "insert into t values (2) on conflict (id) do nothing", false),
        ("t", "insert into t values (2) on conflict (id) do update set name = 'z'", true),
        ("t", "merge into t using (values (2)) v(id) on t.id = v.id when matched then delete", true),
        ("t", "copy t (id) from program 'echo 9'", true),
        ("t", "truncate t", true),
        ("t", "vacuum full t", true),
        ("t", "alter table t alter name set default 'other'", true),
        ("t", "alter table t add extra int default 7", true),
        ("t", "alter table t rename extra to surplus", true),
        ("t", "alter table t alter surplus type int8", true),
        ("t", "alter table t drop surplus", true),
        ("t", "alter type size rename value 'large' to 'big'", true),
        ("t", "do $$ begin for i in 1..5 loop insert into t values (100 + i); end loop; end $$", true),
        ("t", "select count(*) from t", false),
        ("t", "analyze t", false),
        ("t", "vacuum t", false),
        ("t", "create index on t (name)", false),
        ("t", "insert into parted values (1)", false),
        ("parted", "insert into parted values (2)", true),
        ("parted", "truncate part", true),
        ("parent", "insert into child values (1)", true),
        ("mat", "refresh materialized view mat", true),
        ("mat", "insert into t values (7)", false),
    ];
    for (name, sql, expected) in changes {
        let before = relation(&mut observer, name).await?.change_counter.ok_or("no counter")?;
        run(&mut writer, sql).await?;
        run(&mut writer, "select pg_stat_force_next_flush()").await?;
        let after = relation(&mut observer, name).await?.change_counter.ok_or("no counter")?;
        assert_eq!(before != after, expected, "{sql}: {before:?} then {after:?}");
    }
    Ok(())
}

#[tokio::test]
async fn counters_are_exact_right_after_the_writer_flushed() -> Outcome {
    let server = server().await?;
    let (mut writer, mut observer) = (session(&server).await?, session(&server).await?);
    run(&mut writer, "create table t (id int)").await?;
    for round in 1..=200 {
        run(&mut writer, "insert into t values (1)").await?;
        run(&mut writer, "select pg_stat_force_next_flush()").await?;
        let counter = relation(&mut observer, "t").await?.change_counter.ok_or("no counter")?;
        assert_eq!(counter.writes, round);
    }
    Ok(())
}

#[tokio::test]
async fn relations_are_listed_with_kind_columns_and_key() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(
        &mut connection,
        "create schema hidden; create table hidden.h (a int); create temp table temporary (a int);
         create table t (b int, a text, gone int, primary key (a, b)); alter table t drop gone;
         create view v as select a from t; create table p (a int) partition by list (a);
         create materialized view m as select 1 as one; create table nothing ()",
    )
    .await?;
    let all = read_relations(&mut connection, &["hidden".to_owned()]).await?;
    let listed: Vec<_> = all.iter().map(|relation| (relation.name.to_string(), relation.kind)).collect();
    assert_eq!(
        listed,
        [
            ("m".to_owned(), RelationKind::MaterializedView),
            ("nothing".to_owned(), RelationKind::Table),
            ("p".to_owned(), RelationKind::PartitionedTable),
            ("t".to_owned(), RelationKind::Table),
            ("v".to_owned(), RelationKind::View),
        ]
    );
    let table = relation(&mut connection, "t").await?;
    assert_eq!(table.columns, ["b", "a"]);
    assert_eq!(table.primary_key, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(relation(&mut connection, "v").await?.change_counter, None);
    Ok(())
}

#[tokio::test]
async fn without_statistics_there_is_no_counter_rather_than_a_still_one() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(&mut connection, "create table t (id int); set track_counts = off").await?;
    assert_eq!(relation(&mut connection, "t").await?.change_counter, None);
    Ok(())
}
