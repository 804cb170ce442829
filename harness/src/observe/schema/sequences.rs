//! Sequences: what they are made like, not where they stand.

use super::families::{Family, class};
use super::scope::Scope;

/// Sequences. Parameters at their default for the type and the direction are left out.
pub(super) fn sequences(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_class", "c.oid"));
    Family::objects(
        "the sequences",
        class::RELATION,
        format!(
            "select c.oid, c.relowner as owner, n.nspname as schema, c.relname as name, 'sequence' as kind,
    pg_catalog.format_type(s.seqtypid, null) as type,
    nullif(s.seqincrement, 1) as increment,
    nullif(s.seqstart, case when s.seqincrement > 0 then s.seqmin else s.seqmax end) as start,
    case when s.seqincrement > 0 then nullif(s.seqmin, 1) else nullif(s.seqmin, b.lowest) end as minimum,
    case when s.seqincrement > 0 then nullif(s.seqmax, b.highest) else nullif(s.seqmax, -1) end as maximum,
    nullif(s.seqcache, 1) as cache,
    case when s.seqcycle then 'yes' end as cycle,
    case c.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end as persistence,
    case when d.deptype = 'a' then d.owner_column end as owned_by,
    case when d.deptype = 'i' then d.owner_column end as identity_of
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
    select case s.seqtypid when 21 then -32768 when 23 then -2147483648 else -9223372036854775808 end as lowest,
           case s.seqtypid when 21 then 32767 when 23 then 2147483647 else 9223372036854775807 end as highest
) b
left join (
    select d.objid, d.deptype,
        d.refobjid::pg_catalog.regclass::text || '.' || pg_catalog.quote_ident(a.attname) as owner_column
    from pg_catalog.pg_depend d
    join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.classid = 1259 and d.refclassid = 1259 and d.objsubid = 0 and d.refobjsubid > 0 and d.deptype in ('a', 'i')
) d on d.objid = c.oid
where {visible} and {users}"
        ),
    )
}
