//! Counts and order-free hashes of rows, computed by the server in one scan.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::ObserveError;
use super::encoding::Encoding;
use super::relation::{ColumnShape, RowSource, describe};
use crate::facts::fingerprint::{CanaryVector, Fingerprint, HashMethod, HashedColumn, Method};

/// The seed of the record hash: `pgProof!` in ASCII. A NULL hashes to 0, and under seed 0 so do some types' zeros.
const SEED: i64 = 0x5067_5072_6f6f_6621;

/// A column as it goes into a hash.
#[derive(Debug, Clone)]
pub(crate) struct Hashed {
    /// The name it goes by in the fingerprint.
    pub(crate) name: String,
    /// Its value, an expression over the alias `r`.
    pub(crate) value: String,
    /// The form it is hashed in.
    pub(crate) encoding: Encoding,
}

impl Hashed {
    /// Its value and a type whose literals compare with it by an operator that its indexes know; a key's only, which is
    /// sent as this type.
    pub(crate) fn bare_key(&self) -> Option<(String, &'static str)> {
        match self.encoding {
            Encoding::Integer32 | Encoding::Integer64 => Some((self.value.clone(), "int8")),
            Encoding::Exact(kind) => Some((self.value.clone(), kind)),
            _ => None,
        }
    }
}

impl From<&ColumnShape> for Hashed {
    fn from(shape: &ColumnShape) -> Self {
        Self { name: shape.name.clone(), value: shape.expression(), encoding: shape.encoding }
    }
}

/// The content of a relation or query: one scan, one statement, so one snapshot; parallel where the server likes.
///
/// The columns go in sorted by name, so the order they stand in does not matter. The session must be pinned
/// ([`super::session::pin`]). Fingerprints compare only under the same [`Method`]; those of two servers only when
/// their [`canary`] vectors agree.
pub async fn fingerprint(
    connection: &mut PgConnection,
    source: &RowSource,
    method: impl Into<Method>,
) -> Result<Fingerprint, ObserveError> {
    let shapes = describe(connection, source).await?;
    let columns: Vec<_> = shapes.iter().map(Hashed::from).collect();
    aggregate(connection, source, &shapes, &columns, method.into()).await
}

/// The fingerprint over columns that are already known.
pub(crate) async fn aggregate(
    connection: &mut PgConnection,
    source: &RowSource,
    shapes: &[ColumnShape],
    columns: &[Hashed],
    method: Method,
) -> Result<Fingerprint, ObserveError> {
    aggregate_or_refusal(connection, source, shapes, columns, method)
        .await
        .map_err(ObserveError::reading(format!("the rows of {}", source.describe())))
}

/// As [`aggregate`], with the driver's own error, for who takes a refusal as a fact.
pub(crate) async fn aggregate_or_refusal(
    connection: &mut PgConnection,
    source: &RowSource,
    shapes: &[ColumnShape],
    columns: &[Hashed],
    method: Method,
) -> Result<Fingerprint, sqlx::Error> {
    let sql = statement(source, shapes, columns, method);
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await?;
    let (rows, sum): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    let named =
        |column: &Hashed| HashedColumn { name: column.name.clone(), encoding: column.encoding.name().to_owned() };
    Ok(Fingerprint { rows: rows.unsigned_abs(), sum, columns: columns.iter().map(named).collect(), method })
}

/// The statement a fingerprint is: counts the rows and sums their hashes, mixed once more.
///
/// The record hash is linear in its columns, so the bare sum of it misses a value that moved between two rows. It is
/// mixed by being the *seed* of another hash, which takes in all 64 bits; as the hashed value it would be folded to
/// 32. The sum of `bigint` is exact (it accumulates 128 bits), where XOR would cancel duplicates. No subquery, since
/// one would keep the aggregate from running in parallel.
pub(crate) fn statement(source: &RowSource, shapes: &[ColumnShape], columns: &[Hashed], method: Method) -> String {
    let mixed = mixed_hash(columns, method);
    format!(
        "select pg_catalog.count(*), coalesce(pg_catalog.sum({mixed}), 0)::pg_catalog.text from {}",
        source.as_from_item(shapes),
    )
}

/// The expression for a row's hash as it is summed, over the alias `r`.
pub(crate) fn mixed_hash(columns: &[Hashed], method: Method) -> String {
    let hash = row_hash(columns, method);
    match method.hash {
        HashMethod::Record => mixed(&hash),
        HashMethod::Md5 => hash,
    }
}

/// The expression for a row's hash with its bits spread.
fn mixed(hash: &str) -> String {
    format!("pg_catalog.hashint4extended(1, {hash})")
}

/// The expression for the eight bytes of a row, over the alias `r`.
pub(crate) fn row_hash(columns: &[Hashed], method: Method) -> String {
    let list = |write: &dyn Fn(&Hashed) -> String| columns.iter().map(write).collect::<Vec<_>>().join(", ");
    match method.hash {
        HashMethod::Record => {
            let record = list(&|column| column.encoding.hashed(&column.value, method.numeric));
            format!("pg_catalog.hash_record_extended(row({record}), {SEED})")
        }
        HashMethod::Md5 => {
            // A record's text quotes its fields and tells NULL from an empty one.
            let record = list(&|column| column.encoding.printed(&column.value, method.numeric));
            format!(
                "('x' || pg_catalog.left(pg_catalog.md5(row({record})::pg_catalog.text), 16))\
                 ::pg_catalog.bit(64)::pg_catalog.int8"
            )
        }
    }
}

/// The values of the canary: one of each kind that is hashed, and the texts that tend to print differently.
const CANARY_HASHES: &[&str] = &[
    "null::pg_catalog.text",
    "1::pg_catalog.int4",
    "pg_catalog.int8send(-4294967296)",
    "true",
    "'pgproof'::pg_catalog.text collate pg_catalog.\"C\"",
    "'Straße ₱ 東'::pg_catalog.text collate pg_catalog.\"C\"",
    "date '2025-07-01'",
    "uuid '2f1c4a60-5f0e-4b53-9d4e-0a3d8f6c1b77'",
    "pg_catalog.float8send(0.1)",
    "pg_catalog.timestamptz_send('2025-07-01 08:00:00.000001+08')",
    "pg_catalog.interval_send('1 mon 2 days 00:00:03.5')",
];
const CANARY_TEXTS: &[&str] = &[
    "0.1::pg_catalog.float8",
    "1e-7::pg_catalog.float4",
    "'-0'::pg_catalog.float8",
    "1.50::pg_catalog.numeric",
    "'NaN'::pg_catalog.numeric",
    "timestamptz '2025-07-01 08:00:00.000001+08'",
    "interval '1 mon -2 days 00:00:03.5'",
    "'\\xdeadbeef'::pg_catalog.bytea",
    "'{{1,NULL},{\"NULL\",\"a b\"}}'::pg_catalog.text[]",
    "'[0:1]={1,2}'::pg_catalog.int4[]",
    "'{\"b\": 1.0, \"a\": [1e2, null, \"é\"]}'::pg_catalog.jsonb",
    "row(1, null, '', 'a,b', '\"')",
    "'(1.5,2e-7)'::pg_catalog.point",
    "'[2025-01-01,2025-02-01)'::pg_catalog.daterange",
    "12.34::pg_catalog.money",
];

/// Hashes and prints a fixed list of values, to compare two servers before their fingerprints are.
pub async fn canary(connection: &mut PgConnection) -> Result<CanaryVector, ObserveError> {
    let what = || ObserveError::reading("the server's hashes of known values");
    let version: String = sqlx::query_scalar("select pg_catalog.current_setting('server_version_num')")
        .fetch_one(&mut *connection)
        .await
        .map_err(what())?;
    let server_version = version.parse().unwrap_or(0);
    let mut hashes = Vec::new();
    if server_version >= 140_000 {
        let each = CANARY_HASHES.iter().map(|value| {
            let hash = mixed(&format!("pg_catalog.hash_record_extended(row({value}, 0), {SEED})"));
            format!("select {hash}::pg_catalog.text")
        });
        hashes = texts(connection, each).await.map_err(what())?;
    }
    let printed = CANARY_TEXTS.iter().map(|value| format!("select ({value})::pg_catalog.text"));
    let texts = texts(connection, printed).await.map_err(what())?;
    Ok(CanaryVector { server_version, hashes, texts })
}

/// The one text of each statement, in order, in one round trip.
async fn texts(
    connection: &mut PgConnection,
    statements: impl Iterator<Item = String>,
) -> Result<Vec<String>, sqlx::Error> {
    let script = statements.collect::<Vec<_>>().join(";\n");
    let rows = sqlx::raw_sql(AssertSqlSafe(script)).fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::server::{Places, Provider, Request, Source};
    use crate::sql::RelationName;

    #[tokio::test]
    async fn no_encoding_keeps_the_server_from_a_parallel_plan() -> Result<(), Box<dyn Error>> {
        let server = Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?;
        let mut connection = server.connect(server.connector().maintenance()).await?;
        let set_up = "create schema s; create extension postgis schema s; create type size as enum ('small');
            create table t as select i::int8 a, i b, i::text c, i::numeric d, i::float8 e, now() f, interval '1 day' g,
                '{}'::jsonb h, 'small'::size k, s.st_point(i, 2) l, array[i] m, true n, int4range(1, i) o, 1::money p
                from generate_series(1, 2000) i;
            analyze t; set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0; set parallel_tuple_cost = 0";
        sqlx::raw_sql(set_up).execute(&mut connection).await?;
        let source = RowSource::relation(RelationName::new("public", "t"));
        let shapes = describe(&mut connection, &source).await?;
        let columns: Vec<_> = shapes.iter().map(Hashed::from).collect();
        for hash in [HashMethod::Record, HashMethod::Md5] {
            let sql = statement(&source, &shapes, &columns, Method { hash, ..Method::default() });
            let plan = sqlx::raw_sql(AssertSqlSafe(format!("explain {sql}"))).fetch_all(&mut connection).await?;
            let plan: Vec<String> = plan.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
            assert!(plan.iter().any(|line| line.contains("Partial Aggregate")), "{}", plan.join("\n"));
        }
        Ok(())
    }
}
