//! Counts what a merge finds.

use super::Unnamed;
use super::merge::{Found, Group};
use crate::facts::difference::{DifferenceKind, RowDifferences};

/// Counts differences and keeps the first of each kind.
pub(super) struct Tally<'d> {
    pub(super) limit: usize,
    pub(super) differences: &'d mut RowDifferences,
    pub(super) named: Vec<Unnamed>,
}

impl Tally<'_> {
    pub(super) fn count(&mut self, found: Found, before: Option<Group>, after: Option<Group>) {
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
    pub(super) fn count_bag(&mut self, before: Option<Group>, after: Option<Group>) {
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
