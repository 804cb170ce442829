//! Sequences that would give a number again.

use crate::facts::{FaultSequence, SequencePosition};

/// The sequences that stand before a number that is in use, or before where they stood when the step began, and would not
/// undisturbed. One that skipped numbers harms nobody.
pub(super) fn repeating(
    before: &[SequencePosition],
    undisturbed: &[SequencePosition],
    now: &[SequencePosition],
) -> Vec<FaultSequence> {
    let mut found: Vec<FaultSequence> = Vec::new();
    for position in now {
        let of = |positions: &'_ [SequencePosition]| {
            let same = |other: &&SequencePosition| {
                other.relation == position.relation && other.owner_column == position.owner_column
            };
            positions.iter().find(same).cloned()
        };
        let (was, right) = (of(before), of(undisturbed));
        let next = position.next_value().map_or_else(|| "no number".to_owned(), |next| next.to_string());
        let wrong = if position.is_behind() && !right.as_ref().is_some_and(SequencePosition::is_behind) {
            let taken = position.owner_column.as_ref().zip(position.column_max);
            taken.map(|((table, column), value)| {
                let what = format!(
                    "before a number that is in use: it would next give {next}, and `{table}.{column}` holds {value}"
                );
                (what, Some(format!("{table}.{column}={value}")))
            })
        } else {
            let back = |other: &SequencePosition| was.as_ref().is_some_and(|was| is_before(other, was));
            let turned_back = back(position) && !right.as_ref().is_some_and(back);
            turned_back.then(|| (format!("before where it stood: it would give {next} again"), None))
        };
        // A sequence that several columns draw from is told once.
        if let (Some((what, key)), false) = (wrong, found.iter().any(|known| known.relation == position.relation)) {
            found.push(FaultSequence { relation: position.relation.clone(), what, key });
        }
    }
    found
}

fn is_before(now: &SequencePosition, was: &SequencePosition) -> bool {
    match (now.next_value(), was.next_value()) {
        (Some(now), Some(then)) if was.increment < 0 => now > then,
        (Some(now), Some(then)) => now < then,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::RelationName;

    fn position(last_value: i64, column_max: Option<i64>) -> SequencePosition {
        SequencePosition {
            relation: RelationName::new("public", "shops_id_seq"),
            last_value,
            is_called: true,
            increment: 1,
            owner_column: Some((RelationName::new("public", "shops"), "id".to_owned())),
            column_max,
        }
    }

    #[test]
    fn a_sequence_before_a_number_in_use_is_named_with_the_row_that_has_it() {
        let found = repeating(&[], &[position(3, Some(3))], &[position(1, Some(3))]);
        assert_eq!(found.first().and_then(|one| one.key.as_deref()), Some("shops.id=3"));
        assert!(found.first().is_some_and(|one| one.what.contains("next give 2")), "{found:?}");
    }

    #[test]
    fn a_gap_and_what_is_so_undisturbed_are_nobodys_fault() {
        assert_eq!(repeating(&[], &[position(3, Some(3))], &[position(36, Some(3))]), []);
        assert_eq!(repeating(&[], &[position(1, Some(3))], &[position(1, Some(3))]), []);
    }

    #[test]
    fn a_sequence_that_turns_back_is_named_unless_the_step_turns_it_back_itself() {
        let (before, back) = ([position(9, None)], [position(2, None)]);
        assert_eq!(repeating(&before, &before, &back).len(), 1);
        assert_eq!(repeating(&before, &back, &back), []);
    }
}
