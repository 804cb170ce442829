//! Plans that changed: indexes that are no longer used, estimates that are far off.

use serde_json::{Value, json};

use super::fixture::{case, judged, plan};
use crate::facts::{Latency, Observation, QueryPlan, Samples};
use crate::judge::{Code, Finding, QueryRun};
use crate::scenario::Claim;
use crate::schema::{Kind, Object, ObjectId};

/// A plan of one node, and of what lies below it.
fn explained(node: &Value) -> QueryPlan {
    QueryPlan::from_explain(&json!([{ "Plan": node }]))
}

fn by_index(index: &str, expected: u32, seen: u32) -> QueryPlan {
    explained(&json!({"Node Type": "Index Scan", "Index Name": index, "Schema": "public", "Relation Name": "stores",
        "Plan Rows": expected, "Actual Rows": seen, "Actual Loops": 1}))
}

fn in_full(relation: &str, expected: u32, seen: u32, discarded: u32) -> QueryPlan {
    explained(&json!({"Node Type": "Seq Scan", "Schema": "public", "Relation Name": relation, "Plan Rows": expected,
        "Actual Rows": seen, "Rows Removed by Filter": discarded, "Actual Loops": 1}))
}

fn index(name: &str, on: &str) -> Object {
    let table = ObjectId::new(Kind::Table, Some("public"), "stores");
    Object::new(table.child(Kind::Index, name)).with("definition", format!("USING btree ({on})"))
}

fn primary_key(name: &str, on: &str) -> Object {
    let table = ObjectId::new(Kind::Table, Some("public"), "stores");
    Object::new(table.child(Kind::Constraint, name)).with("definition", format!("PRIMARY KEY ({on})"))
}

fn found(before: (QueryPlan, Vec<Object>), after: (QueryPlan, Vec<Object>)) -> Vec<Finding> {
    let plan = plan("[[query]]\nname = 'q'\nbefore = 'select 1'");
    let mut case = case(&plan);
    case.baseline.catalog = before.1.into_iter().collect();
    case.after = Some(Observation { catalog: after.1.into_iter().collect(), ..Observation::default() });
    let same = || Samples(vec![1.0; 7]);
    let latency = Ok(Latency { before: same(), after: same() });
    let query = plan.queries.first().unwrap();
    case.queries = vec![QueryRun { query, latency, plan_before: before.0, plan_after: after.0 }];
    // The schema has changed as well, and claim S says so.
    judged(&case).findings.into_iter().filter(|finding| finding.claim == Claim::Quick).collect()
}

fn by_code() -> Vec<Object> {
    vec![index("by_code", "code")]
}

#[test]
fn an_index_that_is_there_and_no_longer_used_is_named_with_its_query_and_relation() {
    let findings = found((by_index("by_code", 1, 1), by_code()), (in_full("stores", 1, 1, 29_999), by_code()));
    let finding = findings.first().unwrap();
    assert_eq!(
        (finding.code, finding.relation.as_deref(), finding.key.as_deref()),
        (Code::Q004, Some("stores"), Some("q"))
    );
    assert!(
        finding.message.contains("`by_code`: it reads 30,000 rows of `stores` where it read 1"),
        "{}",
        finding.message
    );
}

#[test]
fn an_index_of_another_name_that_is_the_same_counts_for_it_even_behind_a_key() {
    let renamed = vec![index("codes", "code")];
    let findings = found((by_index("by_code", 1, 1), by_code()), (in_full("stores", 1, 1, 29_999), renamed.clone()));
    assert!(findings.first().unwrap().message.contains("`codes`"), "{findings:#?}");
    assert_eq!(found((by_index("by_code", 1, 1), by_code()), (by_index("codes", 1, 1), renamed)), []);
    let key = vec![primary_key("stores_pkey", "code")];
    let findings = found((by_index("stores_pkey", 1, 1), key), (in_full("stores", 1, 1, 29_999), by_code()));
    assert!(findings.first().unwrap().message.contains("`by_code`"), "{findings:#?}");
}

#[test]
fn an_index_that_is_gone_or_invalid_or_another_is_no_such_finding() {
    for after in [Vec::new(), vec![index("by_code", "code").with("valid", "no")], vec![index("by_code", "trim(code)")]]
    {
        assert_eq!(found((by_index("by_code", 1, 1), by_code()), (in_full("stores", 1, 1, 29_999), after)), []);
    }
}

#[test]
fn a_small_relation_and_one_most_of_which_is_needed_may_be_read_in_full() {
    let before = || (by_index("by_code", 1, 1), by_code());
    assert_eq!(found(before(), (in_full("stores", 1, 1, 9_998), by_code())), []);
    assert_eq!(found(before(), (in_full("shops", 1, 1, 29_999), by_code())), [], "another relation");
    let most = (by_index("by_code", 20_000, 20_000), by_code());
    assert_eq!(found(most, (in_full("stores", 20_000, 20_000, 10_000), by_code())), []);
}

#[test]
fn an_estimate_that_is_a_hundred_times_off_is_named_in_both_directions() {
    let before = || (in_full("stores", 2_000, 2_000, 0), Vec::new());
    for (expected, seen) in [(20, 2_000), (500_000, 1_000)] {
        let findings = found(before(), (in_full("stores", expected, seen, 0), Vec::new()));
        let finding = findings.first().unwrap();
        let named = (finding.code, finding.relation.as_deref(), finding.key.as_deref());
        assert_eq!(named, (Code::Q005, Some("stores"), Some("q")));
    }
}

#[test]
fn an_estimate_is_not_told_where_few_rows_came_or_less_is_off_or_the_baselines_was_as_bad() {
    let right = || (in_full("stores", 2_000, 2_000, 0), Vec::new());
    assert_eq!(found(right(), (in_full("stores", 1, 999, 0), Vec::new())), []);
    assert_eq!(found(right(), (in_full("stores", 21, 2_000, 0), Vec::new())), []);
    let wrong = || (in_full("stores", 20, 2_000, 0), Vec::new());
    assert_eq!(found(wrong(), wrong()), []);
}

#[test]
fn the_lowest_node_is_told_and_what_a_limit_leaves_unread_is_not() {
    let scan = |expected: u32, seen: u32| {
        json!({"Node Type": "Seq Scan", "Schema": "public", "Relation Name": "stores",
        "Plan Rows": expected, "Actual Rows": seen, "Actual Loops": 1})
    };
    let above = |kind: &str, expected: u32, seen: u32, below: &Value| {
        explained(
            &json!({"Node Type": kind, "Plan Rows": expected, "Actual Rows": seen, "Actual Loops": 1, "Plans": [below]}),
        )
    };
    let before = || (in_full("stores", 2_000, 2_000, 0), Vec::new());
    let findings = found(before(), (above("Sort", 20, 2_000, &scan(20, 2_000)), Vec::new()));
    assert_eq!(findings.iter().map(|finding| finding.relation.as_deref()).collect::<Vec<_>>(), [Some("stores")]);
    let limited = above("Limit", 1_000, 1_000, &scan(500_000, 1_000));
    assert_eq!(found(before(), (limited, Vec::new())), []);
}
