//! Which part of the catalog is ours to read, as conditions of SQL.

use crate::sql::quote_literal;

/// The server's version and the schemas to leave out.
#[derive(Debug)]
pub(super) struct Scope {
    /// `server_version_num`: 150018 for 15.18.
    pub(super) version: u32,
    excluded: String,
}

impl Scope {
    pub(super) fn new(version: u32, exclude_schemas: &[&str]) -> Self {
        let names: Vec<String> = exclude_schemas.iter().map(|schema| quote_literal(schema)).collect();
        let excluded =
            if names.is_empty() { String::new() } else { format!(" and n.nspname not in ({})", names.join(", ")) };
        Self { version, excluded }
    }

    /// The condition on `pg_namespace n`: not the server's own, and not excluded.
    pub(super) fn visible(&self) -> String {
        format!("n.nspname !~ '^pg_' and n.nspname <> 'information_schema'{}", self.excluded)
    }

    /// The condition that an object was made by a user and not by an extension.
    pub(super) fn users(catalog: &str, oid: &str) -> String {
        format!(
            "{oid} >= 16384 and {oid} not in (select member.objid from pg_catalog.pg_depend member \
             where member.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass \
             and member.classid = 'pg_catalog.{catalog}'::pg_catalog.regclass and member.deptype = 'e')"
        )
    }

    /// `newer` from that major version on, `older` before it.
    pub(super) fn since<'a>(&self, major: u32, newer: &'a str, older: &'a str) -> &'a str {
        if self.version >= major * 10_000 { newer } else { older }
    }
}
