use super::fixture::{answered, case, codes, judged, plan, relation, rows, sight};
use crate::facts::{Answer, Reply, Seen};
use crate::judge::{Code, Verdict};
use crate::scenario::Claim;

#[test]
fn each_statement_is_named_once_at_the_step_that_broke_it() {
    let plan = plan("");
    let mut case = case(&plan);
    case.boundaries[0].sight = sight("other", "y");
    case.boundaries[1].sight = sight("other", "another");
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::C002, Code::C002]);
    let told: Vec<_> =
        judgement.findings.iter().map(|finding| (finding.key.as_deref(), finding.message.contains("010_a"))).collect();
    assert_eq!(told, [(Some("all"), true), (Some("one"), false)]);
}

#[test]
fn an_answer_that_is_missing_is_a_statement_that_no_longer_works() {
    let plan = plan("");
    let mut case = case(&plan);
    case.boundaries[1].sight.answers.remove("one");
    assert_eq!(codes(&judged(&case)), [Code::C001]);
}

#[test]
fn the_rows_shown_to_people_do_not_make_an_answer_another_one() {
    let plan = plan("");
    let mut case = case(&plan);
    let Reply::Answered(answer) = answered("x") else { return };
    let shown = Answer { first_rows: Vec::new(), ..answer };
    case.boundaries[1].sight.answers.insert("all".to_owned(), vec![Reply::Answered(shown)]);
    assert_eq!(codes(&judged(&case)), []);
}

#[test]
fn a_role_that_sees_other_rows_is_named_also_behind_a_broken_statement() {
    let plan = plan("");
    let mut case = case(&plan);
    let who = ("anon".to_owned(), relation("stores"));
    case.sight.seen.insert(who.clone(), Seen::Rows(rows(3, "1")));
    case.boundaries[0].sight = sight("other", "y");
    case.boundaries[1].sight = sight("other", "y");
    case.boundaries[1].sight.seen.insert(who, Seen::Rows(rows(3, "2")));
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::C002, Code::C003]);
    assert_eq!(judgement.findings[1].key.as_deref(), Some("role=anon"));
}

#[test]
fn a_relation_taken_away_on_purpose_is_nobody_s_loss() {
    let plan = plan("[[path.retire]]\nrelation = 'stores'\nreason = 'unused'");
    let mut case = case(&plan);
    let who = |name: &str| ("anon".to_owned(), relation(name));
    for name in ["stores", "kept"] {
        case.sight.seen.insert(who(name), Seen::Rows(rows(3, "1")));
    }
    case.boundaries[1].sight.seen.insert(who("kept"), Seen::Rows(rows(3, "1")));
    assert_eq!(codes(&judged(&case)), []);
}

#[test]
fn every_lost_column_is_named() {
    let plan = plan("");
    let mut case = case(&plan);
    case.compared[0].relation = Some(relation("stores"));
    case.compared[0].lost_columns = vec!["code text".to_owned(), "region text".to_owned()];
    assert_eq!(codes(&judged(&case)), [Code::C004, Code::C004]);
}

#[test]
fn without_statements_and_roles_nothing_is_proven() {
    let mut plan = plan("");
    plan.statements.clear();
    let mut case = case(&plan);
    case.sight.answers.clear();
    assert_eq!(judged(&case).claims[&Claim::Compatible].verdict, Verdict::Inconclusive);
}
