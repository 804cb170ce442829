//! Statements that belong together, and what must be there before them.

use std::collections::BTreeSet;

use crate::schema::{Kind, ObjectId, Stage};

/// Statements that make one object (or one thing about it), with its place in the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::schema) struct Piece {
    /// What it makes.
    pub(in crate::schema) object: ObjectId,
    /// The label of what it makes.
    pub(in crate::schema) stage: Stage,
    /// What is there once it has run; empty where it only changes what is there.
    pub(in crate::schema) provides: BTreeSet<ObjectId>,
    /// What must be there before.
    pub(in crate::schema) needs: BTreeSet<ObjectId>,
    /// The statements, without semicolons, in order.
    pub(in crate::schema) statements: Vec<String>,
}

impl Piece {
    /// A piece that makes an object: it needs the schema and the whole that the object lies in.
    pub(super) fn making(id: &ObjectId, statement: impl Into<String>) -> Self {
        let mut piece = Self::about(id, statement);
        piece.provides.insert(id.clone());
        piece.needs.remove(id);
        piece.needs.extend(id.parent.as_deref().cloned());
        piece.needs.extend(id.schema.as_deref().map(|schema| ObjectId::new(Kind::Schema, None, schema)));
        piece
    }

    /// A piece that says something about an object that is there.
    pub(super) fn about(id: &ObjectId, statement: impl Into<String>) -> Self {
        Self {
            object: id.clone(),
            stage: Stage::of(id.kind),
            provides: BTreeSet::new(),
            needs: BTreeSet::from([id.clone()]),
            statements: vec![statement.into()],
        }
    }

    pub(super) fn needing<'a>(mut self, others: impl IntoIterator<Item = &'a ObjectId>) -> Self {
        self.needs.extend(others.into_iter().cloned());
        self
    }

    pub(super) fn in_stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    pub(super) fn then_all(mut self, statements: impl IntoIterator<Item = String>) -> Self {
        self.statements.extend(statements);
        self
    }
}
