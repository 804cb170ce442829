//! One object of a catalog: what names it, and what is known of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::sql::RelationName;

/// What makes an object the same one in two catalogs.
///
/// Names are unquoted, except where [`name`](Self::name) is composed: `total(integer, text)` of a function,
/// `(integer AS text)` of a cast, `authenticated` of a grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId {
    /// The schema it lies in; a child has its parent's.
    pub schema: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its own name; a routine's holds the types of its arguments.
    pub name: String,
    /// What it belongs to: a column's table, a grant's object.
    pub parent: Option<Box<Self>>,
}

impl ObjectId {
    /// An object that stands by itself, in a schema or (a schema, an extension) in none.
    pub fn new(kind: Kind, schema: Option<&str>, name: impl Into<String>) -> Self {
        Self { schema: schema.map(str::to_owned), kind, name: name.into(), parent: None }
    }

    /// A part of this object, in the same schema.
    #[must_use]
    pub fn child(&self, kind: Kind, name: impl Into<String>) -> Self {
        Self { schema: self.schema.clone(), kind, name: name.into(), parent: Some(Box::new(self.clone())) }
    }

    /// The object at the end of the chain of parents: itself when it has none.
    pub fn root(&self) -> &Self {
        self.parent.as_deref().map_or(self, Self::root)
    }

    /// The name as SQL would have it, quoted only where it must be and without the schema.
    pub fn shown_name(&self) -> String {
        if self.kind.has_composed_name() {
            return self.name.clone();
        }
        RelationName::new("public", self.name.as_str()).to_string()
    }

    /// The name with its schema in front, as a person writes it; a part shows its parent's name first.
    fn shown_path(&self) -> String {
        let own = self.shown_name();
        match (&self.parent, &self.schema) {
            (Some(parent), _) if self.kind == Kind::Column => format!("{}.{own}", parent.shown_path()),
            (None, Some(schema)) => format!("{}.{own}", RelationName::new("public", schema.as_str())),
            _ => own,
        }
    }
}

impl fmt::Display for ObjectId {
    /// For people: `index by_region on table legacy.geography`, `column public.stores.region`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parent {
            Some(parent) if self.kind == Kind::Grant => write!(f, "grant to {} on {parent}", self.name),
            Some(parent) if self.kind != Kind::Column => {
                write!(f, "{} {} on {parent}", self.kind, self.shown_name())
            }
            None if self.kind == Kind::DefaultPrivilege => {
                write!(f, "{} {}", self.kind, self.name)?;
                self.schema
                    .as_ref()
                    .map_or(Ok(()), |schema| write!(f, " in schema {}", RelationName::new("public", schema.as_str())))
            }
            _ => write!(f, "{} {}", self.kind, self.shown_path()),
        }
    }
}

/// An object and all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What names it.
    pub id: ObjectId,
    /// What is known, by the attribute's name; what is at PostgreSQL's default is left out.
    pub attributes: BTreeMap<String, String>,
}

impl Object {
    /// An object of which nothing is known yet.
    pub fn new(id: ObjectId) -> Self {
        Self { id, attributes: BTreeMap::new() }
    }

    /// The same object with one more attribute.
    #[must_use]
    pub fn with(mut self, attribute: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(attribute.into(), value.into());
        self
    }

    /// The value of an attribute, where it has one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_shown_with_what_it_belongs_to() {
        let table = ObjectId::new(Kind::Table, Some("legacy"), "Geo graphy");
        let column = table.child(Kind::Column, "region");
        assert_eq!(column.to_string(), "column legacy.\"Geo graphy\".region");
        assert_eq!(table.child(Kind::Index, "by_region").to_string(), "index by_region on table legacy.\"Geo graphy\"");
        assert_eq!(
            column.child(Kind::Grant, "anon").to_string(),
            "grant to anon on column legacy.\"Geo graphy\".region"
        );
        assert_eq!(ObjectId::new(Kind::Extension, None, "postgis").to_string(), "extension postgis");
        assert_eq!(
            ObjectId::new(Kind::Function, Some("public"), "total(integer)").to_string(),
            "function public.total(integer)"
        );
    }

    #[test]
    fn the_root_of_a_grant_on_a_column_is_the_table() {
        let table = ObjectId::new(Kind::Table, Some("public"), "stores");
        assert_eq!(table.child(Kind::Column, "a").child(Kind::Grant, "b").root(), &table);
        assert_eq!(table.root(), &table);
    }
}
