//! Functions, procedures and aggregates, told by their parts: the server's own `CREATE FUNCTION` text is one string.

use super::families::{Family, class};
use super::scope::Scope;

/// Functions and procedures.
pub(super) fn routines(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_proc", "p.oid"));
    let body = scope.since(14, "coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)", "p.prosrc");
    Family::objects(
        "the functions",
        class::ROUTINE,
        format!(
            "select p.oid, p.proowner as owner, n.nspname as schema,
    pg_catalog.quote_ident(p.proname) || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' as name,
    case p.prokind when 'p' then 'procedure' else 'function' end as kind,
    case when p.prokind = 'w' then 'yes' end as window,
    nullif(pg_catalog.pg_get_function_arguments(p.oid), '') as arguments,
    pg_catalog.pg_get_function_result(p.oid) as returns,
    l.lanname as language,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' end as volatility,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end as parallel,
    case when p.proisstrict then 'yes' end as strict,
    case when p.prosecdef then 'definer' end as security,
    case when p.proleakproof then 'yes' end as leakproof,
    nullif(p.procost, case when l.lanname in ('internal', 'c') then 1 else 100 end) as cost,
    nullif(p.prorows, case when p.proretset then 1000 else 0 end) as rows,
    nullif(p.prosupport, 0)::pg_catalog.regproc::text as support,
    (select pg_catalog.string_agg(s, ', ' order by s) from pg_catalog.unnest(p.proconfig) s) as settings,
    (select pg_catalog.string_agg(pg_catalog.format_type(y, null), ', ') from pg_catalog.unnest(p.protrftypes) y)
        as transforms,
    p.probin as library,
    {body} as body
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where p.prokind <> 'a' and {visible} and {users}
  and not exists (select from pg_catalog.pg_depend m where m.classid = 1255 and m.objid = p.oid and m.deptype = 'i')"
        ),
    )
}

/// Aggregates.
pub(super) fn aggregates(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_proc", "p.oid"));
    Family::objects(
        "the aggregates",
        class::ROUTINE,
        format!(
            "select p.oid, p.proowner as owner, n.nspname as schema, 'aggregate' as kind,
    pg_catalog.quote_ident(p.proname) || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' as name,
    nullif(pg_catalog.pg_get_function_arguments(p.oid), '') as arguments,
    pg_catalog.pg_get_function_result(p.oid) as returns,
    case g.aggkind when 'o' then 'ordered set' when 'h' then 'hypothetical set' end as form,
    nullif(g.aggnumdirectargs, 0) as direct_arguments,
    g.aggtransfn::text as transition,
    pg_catalog.format_type(g.aggtranstype, null) as state_type,
    nullif(g.aggtransspace, 0) as state_size,
    nullif(g.aggfinalfn, 0)::pg_catalog.regproc::text as final,
    case when g.aggfinalextra then 'yes' end as final_extra,
    case when g.aggfinalmodify <> case when g.aggkind = 'n' then 'r' else 'w' end then g.aggfinalmodify::text
    end as final_modify,
    nullif(g.aggcombinefn, 0)::pg_catalog.regproc::text as combine,
    nullif(g.aggserialfn, 0)::pg_catalog.regproc::text as serialize,
    nullif(g.aggdeserialfn, 0)::pg_catalog.regproc::text as deserialize,
    nullif(g.aggmtransfn, 0)::pg_catalog.regproc::text as moving_transition,
    nullif(g.aggminvtransfn, 0)::pg_catalog.regproc::text as moving_inverse,
    nullif(g.aggmfinalfn, 0)::pg_catalog.regproc::text as moving_final,
    case when g.aggmtranstype <> 0 then pg_catalog.format_type(g.aggmtranstype, null) end as moving_state_type,
    case when g.aggsortop <> 0 then g.aggsortop::pg_catalog.regoperator::text end as sort_operator,
    pg_catalog.quote_literal(g.agginitval) as initial,
    pg_catalog.quote_literal(g.aggminitval) as moving_initial,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end as parallel
from pg_catalog.pg_proc p
join pg_catalog.pg_aggregate g on g.aggfnoid = p.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where {visible} and {users}"
        ),
    )
}
