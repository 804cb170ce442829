use super::fixture::{case, codes, judged, plan};
use crate::judge::{Code, Verdict};
use crate::scenario::Claim;
use crate::schema::{Catalog, Kind, Object, ObjectId, Unknown};

#[test]
fn an_object_that_nobody_understands_leaves_the_schema_undecided_and_is_named() {
    let mut plan = plan("");
    let mut catalog = Catalog::default();
    catalog.insert_unknown(Unknown { what: "transform".to_owned(), name: "for jsonb".to_owned() });
    plan.schema_snapshot = Some(catalog.to_agreed_text());
    let mut case = case(&plan);
    case.after.as_mut().unwrap().catalog = catalog;
    let result = judged(&case).claims[&Claim::Schema].clone();
    assert_eq!(result.verdict, Verdict::Inconclusive);
    assert!(result.reason.contains("transform `for jsonb`"), "{}", result.reason);
}

#[test]
fn an_invalid_index_is_bad_even_if_it_was_agreed_on() {
    let mut plan = plan("");
    let table = ObjectId::new(Kind::Table, Some("public"), "stores");
    let index = Object::new(table.child(Kind::Index, "i")).with("definition", "USING btree (a)").with("valid", "no");
    let catalog = [Object::new(table), index].into_iter().collect::<Catalog>();
    plan.schema_snapshot = Some(catalog.to_agreed_text());
    let mut case = case(&plan);
    case.after.as_mut().unwrap().catalog = catalog;
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::S002]);
}

#[test]
fn without_an_agreed_schema_nothing_is_proven() {
    let mut plan = plan("");
    plan.schema_snapshot = None;
    assert_eq!(judged(&case(&plan)).claims[&Claim::Schema].verdict, Verdict::Inconclusive);
}
