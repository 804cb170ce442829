//! Types that users make, and collations.

use super::families::{Family, class};
use super::scope::Scope;

/// Enums with their labels in order, domains, composites, ranges and base types.
///
/// A row type belongs to its table, an array type to its element, a multirange to its range: none is listed.
pub(super) fn types(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_type", "t.oid"));
    let multirange = scope.since(14, "r.rngmultitypid::pg_catalog.regtype::text", "null");
    Family::objects(
        "the types",
        class::TYPE,
        format!(
            "select t.oid, t.typowner as owner, n.nspname as schema, t.typname as name,
    case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite type' when 'r' then 'range type'
        when 'b' then 'base type' else 'type of kind ' || t.typtype::text end as kind,
    case when t.typtype = 'c' then 1259 end as also_class, case when t.typtype = 'c' then t.typrelid end as also_oid,
    (select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
     from pg_catalog.pg_enum l where l.enumtypid = t.oid) as labels,
    case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as type,
    case when t.typtype = 'd' and t.typcollation <> b.typcollation
        then t.typcollation::pg_catalog.regcollation::text end as collation,
    case when t.typtype = 'd' and t.typnotnull then 'not null' end as not_null,
    case when t.typtype = 'd' then coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), t.typdefault) end as default,
    pg_catalog.format_type(r.rngsubtype, null) as subtype,
    case when r.rngsubopc is not null then (select nullif(pg_catalog.format('%I.%I', o.nspname, c.opcname),
            (select pg_catalog.format('%I.%I', dn.nspname, dc.opcname) from pg_catalog.pg_opclass dc
             join pg_catalog.pg_namespace dn on dn.oid = dc.opcnamespace
             where dc.opcintype = r.rngsubtype and dc.opcdefault and dc.opcmethod = c.opcmethod))
        from pg_catalog.pg_opclass c join pg_catalog.pg_namespace o on o.oid = c.opcnamespace
        where c.oid = r.rngsubopc) end as subtype_operator_class,
    case when r.rngcollation <> s.typcollation then r.rngcollation::pg_catalog.regcollation::text
    end as subtype_collation,
    nullif(r.rngcanonical, 0)::pg_catalog.regproc::text as canonical,
    nullif(r.rngsubdiff, 0)::pg_catalog.regproc::text as subtype_difference,
    {multirange} as multirange,
    case when t.typtype = 'b' then t.typinput::text end as input,
    case when t.typtype = 'b' then t.typoutput::text end as output,
    case when t.typtype = 'b' then nullif(t.typreceive, 0)::pg_catalog.regproc::text end as receive,
    case when t.typtype = 'b' then nullif(t.typsend, 0)::pg_catalog.regproc::text end as send,
    case when t.typtype = 'b' then pg_catalog.concat_ws(' ', t.typlen, case when t.typbyval then 'by value' end,
        t.typalign::text, t.typstorage::text, t.typcategory::text) end as layout
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_class c on c.oid = t.typrelid
left join pg_catalog.pg_type b on b.oid = t.typbasetype
left join pg_catalog.pg_range r on r.rngtypid = t.oid
left join pg_catalog.pg_type s on s.oid = r.rngsubtype
where (t.typrelid = 0 or c.relkind = 'c') and t.typtype <> 'm'
  and not (t.typtype = 'b' and t.typelem <> 0 and exists (select from pg_catalog.pg_type e
                                                          where e.oid = t.typelem and e.typarray = t.oid))
  and {visible} and {users}"
        ),
    )
}

/// Collations.
pub(super) fn collations(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_collation", "c.oid"));
    // `colliculocale` was added in 15 and became `colllocale` in 17; ICU names stood in `collcollate` before.
    let locale = scope.since(17, "c.colllocale", scope.since(15, "c.colliculocale", "null"));
    Family::objects(
        "the collations",
        class::COLLATION,
        format!(
            "select c.oid, c.collowner as owner, n.nspname as schema, c.collname as name, 'collation' as kind,
    case c.collprovider when 'i' then 'icu' when 'c' then 'libc' when 'b' then 'builtin' else 'default' end as provider,
    coalesce({locale}, c.collcollate) as locale,
    case when {locale} is null then nullif(c.collctype, c.collcollate) end as ctype,
    case when not c.collisdeterministic then 'no' end as deterministic
from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
where {visible} and {users}"
        ),
    )
}
