//! Putting the answers together: objects by their OIDs, parts to their wholes, and the normal forms.

use std::collections::{BTreeMap, HashMap};

use sqlx::postgres::PgRow;
use sqlx::{Column, Row, ValueRef};

use super::families::{Family, Yield, class};
use super::linkage::Linkage;
use crate::schema::{Catalog, Graph, Kind, Object, ObjectId, Unknown, normalise};

/// Where the catalog keeps an object: the system catalog, the row's OID, the column's number or zero.
pub(super) type Address = (u32, u32, i32);

/// A catalog half put together.
#[derive(Debug)]
pub(super) struct Assembly {
    version: u32,
    excluded: Vec<String>,
    catalog: Catalog,
    addresses: HashMap<Address, ObjectId>,
    /// Second addresses: the index behind a constraint, the row type of a table.
    aliases: HashMap<Address, ObjectId>,
    roles: HashMap<u32, String>,
    linkage: Linkage,
}

/// A row by the names of its columns; NULLs are absent.
struct Fields<'r>(BTreeMap<&'r str, &'r str>);

impl<'r> Fields<'r> {
    fn of(row: &'r PgRow) -> Result<Self, String> {
        let mut fields = BTreeMap::new();
        for column in row.columns() {
            let value = row.try_get_raw(column.ordinal()).map_err(|error| error.to_string())?;
            if !value.is_null() {
                fields.insert(column.name(), value.as_str().map_err(|error| error.to_string())?);
            }
        }
        Ok(Self(fields))
    }

    fn take(&mut self, name: &str) -> Option<&'r str> {
        self.0.remove(name)
    }

    fn need(&mut self, name: &str) -> Result<&'r str, String> {
        self.take(name).ok_or_else(|| format!("`{name}` is missing"))
    }

    fn number<N: std::str::FromStr>(&mut self, name: &str) -> Result<Option<N>, String> {
        self.take(name).map(|text| text.parse().map_err(|_| format!("`{name}` is `{text}`"))).transpose()
    }

    fn address(&mut self, class: u32) -> Result<Option<Address>, String> {
        let sub = self.number("sub")?.unwrap_or_default();
        Ok(self.number("oid")?.map(|oid| (class, oid, sub)))
    }
}

impl Assembly {
    pub(super) fn new(version: u32, excluded: &[&str]) -> Self {
        Self {
            version,
            excluded: excluded.iter().map(|&schema| schema.to_owned()).collect(),
            catalog: Catalog::default(),
            addresses: HashMap::new(),
            aliases: HashMap::new(),
            roles: HashMap::new(),
            linkage: Linkage::default(),
        }
    }

    /// Adds one row of an answer. An error says what is odd about it.
    pub(super) fn add(&mut self, family: &Family, row: &PgRow) -> Result<(), String> {
        let fields = Fields::of(row)?;
        match family.yields {
            Yield::Roles => self.add_role(fields),
            Yield::Objects => self.add_object(family, fields),
            Yield::Grants => self.add_grant(fields),
            Yield::DefaultPrivileges => self.add_default_privilege(fields),
            Yield::Comments => self.add_comment(fields),
            Yield::Dependencies => self.add_dependency(fields),
            Yield::Unknown => self.add_unknown(fields),
        }
    }

    /// The whole catalog.
    pub(super) fn finish(self) -> Catalog {
        self.catalog
    }

    /// The whole catalog, and what of it needs what.
    pub(super) fn finish_with_graph(self) -> (Catalog, Graph) {
        let graph = self.linkage.graph(&|address| {
            let whole = (address.0, address.1, 0);
            let known = self.addresses.get(address).or_else(|| self.aliases.get(&whole));
            known.or_else(|| self.addresses.get(&whole)).cloned()
        });
        (self.catalog, graph)
    }

    /// A role as it is shown: the bootstrap superuser by that, others quoted where they must be.
    fn role(&self, oid: u32) -> String {
        match oid {
            0 => "PUBLIC".to_owned(),
            10 => normalise::SUPERUSER.to_owned(),
            oid => self.roles.get(&oid).cloned().unwrap_or_else(|| format!("(dropped role {oid})")),
        }
    }

    fn add_role(&mut self, mut fields: Fields<'_>) -> Result<(), String> {
        let oid = fields.number("oid")?.ok_or("a role without an OID")?;
        self.roles.insert(oid, fields.need("name")?.to_owned());
        Ok(())
    }

    fn add_object(&mut self, family: &Family, mut fields: Fields<'_>) -> Result<(), String> {
        let address = fields.address(family.class)?.ok_or("an object without an OID")?;
        let (word, name) = (fields.need("kind")?, fields.need("name")?);
        let parent = match fields.number::<u32>("parent")? {
            // A part of what is not listed (an extension's table, an excluded schema's) is not listed either.
            Some(oid) => match self.addresses.get(&(family.parents, oid, 0)) {
                Some(parent) => Some(parent.clone()),
                None => return Ok(()),
            },
            None if family.parents != class::NONE => return Ok(()),
            None => None,
        };
        let schema = fields.take("schema").map(str::to_owned);
        let Some(kind) = Kind::from_word(word) else {
            let name = [schema.as_deref(), Some(name)].into_iter().flatten().collect::<Vec<_>>().join(".");
            self.catalog.insert_unknown(Unknown { what: word.to_owned(), name });
            return Ok(());
        };
        let mut id = match &parent {
            Some(parent) => parent.child(kind, name),
            None => ObjectId::new(kind, None, name),
        };
        id.schema = schema.or(id.schema);
        if let (Some(class), Some(oid)) = (fields.number("also_class")?, fields.number("also_oid")?) {
            // The columns of a composite type hang on its `pg_class` row.
            if kind == Kind::Composite {
                self.addresses.insert((class, oid, 0), id.clone());
            } else {
                self.aliases.insert((class, oid, 0), id.clone());
            }
        }
        self.addresses.insert(address, id.clone());
        let object = self.described(id, fields)?;
        if kind == Kind::Column {
            self.append_to_order(&object.id);
        }
        self.catalog.insert(object);
        Ok(())
    }

    /// The object with its attributes, roles by name, definitions in their normal form.
    fn described(&self, id: ObjectId, mut fields: Fields<'_>) -> Result<Object, String> {
        let mut object = Object::new(id);
        if let Some(owner) = fields.number("owner")? {
            object = object.with("owner", self.role(owner));
        }
        if let Some(list) = fields.take("roles") {
            let mut roles = Vec::new();
            for oid in list.split(',') {
                roles.push(self.role(oid.parse().map_err(|_| format!("`{oid}` is no role"))?));
            }
            roles.sort_unstable();
            object = object.with("roles", roles.join(", "));
        }
        for (name, value) in fields.0 {
            let value = match (object.id.kind, name) {
                (Kind::View | Kind::MaterializedView, "definition") => normalise::view_definition(value, self.version),
                (Kind::Index, "definition") => normalise::index_definition(value),
                (_, "definition" | "default" | "generated" | "using" | "with_check" | "arguments" | "partition_by") => {
                    normalise::expression(value)
                }
                (_, "body") => normalise::body(value),
                _ => value.to_owned(),
            };
            object.attributes.insert(name.to_owned(), value);
        }
        Ok(object)
    }

    fn append_to_order(&mut self, column: &ObjectId) {
        let whole = column.parent.as_deref().and_then(|parent| self.catalog.get_mut(parent));
        if let Some(whole) = whole {
            let order = whole.attributes.entry("columns".to_owned()).or_default();
            if !order.is_empty() {
                order.push('\n');
            }
            order.push_str(&column.name);
        }
    }

    fn add_grant(&mut self, mut fields: Fields<'_>) -> Result<(), String> {
        let class = fields.number("class")?.ok_or("a grant on nothing")?;
        let address = fields.address(class)?.ok_or("a grant on nothing")?;
        let grantee = self.role(fields.number("grantee")?.unwrap_or_default());
        let word = fields.take("type").unwrap_or_default();
        // `pg_identify_object` quotes; a routine has no name there, only an identity that begins with its schema.
        let quoted_schema = fields.take("schema");
        let schema = quoted_schema.map(unquoted);
        let name = fields.take("name").map(unquoted);
        let identity = fields.take("identity").unwrap_or_default();
        let bare_identity = quoted_schema.and_then(|schema| identity.strip_prefix(schema)?.strip_prefix('.'));
        let parent = if let Some(known) = self.addresses.get(&address) {
            known.clone()
        } else if schema.as_ref().is_some_and(|schema| self.excluded.contains(schema))
            || (class == class::NAMESPACE && name.as_ref().is_some_and(|name| self.excluded.contains(name)))
        {
            return Ok(());
        } else if let Some(kind) = Kind::from_word(word) {
            // A right on an extension's object is the user's, though the object is not.
            let name = name.unwrap_or_else(|| bare_identity.unwrap_or(identity).to_owned());
            ObjectId::new(kind, schema.as_deref(), name)
        } else {
            self.catalog
                .insert_unknown(Unknown { what: format!("grant to {grantee} on {word}"), name: identity.to_owned() });
            return Ok(());
        };
        let object = Object::new(parent.child(Kind::Grant, grantee));
        self.catalog.insert(with_privileges(object, &mut fields));
        Ok(())
    }

    fn add_default_privilege(&mut self, mut fields: Fields<'_>) -> Result<(), String> {
        let grantor = self.role(fields.number("role")?.ok_or("default privileges of nobody")?);
        let grantee = self.role(fields.number("grantee")?.unwrap_or_default());
        let objects = fields.need("objects")?;
        let name = format!("of {grantor} on {objects} to {grantee}");
        let object = Object::new(ObjectId::new(Kind::DefaultPrivilege, fields.take("schema"), name));
        self.catalog.insert(with_privileges(object, &mut fields));
        Ok(())
    }

    fn add_comment(&mut self, mut fields: Fields<'_>) -> Result<(), String> {
        let class = fields.number("class")?.ok_or("a comment on nothing")?;
        let address = fields.address(class)?.ok_or("a comment on nothing")?;
        let text = fields.need("description")?;
        let (id, attribute) = match (self.addresses.get(&address), self.aliases.get(&address)) {
            (Some(id), _) => (id, "comment"),
            (None, Some(id)) => (id, "comment_on_its_index"),
            // What is not listed (an excluded schema's object) has no comment to list.
            (None, None) => return Ok(()),
        };
        if let Some(object) = self.catalog.get_mut(id) {
            object.attributes.insert(attribute.to_owned(), text.to_owned());
        }
        Ok(())
    }

    fn add_dependency(&mut self, mut fields: Fields<'_>) -> Result<(), String> {
        let nothing = || "a dependency of nothing".to_owned();
        let class = fields.number("class")?.ok_or_else(nothing)?;
        let object = fields.address(class)?.ok_or_else(nothing)?;
        let on = (
            fields.number("on_class")?.ok_or_else(nothing)?,
            fields.number("on_oid")?.ok_or_else(nothing)?,
            fields.number("on_sub")?.unwrap_or_default(),
        );
        let of_default = fields.take("sub_default").is_some();
        self.linkage.add(object, on, fields.need("type")?, of_default);
        Ok(())
    }

    fn add_unknown(&mut self, mut fields: Fields<'_>) -> Result<(), String> {
        let what = fields.need("what")?.to_owned();
        self.catalog.insert_unknown(Unknown { what, name: fields.take("name").unwrap_or_default().to_owned() });
        Ok(())
    }
}

/// A name without the quotes that `quote_ident` gave it.
fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// The object with what its grantee holds: `held` lists privileges, `*` marks the grant option.
fn with_privileges(object: Object, fields: &mut Fields<'_>) -> Object {
    let everything: Vec<&str> = fields.take("everything").unwrap_or_default().split(',').collect();
    let held: Vec<&str> = fields.take("held").map(|list| list.split(',').collect()).unwrap_or_default();
    let bare: Vec<&str> = held.iter().map(|privilege| privilege.trim_end_matches('*')).collect();
    let grantable: Vec<&str> = held.iter().filter_map(|privilege| privilege.strip_suffix('*')).collect();
    let object = object.with("privileges", normalise::privileges(&bare, &everything));
    if grantable.is_empty() { object } else { object.with("grantable", normalise::privileges(&grantable, &everything)) }
}
