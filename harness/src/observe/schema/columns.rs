//! The columns of tables, views, foreign tables and composite types.

use super::families::{Family, class};
use super::scope::Scope;

/// Columns, in order within their relation.
///
/// Minor releases since 17.12 note a version of their own, `pg_attver`, among a column's options: it differs from one
/// server to the next and says nothing about the column.
pub(super) fn columns(scope: &Scope) -> Family {
    let compression = scope.since(14, "case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end", "null");
    Family::parts(
        "the columns",
        class::RELATION,
        class::RELATION,
        format!(
            "select a.attrelid as oid, a.attnum as sub, a.attrelid as parent, 'column' as kind, a.attname as name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
    case when a.attcollation <> t.typcollation then a.attcollation::pg_catalog.regcollation::text end as collation,
    case when a.attnotnull then 'not null' end as not_null,
    case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as default,
    case a.attidentity when 'a' then 'always as identity' when 'd' then 'by default as identity' end as identity,
    case a.attgenerated when 's' then pg_catalog.concat('(', pg_catalog.pg_get_expr(d.adbin, d.adrelid), ') stored')
        when 'v' then pg_catalog.concat('(', pg_catalog.pg_get_expr(d.adbin, d.adrelid), ') virtual')
    end as generated,
    case when a.attstorage <> t.typstorage then
        case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' when 'x' then 'extended'
        end
    end as storage,
    {compression} as compression,
    nullif(a.attstattarget, -1) as statistics,
    (select pg_catalog.string_agg(o, ', ' order by o) from pg_catalog.unnest(a.attoptions) o
        where not pg_catalog.starts_with(o, 'pg_attver=')) as options,
    pg_catalog.array_to_string(a.attfdwoptions, ', ') as foreign_options,
    case when a.attinhcount > 0 and not a.attislocal then 'yes' end as inherited
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid >= 16384 and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum"
        ),
    )
}
