//! All objects of one database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Object, ObjectId, text};

/// Something that was seen in a catalog and that this program does not understand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// What it is, in the server's words.
    pub what: String,
    /// Its name, as the server describes it.
    pub name: String,
}

/// All objects of one database, each once, with what was seen and not understood.
///
/// Serialised, it is a list of objects in the order of the canonical text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub struct Catalog {
    objects: BTreeMap<ObjectId, Object>,
    unknown: Vec<Unknown>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    objects: Vec<Object>,
    #[serde(default)]
    unknown: Vec<Unknown>,
}

impl Catalog {
    /// Adds an object. One of the same identity is replaced.
    pub fn insert(&mut self, object: Object) {
        self.objects.insert(object.id.clone(), object);
    }

    /// Records something that was seen and not understood.
    pub fn insert_unknown(&mut self, unknown: Unknown) {
        if let Err(place) = self.unknown.binary_search(&unknown) {
            self.unknown.insert(place, unknown);
        }
    }

    /// The object of that identity.
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    /// The object of that identity, to be changed in place.
    pub fn get_mut(&mut self, id: &ObjectId) -> Option<&mut Object> {
        self.objects.get_mut(id)
    }

    /// Every object: by schema (those in none first), then kind, then name.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// Indexes that are not valid, and constraints that were never validated.
    pub fn invalid(&self) -> impl Iterator<Item = &ObjectId> {
        self.objects().filter(|object| is_invalid(object)).map(|object| &object.id)
    }

    /// How many objects there are, parts (columns, constraints, grants) included.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is nothing at all, understood or not.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.unknown.is_empty()
    }

    /// What was seen and not understood, in order.
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }

    /// The same catalog without some schemas and all that lies in them.
    ///
    /// What was not understood stays: it is not known where it lies.
    #[must_use]
    pub fn without_schemas(&self, schemas: &[&str]) -> Self {
        let hidden = |id: &ObjectId| match (&id.root().schema, id.root().kind) {
            (Some(schema), _) => schemas.contains(&schema.as_str()),
            (None, super::Kind::Schema) => schemas.contains(&id.root().name.as_str()),
            (None, _) => false,
        };
        Self {
            objects: self
                .objects
                .iter()
                .filter(|(id, _)| !hidden(id))
                .map(|(id, object)| (id.clone(), object.clone()))
                .collect(),
            unknown: self.unknown.clone(),
        }
    }

    /// The canonical text: readable, sorted, complete; two catalogs are equal exactly when their texts are.
    ///
    /// It is stable over runs, over servers whose superuser has another name, and over major versions as far as
    /// [`normalise`](super::normalise) lists. It is meant for snapshots and `diff`; [`sql_dump`](super::sql_dump) is SQL to execute.
    pub fn to_text(&self) -> String {
        text::catalog_text(self)
    }

    /// The canonical text without what is the server's choice and not the migration's: the versions of extensions.
    ///
    /// This is what an agreed snapshot holds, so that servers of two majors can agree. An extension's name and schema
    /// stay. [`to_text`](Self::to_text) and comparisons of one server with itself leave nothing out.
    pub fn to_agreed_text(&self) -> String {
        let mut agreed = self.clone();
        for object in agreed.objects.values_mut().filter(|object| object.id.kind == super::Kind::Extension) {
            object.attributes.remove("version");
        }
        agreed.to_text()
    }

    /// A short name for the content: 32 hexadecimal digits, equal for equal texts.
    ///
    /// FNV-1a of 128 bits: it tells catalogs apart and resists no forger.
    pub fn digest(&self) -> String {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let hash = self.to_text().bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
        format!("{hash:032x}")
    }
}

impl FromIterator<Object> for Catalog {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let mut catalog = Self::default();
        objects.into_iter().for_each(|object| catalog.insert(object));
        catalog
    }
}

impl From<Listed> for Catalog {
    fn from(listed: Listed) -> Self {
        let mut catalog: Self = listed.objects.into_iter().collect();
        listed.unknown.into_iter().for_each(|unknown| catalog.insert_unknown(unknown));
        catalog
    }
}

impl From<Catalog> for Listed {
    fn from(catalog: Catalog) -> Self {
        Self { objects: catalog.objects.into_values().collect(), unknown: catalog.unknown }
    }
}

fn is_invalid(object: &Object) -> bool {
    let never_validated = || object.attribute("definition").is_some_and(|text| text.ends_with("NOT VALID"));
    object.attribute("valid") == Some("no") || (object.id.kind == super::Kind::Constraint && never_validated())
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn catalog() -> Catalog {
        let schema = ObjectId::new(Kind::Schema, None, "legacy");
        let table = ObjectId::new(Kind::Table, Some("legacy"), "stores");
        let column = table.child(Kind::Column, "id");
        let mut catalog: Catalog =
            [Object::new(schema), Object::new(table), Object::new(column).with("type", "integer")]
                .into_iter()
                .collect();
        catalog.insert_unknown(Unknown { what: "transform".into(), name: "for jsonb".into() });
        catalog
    }

    #[test]
    fn a_catalog_survives_json() {
        let json = serde_json::to_string(&catalog()).unwrap();
        assert_eq!(serde_json::from_str::<Catalog>(&json).unwrap(), catalog());
    }

    #[test]
    fn a_hidden_schema_takes_its_tables_and_their_columns_along() {
        let rest = catalog().without_schemas(&["legacy"]);
        assert_eq!(rest.len(), 0);
        assert_eq!(rest.unknown().len(), 1, "what is not understood is never dropped");
        assert_eq!(catalog().without_schemas(&["other"]), catalog());
    }

    #[test]
    fn servers_with_other_versions_of_an_extension_agree_and_are_still_told_apart() {
        let with = |version: &str, schema: &str| -> Catalog {
            let id = ObjectId::new(Kind::Extension, None, "postgis");
            [Object::new(id).with("version", version).with("installed_in", schema)].into_iter().collect()
        };
        assert_eq!(with("3.3.2", "a").to_agreed_text(), with("3.5.2", "a").to_agreed_text());
        assert_ne!(with("3.3.2", "a").to_agreed_text(), with("3.3.2", "b").to_agreed_text());
        assert_ne!(with("3.3.2", "a").to_text(), with("3.5.2", "a").to_text());
    }

    #[test]
    fn the_digest_follows_one_attribute() {
        let mut changed = catalog();
        let column = ObjectId::new(Kind::Table, Some("legacy"), "stores").child(Kind::Column, "id");
        changed.insert(Object::new(column).with("type", "bigint"));
        assert_eq!(catalog().digest(), catalog().digest());
        assert_ne!(catalog().digest(), changed.digest());
    }
}
