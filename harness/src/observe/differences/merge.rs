//! Compares two streams of rows sorted by key, holding one key of each side at a time. No I/O.

use std::cmp::Ordering;

/// One column of a key, in an order that the server's `order by` and this program share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyPart {
    /// An integer of any width.
    Integer(i64),
    /// A text, by its bytes.
    Text(String),
    /// NULL, behind everything else, as an index has it.
    Null,
}

/// A row as it is streamed: its key and the hash of the rest, or the rest itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyedRow {
    pub(crate) key: Vec<KeyPart>,
    pub(crate) hash: i64,
    /// Every byte of the row where no hash is to be trusted; empty where one is.
    pub(crate) content: Vec<u8>,
}

/// All rows of one key on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) key: Vec<KeyPart>,
    /// How many rows hold the key.
    pub(crate) rows: u64,
    /// The row's hash; of several rows the sum of their mixed hashes, so that their order does not matter.
    pub(crate) hash: i64,
    /// The bytes of the rows, sorted, where no hash is to be trusted.
    pub(crate) content: Vec<Vec<u8>>,
}

impl Group {
    fn of(row: KeyedRow) -> Self {
        let content = if row.content.is_empty() { Vec::new() } else { vec![row.content] };
        Self { key: row.key, rows: 1, hash: row.hash, content }
    }
}

/// The stream was not sorted, so nothing can be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsorted;

/// Collects rows of one key into a group.
#[derive(Debug, Default)]
pub(crate) struct Grouper {
    open: Option<Group>,
}

impl Grouper {
    /// Takes the next row; returns the group that it closes, if it has another key.
    pub(crate) fn push(&mut self, row: KeyedRow) -> Result<Option<Group>, Unsorted> {
        match &mut self.open {
            None => {
                self.open = Some(Group::of(row));
                Ok(None)
            }
            Some(open) => match open.key.cmp(&row.key) {
                Ordering::Equal => {
                    if open.rows == 1 {
                        open.hash = mixed(open.hash);
                    }
                    open.rows += 1;
                    open.hash = open.hash.wrapping_add(mixed(row.hash));
                    if !row.content.is_empty() {
                        let place = open.content.partition_point(|other| *other < row.content);
                        open.content.insert(place, row.content);
                    }
                    Ok(None)
                }
                Ordering::Less => Ok(self.open.replace(Group::of(row))),
                Ordering::Greater => Err(Unsorted),
            },
        }
    }

    /// The last group, after the last row.
    pub(crate) fn finish(&mut self) -> Option<Group> {
        self.open.take()
    }
}

/// Spreads a hash (the finaliser of `SplitMix64`). The server's record hash is linear in its columns, and its bare sum
/// would not see a value that moved between two rows.
fn mixed(hash: i64) -> i64 {
    let mut bits = hash.cast_unsigned();
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)).cast_signed()
}

/// What the heads of both streams say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Both sides hold the same rows of this key.
    Same,
    /// Only the side before holds the key.
    Missing,
    /// Only the side after holds the key.
    Extra,
    /// Both hold one row of the key, and they differ.
    Changed,
    /// A side holds several rows of the key, and the sides differ.
    Duplicate,
}

/// Which side to read on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advance {
    Before,
    After,
    Both,
}

/// Compares the heads of both sides; `None` when both are at their end.
pub(crate) fn compare(before: Option<&Group>, after: Option<&Group>) -> Option<(Advance, Found)> {
    let alone = |group: &Group, found| if group.rows > 1 { Found::Duplicate } else { found };
    Some(match (before, after) {
        (None, None) => return None,
        (Some(before), None) => (Advance::Before, alone(before, Found::Missing)),
        (None, Some(after)) => (Advance::After, alone(after, Found::Extra)),
        (Some(before), Some(after)) => match before.key.cmp(&after.key) {
            Ordering::Less => (Advance::Before, alone(before, Found::Missing)),
            Ordering::Greater => (Advance::After, alone(after, Found::Extra)),
            Ordering::Equal if is_same(before, after) => (Advance::Both, Found::Same),
            Ordering::Equal if before.rows > 1 || after.rows > 1 => (Advance::Both, Found::Duplicate),
            Ordering::Equal => (Advance::Both, Found::Changed),
        },
    })
}

fn is_same(before: &Group, after: &Group) -> bool {
    before.rows == after.rows && before.hash == after.hash && before.content == after.content
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(rows: &[(i64, i64)]) -> Result<Vec<Group>, Unsorted> {
        let mut grouper = Grouper::default();
        let mut groups = Vec::new();
        for (key, hash) in rows {
            groups.extend(grouper.push(KeyedRow {
                key: vec![KeyPart::Integer(*key)],
                hash: *hash,
                content: Vec::new(),
            })?);
        }
        groups.extend(grouper.finish());
        Ok(groups)
    }

    fn merged(before: &[(i64, i64)], after: &[(i64, i64)]) -> Vec<Found> {
        let (before, after) = (groups(before).unwrap(), groups(after).unwrap());
        let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
        let mut found = Vec::new();
        while let Some((advance, what)) = compare(before.peek().copied(), after.peek().copied()) {
            found.push(what);
            if advance != Advance::After {
                before.next();
            }
            if advance != Advance::Before {
                after.next();
            }
        }
        found
    }

    #[test]
    fn each_kind_of_difference_is_found_wherever_it_stands() {
        use Found::{Changed, Extra, Missing, Same};
        assert_eq!(merged(&[], &[]), []);
        assert_eq!(merged(&[(1, 7)], &[]), [Missing]);
        assert_eq!(merged(&[], &[(1, 7)]), [Extra]);
        assert_eq!(
            merged(&[(1, 7), (3, 7), (5, 7)], &[(2, 7), (3, 8), (5, 7), (6, 7)]),
            [Missing, Extra, Changed, Same, Extra]
        );
    }

    #[test]
    fn a_key_held_twice_is_a_duplicate_unless_both_sides_hold_the_same_rows() {
        assert_eq!(merged(&[(1, 7), (1, 8)], &[(1, 8), (1, 7)]), [Found::Same]);
        assert_eq!(merged(&[(1, 7), (1, 8)], &[(1, 7)]), [Found::Duplicate]);
        assert_eq!(merged(&[(1, 7)], &[(1, 7), (1, 7)]), [Found::Duplicate]);
        assert_eq!(merged(&[], &[(1, 7), (1, 7), (2, 1)]), [Found::Duplicate, Found::Extra]);
    }

    #[test]
    fn a_value_that_moved_between_two_rows_of_one_key_is_seen() {
        assert_eq!(merged(&[(1, 31 + 2), (1, 62 + 3)], &[(1, 31 + 3), (1, 62 + 2)]), [Found::Duplicate]);
    }

    #[test]
    fn rows_whose_hashes_agree_differ_by_their_bytes_where_those_are_read() {
        let group = |contents: &[&[u8]]| {
            let mut grouper = Grouper::default();
            for content in contents {
                let row = KeyedRow { key: vec![KeyPart::Integer(1)], hash: 0, content: content.to_vec() };
                grouper.push(row).unwrap();
            }
            grouper.finish()
        };
        let found =
            |before: &[&[u8]], after: &[&[u8]]| compare(group(before).as_ref(), group(after).as_ref()).unwrap().1;
        assert_eq!(found(&[b"a"], &[b"b"]), Found::Changed);
        assert_eq!(found(&[b"a", b"b"], &[b"b", b"a"]), Found::Same);
        assert_eq!(found(&[b"a", b"b"], &[b"b", b"b"]), Found::Duplicate);
    }

    #[test]
    fn a_stream_out_of_order_is_refused() {
        assert_eq!(groups(&[(2, 0), (1, 0)]), Err(Unsorted));
    }

    #[test]
    fn null_sorts_last_and_text_by_its_bytes() {
        let mut parts = vec![KeyPart::Text("a".into()), KeyPart::Text("B".into()), KeyPart::Null];
        parts.sort();
        assert_eq!(parts, [KeyPart::Text("B".into()), KeyPart::Text("a".into()), KeyPart::Null]);
    }
}
