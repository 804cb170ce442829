//! Schemas and extensions; comments on anything; and what this program has no words for.

use super::families::{Family, Yield, class};
use super::scope::Scope;

/// Schemas. The owner that `initdb` gave `public` (`pg_database_owner` from 15) is the default and left out.
pub(super) fn schemas(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_namespace", "n.oid"));
    Family::objects(
        "the schemas",
        class::NAMESPACE,
        format!(
            "select n.oid, 'schema' as kind, null as schema, n.nspname as name,
    case when n.nspname = 'public' and pg_catalog.pg_get_userbyid(n.nspowner) = 'pg_database_owner' then 10
         else n.nspowner end as owner
from pg_catalog.pg_namespace n
where {visible} and (n.nspname = 'public' or {users})"
        ),
    )
}

/// Extensions a user installed, with their version.
pub(super) fn extensions() -> Family {
    Family::objects(
        "the extensions",
        class::EXTENSION,
        "select e.oid, 'extension' as kind, null as schema, e.extname as name, e.extversion as version,
    e.extnamespace::pg_catalog.regnamespace::text as in_schema
from pg_catalog.pg_extension e
where e.oid >= 16384"
            .to_owned(),
    )
}

/// Comments on objects that are not an extension's.
pub(super) fn comments() -> Family {
    Family::other(
        "the comments",
        Yield::Comments,
        "select d.classoid as class, d.objoid as oid, d.objsubid as sub, d.description
from pg_catalog.pg_description d
where (d.objoid >= 16384
       or (d.classoid = 2615 and d.objoid = 2200 and d.description <> 'standard public schema'))
  and not exists (select from pg_catalog.pg_depend e
                  where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e')"
            .to_owned(),
    )
}

/// User-made objects of the kinds that are not modelled: named, so that nobody takes silence for absence.
pub(super) fn unknown() -> Family {
    let part = |what: &str, catalog: &str| {
        let users = Scope::users(catalog, "o.oid");
        format!(
            "select '{what}' as what, i.identity as name from pg_catalog.{catalog} o,
    pg_catalog.pg_identify_object('pg_catalog.{catalog}'::pg_catalog.regclass, o.oid, 0) i where {users}"
        )
    };
    let mut parts = vec![
        part("language", "pg_language"),
        part("access method", "pg_am"),
        part("operator class", "pg_opclass"),
        part("transform", "pg_transform"),
        part("conversion", "pg_conversion"),
    ];
    // A family that an operator class made for itself is named by the class.
    let family_users = Scope::users("pg_opfamily", "o.oid");
    parts.push(format!(
        "select 'operator family' as what, i.identity as name from pg_catalog.pg_opfamily o,
    pg_catalog.pg_identify_object('pg_catalog.pg_opfamily'::pg_catalog.regclass, o.oid, 0) i
where {family_users} and not exists (select from pg_catalog.pg_opclass c where c.opcfamily = o.oid)"
    ));
    parts.push(
        "select 'security label' as what, l.provider || ' on ' || l.objtype || ' ' || l.objname as name
from pg_catalog.pg_seclabels l where l.objoid >= 16384"
            .to_owned(),
    );
    Family::other("what is not modelled", Yield::Unknown, parts.join("\nunion all\n"))
}
