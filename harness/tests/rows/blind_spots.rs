//! Pairs of contents that a faster or simpler hash takes for the same.

use pgproof::facts::fingerprint::{HashMethod, Method, NumericMode};
use pgproof::observe::differences::differences;
use pgproof::observe::fingerprint::fingerprint;

use crate::subject::{Outcome, keyed, query, run, server, session};

/// Two select lists (or whole bodies after SELECT) each that must not hash alike.
const DIFFERENT: &[(&str, &str)] = &[
    ("5::numeric v", "-5::numeric v"),
    ("'NaN'::numeric v", "'Infinity'::numeric v"),
    ("'Infinity'::numeric v", "'-Infinity'::numeric v"),
    ("1.0::numeric v", "1.00::numeric v"),
    ("0::numeric v", "null::numeric v"),
    ("0.0::float8 v", "null::float8 v"),
    ("'-0'::float8 v", "'0'::float8 v"),
    ("'-0'::float4 v", "'0'::float4 v"),
    ("0.1::float8 + 0.2 v", "0.3::float8 v"),
    ("'NaN'::float8 v", "'Infinity'::float8 v"),
    ("'NaN'::float8 v", "null::float8 v"),
    ("0 v", "null::int4 v"),
    ("0::int8 v", "null::int8 v"),
    ("1::int8 v", "4294967296::int8 v"),
    ("-1::int8 v", "4294967296::int8 v"),
    ("-1::int2 v", "1::int2 v"),
    ("false v", "null::bool v"),
    ("false v", "true v"),
    ("'{}'::jsonb v", "'[]'::jsonb v"),
    ("'{\"a\": 1.0}'::jsonb v", "'{\"a\": 1.00}'::jsonb v"),
    ("'null'::jsonb v", "null::jsonb v"),
    ("'{\"a\": 1}'::json v", "'{\"a\":1}'::json v"),
    ("'{1,2,3,4}'::int[] v", "'{{1,2},{3,4}}'::int[] v"),
    ("'{{1,2},{3,4}}'::int[] v", "'{{1,2,3,4}}'::int[] v"),
    ("'{1,2}'::int[] v", "'[0:1]={1,2}'::int[] v"),
    ("'{1.0}'::numeric[] v", "'{1.00}'::numeric[] v"),
    ("'{-0}'::float8[] v", "'{0}'::float8[] v"),
    ("'{NULL}'::text[] v", "'{\"NULL\"}'::text[] v"),
    ("'{}'::text[] v", "'{\"\"}'::text[] v"),
    ("'{}'::text[] v", "null::text[] v"),
    ("interval '1 mon' v", "interval '30 days' v"),
    ("interval '1 day' v", "interval '24 hours' v"),
    ("interval '-1 day +2 hours' v", "interval '-22 hours' v"),
    ("null::text v", "'<null>' v"),
    ("null::text v", "'' v"),
    ("'NULL'::text v", "null::text v"),
    ("'a'::text v", "'a '::text v"),
    ("'Abc'::ci v", "'abc'::ci v"),
    ("'Abc'::text collate loose v", "'abc'::text collate loose v"),
    ("'small'::size v", "'large'::size v"),
    ("'<a/>'::xml v", "'<a></a>'::xml v"),
    ("B'1' v", "B'10' v"),
    ("'01'::bit varying v", "'010'::bit varying v"),
    ("'$1.00'::money v", "'$1.01'::money v"),
    ("'(1,2)'::point v", "'(2,1)'::point v"),
    ("'(0,0)'::point v", "'(-0,0)'::point v"),
    ("'[(0,0),(1,1)]'::path v", "'((0,0),(1,1))'::path v"),
    ("'((0,0),(2,0),(2,2))'::polygon v", "'((2,0),(2,2),(0,0))'::polygon v"),
    ("'<(0,0),1>'::circle v", "'<(0,0),1.0000000000000002>'::circle v"),
    ("time with time zone '10:00+08' v", "time with time zone '02:00+00' v"),
    ("time '24:00' v", "time '00:00' v"),
    ("timestamptz '2025-07-01 08:00+08' v", "timestamptz '2025-07-01 08:00+00' v"),
    ("timestamp '2025-07-01 08:00' v", "timestamp '2025-07-01 08:00:00.000001' v"),
    ("timestamp 'infinity' v", "timestamp '-infinity' v"),
    ("date 'infinity' v", "date '-infinity' v"),
    ("date '2000-01-01' v", "null::date v"),
    ("inet '10.0.0.1/8' v", "inet '10.0.0.1/16' v"),
    ("'\\x00'::bytea v", "'\\x0000'::bytea v"),
    ("''::bytea v", "null::bytea v"),
    ("int4range(1,3) v", "int4range(1,4) v"),
    ("'empty'::int4range v", "'(,)'::int4range v"),
    ("numrange(1.0,3) v", "numrange(1.00,3) v"),
    ("'{[1,2),[5,6)}'::int4multirange v", "'{[1,2),[5,7)}'::int4multirange v"),
    ("'a:1'::tsvector v", "'a:2'::tsvector v"),
    ("row(1.0, null)::pair v", "row(1.00, null)::pair v"),
    ("row(null, null)::pair v", "null::pair v"),
    ("row(1, '')::pair v", "row(1, null)::pair v"),
    ("1.0::amount v", "1.00::amount v"),
    ("'[]'::document v", "'{}'::document v"),
    // Columns.
    ("'x|y' a, 'z' b", "'x' a, 'y|z' b"),
    ("'x,y' a, 'z' b", "'x' a, 'y,z' b"),
    ("'x' a, null::text b", "null::text a, 'x' b"),
    ("1 a, 2 b", "2 a, 1 b"),
    ("null::text a, '' b", "'' a, null::text b"),
    // Rows.
    ("v from (values (1, 2), (3, 4)) t(v, w)", "v from (values (1, 2)) t(v, w)"),
    ("v, w from (values (1, 2), (3, 4)) t(v, w)", "v, w from (values (1, 4), (3, 2)) t(v, w)"),
    ("v from (values (1), (1), (2)) t(v)", "v from (values (1), (2), (2)) t(v)"),
    ("v from (values (1), (1)) t(v)", "v from (values (2), (2)) t(v)"),
    ("v from (values (1), (1)) t(v)", "v from (values (1)) t(v)"),
    ("v from (values (null::text)) t(v) where false", "null::text v"),
    ("from (values (1), (2)) t(v)", "from (values (1)) t(v)"),
    // Geometry: SRID, order of vertices, rotation of a ring, -0, dimensions, multi, empty.
    ("s.st_point(1, 2)::s.geometry v", "s.st_setsrid(s.st_point(1, 2), 4326) v"),
    ("s.st_setsrid(s.st_point(1, 2), 4326) v", "s.st_setsrid(s.st_point(1, 2), 3857) v"),
    ("'LINESTRING(0 0,1 1)'::s.geometry v", "'LINESTRING(1 1,0 0)'::s.geometry v"),
    ("'POLYGON((0 0,1 0,1 1,0 0))'::s.geometry v", "'POLYGON((1 0,1 1,0 0,1 0))'::s.geometry v"),
    ("'POINT(0 0)'::s.geometry v", "'POINT(-0 0)'::s.geometry v"),
    ("'POINT(0 0)'::s.geometry v", "'POINT Z(0 0 0)'::s.geometry v"),
    ("'POINT M(0 0 0)'::s.geometry v", "'POINT Z(0 0 0)'::s.geometry v"),
    ("'POINT(0 0)'::s.geometry v", "'MULTIPOINT(0 0)'::s.geometry v"),
    ("'POINT EMPTY'::s.geometry v", "null::s.geometry v"),
    ("'POINT EMPTY'::s.geometry v", "'POLYGON EMPTY'::s.geometry v"),
    ("'POINT(0.1 0)'::s.geometry v", "'POINT(0.10000000000000002 0)'::s.geometry v"),
    ("'POINT(120 14)'::s.geography v", "'POINT(14 120)'::s.geography v"),
    ("array['POINT(0 0)'::s.geometry] v", "array['POINT(-0 0)'::s.geometry] v"),
];

/// What the pairs are made of. PostGIS lives in a schema that is not on the search path.
const TYPES: &str = "
create schema s; create extension postgis schema s;
create schema x; create extension citext schema x;
create domain ci as x.citext;
create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create type size as enum ('small', 'large');
create type pair as (a numeric, b text);
create domain amount as numeric check (value > 0);
create domain document_base as jsonb;
create domain document as document_base;
";

#[tokio::test]
async fn no_two_contents_pass_for_each_other() -> Outcome {
    let server = server().await?;
    let (mut left, mut right) = (session(&server).await?, session(&server).await?);
    run(&mut left, TYPES).await?;
    let mut missed = Vec::new();
    for (one, other) in DIFFERENT {
        let (one, other) = (format!("select {one}"), format!("select {other}"));
        for hash in [HashMethod::Record, HashMethod::Md5] {
            let method = Method { hash, ..Method::default() };
            let before = fingerprint(&mut left, &query(&one), method).await?;
            let after = fingerprint(&mut right, &query(&other), method).await?;
            if (before.rows, &before.sum) == (after.rows, &after.sum) {
                missed.push(format!("{hash:?}: {one} and {other}"));
            }
            let again = fingerprint(&mut right, &query(&one), method).await?;
            assert_eq!(before, again, "{one} twice");
            let named = differences(&mut left, &keyed(&one, &[]), &mut right, &keyed(&other, &[]), 5, method).await?;
            if named.rows() == 0 || named.named.is_empty() {
                missed.push(format!("{hash:?}, by rows: {one} and {other}: {named:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    Ok(())
}

#[tokio::test]
async fn a_value_that_moved_between_two_rows_is_never_missed() -> Outcome {
    let server = server().await?;
    let mut connection = session(&server).await?;
    run(&mut connection, "create table t as select i, i * 7 % 211 v from generate_series(0, 400) i").await?;
    let source = query("table t");
    let whole = fingerprint(&mut connection, &source, NumericMode::Strict).await?;
    for row in 0..200 {
        let moved = query(&format!(
            "select i, case i when {row} then (select v from t where i = {row} + 200) \
             when {row} + 200 then (select v from t where i = {row}) else v end as v from t"
        ));
        let after = fingerprint(&mut connection, &moved, NumericMode::Strict).await?;
        assert_eq!(after.rows, whole.rows);
        assert_ne!(after.sum, whole.sum, "rows {row} and {}", row + 200);
    }
    Ok(())
}
