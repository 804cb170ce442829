//! What makes two fingerprints equal, and what a fingerprint reads.

use pgproof::facts::fingerprint::{HashMethod, NumericMode};
use pgproof::observe::fingerprint::{canary, fingerprint};
use pgproof::observe::relation::{RowSource, describe, primary_key};
use pgproof::sql::RelationName;

use crate::subject::{Outcome, query, run, server, session};

#[tokio::test]
async fn scale_counts_in_strict_mode_and_not_by_value() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    let pairs = [("1.0", "1.00"), ("0", "0.000"), ("-5", "-5.0"), ("100", "100.0")];
    for (one, other) in pairs {
        let (one, other) = (query(&format!("select {one}::numeric v")), query(&format!("select {other}::numeric v")));
        for (mode, same) in [(NumericMode::Strict, false), (NumericMode::Value, true)] {
            let before = fingerprint(&mut connection, &one, mode).await?;
            let after = fingerprint(&mut connection, &other, mode).await?;
            assert_eq!(before == after, same, "{one:?} and {other:?}, {mode:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn neither_the_order_of_rows_nor_that_of_columns_changes_a_fingerprint() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    let rows = "(values (1, 'a', 2.5), (2, 'b', null), (3, null, 0)) t(id, name, amount)";
    let one = query(&format!("select id, name, amount from {rows} order by id; "));
    let other = query(&format!("select amount, id, name from {rows} order by id desc -- a comment at the end"));
    let before = fingerprint(&mut connection, &one, NumericMode::Strict).await?;
    assert_eq!(before, fingerprint(&mut connection, &other, NumericMode::Strict).await?);
    assert_eq!(before.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["amount", "id", "name"]);
    Ok(())
}

#[tokio::test]
async fn a_session_set_otherwise_gives_the_same_fingerprint_once_pinned() -> Outcome {
    let server = server().await?;
    let mut usual = session(&server).await?;
    run(
        &mut usual,
        "create table t as select timestamptz '2025-07-01 08:00+08' at, array[timestamptz '2025-01-01'] ats,
             interval '-1 day 2:03' i, array[interval '1 mon -1 day'] ii, 0.1::float8 + 0.2 f, array[0.1::float8 + 0.2] fs,
             '\\xdead'::bytea b, array['\\xdead'::bytea] bs, 1234.5::money m, date '2025-02-01' d, array[date '2025-02-01'] ds;
         alter database postgres set timezone = 'Asia/Manila'; alter database postgres set datestyle = 'German';
         alter database postgres set intervalstyle = 'sql_standard'; alter database postgres set extra_float_digits = -5;
         alter database postgres set bytea_output = 'escape'; alter database postgres set jit = on;",
    )
    .await?;
    let source = RowSource::relation(RelationName::new("public", "t"));
    let before = fingerprint(&mut usual, &source, NumericMode::Strict).await?;
    let mut other = session(&server).await?;
    assert_eq!(before, fingerprint(&mut other, &source, NumericMode::Strict).await?);
    Ok(())
}

#[tokio::test]
async fn hostile_names_and_a_hostile_search_path_do_not_mislead_a_fingerprint() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(
        &mut connection,
        r#"create schema "Odd ""S"; create table "Odd ""S"."select; --" ("a""b" int primary key, "order" text, "é x" numeric);
           insert into "Odd ""S"."select; --" values (1, 'x', 2.0), (2, null, 3);
           create schema evil; create function evil.count(anyelement) returns int8 language sql as 'select 0::int8';
           create domain evil.text as int; create domain evil.int8 as pg_catalog.text;
           create function evil.int8send(int8) returns bytea language sql as $$select ''::bytea$$;
           set search_path = evil, pg_catalog"#,
    )
    .await?;
    let name = RelationName::new("Odd \"S", "select; --");
    let print = fingerprint(&mut connection, &RowSource::relation(name.clone()), NumericMode::Strict).await?;
    assert_eq!((print.rows, print.columns.len()), (2, 3));
    assert_eq!(primary_key(&mut connection, &name).await?, Some(vec!["a\"b".to_owned()]));
    let part = RowSource::Relation(name.clone(), Some(vec!["order".to_owned()]));
    assert_eq!(fingerprint(&mut connection, &part, NumericMode::Strict).await?.columns.len(), 1);
    let absent = RowSource::Relation(name, Some(vec!["nowhere".to_owned()]));
    let error = fingerprint(&mut connection, &absent, NumericMode::Strict).await;
    assert!(error.is_err_and(|error| error.to_string().contains("`nowhere`")));
    let absent = RowSource::relation(RelationName::new("public", "nowhere"));
    assert!(describe(&mut connection, &absent).await.is_err_and(|error| error.to_string().contains("no such")));
    Ok(())
}

#[tokio::test]
async fn describing_does_not_run_the_query_and_sees_columns_as_they_are_now() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(&mut connection, "create table t (a int, b varchar(5)); create sequence q").await?;
    let source = query("select *, nextval('q') as n, 1 as n, 'x' as unknown from t");
    let before = describe(&mut connection, &source).await?;
    let shapes: Vec<_> = before.iter().map(|shape| (shape.name.as_str(), shape.type_name.as_str())).collect();
    assert_eq!(
        shapes,
        [("a", "integer"), ("b", "character varying"), ("n", "bigint"), ("n", "integer"), ("unknown", "text")]
    );
    run(&mut connection, "alter table t add c date").await?;
    assert_eq!(describe(&mut connection, &source).await?.len(), 6);
    let drawn: bool = sqlx::query_scalar("select is_called from q").fetch_one(&mut connection).await?;
    assert!(!drawn, "the query was run");
    let table = describe(&mut connection, &RowSource::relation(RelationName::new("public", "t"))).await?;
    assert_eq!(table[1].type_name, "character varying(5)");
    Ok(())
}

#[tokio::test]
async fn a_server_agrees_with_itself_on_the_canary() -> Outcome {
    let server = server().await?;
    let (mut one, mut other) = (session(&server).await?, session(&server).await?);
    let (one, other) = (canary(&mut one).await?, canary(&mut other).await?);
    assert_eq!(one.shared_hash(&other), Some(HashMethod::Record));
    assert!(one.hashes.len() > 10 && one.texts.len() > 10 && one.server_version >= 140_000);
    Ok(())
}
