//! Tables, views and foreign tables; their indexes, statistics, rules and policies.

use super::families::{Family, class};
use super::scope::Scope;

/// Tables, views, materialised views and foreign tables.
pub(super) fn relations(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_class", "c.oid"));
    Family::objects(
        "the tables and views",
        class::RELATION,
        format!(
            "select c.oid, c.relowner as owner, n.nspname as schema, c.relname as name, c.reltype as also_oid,
    1247 as also_class,
    case c.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view'
        when 'm' then 'materialized view' when 'f' then 'foreign table'
        else 'relation of kind ' || c.relkind::text end as kind,
    case c.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end as persistence,
    case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as partition_by,
    case when c.relispartition then p.names end as partition_of,
    case when c.relispartition then pg_catalog.pg_get_expr(c.relpartbound, c.oid) end as partition_bound,
    case when not c.relispartition then p.names end as inherits,
    nullif(c.reloftype, 0)::pg_catalog.regtype::text as of_type,
    (select pg_catalog.string_agg(o, ', ' order by o) from pg_catalog.unnest(c.reloptions) o) as options,
    case when t.reloptions is not null then
        (select pg_catalog.string_agg(o, ', ' order by o) from pg_catalog.unnest(t.reloptions) o)
    end as toast_options,
    s.spcname as tablespace,
    nullif(m.amname, 'heap') as access_method,
    case when c.relkind in ('r', 'p') then
        case c.relreplident when 'n' then 'nothing' when 'f' then 'full' when 'i' then 'index' end
    end as replica_identity,
    case when c.relrowsecurity and c.relforcerowsecurity then 'enabled, forced'
        when c.relrowsecurity then 'enabled' when c.relforcerowsecurity then 'forced, not enabled'
    end as row_security,
    case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end as definition,
    case when c.relkind = 'm' and not c.relispopulated then 'no' end as populated,
    fs.srvname as server,
    (select pg_catalog.string_agg(o, ', ' order by o) from pg_catalog.unnest(f.ftoptions) o) as foreign_options
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class t on t.oid = c.reltoastrelid
left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
left join pg_catalog.pg_am m on m.oid = c.relam
left join pg_catalog.pg_foreign_table f on f.ftrelid = c.oid
left join pg_catalog.pg_foreign_server fs on fs.oid = f.ftserver
left join (
    select i.inhrelid, pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::text, ', ' order by i.inhseqno) as names
    from pg_catalog.pg_inherits i group by i.inhrelid
) p on p.inhrelid = c.oid
where c.relkind not in ('i', 'I', 't', 'S', 'c') and {visible} and {users}"
        ),
    )
}

/// Indexes that back no constraint.
pub(super) fn indexes() -> Family {
    Family::parts(
        "the indexes",
        class::RELATION,
        class::RELATION,
        "select i.indexrelid as oid, i.indrelid as parent, 'index' as kind, c.relname as name,
    case when i.indisunique then 'unique' end as \"unique\",
    pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
    case when not i.indisvalid then 'no' end as valid,
    case when not i.indisready then 'no' end as ready,
    case when i.indisclustered then 'yes' end as clustered,
    case when i.indisreplident then 'yes' end as replica_identity,
    h.inhparent::pg_catalog.regclass::text as partition_of,
    s.spcname as tablespace,
    (select pg_catalog.string_agg(a.attnum || ': ' || a.attstattarget, ', ' order by a.attnum)
     from pg_catalog.pg_attribute a where a.attrelid = i.indexrelid and a.attstattarget >= 0) as statistics
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
left join pg_catalog.pg_inherits h on h.inhrelid = i.indexrelid
left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
where i.indexrelid >= 16384 and c.relnamespace <> 99
  and not exists (select from pg_catalog.pg_constraint k
                  where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x') and k.conrelid = i.indrelid)"
            .to_owned(),
    )
}

/// Extended statistics.
pub(super) fn statistics(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_statistic_ext", "s.oid"));
    Family::parts(
        "the extended statistics",
        class::STATISTICS,
        class::RELATION,
        format!(
            "select s.oid, s.stxrelid as parent, 'statistics' as kind, n.nspname as schema, s.stxname as name,
    s.stxowner as owner, pg_catalog.pg_get_statisticsobjdef(s.oid) as definition,
    nullif(s.stxstattarget, -1) as target
from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
where {visible} and {users}"
        ),
    )
}

/// Rewrite rules other than those that make a view.
pub(super) fn rules() -> Family {
    Family::parts(
        "the rules",
        class::RULE,
        class::RELATION,
        "select r.oid, r.ev_class as parent, 'rule' as kind, r.rulename as name,
    pg_catalog.pg_get_ruledef(r.oid) as definition,
    case r.ev_enabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as enabled
from pg_catalog.pg_rewrite r
where r.rulename <> '_RETURN' and r.oid >= 16384"
            .to_owned(),
    )
}

/// Row-security policies.
pub(super) fn policies() -> Family {
    Family::parts(
        "the policies",
        class::POLICY,
        class::RELATION,
        "select p.oid, p.polrelid as parent, 'policy' as kind, p.polname as name,
    case when p.polpermissive then 'permissive' else 'restrictive' end as \"as\",
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all' end as command,
    pg_catalog.array_to_string(p.polroles, ',') as roles,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) as \"using\",
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as with_check
from pg_catalog.pg_policy p"
            .to_owned(),
    )
}
