//! A query's plan with the rows that were expected of each node and those that came.

use serde_json::Value;

use super::PlanShape;
use crate::sql::RelationName;

/// How a node comes to the rows of its relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads the relation in full.
    Full,
    /// It follows an index.
    Index,
    /// It reads no relation itself.
    None,
}

/// Whether a node is asked for all of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Its rows are read to the last one.
    Full,
    /// What stands above may stop asking: a limit, a join that has found its match, a condition.
    Early,
    /// It is gone back in, so that rows count more than once: the inner side of a merge join.
    Again,
}

/// The rows of one node of a plan. Expected and seen are those of one loop, as `EXPLAIN` has them.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRows {
    /// The node's kind with its relation and index.
    pub what: String,
    /// The relation that it reads.
    pub relation: Option<RelationName>,
    /// The index that it uses.
    pub index: Option<String>,
    /// How it comes to its rows.
    pub access: Access,
    /// How far it is read.
    pub completion: Completion,
    /// How many rows the planner expected.
    pub expected: f64,
    /// How many rows came.
    pub seen: f64,
    /// How many rows were read and thrown away.
    pub discarded: f64,
    /// How often the node ran.
    pub loops: f64,
}

impl NodeRows {
    /// All rows that the node read, kept or thrown away.
    pub fn read(&self) -> f64 {
        (self.seen + self.discarded) * self.loops
    }

    /// How many times more rows came than expected, or fewer; never below 1.
    pub fn misjudged(&self) -> f64 {
        let (expected, seen) = (self.expected.max(1.0), self.seen.max(1.0));
        (seen / expected).max(expected / seen)
    }
}

/// The shape of a plan, and what its nodes were expected to give and gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryPlan {
    /// The plan without its numbers.
    pub shape: PlanShape,
    /// Its nodes that ran, each behind those that feed it.
    pub nodes: Vec<NodeRows>,
}

impl QueryPlan {
    /// The plan that `EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON)` answered.
    pub fn from_explain(explained: &Value) -> Self {
        let mut nodes = Vec::new();
        if let Some(root) = explained.get(0).and_then(|first| first.get("Plan")) {
            collect(root, None, Completion::Full, &mut nodes);
        }
        Self { shape: PlanShape::from_explain(explained), nodes }
    }
}

fn collect(node: &Value, above: Option<&RelationName>, completion: Completion, nodes: &mut Vec<NodeRows>) {
    let text = |field: &str| node.get(field).and_then(Value::as_str);
    let number = |field: &str| node.get(field).and_then(Value::as_f64).unwrap_or_default();
    let kind = text("Node Type").unwrap_or_default();
    let named = text("Relation Name").map(|name| RelationName::new(text("Schema").unwrap_or("public"), name));
    let relation = named.as_ref().or(above);
    let completion = match text("Parent Relationship") {
        Some("SubPlan" | "InitPlan") => Completion::Early,
        _ => completion,
    };
    let below = match completion {
        Completion::Full if !stops_early(kind, text("Join Type")) => Completion::Full,
        _ => Completion::Early,
    };
    for child in node.get("Plans").and_then(Value::as_array).into_iter().flatten() {
        let inner = child.get("Parent Relationship").and_then(Value::as_str) == Some("Inner");
        let below = if kind == "Merge Join" && inner { Completion::Again } else { below };
        // What stands below a bitmap heap scan names no relation, and is about the same one.
        collect(child, relation.filter(|_| kind.starts_with("Bitmap")), below, nodes);
    }
    let loops = number("Actual Loops");
    if loops < 1.0 {
        return;
    }
    nodes.push(NodeRows {
        what: PlanShape::one(node),
        relation: relation.filter(|_| named.is_some() || kind.starts_with("Bitmap")).cloned(),
        index: text("Index Name").map(str::to_owned),
        access: access(kind),
        completion,
        expected: number("Plan Rows"),
        seen: number("Actual Rows"),
        discarded: number("Rows Removed by Filter") + number("Rows Removed by Index Recheck"),
        loops,
    });
}

/// A bitmap's relation is read by its heap scan, through the indexes below.
fn access(kind: &str) -> Access {
    match kind {
        "Seq Scan" => Access::Full,
        "Index Scan" | "Index Only Scan" | "Bitmap Heap Scan" | "Bitmap Index Scan" => Access::Index,
        _ => Access::None,
    }
}

/// Whether such a node may leave rows of those below unread.
fn stops_early(kind: &str, join: Option<&str>) -> bool {
    matches!(kind, "Limit" | "Merge Join" | "Nested Loop") || matches!(join, Some("Semi" | "Anti"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(root: &Value) -> QueryPlan {
        QueryPlan::from_explain(&serde_json::json!([{ "Plan": root }]))
    }

    #[test]
    fn a_bitmap_is_about_the_relation_of_its_heap_scan() {
        let plan = plan(&serde_json::json!({"Node Type": "Bitmap Heap Scan", "Schema": "s", "Relation Name": "t",
            "Plan Rows": 10, "Actual Rows": 20, "Rows Removed by Index Recheck": 5, "Actual Loops": 2, "Plans": [
                {"Node Type": "BitmapAnd", "Actual Loops": 1, "Plans": [
                    {"Node Type": "Bitmap Index Scan", "Index Name": "t_a", "Actual Loops": 1}]}]}));
        let relation = Some(RelationName::new("s", "t"));
        let seen: Vec<_> = plan.nodes.iter().map(|node| (node.index.as_deref(), &node.relation, node.access)).collect();
        assert_eq!(
            seen,
            [
                (Some("t_a"), &relation, Access::Index),
                (None, &relation, Access::None),
                (None, &relation, Access::Index)
            ]
        );
        assert!((plan.nodes.last().map_or(0.0, NodeRows::read) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_node_that_never_ran_says_nothing_and_one_below_a_limit_need_not_be_read_to_its_end() {
        let plan = plan(
            &serde_json::json!({"Node Type": "Limit", "Plan Rows": 1, "Actual Rows": 1, "Actual Loops": 1, "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "t", "Schema": "public", "Plan Rows": 5000, "Actual Rows": 1,
             "Actual Loops": 1},
            {"Node Type": "Seq Scan", "Relation Name": "u", "Schema": "public", "Plan Rows": 5000, "Actual Rows": 0,
             "Actual Loops": 0}]}),
        );
        let seen: Vec<_> = plan.nodes.iter().map(|node| (node.what.as_str(), node.completion)).collect();
        assert_eq!(seen, [("Seq Scan on t", Completion::Early), ("Limit", Completion::Full)]);
    }

    #[test]
    fn the_inner_side_of_a_merge_join_counts_rows_again_and_what_feeds_it_does_not() {
        let plan =
            plan(&serde_json::json!({"Node Type": "Merge Join", "Join Type": "Inner", "Actual Loops": 1, "Plans": [
            {"Node Type": "Sort", "Parent Relationship": "Outer", "Actual Loops": 1},
            {"Node Type": "Materialize", "Parent Relationship": "Inner", "Actual Loops": 1, "Plans": [
                {"Node Type": "Sort", "Parent Relationship": "Outer", "Actual Loops": 1}]}]}));
        let seen: Vec<_> = plan.nodes.iter().map(|node| (node.what.as_str(), node.completion)).collect();
        let expected = [
            ("Sort", Completion::Early),
            ("Sort", Completion::Early),
            ("Materialize", Completion::Again),
            ("Merge Join (inner)", Completion::Full),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn rows_are_misjudged_in_both_directions_and_no_row_counts_as_one() {
        let node = |expected, seen| {
            plan(&serde_json::json!({"Node Type": "Seq Scan", "Plan Rows": expected, "Actual Rows": seen, "Actual Loops": 1}))
                .nodes.first().map_or(0.0, NodeRows::misjudged)
        };
        assert!((node(1, 200) - 200.0).abs() < 1e-9);
        assert!((node(200, 1) - 200.0).abs() < 1e-9);
        assert!((node(1, 0) - 1.0).abs() < 1e-9);
    }
}
