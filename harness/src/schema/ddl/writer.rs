//! Which file writes which kind; what all kinds have in common.

use std::collections::{BTreeMap, BTreeSet};

use super::name::{addressed, command_word, qualified};
use super::piece::Piece;
use super::{
    automation, constraint, foreign, grant, namespace, operator, relation, replication, routine, sequence, text_search,
    types, view,
};
use crate::schema::normalise::SUPERUSER;
use crate::schema::{Catalog, Graph, Kind, Object, ObjectId};
use crate::sql::quote_literal;

/// Pieces, and what could not be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::schema) struct Written {
    /// The pieces, in no order that matters.
    pub pieces: Vec<Piece>,
    /// What is left to a person, in plain words.
    pub notes: BTreeSet<String>,
}

/// Writes the objects of one catalog.
#[derive(Debug)]
pub(in crate::schema) struct Writer<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) graph: &'a Graph,
    parts: BTreeMap<&'a ObjectId, Vec<&'a Object>>,
}

impl<'a> Writer<'a> {
    /// A writer of that catalog, whose objects need each other as `graph` says.
    pub(in crate::schema) fn new(catalog: &'a Catalog, graph: &'a Graph) -> Self {
        let mut parts: BTreeMap<&ObjectId, Vec<&Object>> = BTreeMap::new();
        for object in catalog.objects() {
            if let Some(parent) = object.id.parent.as_deref() {
                parts.entry(parent).or_default().push(object);
            }
        }
        Self { catalog, graph, parts }
    }

    /// The pieces of every object, for an empty database.
    pub(in crate::schema) fn all(&self) -> Written {
        let mut written = Written::default();
        for object in self.catalog.objects() {
            self.write(object, &mut written);
        }
        let public = ObjectId::new(Kind::Schema, None, "public");
        if self.catalog.get(&public).is_none() {
            written
                .pieces
                .push(Piece { needs: BTreeSet::new(), ..Piece::about(&public, "DROP SCHEMA IF EXISTS \"public\"") });
        }
        for unknown in self.catalog.unknown() {
            written.notes.insert(format!("{} {} is not understood and not written", unknown.what, unknown.name));
        }
        written
    }

    /// The pieces of one object. The columns of a whole come with the whole.
    pub(in crate::schema) fn write(&self, object: &Object, written: &mut Written) {
        let pieces = match object.id.kind {
            Kind::Schema | Kind::Extension | Kind::Collation => namespace::write(object),
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType => types::write(self, object),
            Kind::Sequence => sequence::write(self, object),
            Kind::ForeignDataWrapper | Kind::ForeignServer | Kind::UserMapping => {
                foreign::write(object, &mut written.notes)
            }
            Kind::Table | Kind::ForeignTable => relation::write(self, object, &mut written.notes),
            Kind::View | Kind::MaterializedView => view::write(self, object),
            Kind::Function | Kind::Procedure | Kind::Aggregate => routine::write(object),
            Kind::Operator | Kind::Cast => operator::write(object, &mut written.notes),
            Kind::TextSearchParser
            | Kind::TextSearchTemplate
            | Kind::TextSearchDictionary
            | Kind::TextSearchConfiguration => text_search::write(object),
            Kind::Column => Vec::new(),
            Kind::Constraint => constraint::write_constraint(self, object),
            Kind::Index => constraint::write_index(self, object, &mut written.notes),
            Kind::Statistics => constraint::write_statistics(object),
            Kind::Trigger | Kind::Rule | Kind::Policy | Kind::EventTrigger => automation::write(object),
            Kind::Publication | Kind::Subscription => replication::write(object, &mut written.notes),
            Kind::Grant | Kind::DefaultPrivilege => grant::write(object, &mut written.notes),
        };
        for mut piece in pieces {
            if piece.provides.contains(&object.id) {
                piece.needs.extend(self.graph.needs(&object.id).cloned());
                piece.needs.retain(|need| !piece.provides.contains(need));
                piece.statements.extend(owner(object, &mut written.notes));
                piece.statements.extend(comments(object));
            }
            written.pieces.push(piece);
        }
    }

    /// The parts of an object of one kind, in the order of the catalog; columns in theirs.
    pub(super) fn parts(&self, id: &ObjectId, kind: Kind) -> Vec<&'a Object> {
        let mut parts: Vec<&Object> =
            self.parts.get(id).into_iter().flatten().copied().filter(|part| part.id.kind == kind).collect();
        if kind == Kind::Column
            && let Some(order) = self.catalog.get(id).and_then(|object| object.attribute("columns"))
        {
            let places: BTreeMap<&str, usize> =
                order.split('\n').enumerate().map(|(place, name)| (name, place)).collect();
            parts.sort_by_key(|part| places.get(part.id.name.as_str()).copied().unwrap_or(usize::MAX));
        }
        parts
    }

    /// What it writes the objects of.
    pub(in crate::schema) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// What needs what among them.
    pub(in crate::schema) fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// The object of that identity.
    pub(in crate::schema) fn object(&self, id: &ObjectId) -> Option<&'a Object> {
        self.catalog.get(id)
    }

    /// What stands for a view until the whole of it does.
    pub(in crate::schema) fn stub(&self, view: &Object) -> Piece {
        view::stub(self, view)
    }
}

/// `ALTER … OWNER TO …`, where the owner is not the superuser who makes it.
pub(in crate::schema) fn owner(object: &Object, notes: &mut BTreeSet<String>) -> Option<String> {
    let role = object.attribute("owner").filter(|role| *role != SUPERUSER)?;
    let kind = object.id.kind;
    if kind == Kind::Sequence && object.attribute("identity_of").is_some() {
        return None;
    }
    if kind == Kind::TextSearchParser || kind == Kind::TextSearchTemplate {
        return None;
    }
    if role.starts_with("(dropped role") {
        notes.insert(format!(
            "the owner of {} is a {}: it keeps who makes it",
            object.id,
            role.trim_matches(['(', ')'])
        ));
        return None;
    }
    let (word, name) = match kind {
        Kind::Aggregate if object.id.name.ends_with("()") => ("", addressed(&object.id)),
        _ => (command_word(kind), qualified(&object.id)),
    };
    Some(format!("ALTER {word} {name} OWNER TO {role}").replace("ALTER  ", "ALTER "))
}

/// `COMMENT ON …`, for the object and for what lies behind it.
pub(in crate::schema) fn comments(object: &Object) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(text) = object.attribute("comment") {
        found.push(format!("COMMENT ON {} IS {}", addressed(&object.id), quote_literal(text)));
    }
    if let Some(text) = object.attribute("comment_on_its_index") {
        found.push(comment_behind(&object.id, &quote_literal(text)));
    }
    found
}

/// The comment of the index behind a constraint, or of the row type of a table.
pub(in crate::schema) fn comment_behind(id: &ObjectId, literal: &str) -> String {
    let name = qualified(id);
    if id.kind == Kind::Constraint {
        format!("COMMENT ON INDEX {name} IS {literal}")
    } else {
        format!("COMMENT ON TYPE {name} IS {literal}")
    }
}
