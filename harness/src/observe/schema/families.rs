//! The queries, in the order in which their answers can be put together: a whole before its parts.

use super::scope::Scope;
use super::{
    automation, columns, constraints, foreign, namespaces, operators, privileges, relations, replication, routines,
    sequences, text_search, types,
};

/// The fixed OIDs of the system catalogs, by which one object refers to another
/// (`src/include/catalog/pg_*.h`; the same in every version).
pub(super) mod class {
    pub(in super::super) const NONE: u32 = 0;
    pub(in super::super) const TYPE: u32 = 1247;
    pub(in super::super) const ROUTINE: u32 = 1255;
    pub(in super::super) const RELATION: u32 = 1259;
    pub(in super::super) const FOREIGN_SERVER: u32 = 1417;
    pub(in super::super) const USER_MAPPING: u32 = 1418;
    pub(in super::super) const FOREIGN_DATA_WRAPPER: u32 = 2328;
    pub(in super::super) const CAST: u32 = 2605;
    pub(in super::super) const CONSTRAINT: u32 = 2606;
    pub(in super::super) const NAMESPACE: u32 = 2615;
    pub(in super::super) const OPERATOR: u32 = 2617;
    pub(in super::super) const RULE: u32 = 2618;
    pub(in super::super) const TRIGGER: u32 = 2620;
    pub(in super::super) const EXTENSION: u32 = 3079;
    pub(in super::super) const POLICY: u32 = 3256;
    pub(in super::super) const STATISTICS: u32 = 3381;
    pub(in super::super) const COLLATION: u32 = 3456;
    pub(in super::super) const EVENT_TRIGGER: u32 = 3466;
    pub(in super::super) const TEXT_SEARCH_DICTIONARY: u32 = 3600;
    pub(in super::super) const TEXT_SEARCH_PARSER: u32 = 3601;
    pub(in super::super) const TEXT_SEARCH_CONFIGURATION: u32 = 3602;
    pub(in super::super) const TEXT_SEARCH_TEMPLATE: u32 = 3764;
    pub(in super::super) const SUBSCRIPTION: u32 = 6100;
    pub(in super::super) const PUBLICATION: u32 = 6104;
}

/// What the rows of a query are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Yield {
    /// The roles, by OID.
    Roles,
    /// Objects. Columns of reserved names say what they are (`oid`, `sub`, `kind`, `schema`, `name`, `parent`,
    /// `also_class`, `also_oid`, `owner`, `roles`); every other column that is not NULL is an attribute of its name.
    Objects,
    /// Rights of one grantee.
    Grants,
    /// Rights on objects made later.
    DefaultPrivileges,
    /// Comments.
    Comments,
    /// What needs what.
    Dependencies,
    /// What this program does not understand.
    Unknown,
}

/// A query over one part of the catalog.
#[derive(Debug)]
pub(super) struct Family {
    /// What it reads, for people.
    pub(super) what: &'static str,
    /// The catalog its objects are in.
    pub(super) class: u32,
    /// The catalog its objects' parents are in.
    pub(super) parents: u32,
    pub(super) yields: Yield,
    pub(super) sql: String,
}

impl Family {
    /// Objects that stand by themselves.
    pub(super) fn objects(what: &'static str, class: u32, sql: String) -> Self {
        Self { what, class, parents: class::NONE, yields: Yield::Objects, sql }
    }

    /// Objects that are parts; those whose whole is not listed are left out.
    pub(super) fn parts(what: &'static str, class: u32, parents: u32, sql: String) -> Self {
        Self { what, class, parents, yields: Yield::Objects, sql }
    }

    /// Rows of another shape.
    pub(super) fn other(what: &'static str, yields: Yield, sql: String) -> Self {
        Self { what, class: class::NONE, parents: class::NONE, yields, sql }
    }
}

/// Every query, in order.
pub(super) fn all(scope: &Scope) -> Vec<Family> {
    vec![
        privileges::roles(),
        namespaces::schemas(scope),
        namespaces::extensions(),
        types::types(scope),
        types::collations(scope),
        relations::relations(scope),
        sequences::sequences(scope),
        columns::columns(scope),
        constraints::of_relations(scope),
        constraints::of_domains(),
        relations::indexes(),
        relations::statistics(scope),
        relations::rules(),
        relations::policies(),
        routines::routines(scope),
        routines::aggregates(scope),
        operators::operators(scope),
        operators::casts(),
        text_search::parsers(scope),
        text_search::templates(scope),
        text_search::dictionaries(scope),
        text_search::configurations(scope),
        automation::triggers(),
        automation::event_triggers(),
        foreign::wrappers(),
        foreign::servers(),
        foreign::user_mappings(),
        replication::publications(scope),
        replication::subscriptions(),
        privileges::grants(),
        privileges::default_privileges(scope),
        namespaces::comments(),
        namespaces::unknown(),
    ]
}
