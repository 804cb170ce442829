//! The rows of `pg_depend`, and the graph of named objects that they make.

use std::collections::{BTreeSet, HashMap};

use super::assembly::Address;
use crate::schema::{Graph, Kind, ObjectId, default_of};

/// Dependencies by the addresses of the catalog.
#[derive(Debug, Default)]
pub(super) struct Linkage {
    rows: Vec<Row>,
    /// What is inside of what: the member of an extension, the row type of a table, an array type.
    inside: HashMap<(u32, u32), Address>,
}

#[derive(Debug)]
struct Row {
    object: Address,
    on: Address,
    of_default: bool,
}

impl Linkage {
    pub(super) fn add(&mut self, object: Address, on: Address, kind: &str, of_default: bool) {
        if matches!(kind, "e" | "i") {
            self.inside.entry((object.0, object.1)).or_insert(on);
        }
        // What a partition's part owes to the whole's (`P`, `S`) says nothing about which must be first.
        if !matches!(kind, "e" | "P" | "S") {
            self.rows.push(Row { object, on, of_default });
        }
    }

    /// The graph, where `named` knows the object at an address.
    pub(super) fn graph(&self, named: &dyn Fn(&Address) -> Option<ObjectId>) -> Graph {
        let mut graph = Graph::default();
        for row in &self.rows {
            let (Some(object), Some(on)) = (named(&row.object), self.nearest(&row.on, named)) else { continue };
            // A sequence belongs to its column, not the other way about: that is said once both stand.
            if object.kind == Kind::Sequence && on.kind == Kind::Column {
                continue;
            }
            if row.of_default {
                if on != object && Some(&on) != object.parent.as_deref() {
                    graph.insert(default_of(&object), on);
                }
            } else {
                graph.insert(object, on);
            }
        }
        graph
    }

    /// The object at an address, or the one that it is inside of.
    fn nearest(&self, address: &Address, named: &dyn Fn(&Address) -> Option<ObjectId>) -> Option<ObjectId> {
        let mut seen = BTreeSet::new();
        let mut address = *address;
        loop {
            if let Some(id) = named(&address) {
                return Some(id);
            }
            if !seen.insert(address) {
                return None;
            }
            address = *self.inside.get(&(address.0, address.1))?;
        }
    }
}
