//! Every way to look for differences finds the same ones, whatever the key.

use pgproof::facts::Means;
use pgproof::observe::Effort;

use crate::subject::{Outcome, Two, counts, named, only, run};

/// Rows, and what is done to the target's: one lost, one invented, two altered, at the ends and in the middle.
const ROWS: &str = "select i, 'name ' || i as name, i / 4.0 as amount, date '2025-01-01' + i % 300 as day from generate_series(1, 30000) i";

async fn planted(key: &str) -> Outcome<Two> {
    let mut two = Two::databases().await?;
    let table = format!(
        "create table t (key {key} primary key, n int not null, name text, amount numeric, day date);
         insert into t select KEY, x.* from ({ROWS}) x; analyze t"
    );
    let value = match key {
        "uuid" => "md5(i::text)::uuid",
        "text" => "'key ' || i",
        "timestamptz" => "timestamptz '2025-01-01' + i * interval '1 minute'",
        "bigint" => "i * 1000000007::bigint",
        "smallint" => "(i - 15000)::smallint",
        _ => "i",
    };
    two.both(&table.replace("KEY", value)).await?;
    run(
        &mut two.target,
        "delete from t where n = 1; update t set name = name || ' ' where n = 17000; update t set amount = -amount where n = 30000",
    )
    .await?;
    run(&mut two.legacy, "delete from t where n = 15000").await?;
    Ok(two)
}

#[tokio::test]
async fn few_differences_are_found_by_buckets_whatever_the_key_is() -> Outcome {
    for (key, means) in [
        ("int", Means::Ranges),
        ("bigint", Means::Ranges),
        ("smallint", Means::Ranges),
        ("uuid", Means::Buckets),
        ("text", Means::Buckets),
        ("timestamptz", Means::Buckets),
        ("numeric", Means::Buckets),
    ] {
        let two = planted(key).await?;
        let parity = two.compare(None, Effort::Buckets).await?;
        let found = only(&parity)?;
        assert_eq!((counts(found), found.means), ((1, 1, 2, 0), means), "{key}: {:?}", named(found));
        assert_eq!((found.differences.before_rows, found.differences.after_rows), (29_999, 29_999), "{key}");
        let exact = two.compare(None, Effort::Exact).await?;
        let bytes = only(&exact)?;
        assert_eq!((named(bytes), bytes.means), (named(found), Means::Exact), "{key}");
        assert_eq!((bytes.differences.before_rows, bytes.differences.after_rows), (29_999, 29_999), "{key}");
        let mut columns: Vec<_> =
            named(found).iter().filter_map(|row| row.rsplit(": ").next().map(str::to_owned)).collect();
        columns.sort();
        assert_eq!(columns, ["amount", "extra", "missing", "name"], "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_said_of_the_same_rows_whatever_the_order_of_the_heap() -> Outcome {
    let mut two = Two::databases().await?;
    let table = |order: &str| {
        format!(
            "create table t (i int primary key, name text, amount numeric, day date); insert into t select * from ({ROWS}) x order by i {order};
             create table pairs (a int, b text, v float8, primary key (a, b));
             insert into pairs select i % 10, i::text as b, i as v from generate_series(1, 5000) i order by i {order};
             create table bag (v int, w text); insert into bag select i % 7, null from generate_series(1, 999) i order by i {order};
             create table nothing (id int primary key); create table one (id int primary key); insert into one values (1);
             analyze"
        )
    };
    run(&mut two.legacy, &table("asc")).await?;
    run(&mut two.target, &table("desc")).await?;
    for effort in [Effort::Plain, Effort::Buckets, Effort::Exact] {
        let parity = two.compare(None, effort).await?;
        assert_eq!(
            (parity.relations.len(), parity.differing(), parity.rows()),
            (5, 0, 36_000),
            "{effort:?}: {parity:#?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn many_differences_are_merged_and_all_counted() -> Outcome {
    let mut two = Two::databases().await?;
    two.both("create table t (id int primary key, v int); insert into t select i, i from generate_series(1, 60000) i; analyze t")
        .await?;
    run(&mut two.target, "update t set v = -v where id % 10 = 0; analyze t").await?;
    let parity = two.compare(None, Effort::Buckets).await?;
    let found = only(&parity)?;
    assert_eq!((counts(found), found.means), ((0, 0, 6_000, 0), Means::Merge));
    assert_eq!((found.differences.before_rows, found.differences.named.len()), (60_000, 20));
    Ok(())
}

#[tokio::test]
async fn keys_at_the_ends_of_their_type_and_far_apart_are_cut_again_until_their_rows_are_few() -> Outcome {
    let mut two = Two::databases().await?;
    two.both(
        "create table t (id bigint primary key, v int);
         insert into t select i, 0 from generate_series(1, 20000) i;
         insert into t values (-9223372036854775808, 0), (9223372036854775807, 0), (-1, 0), (0, 0); analyze t",
    )
    .await?;
    run(&mut two.target, "update t set v = 1 where id in (-9223372036854775808, 9223372036854775807, 12345); delete from t where id = -1")
        .await?;
    let parity = two.compare(None, Effort::Buckets).await?;
    let found = only(&parity)?;
    assert_eq!(named(found), ["-9223372036854775808: v", "-1: missing", "12345: v", "9223372036854775807: v"]);
    assert_eq!(found.means, Means::Ranges);
    Ok(())
}

#[tokio::test]
async fn a_value_that_moved_between_two_rows_of_a_bucket_is_seen() -> Outcome {
    let mut two = Two::databases().await?;
    two.both("create table t (id int primary key, v int); insert into t select i, i * 7 % 211 from generate_series(1, 5000) i; analyze t")
        .await?;
    run(
        &mut two.target,
        "update t set v = case id when 100 then (select v from t where id = 300) else (select v from t where id = 100) end where id in (100, 300)",
    )
    .await?;
    assert_eq!(named(only(&two.compare(None, Effort::Buckets).await?)?), ["100: v", "300: v"]);
    Ok(())
}

#[tokio::test]
async fn null_and_repeated_keys_are_told_and_not_dropped() -> Outcome {
    let mut two = Two::databases().await?;
    two.both("create table t (id int, v text); insert into t select i, 'x' from generate_series(1, 9000) i; insert into t values (null, 'a'), (5, 'second'); analyze t")
        .await?;
    let map = "[[relation]]\nlegacy = \"t\"\nkey = [\"id\"]";
    assert_eq!(two.compare(Some(map), Effort::Buckets).await?.differing(), 0);
    run(&mut two.target, "update t set v = null where id is null; delete from t where v = 'second'; update t set v = '<null>' where id = 7")
        .await?;
    for effort in [Effort::Buckets, Effort::Exact] {
        let parity = two.compare(Some(map), effort).await?;
        let found = only(&parity)?;
        assert_eq!(named(found), ["5: duplicate", "7: v", "NULL: v"], "{effort:?}");
    }
    Ok(())
}

#[tokio::test]
async fn rows_without_a_key_are_compared_as_a_bag() -> Outcome {
    let mut two = Two::databases().await?;
    two.both("create table t (a text, b text); insert into t values ('x|y', 'z'), ('x', 'y|z'), (null, ''), ('', null), ('d', 'd'), ('d', 'd')")
        .await?;
    assert_eq!(two.compare(None, Effort::Buckets).await?.differing(), 0);
    run(
        &mut two.target,
        "delete from t where ctid in (select min(ctid) from t where a = 'd'); update t set a = null where a = ''",
    )
    .await?;
    let parity = two.compare(None, Effort::Exact).await?;
    let found = only(&parity)?;
    assert_eq!((counts(found), found.means), ((2, 1, 0, 0), Means::Bag), "{:?}", named(found));
    Ok(())
}

#[tokio::test]
async fn text_keys_of_two_collations_are_the_same_keys() -> Outcome {
    let mut two = Two::databases().await?;
    let rows =
        "insert into t select k, 1 from (values ('a'), ('B'), ('é'), ('_'), ('a,b'), ('a''b'), ('東'), ('z')) x(k)";
    run(&mut two.legacy, &format!("create table t (k text collate \"C\" primary key, v int); {rows}")).await?;
    run(&mut two.target, &format!("create table t (k text collate \"und-x-icu\" primary key, v int); {rows}")).await?;
    assert_eq!(two.compare(None, Effort::Exact).await?.differing(), 0);
    run(&mut two.target, "update t set v = 2 where k in ('é', 'a''b')").await?;
    for effort in [Effort::Buckets, Effort::Exact] {
        assert_eq!(named(only(&two.compare(None, effort).await?)?), ["a'b: v", "é: v"], "{effort:?}");
    }
    Ok(())
}
