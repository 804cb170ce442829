//! What needs what: the dependencies that the server itself records (`pg_depend`), between the objects of a catalog.
//!
//! The server does not look into the bodies of functions that are texts; what they use is in no graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, ObjectId};

/// Which object needs which others to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    needs: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
}

impl Graph {
    /// Adds that `object` needs `other`; an object does not need itself, nor its own parts.
    pub fn insert(&mut self, object: ObjectId, other: ObjectId) {
        if object != other {
            self.needs.entry(object).or_default().insert(other);
        }
    }

    /// What an object needs, in order.
    pub fn needs(&self, object: &ObjectId) -> impl Iterator<Item = &ObjectId> {
        self.needs.get(object).into_iter().flatten()
    }

    /// Every object that needs others, with those.
    pub(super) fn all(&self) -> impl Iterator<Item = (&ObjectId, &BTreeSet<ObjectId>)> {
        self.needs.iter()
    }

    /// What needs `object` itself: directly, in order.
    pub fn dependents(&self, object: &ObjectId) -> BTreeSet<&ObjectId> {
        self.needs.iter().filter(|(_, needs)| needs.contains(object)).map(|(dependent, _)| dependent).collect()
    }
}

/// What stands for the default of a column where a graph tells what needs what.
pub fn default_of(column: &ObjectId) -> ObjectId {
    column.child(Kind::Column, "default")
}
