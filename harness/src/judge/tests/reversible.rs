use super::fixture::{back, case, codes, judged, nothing_differs, plan, ran, refused, relation, rows};
use crate::facts::{DifferenceKind, Direction, RowDifference, RowDifferences, SequencePosition};
use crate::judge::{Again, Code, Restored, Verdict};
use crate::scenario::Claim;
use crate::schema::{Change, Difference, Kind, ObjectId};

fn left_over() -> Difference {
    Difference { object: ObjectId::new(Kind::Table, Some("public"), "shops"), change: Change::Added }
}

#[test]
fn a_way_back_that_is_refused_is_told_with_its_place() {
    let plan = plan("");
    let mut case = case(&plan);
    case.runs = vec![ran("010_a", Direction::Up), ran("020_b", Direction::Up), refused("020_b", Direction::Down)];
    case.back.clear();
    case.again = None;
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::R001]);
    assert_eq!(judgement.findings[0].line, Some(3));
    assert_eq!(judgement.claims[&Claim::Applies].verdict, Verdict::Proven);
}

#[test]
fn objects_rows_and_sequences_that_did_not_come_back_have_their_codes() {
    let plan = plan("");
    let mut case = case(&plan);
    let sequence = |last_value| SequencePosition {
        relation: relation("stores_id_seq"),
        last_value,
        is_called: true,
        increment: 1,
        owner_column: None,
        column_max: None,
    };
    case.back[2].catalog.push(left_over());
    case.back[2].rows.insert(relation("stores"), (Some(rows(3, "1")), Some(rows(2, "2"))));
    case.back[2].sequences.push((sequence(3), sequence(1)));
    assert_eq!(codes(&judged(&case)), [Code::R002, Code::R003, Code::R004]);
}

#[test]
fn rows_that_can_be_named_are_named_and_those_that_can_not_are_counted() {
    let plan = plan("");
    let row = RowDifference { key: vec![("id".to_owned(), Some("2".to_owned()))], kind: DifferenceKind::Missing(1) };
    for (named, key) in [(vec![row], Some("id=2")), (Vec::new(), None)] {
        let mut case = case(&plan);
        case.back[2].rows.insert(relation("stores"), (Some(rows(3, "1")), Some(rows(2, "2"))));
        let differences =
            RowDifferences { columns_only_before: vec!["x".to_owned()], named, ..RowDifferences::default() };
        case.back[2].named.push((relation("stores"), differences));
        let judgement = judged(&case);
        assert_eq!(codes(&judgement), [Code::R003]);
        assert_eq!(judgement.findings[0].key.as_deref(), key);
    }
}

#[test]
fn what_did_not_come_back_is_not_told_again_for_the_second_application() {
    let plan = plan("");
    let mut case = case(&plan);
    let other = || (Some(rows(3, "1")), Some(rows(3, "2")));
    case.back[2].rows.insert(relation("stores"), other());
    case.again =
        Some(Again { catalog: Vec::new(), rows: [(relation("stores"), other()), (relation("shops"), other())].into() });
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::R003, Code::R005]);
    assert_eq!(judgement.findings[1].relation.as_deref(), Some("shops"));
}

#[test]
fn a_backup_that_could_not_be_tried_is_a_doubt_and_one_that_differs_is_bad() {
    let plan = plan("");
    let mut untried = case(&plan);
    untried.restored = Some(Restored { outcome: Err("pg_dump is missing".to_owned()) });
    assert_eq!(judged(&untried).claims[&Claim::Reversible].verdict, Verdict::Inconclusive);
    let mut differing = case(&plan);
    let mut outcome = nothing_differs();
    outcome.catalog.push(left_over());
    differing.restored = Some(Restored { outcome: Ok(outcome) });
    assert_eq!(codes(&judged(&differing)), [Code::R006]);
}

#[test]
fn a_waived_way_back_is_counted_and_alone_proves_nothing() {
    let plan = plan("");
    let mut case = case(&plan);
    let mut waived = back(Some("010_a"));
    waived.waived = Some("it only adds".to_owned());
    waived.catalog.push(left_over());
    case.back[1] = waived;
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), []);
    assert!(judgement.claims[&Claim::Reversible].reason.ends_with("1 waived"));
    case.back.retain(|back| back.waived.is_some());
    case.again = None;
    let judgement = judged(&case);
    assert_eq!(judgement.claims[&Claim::Reversible].verdict, Verdict::Inconclusive);
    assert!(judgement.claims[&Claim::Reversible].reason.contains("the way back of `010_a` is waived"));
}
