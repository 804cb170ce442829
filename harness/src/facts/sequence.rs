//! Where a sequence stands, and how far the column behind it has come.

use serde::{Deserialize, Serialize};

use crate::sql::RelationName;

/// The position of one sequence against one column that draws from it.
///
/// A sequence that several columns draw from is listed once for each; one that none draws from, once without a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SequencePosition {
    /// The sequence.
    pub relation: RelationName,
    /// Its `last_value`.
    pub last_value: i64,
    /// Whether `last_value` was handed out; if not, it is the next to be.
    pub is_called: bool,
    /// The step from one value to the next; negative for one that counts down.
    pub increment: i64,
    /// The table and the column that draw from it: by identity, by ownership, or by their default.
    pub owner_column: Option<(RelationName, String)>,
    /// The value in that column that lies furthest in the sequence's direction; none for a column without values,
    /// or of a type that is no integer.
    pub column_max: Option<i64>,
}

impl SequencePosition {
    /// The value that `nextval` would hand out; none where that would leave 64 bits.
    pub fn next_value(&self) -> Option<i64> {
        if self.is_called { self.last_value.checked_add(self.increment) } else { Some(self.last_value) }
    }

    /// Whether `nextval` would hand out a value that the column may hold already.
    pub fn is_behind(&self) -> bool {
        match (self.next_value(), self.column_max) {
            (Some(next), Some(furthest)) if self.increment < 0 => next >= furthest,
            (Some(next), Some(furthest)) => next <= furthest,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(last_value: i64, is_called: bool, column_max: Option<i64>) -> SequencePosition {
        let relation = RelationName::new("public", "stores_id_seq");
        SequencePosition { relation, last_value, is_called, increment: 1, owner_column: None, column_max }
    }

    #[test]
    fn a_sequence_is_behind_when_its_next_value_is_taken() {
        assert!(position(1, false, Some(48)).is_behind());
        assert!(position(47, true, Some(48)).is_behind());
        assert!(!position(48, true, Some(48)).is_behind());
        assert!(position(48, false, Some(48)).is_behind());
        assert!(!position(1, false, None).is_behind());
    }

    #[test]
    fn a_sequence_that_counts_down_is_behind_from_above() {
        let down = |last_value| SequencePosition { increment: -1, ..position(last_value, true, Some(-10)) };
        assert!(down(-9).is_behind());
        assert!(!down(-10).is_behind());
    }
}
