//! Rows named by key and cells named by column.

use pgproof::facts::difference::{CellDifference, DifferenceKind, RowDifferences};
use pgproof::facts::fingerprint::NumericMode;
use pgproof::observe::differences::differences;
use pgproof::observe::relation::{Keyed, RowSource};
use pgproof::sql::RelationName;
use sqlx::PgConnection;

use crate::subject::{Outcome, keyed, run, server, session};

const STRICT: NumericMode = NumericMode::Strict;

fn table(name: &str, key: &[&str]) -> Keyed {
    let source = RowSource::relation(RelationName::new("public", name));
    Keyed { source, key: key.iter().map(ToString::to_string).collect() }
}

fn key(difference: &RowDifferences, place: usize) -> Vec<(&str, Option<&str>)> {
    difference.named[place].key.iter().map(|(name, text)| (name.as_str(), text.as_deref())).collect()
}

fn counts(differences: &RowDifferences) -> (u64, u64, u64, u64) {
    (differences.missing, differences.extra, differences.changed, differences.duplicates)
}

#[tokio::test]
async fn rows_lost_invented_and_altered_in_another_database_are_named_by_key_and_cell() -> Outcome {
    let server = server().await?;
    let mut here = session(&server).await?;
    let fill = "create table t (id int primary key, name text, amount numeric, at timestamptz);
        insert into t select i, 'store ' || i, i / 4.0, timestamptz '2025-01-01' + i * interval '1 h'
        from generate_series(1, 20000) i";
    run(&mut here, fill).await?;
    run(&mut here, "create database other").await?;
    let mut there = server.connect("other").await?;
    pgproof::observe::session::pin(&mut there).await?;
    run(&mut there, fill).await?;
    let same = differences(&mut here, &table("t", &["id"]), &mut there, &table("t", &["id"]), 5, STRICT).await?;
    assert!(same.is_empty(), "{same:?}");
    assert_eq!((same.before_rows, same.after_rows), (20000, 20000));
    run(
        &mut there,
        "delete from t where id in (1, 777, 20000); insert into t values (-5, 'new', 1, now());
         update t set at = at + interval '8 h' where id between 100 and 119; update t set name = null where id = 9000",
    )
    .await?;
    let found = differences(&mut here, &table("t", &["id"]), &mut there, &table("t", &["id"]), 3, STRICT).await?;
    assert_eq!(counts(&found), (3, 1, 21, 0));
    assert_eq!(found.named.len(), 3 + 1 + 3, "{found:?}");
    assert_eq!(key(&found, 0), [("id", Some("-5"))]);
    assert_eq!(found.named[0].kind, DifferenceKind::Extra(1));
    assert_eq!(key(&found, 1), [("id", Some("1"))]);
    assert_eq!(
        found.named[2].kind,
        DifferenceKind::Changed(vec![CellDifference {
            column: "at".to_owned(),
            before: Some("2025-01-05 04:00:00+00".to_owned()),
            after: Some("2025-01-05 12:00:00+00".to_owned()),
        }])
    );
    Ok(())
}

/// The differences between two queries over the same session's database.
async fn between(
    connections: (&mut PgConnection, &mut PgConnection),
    before: (&str, &[&str]),
    after: (&str, &[&str]),
    mode: NumericMode,
) -> Result<RowDifferences, Box<dyn std::error::Error>> {
    let (left, right) = connections;
    Ok(differences(left, &keyed(before.0, before.1), right, &keyed(after.0, after.1), 10, mode).await?)
}

#[tokio::test]
async fn a_renamed_key_of_another_width_is_paired_by_position() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let before = "select i as id, 'n' || i as name from generate_series(1, 30) i";
    let after = "select 'n' || i as name, i::int8 as store_id from generate_series(1, 30) i where i <> 17";
    let found = between((&mut left, &mut right), (before, &["id"]), (after, &["store_id"]), STRICT).await?;
    assert_eq!(counts(&found), (1, 0, 0, 0));
    assert_eq!(key(&found, 0), [("id", Some("17"))]);
    assert!(found.columns_only_before.is_empty() && found.columns_only_after.is_empty());
    let whole = after.replace("where i <> 17", "");
    let found = between((&mut left, &mut right), (before, &["id"]), (&whole, &["store_id"]), STRICT).await?;
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn keys_of_any_text_sort_alike_on_both_sides() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let keys =
        "(values ('a'), ('B'), ('é'), ('_'), (''), (null), ('a,b'), ('a''b'), ('a\\b'), ('東'), ('Z'), ('z')) t(k)";
    let before = format!("select k, k is null n, 1 as v from {keys}");
    let after = format!(
        "select k collate \"und-x-icu\" as k, k is null n, case when k in ('é', 'a\\b') or k is null then 2 else 1 end v from {keys} where k <> 'a''b' or k is null"
    );
    let found = between((&mut left, &mut right), (&before, &["k", "n"]), (&after, &["k", "n"]), STRICT).await?;
    assert_eq!(counts(&found), (1, 0, 3, 0), "{found:?}");
    let named: Vec<_> = (0..found.named.len()).map(|place| key(&found, place)[0].1).collect();
    assert_eq!(named, [Some("a'b"), Some("a\\b"), Some("é"), None]);
    for difference in &found.named {
        if let DifferenceKind::Changed(cells) = &difference.kind {
            assert_eq!(cells, &[CellDifference::new("v", Some("1"), Some("2"))]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_not_unique_is_reported_and_not_guessed_at() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let before = "select * from (values (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd')) t(id, name)";
    let after = "select * from (values (1, 'a'), (1, 'a'), (2, 'c'), (2, 'b'), (3, 'D')) t(id, name)";
    let found = between((&mut left, &mut right), (before, &["id"]), (after, &["id"]), STRICT).await?;
    assert_eq!(counts(&found), (0, 0, 1, 1));
    assert_eq!(found.named[0].kind, DifferenceKind::Duplicate { before: 1, after: 2 });
    Ok(())
}

#[tokio::test]
async fn without_a_key_rows_are_counted_and_named_by_their_content() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let before = "select * from (values (1, 'a'), (1, 'a'), (1, 'a'), (2, null)) t(n, name)";
    let after = "select * from (values (1, 'a'), (2, '<null>'), (3, 'c'), (3, 'c')) t(n, name)";
    let found = between((&mut left, &mut right), (before, &[]), (after, &[]), STRICT).await?;
    assert_eq!(counts(&found), (3, 3, 0, 0));
    let mut named: Vec<_> = found.named.iter().map(|row| format!("{:?} {:?}", row.kind, row.key)).collect();
    named.sort();
    assert_eq!(
        named,
        [
            r#"Extra(1) [("n", Some("2")), ("name", Some("<null>"))]"#,
            r#"Extra(2) [("n", Some("3")), ("name", Some("c"))]"#,
            r#"Missing(1) [("n", Some("2")), ("name", None)]"#,
            r#"Missing(2) [("n", Some("1")), ("name", Some("a"))]"#,
        ]
    );
    Ok(())
}

#[tokio::test]
async fn numbers_of_other_scale_or_type_are_the_same_by_value_only() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let before = "select i as id, i::numeric(12, 1) as amount, i as whole from generate_series(1, 5) i";
    let after = "select i as id, i::numeric(12, 2) as amount, i::numeric(9, 2) as whole from generate_series(1, 5) i";
    let found = between((&mut left, &mut right), (before, &["id"]), (after, &["id"]), STRICT).await?;
    assert_eq!(found.changed, 5);
    let found = between((&mut left, &mut right), (before, &["id"]), (after, &["id"]), NumericMode::Value).await?;
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn a_column_that_only_one_side_has_is_named_and_the_others_are_compared() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let found = between(
        (&mut left, &mut right),
        ("select 1 id, 2 a, 3 b", &["id"]),
        ("select 1 id, 2 a, 4 c", &["id"]),
        STRICT,
    )
    .await?;
    assert_eq!(found.rows(), 0);
    assert_eq!(
        (found.columns_only_before.as_slice(), found.columns_only_after.as_slice()),
        (["b".to_owned()].as_slice(), ["c".to_owned()].as_slice())
    );
    assert!(!found.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_key_column_that_does_not_exist_is_an_error_naming_it() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    let error =
        differences(&mut left, &keyed("select 1 a", &["b"]), &mut right, &keyed("select 1 a", &["b"]), 1, STRICT).await;
    assert!(error.is_err_and(|error| error.to_string().contains("no column `b`")));
    // Both sessions can go on.
    run(&mut left, "select 1").await?;
    run(&mut right, "begin; rollback").await?;
    Ok(())
}
