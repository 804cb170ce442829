//! The rows in which two sides differ: fingerprints first, and where those differ, both sides streamed in the order of
//! their keys and merged here, one key of each side in memory at a time.
//!
//! The sides may live in two databases or on two servers. It does not repair anything, and it does not look into
//! columns that only one side has: it names them.

mod buckets;
mod cells;
mod merge;
mod pairing;
mod side;
mod stream;
mod tally;

use sqlx::{Connection, PgConnection};

use self::buckets::{Narrowed, narrow};
use self::cells::Side;
use self::merge::{Advance, Group, compare};
use self::pairing::Pairing;
use self::stream::{KeyKind, Rest, open};
use self::tally::Tally;
use super::ObserveError;
use super::fingerprint::aggregate;
use super::relation::{Keyed, describe};
use crate::facts::Means;
use crate::facts::difference::{DifferenceKind, RowDifferences};
use crate::facts::fingerprint::Method;

/// Compares the rows of `before` and `after` by key, and names the first `limit` differences of each kind.
///
/// Columns are paired by name, keys by position; paired columns of two types are compared in their
/// common form. A side without a key makes it a bag comparison: rows are named by their content
/// and counted, none is called changed. Both sessions must be pinned and outside a transaction; each side is read in
/// one snapshot, which is let go at the end. Safe to run at the same time as anything else.
pub async fn differences(
    before_connection: &mut PgConnection,
    before: &Keyed,
    after_connection: &mut PgConnection,
    after: &Keyed,
    limit: usize,
    method: impl Into<Method>,
) -> Result<RowDifferences, ObserveError> {
    let method = method.into();
    let what = |side: &Keyed| ObserveError::reading(format!("a snapshot of {}", side.source.describe()));
    let begin = "begin isolation level repeatable read";
    let mut before_snapshot = before_connection.begin_with(begin).await.map_err(what(before))?;
    let mut after_snapshot = after_connection.begin_with(begin).await.map_err(what(after))?;
    let sides = (&mut *before_snapshot, before, &mut *after_snapshot, after);
    let result = differences_within(sides.0, sides.1, sides.2, sides.3, limit, method, Effort::Plain).await;
    // Rolled back even after a success: a query may have called something that writes.
    before_snapshot.rollback().await.map_err(what(before))?;
    after_snapshot.rollback().await.map_err(what(after))?;
    Ok(result?.0)
}

/// How much is read to find the differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Both fingerprints, and where they differ every row's hash.
    Plain,
    /// Hashes by buckets of the key, and only the buckets that differ; every row's hash where many do.
    Buckets,
    /// Every byte of every row.
    Exact,
}

/// As [`differences`], in transactions that are open already and stay so; and how the differences were looked for.
///
/// Both transactions must be of one snapshot, or the fingerprints and the rows are of two moments.
pub async fn differences_within(
    before_connection: &mut PgConnection,
    before: &Keyed,
    after_connection: &mut PgConnection,
    after: &Keyed,
    limit: usize,
    method: Method,
    effort: Effort,
) -> Result<(RowDifferences, Means), ObserveError> {
    let before_shapes = describe(before_connection, &before.source).await?;
    let after_shapes = describe(after_connection, &after.source).await?;
    let pairing = Pairing::new(before, &before_shapes, after, &after_shapes)?;
    let mut left = Side {
        connection: before_connection,
        source: &before.source,
        shapes: &before_shapes,
        columns: pairing.before(),
        keys: pairing.keys,
        only: None,
    };
    let mut right = Side {
        connection: after_connection,
        source: &after.source,
        shapes: &after_shapes,
        columns: pairing.after(),
        keys: pairing.keys,
        only: None,
    };
    let mut differences = RowDifferences {
        columns_only_before: pairing.only_before,
        columns_only_after: pairing.only_after,
        method,
        ..RowDifferences::default()
    };
    let (narrowed, means) = match effort {
        Effort::Exact if pairing.keys > 0 => (Narrowed::Unseen, Means::Exact),
        Effort::Buckets if pairing.keys > 0 => narrow(&mut left, &mut right, method, &mut differences).await?,
        _ => {
            let (before_print, after_print) = tokio::try_join!(
                aggregate(left.connection, left.source, left.shapes, &left.columns, method),
                aggregate(right.connection, right.source, right.shapes, &right.columns, method),
            )?;
            (differences.before_rows, differences.after_rows) = (before_print.rows, after_print.rows);
            let same = (before_print.rows, &before_print.sum) == (after_print.rows, &after_print.sum);
            let means = if pairing.keys == 0 { Means::Bag } else { Means::Merge };
            (if same { Narrowed::Same } else { Narrowed::All }, means)
        }
    };
    match &narrowed {
        Narrowed::Same => return Ok((differences, means)),
        Narrowed::Only(before, after) => (left.only, right.only) = (Some(before.clone()), Some(after.clone())),
        Narrowed::All | Narrowed::Unseen => {}
    }
    let rest = if means == Means::Exact { Rest::Fields(left.columns.len()) } else { Rest::Hash };
    let (named, seen) = merge_sides(&mut left, &mut right, limit, method, rest, &mut differences).await?;
    if matches!(narrowed, Narrowed::Unseen) {
        (differences.before_rows, differences.after_rows) = seen;
    }
    (left.only, right.only) = (None, None);
    differences.named = cells::name(&mut left, &mut right, named, method).await?;
    Ok((differences, means))
}

/// A difference whose cells have not been read yet.
#[derive(Debug)]
struct Unnamed {
    key: Group,
    kind: DifferenceKind,
}

/// Streams and merges both sides; counts into `differences`, returns the first `limit` of each kind, and how many rows
/// were read on each side.
async fn merge_sides(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    limit: usize,
    method: Method,
    rest: Rest,
    differences: &mut RowDifferences,
) -> Result<(Vec<Unnamed>, (u64, u64)), ObserveError> {
    let bag = before.keys == 0;
    let kinds = before.key_kinds();
    let (before_select, after_select) = (before.stream_select(method, rest), after.stream_select(method, rest));
    let (before_what, after_what) = (before.source.describe(), after.source.describe());
    let (mut before, mut after) = tokio::try_join!(
        open(before.connection, &before_select, kinds.clone(), rest, format!("the sorted rows of {before_what}")),
        open(after.connection, &after_select, kinds, rest, format!("the sorted rows of {after_what}")),
    )?;
    let mut seen = (0, 0);
    let mut tally = Tally { limit, differences, named: Vec::new() };
    let (mut left, mut right) = tokio::try_join!(before.next(), after.next())?;
    while let Some((advance, found)) = compare(left.as_ref(), right.as_ref()) {
        let (taken_left, taken_right) = match advance {
            Advance::Before => (left.take(), None),
            Advance::After => (None, right.take()),
            Advance::Both => (left.take(), right.take()),
        };
        let rows = |group: &Option<Group>| group.as_ref().map_or(0, |group| group.rows);
        seen = (seen.0 + rows(&taken_left), seen.1 + rows(&taken_right));
        if bag {
            tally.count_bag(taken_left, taken_right);
        } else {
            tally.count(found, taken_left, taken_right);
        }
        match advance {
            Advance::Before => left = before.next().await?,
            Advance::After => right = after.next().await?,
            Advance::Both => (left, right) = tokio::try_join!(before.next(), after.next())?,
        }
    }
    Ok((tally.named, seen))
}
