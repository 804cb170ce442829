//! What a query answered, or why the server refused it.

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;

/// What the server said to a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It answered.
    Answered(Answer),
    /// It refused.
    Refused(Refusal),
}

/// The rows of an answer, in brief.
///
/// Two answers are the same when all but `first_rows` is; rows are compared by the text the server prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The columns in their order: name and type.
    pub columns: Vec<(String, String)>,
    /// How many rows came.
    pub rows: u64,
    /// The sum of the rows' hashes, in hexadecimal: the same whatever their order.
    pub content: String,
    /// A hash of the rows in their order, when the query has an ORDER BY at its top level.
    ///
    /// Rows that tie in the ORDER BY may come in any order: equal `content` and other `order` mean just that, or
    /// another order.
    pub order: Option<String>,
    /// The first rows as text, for a person.
    pub first_rows: Vec<Vec<Option<String>>>,
}

/// A statement that the server did not carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The five characters of the SQLSTATE (PostgreSQL manual, appendix A).
    pub sqlstate: String,
    /// The server's message.
    pub message: String,
}

/// What a role sees of a relation or query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// These rows.
    Rows(Fingerprint),
    /// Nothing: it may not look.
    Refused(Refusal),
}

/// Hashes the rows of an answer as they come, without keeping them.
#[derive(Debug, Default)]
pub struct RowDigest {
    rows: u64,
    sum: u128,
    chain: u128,
}

/// The parameters of FNV-1a with 128 bits (draft-eastlake-fnv).
const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl RowDigest {
    /// Takes the next row.
    pub fn push<'t>(&mut self, cells: impl IntoIterator<Item = Option<&'t str>>) {
        let mut hash = FNV_OFFSET;
        for cell in cells {
            // The length in front keeps `x|y, z` from `x, y|z`, and a NULL from any text.
            let length = cell.map_or(u64::MAX, |text| text.len() as u64);
            hash = fnv(fnv(hash, &length.to_be_bytes()), cell.unwrap_or_default().as_bytes());
        }
        self.rows += 1;
        self.sum = self.sum.wrapping_add(mixed(hash));
        self.chain = fnv(self.chain ^ FNV_OFFSET, &hash.to_be_bytes());
    }

    /// How many rows were taken.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The hash of the rows in any order.
    pub fn content(&self) -> String {
        format!("{:032x}", self.sum)
    }

    /// The hash of the rows in the order they came.
    pub fn order(&self) -> String {
        format!("{:032x}", self.chain)
    }
}

fn fnv(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(FNV_PRIME))
}

/// Spreads each bit over the whole, so that a sum of hashes does not see through to the values.
fn mixed(hash: u128) -> u128 {
    let mut bits = hash;
    for _ in 0..2 {
        bits = (bits ^ (bits >> 65)).wrapping_mul(0xbf58_476d_1ce4_e5b9_94d0_49bb_1331_11eb);
        bits ^= bits >> 61;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[&[Option<&str>]]) -> RowDigest {
        let mut digest = RowDigest::default();
        for row in rows {
            digest.push(row.iter().copied());
        }
        digest
    }

    #[test]
    fn the_order_of_rows_changes_the_order_and_not_the_content() {
        let (one, other) = (digest(&[&[Some("a")], &[Some("b")]]), digest(&[&[Some("b")], &[Some("a")]]));
        assert_eq!(one.content(), other.content());
        assert_ne!(one.order(), other.order());
    }

    #[test]
    fn a_cell_can_not_pass_for_another() {
        let rows: &[&[&[Option<&str>]]] = &[
            &[],
            &[&[None, None]],
            &[&[Some(""), None]],
            &[&[None, Some("")]],
            &[&[Some("<null>"), None]],
            &[&[Some("x|y"), Some("z")]],
            &[&[Some("x"), Some("y|z")]],
            &[&[Some("x"), Some("y")], &[Some("x"), Some("y")]],
            &[&[Some("z"), Some("y")], &[Some("z"), Some("y")]],
            &[&[Some("x"), Some("y")], &[Some("z"), Some("w")]],
            &[&[Some("x"), Some("w")], &[Some("z"), Some("y")]],
        ];
        for (place, one) in rows.iter().enumerate() {
            for other in rows.iter().skip(place + 1) {
                assert_ne!(digest(one).content(), digest(other).content(), "{one:?} and {other:?}");
            }
        }
    }
}
