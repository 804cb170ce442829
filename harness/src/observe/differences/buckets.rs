//! Narrows a comparison to the parts of the key in which the sides differ: hashes summed by bucket inside each server,
//! and again inside the buckets that differ, until they are small.
//!
//! An integer key is cut into ranges, since it mostly follows the heap and has an index; every other key is cut by its
//! hash. Widths are powers of two, so a bucket is a shift or a mask, and the ends of the type can not overflow.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row};

use super::cells::Side;
use super::stream::KeyKind;
use crate::facts::Means;
use crate::facts::difference::RowDifferences;
use crate::facts::fingerprint::Method;
use crate::observe::ObserveError;
use crate::observe::fingerprint::mixed_hash;

/// Rows that a bucket should have.
const BUCKET_ROWS: u64 = 1_000;
/// A bucket that differs and has more rows is cut again.
const LARGE: u64 = 4 * BUCKET_ROWS;
/// How much finer it is cut, as a power of two.
const FINER: u32 = 6;
/// The most buckets a side is asked for at once, as a power of two.
const MOST_BITS: u32 = 16;
/// Buckets looked at before all are, and the rows from which that is worth it.
const PROBES: i128 = 8;
const PROBE_ROWS: u64 = 50_000;
/// The most ranges that one statement names.
const MOST_RANGES: usize = 1_000;

/// Where the sides differ.
pub(super) enum Narrowed {
    /// Nowhere.
    Same,
    /// Only in rows that meet these conditions, one for each side.
    Only(String, String),
    /// In so many places that all rows are read; they have been counted.
    All,
    /// In so many places that all rows are read; they have not been counted.
    Unseen,
}

/// The rows of a bucket and the sum of their hashes; the bucket of NULL keys has no number.
type Buckets = BTreeMap<Option<i64>, (u64, String)>;

/// Sums by buckets, counts the rows of both sides into `differences`, and says where they differ.
pub(super) async fn narrow(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    method: Method,
    differences: &mut RowDifferences,
) -> Result<(Narrowed, Means), ObserveError> {
    let (left, right) = tokio::try_join!(before.estimated_rows(), after.estimated_rows())?;
    let rows = left.max(right);
    if before.key_kinds() == [KeyKind::Integer] {
        by_range(before, after, method, rows, differences).await
    } else {
        by_hash(before, after, method, rows, differences).await
    }
}

async fn by_range(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    method: Method,
    rows: u64,
    differences: &mut RowDifferences,
) -> Result<(Narrowed, Means), ObserveError> {
    let (left, right) = tokio::try_join!(before.extent(), after.extent())?;
    let ends = left.into_iter().chain(right);
    let Some((low, high)) = ends.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))) else {
        return Ok((Narrowed::Unseen, Means::Merge));
    };
    let mut shift = shift_for(low, high, rows);
    if rows >= PROBE_ROWS {
        let probes = probes(low, high, shift);
        let (left, right) = both(before, after, method, shift, Some(&probes)).await?;
        let buckets = left.keys().chain(right.keys()).collect::<std::collections::BTreeSet<_>>().len();
        if unequal(&left, &right).len() * 2 > buckets {
            return Ok((Narrowed::Unseen, Means::Merge));
        }
    }
    let (left, right) = both(before, after, method, shift, None).await?;
    count(&left, &right, differences);
    let total = differences.before_rows.max(differences.after_rows);
    let mut pending = unequal(&left, &right);
    let mut small: Vec<(Range, u64)> = Vec::new();
    loop {
        let (large, rest): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|(bucket, rows)| bucket.is_some() && *rows > LARGE && shift > 0);
        small.extend(rest.into_iter().map(|(bucket, rows)| (Range::of(bucket, shift), rows)));
        // Where most rows are to be read anyway, the order of the key is the cheapest way.
        let rows: u64 = small.iter().map(|(_, rows)| rows).sum();
        if rows > total / 4 + LARGE || small.len() + large.len() > MOST_RANGES {
            return Ok((Narrowed::All, Means::Merge));
        }
        if large.is_empty() {
            break;
        }
        let ranges: Vec<Range> = large.iter().map(|(bucket, _)| Range::of(*bucket, shift)).collect();
        shift = shift.saturating_sub(FINER);
        let (left, right) = both(before, after, method, shift, Some(&ranges)).await?;
        pending = unequal(&left, &right);
    }
    if small.is_empty() {
        return Ok((Narrowed::Same, Means::Ranges));
    }
    let ranges: Vec<Range> = small.into_iter().map(|(range, _)| range).collect();
    Ok((Narrowed::Only(before.in_ranges(&ranges), after.in_ranges(&ranges)), Means::Ranges))
}

async fn by_hash(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    method: Method,
    rows: u64,
    differences: &mut RowDifferences,
) -> Result<(Narrowed, Means), ObserveError> {
    let bits = (rows / BUCKET_ROWS).max(1).next_power_of_two().trailing_zeros().min(MOST_BITS);
    let (one, other) = (before.hash_bucket(method, bits), after.hash_bucket(method, bits));
    let (left, right) = tokio::try_join!(before.buckets(method, &one, None), after.buckets(method, &other, None))?;
    count(&left, &right, differences);
    let pending = unequal(&left, &right);
    if pending.is_empty() {
        return Ok((Narrowed::Same, Means::Buckets));
    }
    let rows: u64 = pending.iter().map(|(_, rows)| rows).sum();
    if rows > differences.before_rows.max(differences.after_rows) / 4 + LARGE {
        return Ok((Narrowed::All, Means::Merge));
    }
    let numbers: Vec<_> = pending.iter().filter_map(|(bucket, _)| *bucket).map(|bucket| bucket.to_string()).collect();
    let of = |bucket: &str| format!("{bucket} = any ('{{{}}}'::pg_catalog.int8[])", numbers.join(","));
    Ok((Narrowed::Only(of(&one), of(&other)), Means::Buckets))
}

/// The buckets of both sides, of all rows or of some ranges.
async fn both(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    method: Method,
    shift: u32,
    ranges: Option<&[Range]>,
) -> Result<(Buckets, Buckets), ObserveError> {
    let (one, other) = (before.range_bucket(shift), after.range_bucket(shift));
    let (left, right) = (ranges.map(|ranges| before.in_ranges(ranges)), ranges.map(|ranges| after.in_ranges(ranges)));
    tokio::try_join!(before.buckets(method, &one, left), after.buckets(method, &other, right))
}

fn count(left: &Buckets, right: &Buckets, differences: &mut RowDifferences) {
    let rows = |buckets: &Buckets| buckets.values().map(|(rows, _)| rows).sum();
    (differences.before_rows, differences.after_rows) = (rows(left), rows(right));
}

/// The buckets that differ, with the rows of the fuller side.
fn unequal(left: &Buckets, right: &Buckets) -> Vec<(Option<i64>, u64)> {
    let mut all: Vec<Option<i64>> = left.keys().chain(right.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    let rows = |buckets: &Buckets, bucket: &Option<i64>| buckets.get(bucket).map_or(0, |(rows, _)| *rows);
    let differs = |bucket: &Option<i64>| left.get(bucket) != right.get(bucket);
    all.into_iter().filter(differs).map(|bucket| (bucket, rows(left, &bucket).max(rows(right, &bucket)))).collect()
}

/// By how much keys are shifted so that the buckets hold about [`BUCKET_ROWS`] rows, if the keys are spread evenly.
fn shift_for(low: i64, high: i64, rows: u64) -> u32 {
    let wanted = (rows / BUCKET_ROWS).clamp(1, 1 << MOST_BITS);
    let span = u128::from(high.abs_diff(low)) + 1;
    (0..64).find(|shift| (span >> shift) <= u128::from(wanted)).unwrap_or(63)
}

/// A few whole buckets spread over the keys.
fn probes(low: i64, high: i64, shift: u32) -> Vec<Range> {
    let (first, last) = (i128::from(low >> shift), i128::from(high >> shift));
    let step = ((last - first) / PROBES).max(1);
    let places = (0..PROBES).map(|place| first + step * place + step / 2).filter(|bucket| *bucket <= last);
    places.filter_map(|bucket| i64::try_from(bucket).ok()).map(|bucket| Range::of(Some(bucket), shift)).collect()
}

/// Keys from one to another, both included; or the keys that are NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Range {
    Keys(i64, i64),
    Null,
}

impl Range {
    fn of(bucket: Option<i64>, shift: u32) -> Self {
        match bucket {
            // What was shifted out of a key fits back in: neither end leaves the type.
            Some(bucket) => Self::Keys(bucket << shift, (bucket << shift) | low_bits(shift)),
            None => Self::Null,
        }
    }
}

/// So many ones at the low end, at most those of the greatest key.
fn low_bits(count: u32) -> i64 {
    i64::MAX.checked_shr(63_u32.saturating_sub(count)).unwrap_or_default()
}

impl Side<'_> {
    fn key_value(&self) -> &str {
        self.key_columns().first().map(|key| key.value.as_str()).unwrap_or_default()
    }

    fn range_bucket(&self, shift: u32) -> String {
        format!("({}::pg_catalog.int8 operator(pg_catalog.>>) {shift})", self.key_value())
    }

    fn hash_bucket(&self, method: Method, bits: u32) -> String {
        let hash = mixed_hash(self.key_columns(), method);
        format!("({hash} operator(pg_catalog.&) {}::pg_catalog.int8)", (1_i64 << bits) - 1)
    }

    /// The condition for keys in any of some ranges, over the bare column, so that an index can be used.
    fn in_ranges(&self, ranges: &[Range]) -> String {
        let key = self.key_value();
        let mut sorted = ranges.to_vec();
        sorted.sort_unstable();
        let mut joined: Vec<Range> = Vec::new();
        for range in sorted {
            match (joined.last_mut(), range) {
                (Some(Range::Keys(_, end)), Range::Keys(start, to)) if end.checked_add(1) == Some(start) => *end = to,
                _ => joined.push(range),
            }
        }
        let condition = |range: &Range| match range {
            Range::Keys(from, to) => format!(
                "{key} operator(pg_catalog.>=) '{from}'::pg_catalog.int8 and {key} operator(pg_catalog.<=) '{to}'::pg_catalog.int8"
            ),
            Range::Null => format!("{key} is null"),
        };
        format!("({})", joined.iter().map(condition).collect::<Vec<_>>().join(" or "))
    }

    /// How many rows the planner expects: only the width of the buckets depends on it.
    async fn estimated_rows(&mut self) -> Result<u64, ObserveError> {
        let sql = format!("explain (format json) select from {}", self.rows_clause());
        let what = || ObserveError::reading(format!("the size of {}", self.source.describe()));
        let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&mut *self.connection).await.map_err(what())?;
        let plan: serde_json::Value = row.try_get(0).map_err(what())?;
        Ok(plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_u64).unwrap_or(0))
    }

    /// The least and the greatest key, where there is one that is not NULL.
    async fn extent(&mut self) -> Result<Option<(i64, i64)>, ObserveError> {
        let key = self.key_value();
        let sql = format!(
            "select pg_catalog.min({key})::pg_catalog.int8, pg_catalog.max({key})::pg_catalog.int8 from {}",
            self.rows_clause()
        );
        let what = || ObserveError::reading(format!("the ends of the key of {}", self.source.describe()));
        let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&mut *self.connection).await.map_err(what())?;
        let (low, high): (Option<i64>, Option<i64>) =
            (row.try_get(0).map_err(what())?, row.try_get(1).map_err(what())?);
        Ok(low.zip(high))
    }

    async fn buckets(&mut self, method: Method, bucket: &str, only: Option<String>) -> Result<Buckets, ObserveError> {
        let hash = mixed_hash(&self.columns, method);
        let only = only.map(|only| format!(" where {only}")).unwrap_or_default();
        let sql = format!(
            "select {bucket}, pg_catalog.count(*), pg_catalog.sum({hash})::pg_catalog.text from {}{only} group by 1",
            self.rows_clause()
        );
        let what = || ObserveError::reading(format!("the buckets of {}", self.source.describe()));
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *self.connection).await.map_err(what())?;
        let bucket = |row: &sqlx::postgres::PgRow| -> Result<_, sqlx::Error> {
            let rows: i64 = row.try_get(1)?;
            Ok((row.try_get(0)?, (rows.unsigned_abs(), row.try_get(2)?)))
        };
        rows.iter().map(bucket).collect::<Result<_, _>>().map_err(what())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_type_are_in_a_bucket_and_no_key_is_in_two() {
        for (low, high) in [(i64::MIN, i64::MAX), (0, 0), (-5, 5), (i64::MAX - 1, i64::MAX), (i64::MIN, i64::MIN)] {
            for rows in [0, 1, 10_000, 1_000_000, u64::MAX] {
                let shift = shift_for(low, high, rows);
                for key in [low, high] {
                    let Range::Keys(from, to) = Range::of(Some(key >> shift), shift) else { panic!("no range") };
                    assert!(from <= key && key <= to, "{key} >> {shift}: {from} to {to}");
                }
                assert!(u128::from(high.abs_diff(low)) >> shift <= 1 << MOST_BITS);
                assert!(probes(low, high, shift).len() <= 8);
            }
        }
    }

    #[test]
    fn a_million_keys_in_a_row_are_cut_into_about_a_thousand_buckets() {
        let shift = shift_for(1, 1_000_000, 1_000_000);
        assert!((500..=2_000).contains(&(1_000_000_u64 >> shift)), "{shift}");
        assert!(900_u64 >> shift_for(1, 900, 900) <= 1);
    }
}
