//! Two majors, one snapshot each, and nothing written.

use pgproof::observe::Effort;
use pgproof::testing::{Subject, docker_source};

use crate::subject::{Outcome, Two, named, run};

/// A value of every type whose form could depend on the server.
const TYPES: &str = "
create extension if not exists postgis;
create type size as enum ('small', 'large');
create domain amount as numeric;
create table t (
    id int primary key, a numeric, b float8, c float4, d timestamptz, e interval, f jsonb, g json, h text[], i numeric[],
    k size, l amount, m money, n inet, o int4range, p tsvector, q uuid, r bytea, s point, t xml, u geometry, v geography,
    w date, x bit varying, y bool, z time with time zone
);
insert into t select i, i / 7.0, i / 7.0::float8, i / 7.0::float4, timestamptz '2025-03-09 01:30-05' + i * interval '1 h',
    i * interval '1 mon -2 days 3.5 s', jsonb_build_object('b', i / 3.0, 'a', null), '{\"b\": 1,  \"a\": [1.0]}', array['x', null, 'NULL', i::text],
    array[1.0, 1.00], case i % 2 when 0 then 'small' else 'large' end::size, 1.50, 12.34::money, '10.0.0.1/8', int4range(1, i + 2),
    to_tsvector('simple', 'a b ' || i), md5(i::text)::uuid, decode(md5(i::text), 'hex'), point(i, -0.0), '<a b=\"1\"/>',
    st_setsrid(st_makepoint(i, 1.1), 4326), st_setsrid(st_makepoint(i % 90, 14.6), 4326)::geography, date '2024-02-29' + i,
    B'101', i % 3 = 0, '10:00+08'
from generate_series(1, 3000) i;
analyze t";

#[tokio::test]
async fn docker_every_type_is_the_same_on_another_major_and_a_change_of_each_is_named() -> Outcome {
    let test = "docker_every_type_is_the_same_on_another_major_and_a_change_of_each_is_named";
    if Subject::docker_or_skip(test).await?.is_none() {
        return Ok(());
    }
    let mut two = Two::servers(docker_source()).await?;
    two.both(TYPES).await?;
    for effort in [Effort::Buckets, Effort::Exact] {
        let parity = two.compare(None, effort).await?;
        assert_eq!((parity.differing(), parity.rows()), (0, 3_000), "{parity:#?}");
        assert_ne!(parity.legacy.version, parity.target.version);
    }
    run(
        &mut two.target,
        "update t set a = -a where id = 1; update t set b = '-0' where id = 2; update t set e = e + interval '30 days' - interval '1 mon' where id = 3;
         update t set f = '{}' where id = 4; update t set i = '{1.00,1.0}' where id = 5; update t set k = 'small' where id = 7;
         update t set u = st_setsrid(u, 3857) where id = 8; update t set d = d + interval '8 h' where id = 9;
         update t set v = st_setsrid(st_makepoint(10, 14.600000000000001), 4326)::geography where id = 10",
    )
    .await?;
    let expected = ["1: a", "2: b", "3: e", "4: f", "5: i", "7: k", "8: u", "9: d", "10: v"];
    for effort in [Effort::Buckets, Effort::Exact] {
        let parity = two.compare(None, effort).await?;
        let found = parity.relations.first().ok_or("nothing was compared")?;
        assert_eq!(named(found), expected, "{effort:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_user_who_may_only_read_can_compare_and_nothing_is_written() -> Outcome {
    let mut two = Two::databases().await?;
    two.both("create table t (id int primary key, v int); insert into t select i, i from generate_series(1, 100) i")
        .await?;
    run(&mut two.legacy, "create role reader login password 'r'; grant select on t to reader").await?;
    run(&mut two.target, "grant select on t to reader").await?;
    let before: String = sqlx::query_scalar("select pg_current_snapshot()::text").fetch_one(&mut two.legacy).await?;
    let reader = |url: &str| -> Outcome<String> {
        let (scheme, rest) = url.split_once("://").ok_or("no scheme")?;
        let (_, host) = rest.rsplit_once('@').ok_or("no user")?;
        Ok(format!("{scheme}://reader:r@{host}"))
    };
    two.urls = (reader(&two.urls.0)?, reader(&two.urls.1)?);
    assert_eq!(two.compare(None, Effort::Buckets).await?.differing(), 0);
    let after: String = sqlx::query_scalar("select pg_current_snapshot()::text").fetch_one(&mut two.legacy).await?;
    assert_eq!(before, after, "a transaction number was taken");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_relation_is_of_one_snapshot_while_others_write() -> Outcome {
    let mut two = Two::databases().await?;
    two.both(
        "create table a (id int primary key, v int); create table b (id int primary key, v int);
         insert into a values (1, 0); insert into b values (1, 0)",
    )
    .await?;
    // Behind the first relation the second is written to; the comparison goes on when that is committed.
    let map = "[[relation]]\nlegacy = \"a\"\n[[relation]]\nlegacy = \"b\"";
    let request = pgproof::run::ParityRequest {
        legacy: two.urls.0.parse()?,
        target: two.urls.1.parse()?,
        map: Some(toml::from_str(map)?),
        effort: Effort::Buckets,
        limit: 5,
        jobs: 1,
        finished: Vec::new(),
    };
    let (sent, received) = std::sync::mpsc::channel();
    let (done, wait) = std::sync::mpsc::channel();
    let mut writer = two.legacy;
    let writing = tokio::spawn(async move {
        tokio::task::spawn_blocking(move || received.recv()).await.ok();
        let written = run(&mut writer, "update b set v = 1").await;
        done.send(()).ok();
        written
    });
    let mut first = true;
    let parity = pgproof::run::compare_servers(&request, &mut move |_, _| {
        if std::mem::take(&mut first) {
            // Not until the write is committed does the next relation begin.
            sent.send(()).ok();
            wait.recv().ok();
        }
    })
    .await?;
    writing.await??;
    assert_eq!(parity.differing(), 0, "{parity:#?}");
    Ok(())
}
