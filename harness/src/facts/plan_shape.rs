//! A query plan without its numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One node of a plan: what it does and to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanNode {
    /// How deep it stands, the root at 0.
    pub depth: usize,
    /// The node's kind with its relation and index, such as `Index Scan using stores_pkey on stores`.
    pub what: String,
}

/// The shape of a plan: its nodes in the order `EXPLAIN` prints them. Costs, widths and estimates are left out, so two
/// runs of the same plan compare equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanShape(pub Vec<PlanNode>);

impl PlanShape {
    /// The shape of what `EXPLAIN (FORMAT JSON)` answered.
    pub fn from_explain(explained: &serde_json::Value) -> Self {
        let mut nodes = Vec::new();
        if let Some(root) = explained.get(0).and_then(|first| first.get("Plan")) {
            collect(root, 0, &mut nodes);
        }
        Self(nodes)
    }

    /// What one node of such an answer does and to what.
    pub(super) fn one(node: &serde_json::Value) -> String {
        let text = |field: &str| node.get(field).and_then(serde_json::Value::as_str);
        let mut what = match (text("Strategy"), text("Partial Mode")) {
            (Some("Hashed"), Some("Partial")) => "Partial Hash Aggregate".to_owned(),
            (Some("Hashed"), _) => "Hash Aggregate".to_owned(),
            (Some("Sorted"), Some("Partial")) => "Partial Group Aggregate".to_owned(),
            (Some("Sorted"), _) => "Group Aggregate".to_owned(),
            _ => text("Node Type").unwrap_or("?").to_owned(),
        };
        if let Some(join) = text("Join Type") {
            what = format!("{what} ({})", join.to_lowercase());
        }
        match (text("Index Name"), text("Relation Name")) {
            (Some(index), Some(relation)) => format!("{what} using {index} on {relation}"),
            (Some(index), None) => format!("{what} on {index}"),
            (None, Some(relation)) => format!("{what} on {relation}"),
            (None, None) => what,
        }
    }

    /// The indexes that the plan uses.
    pub fn indexes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|node| {
            let (_, rest) =
                node.what.split_once(" using ").or_else(|| node.what.split_once("Bitmap Index Scan on "))?;
            rest.split(" on ").next()
        })
    }
}

impl fmt::Display for PlanShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{:width$}{}", "", node.what, width = node.depth * 2)?;
        }
        Ok(())
    }
}

fn collect(node: &serde_json::Value, depth: usize, nodes: &mut Vec<PlanNode>) {
    nodes.push(PlanNode { depth, what: PlanShape::one(node) });
    for child in node.get("Plans").and_then(serde_json::Value::as_array).into_iter().flatten() {
        collect(child, depth + 1, nodes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_keeps_nodes_and_indexes_and_drops_costs() {
        let explained = serde_json::json!([{"Plan": {"Node Type": "Nested Loop", "Join Type": "Inner", "Total Cost": 3.5,
            "Plans": [{"Node Type": "Index Scan", "Index Name": "stores_pkey", "Relation Name": "stores"},
                      {"Node Type": "Bitmap Heap Scan", "Relation Name": "t", "Plans": [
                          {"Node Type": "Bitmap Index Scan", "Index Name": "t_store"}]}]}}]);
        let shape = PlanShape::from_explain(&explained);
        assert_eq!(
            shape.to_string(),
            "Nested Loop (inner)\n  Index Scan using stores_pkey on stores\n  Bitmap Heap Scan on t\n    Bitmap Index Scan on t_store"
        );
        assert_eq!(shape.indexes().collect::<Vec<_>>(), ["stores_pkey", "t_store"]);
    }
}
