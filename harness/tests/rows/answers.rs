//! Answers of queries, refusals, and what roles see.

use pgproof::facts::answer::{Answer, Reply, Seen};
use pgproof::facts::fingerprint::NumericMode;
use pgproof::observe::answer::{answer, seen_by};
use pgproof::observe::relation::RowSource;
use pgproof::sql::RelationName;
use sqlx::PgConnection;

use crate::subject::{Outcome, query, run, server, session};

async fn answered(connection: &mut PgConnection, sql: &str) -> Result<Answer, Box<dyn std::error::Error>> {
    match answer(connection, sql, 3).await? {
        Reply::Answered(answer) => Ok(answer),
        Reply::Refused(refusal) => Err(format!("{sql}: {refusal:?}").into()),
    }
}

#[tokio::test]
async fn an_answer_has_columns_rows_and_an_order_only_where_one_is_asked_for() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(&mut connection, "create extension postgis; create type size as enum ('small', 'large')").await?;
    let sql = "select i as id, 'small'::size as size, st_point(i, 0) as place, null::text as note, i = 1 as first
               from generate_series(1, 5) i";
    let up = answered(&mut connection, &format!("{sql} order by i")).await?;
    let down = answered(&mut connection, &format!("{sql} order by i desc;")).await?;
    let any = answered(&mut connection, sql).await?;
    assert_eq!(up.content, down.content);
    assert_ne!(up.order, down.order);
    assert_eq!((any.order, any.content), (None, up.content));
    assert_eq!((up.rows, up.first_rows.len()), (5, 3));
    assert_eq!(up.columns[1], ("size".to_owned(), "size".to_owned()));
    assert_eq!(up.first_rows[0][1..2], [Some("small".to_owned())]);
    assert_eq!(up.first_rows[0][3..], [None, Some("t".to_owned())]);
    let empty = answered(&mut connection, "select 1 as a, now() as b where false").await?;
    assert_eq!((empty.rows, empty.columns.len()), (0, 2));
    for (filter, rows) in [("", 1), ("where false", 0)] {
        let sql = format!("select '{{[1,2),[5,6)}}'::int4multirange as spans, 'large'::size as size {filter}");
        let unknown_to_the_driver = answered(&mut connection, &sql).await?;
        assert_eq!((unknown_to_the_driver.rows, unknown_to_the_driver.columns.len()), (rows, 2));
        assert_eq!(unknown_to_the_driver.columns[0].1, "int4multirange");
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_a_fact_and_the_session_goes_on() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    for (sql, expected) in [
        ("select * from nowhere", "42P01"),
        ("select 1 / i from generate_series(3, 0, -1) i", "22012"),
        ("selec 1", "42601"),
        ("select 1; select 2", "42601"),
        ("select $1::int", "42P02"),
    ] {
        let Reply::Refused(refusal) = answer(&mut connection, sql, 3).await? else {
            return Err(format!("{sql} was answered").into());
        };
        assert_eq!(refusal.sqlstate, expected, "{sql}: {}", refusal.message);
        assert!(!refusal.message.is_empty());
    }
    assert_eq!(answered(&mut connection, "select 1").await?.rows, 1);
    Ok(())
}

#[tokio::test]
async fn a_statement_that_writes_answers_and_leaves_nothing_behind() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(&mut connection, "create table t (id int primary key)").await?;
    let reply = answered(&mut connection, "insert into t values (1), (2) returning id").await?;
    assert_eq!(reply.rows, 2);
    assert_eq!(answered(&mut connection, "delete from t").await?.columns, []);
    assert_eq!(answered(&mut connection, "table t").await?.rows, 0);
    Ok(())
}

#[tokio::test]
async fn a_server_that_ends_the_session_is_an_error_and_not_an_answer() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    let reply = answer(&mut connection, "select pg_terminate_backend(pg_backend_pid())", 3).await;
    assert!(reply.is_err(), "{reply:?}");
    Ok(())
}

#[tokio::test]
async fn each_role_sees_its_own_rows_or_is_refused() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(
        &mut connection,
        "create table t (id int, owner text); insert into t values (1, 'one'), (2, 'one'), (3, 'other');
         create role one; create role other; create role nobody; grant select on t to one, other;
         alter table t enable row level security; create policy own on t using (owner = current_user)",
    )
    .await?;
    let source = RowSource::relation(RelationName::new("public", "t"));
    let mut rows = Vec::new();
    for role in ["one", "other", "nobody", "postgres"] {
        rows.push(match seen_by(&mut connection, role, &source, NumericMode::Strict).await? {
            Seen::Rows(print) => print.rows.to_string(),
            Seen::Refused(refusal) => refusal.sqlstate,
        });
    }
    assert_eq!(rows, ["2", "1", "42501", "3"]);
    let refused = seen_by(&mut connection, "nobody", &query("select * from t"), NumericMode::Strict).await?;
    assert!(matches!(refused, Seen::Refused(_)), "{refused:?}");
    assert!(seen_by(&mut connection, "no such role", &source, NumericMode::Strict).await.is_err());
    let user: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut connection).await?;
    assert_eq!(user, "postgres");
    Ok(())
}
