//! The rows in which two sides differ: fingerprints first, and where those differ, both sides streamed in the order of
//! their keys and merged here, one key of each side in memory at a time.
//!
//! The sides may live in two databases or on two servers. It does not repair anything, and it does not look into
//! columns that only one side has: it names them.

mod cells;
mod merge;
mod stream;

use sqlx::{Connection, PgConnection};

use self::cells::Side;
use self::merge::{Advance, Found, Group, compare};
use self::stream::{KeyKind, open};
use super::ObserveError;
use super::encoding::Encoding;
use super::fingerprint::{Hashed, aggregate, row_hash};
use super::relation::{ColumnShape, Keyed, describe};
use crate::facts::difference::{DifferenceKind, RowDifferences};
use crate::facts::fingerprint::{Method, NumericMode};

/// Compares the rows of `before` and `after` by key, and names the first `limit` differences of each kind.
///
/// Columns are paired by name, keys by position; paired columns of two types are compared in their
/// [common](Encoding::common) form. A side without a key makes it a bag comparison: rows are named by their content
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
    let result = differences_of(&mut before_snapshot, before, &mut after_snapshot, after, limit, method).await;
    // Rolled back even after a success: a query may have called something that writes.
    before_snapshot.rollback().await.map_err(what(before))?;
    after_snapshot.rollback().await.map_err(what(after))?;
    result
}

async fn differences_of(
    before_connection: &mut PgConnection,
    before: &Keyed,
    after_connection: &mut PgConnection,
    after: &Keyed,
    limit: usize,
    method: Method,
) -> Result<RowDifferences, ObserveError> {
    let before_shapes = describe(before_connection, &before.source).await?;
    let after_shapes = describe(after_connection, &after.source).await?;
    let pairing = Pairing::new(before, &before_shapes, after, &after_shapes)?;
    let (before_columns, after_columns) = (pairing.before(), pairing.after());
    let (before_print, after_print) = tokio::try_join!(
        aggregate(before_connection, &before.source, &before_shapes, &before_columns, method),
        aggregate(after_connection, &after.source, &after_shapes, &after_columns, method),
    )?;
    let mut differences = RowDifferences {
        before_rows: before_print.rows,
        after_rows: after_print.rows,
        columns_only_before: pairing.only_before,
        columns_only_after: pairing.only_after,
        method,
        ..RowDifferences::default()
    };
    if (before_print.rows, &before_print.sum) == (after_print.rows, &after_print.sum) {
        return Ok(differences);
    }
    let mut before_side = Side {
        connection: before_connection,
        source: &before.source,
        shapes: &before_shapes,
        columns: before_columns,
        keys: pairing.keys,
    };
    let mut after_side = Side {
        connection: after_connection,
        source: &after.source,
        shapes: &after_shapes,
        columns: after_columns,
        keys: pairing.keys,
    };
    let named = merge_sides(&mut before_side, &mut after_side, limit, method, &mut differences).await?;
    differences.named = cells::name(&mut before_side, &mut after_side, named, method).await?;
    Ok(differences)
}

/// A difference whose cells have not been read yet.
#[derive(Debug)]
struct Unnamed {
    key: Group,
    kind: DifferenceKind,
}

/// Streams and merges both sides; counts into `differences`, returns the first `limit` of each kind.
async fn merge_sides(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    limit: usize,
    method: Method,
    differences: &mut RowDifferences,
) -> Result<Vec<Unnamed>, ObserveError> {
    let bag = before.keys == 0;
    let kinds = before.key_kinds();
    let (before_select, after_select) = (before.stream_select(method), after.stream_select(method));
    let (before_what, after_what) = (before.source.describe(), after.source.describe());
    let (mut before, mut after) = tokio::try_join!(
        open(before.connection, &before_select, kinds.clone(), format!("the sorted rows of {before_what}")),
        open(after.connection, &after_select, kinds, format!("the sorted rows of {after_what}")),
    )?;
    let mut tally = Tally { limit, differences, named: Vec::new() };
    let (mut left, mut right) = tokio::try_join!(before.next(), after.next())?;
    while let Some((advance, found)) = compare(left.as_ref(), right.as_ref()) {
        let (taken_left, taken_right) = match advance {
            Advance::Before => (left.take(), None),
            Advance::After => (None, right.take()),
            Advance::Both => (left.take(), right.take()),
        };
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
    Ok(tally.named)
}

/// Counts differences and keeps the first of each kind.
struct Tally<'d> {
    limit: usize,
    differences: &'d mut RowDifferences,
    named: Vec<Unnamed>,
}

impl Tally<'_> {
    fn count(&mut self, found: Found, before: Option<Group>, after: Option<Group>) {
        let rows = |group: &Option<Group>| group.as_ref().map_or(0, |group| group.rows);
        let differences = &mut *self.differences;
        let (counter, kind) = match found {
            Found::Same => return,
            Found::Missing => (&mut differences.missing, DifferenceKind::Missing(1)),
            Found::Extra => (&mut differences.extra, DifferenceKind::Extra(1)),
            Found::Changed => (&mut differences.changed, DifferenceKind::Changed(Vec::new())),
            Found::Duplicate => {
                let kind = DifferenceKind::Duplicate { before: rows(&before), after: rows(&after) };
                (&mut differences.duplicates, kind)
            }
        };
        *counter += 1;
        let number = *counter;
        self.keep(number, before.or(after), kind);
    }

    /// In a bag the key is the row's hash and the hash is how often it occurs.
    fn count_bag(&mut self, before: Option<Group>, after: Option<Group>) {
        let copies = |group: &Option<Group>| group.as_ref().map_or(0, |group| group.hash.unsigned_abs());
        let (left, right) = (copies(&before), copies(&after));
        let differences = &mut *self.differences;
        let (counter, copies, kind) = match left.cmp(&right) {
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Greater => {
                (&mut differences.missing, left - right, DifferenceKind::Missing(left - right))
            }
            std::cmp::Ordering::Less => (&mut differences.extra, right - left, DifferenceKind::Extra(right - left)),
        };
        let number = *counter + 1;
        *counter += copies;
        self.keep(number, before.or(after), kind);
    }

    fn keep(&mut self, number: u64, key: Option<Group>, kind: DifferenceKind) {
        if let Some(key) = key.filter(|_| usize::try_from(number).is_ok_and(|number| number <= self.limit)) {
            self.named.push(Unnamed { key, kind });
        }
    }
}

/// Which column stands for which, and in what form both are compared: the key first, then the others by name.
struct Pairing {
    pairs: Vec<(Hashed, Hashed)>,
    keys: usize,
    only_before: Vec<String>,
    only_after: Vec<String>,
}

impl Pairing {
    fn new(
        before: &Keyed,
        before_shapes: &[ColumnShape],
        after: &Keyed,
        after_shapes: &[ColumnShape],
    ) -> Result<Self, ObserveError> {
        let keys = before.key.len().min(after.key.len());
        if keys > 0 && before.key.len() != after.key.len() {
            return Err(ObserveError::Unexpected {
                what: format!("{} beside {}", before.source.describe(), after.source.describe()),
                found: format!("a key of {} columns against one of {}", before.key.len(), after.key.len()),
            });
        }
        let mut left: Vec<&ColumnShape> = before_shapes.iter().collect();
        let mut right: Vec<&ColumnShape> = after_shapes.iter().collect();
        let mut pairs = Vec::new();
        for (before_name, after_name) in before.key.iter().zip(&after.key).take(keys) {
            let pair = (take(&mut left, before_name, before)?, take(&mut right, after_name, after)?);
            pairs.push(paired(pair));
        }
        let mut only_before = Vec::new();
        for shape in left {
            match right.iter().position(|other| other.name == shape.name) {
                Some(place) => pairs.push(paired((shape, right.remove(place)))),
                None => only_before.push(shape.name.clone()),
            }
        }
        let only_after = right.into_iter().map(|shape| shape.name.clone()).collect();
        Ok(Self { pairs, keys, only_before, only_after })
    }

    fn before(&self) -> Vec<Hashed> {
        self.pairs.iter().map(|(before, _)| before.clone()).collect()
    }

    fn after(&self) -> Vec<Hashed> {
        self.pairs.iter().map(|(_, after)| after.clone()).collect()
    }
}

fn take<'s>(shapes: &mut Vec<&'s ColumnShape>, name: &str, side: &Keyed) -> Result<&'s ColumnShape, ObserveError> {
    let place = shapes.iter().position(|shape| shape.name == name).ok_or_else(|| ObserveError::Unexpected {
        what: format!("the key of {}", side.source.describe()),
        found: format!("it has no column `{name}`"),
    })?;
    Ok(shapes.remove(place))
}

fn paired((before, after): (&ColumnShape, &ColumnShape)) -> (Hashed, Hashed) {
    let encoding = before.encoding.common(after.encoding);
    (Hashed { encoding, ..Hashed::from(before) }, Hashed { encoding, ..Hashed::from(after) })
}

impl Side<'_> {
    /// How each key column is sent; a bag's key is the row's hash.
    fn key_kinds(&self) -> Vec<KeyKind> {
        if self.keys == 0 {
            return vec![KeyKind::Integer];
        }
        self.key_columns().iter().map(|key| key_kind(key.encoding)).collect()
    }

    /// The query that streams keys and hashes, sorted by key.
    fn stream_select(&self, method: Method) -> String {
        let from = self.source.as_from_item(self.shapes);
        if self.keys == 0 {
            let hash = row_hash(&self.columns, method);
            return format!(
                "select h, pg_catalog.count(*) from (select {hash} as h from {from} offset 0) as hashed group by h order by h"
            );
        }
        let keys = self.key_expressions(method.numeric);
        let named: Vec<_> = keys.iter().enumerate().map(|(place, key)| format!("{key} as k{place}")).collect();
        let order: Vec<_> = (0..keys.len()).map(|place| format!("k{place} nulls first")).collect();
        let hash = row_hash(&self.columns, method);
        format!("select {}, {hash} as h from {from} order by {}", named.join(", "), order.join(", "))
    }

    /// The key's columns as they are sent, sorted and compared on both sides.
    fn key_expressions(&self, mode: NumericMode) -> Vec<String> {
        let expression = |key: &Hashed| match key_kind(key.encoding) {
            KeyKind::Integer => format!("{}::pg_catalog.int8", key.value),
            KeyKind::Text => key.encoding.printed(&key.value, mode),
        };
        self.key_columns().iter().map(expression).collect()
    }

    fn key_columns(&self) -> &[Hashed] {
        self.columns.get(..self.keys).unwrap_or_default()
    }
}

fn key_kind(encoding: Encoding) -> KeyKind {
    match encoding {
        Encoding::Integer32 | Encoding::Integer64 => KeyKind::Integer,
        _ => KeyKind::Text,
    }
}
