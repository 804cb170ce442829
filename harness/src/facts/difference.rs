//! The rows in which two relations or queries differ, by key and by cell.

use serde::{Deserialize, Serialize};

use super::fingerprint::Method;

/// How two sets of rows differ: counts of all differences, names of the first ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDifferences {
    /// Rows on the side before.
    pub before_rows: u64,
    /// Rows on the side after.
    pub after_rows: u64,
    /// Rows there before and not after.
    pub missing: u64,
    /// Rows there after and not before.
    pub extra: u64,
    /// Rows of the same key with other content.
    pub changed: u64,
    /// Keys held by more than one row on a side whose rows are not the same on both; not counted elsewhere.
    pub duplicates: u64,
    /// The first differences of each kind, in the order of their keys.
    pub named: Vec<RowDifference>,
    /// Columns that only the side before has; their content was not compared.
    pub columns_only_before: Vec<String>,
    /// Columns that only the side after has; their content was not compared.
    pub columns_only_after: Vec<String>,
    /// How rows were hashed.
    pub method: Method,
}

impl RowDifferences {
    /// Whether rows and column names are the same on both sides.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0 && self.columns_only_before.is_empty() && self.columns_only_after.is_empty()
    }

    /// How many rows (for duplicates: keys) differ in all.
    pub fn rows(&self) -> u64 {
        self.missing + self.extra + self.changed + self.duplicates
    }
}

/// One row that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDifference {
    /// The key's columns and their text (`None` is NULL); without a key, the whole row.
    pub key: Vec<(String, Option<String>)>,
    /// In what way it differs.
    pub kind: DifferenceKind,
}

/// In what way a row differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// It was there before; without a key, that many times more often.
    Missing(u64),
    /// It is there only after; without a key, that many times more often.
    Extra(u64),
    /// Its content is another.
    Changed(Vec<CellDifference>),
    /// The key is not unique: how many rows hold it.
    Duplicate {
        /// Rows of this key before.
        before: u64,
        /// Rows of this key after.
        after: u64,
    },
}

/// One cell that differs; texts are shortened to the place where they do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellDifference {
    /// The column's name.
    pub column: String,
    /// Its text before, `None` for NULL.
    pub before: Option<String>,
    /// Its text after, `None` for NULL.
    pub after: Option<String>,
}

/// The longest text of a cell that is kept, in characters.
pub const CELL_WIDTH: usize = 80;

/// Characters kept in front of the first difference.
const LEAD: usize = 20;

impl CellDifference {
    /// A cell's two texts, each shortened to [`CELL_WIDTH`] characters around the first difference.
    pub fn new(column: impl Into<String>, before: Option<&str>, after: Option<&str>) -> Self {
        let start = match (before, after) {
            (Some(before), Some(after)) => first_difference(before, after),
            _ => 0,
        };
        let shorten = |text: Option<&str>| text.map(|text| window(text, start));
        Self { column: column.into(), before: shorten(before), after: shorten(after) }
    }
}

/// A text in at most [`CELL_WIDTH`] characters, from its beginning.
pub fn shortened(text: &str) -> String {
    window(text, 0)
}

/// The number of characters that both texts begin with.
fn first_difference(before: &str, after: &str) -> usize {
    before.chars().zip(after.chars()).take_while(|(before, after)| before == after).count()
}

/// At most [`CELL_WIDTH`] characters of `text` that show the one at `place`, `…` where something was cut.
fn window(text: &str, place: usize) -> String {
    let length = text.chars().count();
    if length <= CELL_WIDTH {
        return text.to_owned();
    }
    if place < CELL_WIDTH - 1 {
        return text.chars().take(CELL_WIDTH - 1).chain(['…']).collect();
    }
    let start = place.min(length).saturating_sub(LEAD);
    let rest = length - start;
    let kept = text.chars().skip(start);
    if rest < CELL_WIDTH {
        ['…'].into_iter().chain(kept).collect()
    } else {
        ['…'].into_iter().chain(kept.take(CELL_WIDTH - 2)).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_cell_is_shown_whole() {
        let cell = CellDifference::new("name", Some("Manila"), None);
        assert_eq!(cell.before.as_deref(), Some("Manila"));
        assert_eq!(cell.after, None);
    }

    #[test]
    fn a_long_cell_shows_the_place_where_the_texts_part() {
        let same = "é".repeat(500);
        let cell = CellDifference::new("note", Some(&format!("{same}left{same}")), Some(&format!("{same}right")));
        let (before, after) = (cell.before.unwrap(), cell.after.unwrap());
        assert!(before.contains("éleftéé") && before.starts_with('…') && before.ends_with('…'), "{before}");
        assert!(after.ends_with("éright"), "{after}");
        assert!(before.chars().count() <= CELL_WIDTH && after.chars().count() <= CELL_WIDTH);
    }

    #[test]
    fn a_truncated_text_shows_where_it_ends() {
        let long = "x".repeat(300);
        let cell = CellDifference::new("note", Some(&long), Some(&long[..255]));
        assert_eq!(cell.after.unwrap(), format!("…{}", "x".repeat(LEAD)));
    }

    #[test]
    fn no_window_is_wider_than_a_cell() {
        for length in 0..200 {
            for place in [0, 40, 78, 79, 80, 100, 199, 500] {
                let text = window(&"a".repeat(length), place);
                assert!(text.chars().count() <= CELL_WIDTH, "{length} at {place}: {text}");
            }
        }
    }
}
