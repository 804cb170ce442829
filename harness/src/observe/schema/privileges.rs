//! Roles, and what they may do.

use super::families::{Family, Yield};
use super::scope::Scope;

/// The roles, by which owners and grantees are named.
pub(super) fn roles() -> Family {
    Family::other(
        "the roles",
        Yield::Roles,
        "select r.oid, pg_catalog.quote_ident(r.rolname) as name from pg_catalog.pg_roles r".to_owned(),
    )
}

/// What every grantee holds (`*` marks the grant option) where that is not what the object came with: the built-in
/// default (`acldefault`), or what `initdb` or an extension gave (`pg_init_privs`).
fn compared(acl: &str, base: &str) -> String {
    let exploded = |acl: &str| {
        format!(
            "select x.grantee, pg_catalog.string_agg(distinct x.privilege_type || \
             case when x.is_grantable then '*' else '' end, ',') as privileges
        from pg_catalog.aclexplode({acl}) x group by x.grantee"
        )
    };
    format!(
        "cross join lateral (
    select coalesce(h.grantee, b.grantee) as grantee, h.privileges as held
    from ({}) h full join ({}) b on b.grantee = h.grantee
    where h.privileges is distinct from b.privileges
) g",
        exploded(acl),
        exploded(base)
    )
}

/// Rights on schemas, relations, columns, routines, types, foreign wrappers and servers.
///
/// An extension's object that lacks a default right may have been made under `ALTER DEFAULT PRIVILEGES`: a right that
/// was taken away from one is told only where the extension itself had set rights. The constructors of a range type
/// are the type's own and are left out.
pub(super) fn grants() -> Family {
    let part = |class: u32, catalog: &str, acl: &str, owner: &str, kind: &str, and: &str| {
        format!(
            "select {class} as class, o.oid, 0 as sub, o.{acl} as acl, pg_catalog.acldefault({kind}, o.{owner}) as base,
        pg_catalog.acldefault({kind}, 10) as everything
    from pg_catalog.{catalog} o where o.{acl} is not null and {and}"
        )
    };
    let parts = [
        part(2615, "pg_namespace", "nspacl", "nspowner", "'n'", "(o.oid >= 16384 or o.nspname = 'public')"),
        part(1259, "pg_class", "relacl", "relowner", "case when o.relkind = 'S' then 's'::\"char\" else 'r' end", USER),
        part(1255, "pg_proc", "proacl", "proowner", "'f'", USER),
        part(1247, "pg_type", "typacl", "typowner", "'T'", USER),
        part(2328, "pg_foreign_data_wrapper", "fdwacl", "fdwowner", "'F'", USER),
        part(1417, "pg_foreign_server", "srvacl", "srvowner", "'S'", USER),
        part(2612, "pg_language", "lanacl", "lanowner", "'l'", "true"),
        "select 1259, a.attrelid, a.attnum, a.attacl, null,
        (select pg_catalog.array_agg(pg_catalog.makeaclitem(10, 10, w, false))
         from pg_catalog.unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) w)
    from pg_catalog.pg_attribute a where a.attacl is not null and a.attrelid >= 16384 and not a.attisdropped"
            .to_owned(),
    ];
    let compared = compared("o.acl", "coalesce(p.initprivs, o.base)");
    Family::other(
        "the grants",
        Yield::Grants,
        format!(
            "select o.class, o.oid, o.sub, g.grantee, g.held, i.type, i.schema, i.name, i.identity,
    (select pg_catalog.string_agg(distinct x.privilege_type, ',') from pg_catalog.aclexplode(o.everything) x
     where x.grantee = 10) as everything
from (
    {}
) o
left join pg_catalog.pg_init_privs p on p.classoid = o.class and p.objoid = o.oid and p.objsubid = o.sub
{compared}
cross join lateral pg_catalog.pg_identify_object(o.class, o.oid, o.sub) i
where (g.held is not null or p.initprivs is not null or not exists (
    select from pg_catalog.pg_depend m where m.classid = o.class and m.objid = o.oid and m.deptype = 'e'))
  and not exists (
    select from pg_catalog.pg_depend m
    where o.class = 1255 and m.classid = 1255 and m.objid = o.oid and m.deptype = 'i')",
            parts.join("\n    union all\n    ")
        ),
    )
}

const USER: &str = "o.oid >= 16384";

/// Rights that objects made later will get.
pub(super) fn default_privileges(scope: &Scope) -> Family {
    let visible = scope.visible();
    let compared = compared(
        "d.defaclacl",
        "case when d.defaclnamespace = 0 then pg_catalog.acldefault(k.letter, d.defaclrole) end",
    );
    Family::other(
        "the default privileges",
        Yield::DefaultPrivileges,
        format!(
            "select d.defaclrole as role, n.nspname as schema, g.grantee, g.held,
    case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
        when 'T' then 'types' when 'n' then 'schemas' when 'L' then 'large objects'
        else 'objects of kind ' || d.defaclobjtype::text end as objects,
    (select pg_catalog.string_agg(distinct x.privilege_type, ',')
     from pg_catalog.aclexplode(pg_catalog.acldefault(k.letter, d.defaclrole)) x
     where x.grantee = d.defaclrole) as everything
from pg_catalog.pg_default_acl d
cross join lateral (select case when d.defaclobjtype = 'S' then 's' else d.defaclobjtype end as letter) k
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
{compared}
where d.defaclnamespace = 0 or ({visible})"
        ),
    )
}
