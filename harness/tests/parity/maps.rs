//! What a map can say: other names, expressions, casts, columns left out, geometries on a grid.

use pgproof::observe::Effort;
use pgproof::run::ParityError;

use crate::subject::{Outcome, Two, counts, named, only, run};

#[tokio::test]
async fn renamed_and_cast_columns_are_the_same_values() -> Outcome {
    let mut two = Two::databases().await?;
    run(
        &mut two.legacy,
        "create table users (id int primary key, role varchar(20), cents int, seen timestamp, note text);
         insert into users select i, case i % 2 when 0 then 'staff' else 'customer' end, i * 5, timestamp '2025-01-01 12:00', 'x'
         from generate_series(1, 400) i",
    )
    .await?;
    run(
        &mut two.target,
        "create type role as enum ('customer', 'staff');
         create table people (person_id bigint primary key, role role, amount numeric(10, 2), seen timestamptz, added text);
         insert into people select i, (case i % 2 when 0 then 'staff' else 'customer' end)::role, i * 5 / 100.0,
             timestamptz '2025-01-01 12:00-05' from generate_series(1, 400) i",
    )
    .await?;
    let map = r#"
        [[relation]]
        legacy = "users"
        target = "people"
        ignore = ["id", "cents", "note"]
        [relation.columns]
        person_id = "id"
        amount = "(cents / 100.0)::numeric(10, 2)"
        seen = "seen at time zone 'America/Toronto'"
    "#;
    let parity = two.compare(Some(map), Effort::Buckets).await?;
    let found = only(&parity)?;
    assert!(!found.differs(), "{found:#?}");
    assert_eq!(
        (found.key.as_slice(), found.differences.columns_only_after.as_slice()),
        (["person_id".to_owned()].as_slice(), ["added".to_owned()].as_slice())
    );
    run(
        &mut two.target,
        "update people set role = 'staff' where person_id = 7; update people set amount = 0.01 where person_id = 8",
    )
    .await?;
    let parity = two.compare(Some(map), Effort::Buckets).await?;
    assert_eq!(named(only(&parity)?), ["7: role", "8: amount"]);
    Ok(())
}

#[tokio::test]
async fn a_column_without_counterpart_differs_unless_it_is_ignored() -> Outcome {
    let mut two = Two::databases().await?;
    run(&mut two.legacy, "create table t (id int primary key, a int, b int)").await?;
    run(&mut two.target, "create table t (id int primary key, a int)").await?;
    let parity = two.compare(None, Effort::Buckets).await?;
    assert_eq!(only(&parity)?.differences.columns_only_before, ["b"]);
    assert_eq!(parity.differing(), 1);
    let parity = two.compare(Some("[[relation]]\nlegacy = \"t\"\nignore = [\"b\"]"), Effort::Buckets).await?;
    assert_eq!((parity.differing(), only(&parity)?.ignored.as_slice()), (0, ["b".to_owned()].as_slice()));
    Ok(())
}

#[tokio::test]
async fn the_scale_of_a_number_counts_unless_the_map_says_otherwise() -> Outcome {
    let mut two = Two::databases().await?;
    run(&mut two.legacy, "create table t (id int primary key, v numeric); insert into t values (1, 1.0), (2, 2)")
        .await?;
    run(&mut two.target, "create table t (id int primary key, v numeric); insert into t values (1, 1.00), (2, 2)")
        .await?;
    for effort in [Effort::Buckets, Effort::Exact] {
        assert_eq!(named(only(&two.compare(None, effort).await?)?), ["1: v"]);
        let value = two.compare(Some("numeric = \"value\"\n[[relation]]\nlegacy = \"t\""), effort).await?;
        assert_eq!(value.differing(), 0);
    }
    Ok(())
}

/// What two geometries have in common on a grid of a tenth, and what by their bytes.
const PLACES: &[(&str, &str, bool)] = &[
    ("POINT(1 2)", "POINT(1.01 1.99)", true),
    ("POINT(0 0)", "POINT(-0 -0.01)", true),
    ("POINT(1 2)", "POINT(1.2 2)", false),
    ("SRID=4326;POINT(1 2)", "SRID=3857;POINT(1 2)", false),
    ("POLYGON((0 0,1 0,1 1,0 0))", "POLYGON((1 0,1 1,0 0,1 0))", true),
    ("POINT(1 2)", "POINT Z(1 2 0)", false),
    ("POINT(1 2)", "MULTIPOINT(1 2)", false),
];

#[tokio::test]
async fn geometries_count_by_their_bits_unless_they_are_snapped_to_a_grid() -> Outcome {
    let mut two = Two::databases().await?;
    let table = |places: Vec<&str>| {
        let rows: Vec<_> = places.iter().enumerate().map(|(id, place)| format!("({id}, '{place}')")).collect();
        format!(
            "create schema gis; create extension postgis schema gis;
             create table t (id int primary key, place gis.geometry); insert into t values {}, (99, null)",
            rows.join(", ")
        )
    };
    run(&mut two.legacy, &table(PLACES.iter().map(|(one, _, _)| *one).collect())).await?;
    run(&mut two.target, &table(PLACES.iter().map(|(_, other, _)| *other).collect())).await?;
    let exact = two.compare(None, Effort::Buckets).await?;
    assert_eq!(counts(only(&exact)?), (0, 0, PLACES.len() as u64, 0));
    let map = "[[relation]]\nlegacy = \"t\"\nsnap = { place = 0.1 }";
    let parity = two.compare(Some(map), Effort::Buckets).await?;
    let expected: Vec<_> = (0..PLACES.len()).filter(|id| !PLACES[*id].2).map(|id| format!("{id}: place")).collect();
    assert_eq!(named(only(&parity)?), expected);
    assert_eq!(only(&parity)?.snapped, [("place".to_owned(), "0.1".to_owned())]);
    Ok(())
}

#[tokio::test]
async fn a_map_that_asks_for_what_is_not_there_says_what() -> Outcome {
    let mut two = Two::databases().await?;
    two.both("create table t (id int primary key, a int)").await?;
    run(&mut two.legacy, "create table lost (id int primary key)").await?;
    for (map, words) in [
        ("[[relation]]\nlegacy = \"nowhere\"", "the legacy server has no relation `nowhere`"),
        ("[[relation]]\nlegacy = \"lost\"", "the target server has no relation `lost`"),
        ("[[relation]]\nlegacy = \"t\"\nkey = [\"b\"]", "the key `b` is not on both sides"),
        ("[[relation]]\nlegacy = \"t\"\nignore = [\"b\"]", "neither side has the column `b`"),
        ("[[relation]]\nlegacy = \"t\"\ncolumns = { b = \"a\" }", "the target has no column `b`"),
        ("[[relation]]\nlegacy = \"t\"\nsnap = { a = 0 }", "the grid of `a` has the size 0"),
        ("relation = []", "there is no relation to compare"),
    ] {
        match two.compare(Some(map), Effort::Buckets).await {
            Err(ParityError::Map(message)) => assert!(message.contains(words), "{map}: {message}"),
            other => return Err(format!("{map}: {other:?}").into()),
        }
    }
    Ok(())
}
