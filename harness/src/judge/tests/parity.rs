use super::fixture::{case, codes, compared, judged, plan, relation};
use crate::facts::{CellDifference, DifferenceKind, Observation, RowDifference, SequencePosition};
use crate::judge::{Code, Compared, Verdict};
use crate::scenario::Claim;

fn row(id: &str, kind: DifferenceKind) -> RowDifference {
    RowDifference { key: vec![("id".to_owned(), Some(id.to_owned()))], kind }
}

#[test]
fn each_kind_of_difference_has_its_code_and_names_its_row() {
    let plan = plan("");
    let cell = CellDifference::new("code", Some("S-01"), None);
    for (kind, code) in [
        (DifferenceKind::Missing(1), Code::P001),
        (DifferenceKind::Extra(1), Code::P002),
        (DifferenceKind::Changed(vec![cell]), Code::P003),
        (DifferenceKind::Duplicate { before: 1, after: 2 }, Code::P005),
    ] {
        let mut case = case(&plan);
        case.compared = vec![compared("stores", 3, vec![row("7", kind)])];
        let judgement = judged(&case);
        assert_eq!(codes(&judgement), [code]);
        let finding = judgement.findings.first().unwrap();
        assert_eq!((finding.relation.as_deref(), finding.key.as_deref()), (Some("stores"), Some("id=7")));
    }
}

#[test]
fn a_column_that_vanished_is_never_passed_over() {
    let plan = plan("");
    let mut case = case(&plan);
    if let Some(Compared { outcome: Ok(differences), .. }) = case.compared.first_mut() {
        differences.columns_only_before.push("region".to_owned());
    }
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::P006]);
    assert!(judgement.findings.first().unwrap().message.contains("`region`"));
}

#[test]
fn a_column_that_only_the_target_of_a_map_has_leaves_parity_undecided() {
    let plan = plan("");
    let mut case = case(&plan);
    if let Some(Compared { outcome: Ok(differences), .. }) = case.compared.first_mut() {
        differences.columns_only_after.push("region".to_owned());
    }
    assert_eq!(judged(&case).claims[&Claim::Parity].verdict, Verdict::Inconclusive);
}

#[test]
fn a_comparison_over_no_rows_is_said_and_none_over_any_proves_nothing() {
    let plan = plan("");
    let mut some = case(&plan);
    some.compared.push(compared("empty", 0, Vec::new()));
    let result = judged(&some).claims[&Claim::Parity].clone();
    assert_eq!(result.verdict, Verdict::Proven);
    assert!(result.reason.contains("1 of them over no rows"), "{}", result.reason);
    let mut none = case(&plan);
    none.compared = vec![compared("empty", 0, Vec::new())];
    assert_eq!(judged(&none).claims[&Claim::Parity].verdict, Verdict::Inconclusive);
}

#[test]
fn a_relation_that_can_not_be_read_is_bad_and_not_merely_unseen() {
    let plan = plan("");
    let mut case = case(&plan);
    case.compared =
        vec![Compared { outcome: Err("relation does not exist".to_owned()), ..compared("stores", 3, Vec::new()) }];
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::P006]);
    assert_eq!(judgement.claims[&Claim::Parity].verdict, Verdict::Refuted);
}

fn sequence(last_value: i64) -> SequencePosition {
    SequencePosition {
        relation: relation("stores_id_seq"),
        last_value,
        is_called: true,
        increment: 1,
        owner_column: Some((relation("stores"), "id".to_owned())),
        column_max: Some(48),
    }
}

#[test]
fn a_sequence_is_found_behind_unless_it_was_so_before() {
    let plan = plan("");
    let with = |last_value| Observation { sequences: vec![sequence(last_value)], ..Observation::default() };
    for (before, after, expected) in [(48, 47, vec![Code::P004]), (48, 48, vec![]), (47, 47, vec![])] {
        let mut case = case(&plan);
        case.baseline = with(before);
        case.after = Some(with(after));
        let judgement = judged(&case);
        assert_eq!(codes(&judgement), expected, "{before}, then {after}");
        assert!(judgement.findings.iter().all(|finding| finding.key.as_deref() == Some("stores.id=48")));
    }
}
