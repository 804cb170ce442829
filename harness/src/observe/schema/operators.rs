//! Operators and casts.

use super::families::{Family, class};
use super::scope::Scope;

/// Operators.
pub(super) fn operators(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_operator", "o.oid"));
    Family::objects(
        "the operators",
        class::OPERATOR,
        format!(
            "select o.oid, o.oprowner as owner, n.nspname as schema, 'operator' as kind,
    o.oprname || '(' || case when o.oprleft = 0 then 'NONE' else pg_catalog.format_type(o.oprleft, null) end || ', '
        || case when o.oprright = 0 then 'NONE' else pg_catalog.format_type(o.oprright, null) end || ')' as name,
    o.oprcode::pg_catalog.regprocedure::text as function,
    case when o.oprresult <> 0 then pg_catalog.format_type(o.oprresult, null) end as returns,
    nullif(o.oprcom, 0)::pg_catalog.regoperator::text as commutator,
    nullif(o.oprnegate, 0)::pg_catalog.regoperator::text as negator,
    nullif(o.oprrest, 0)::pg_catalog.regproc::text as restrict,
    nullif(o.oprjoin, 0)::pg_catalog.regproc::text as join,
    case when o.oprcanhash then 'yes' end as hashes,
    case when o.oprcanmerge then 'yes' end as merges
from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
where {visible} and {users}"
        ),
    )
}

/// Casts. The one from a range to its multirange belongs to the range.
pub(super) fn casts() -> Family {
    let users = Scope::users("pg_cast", "c.oid");
    Family::objects(
        "the casts",
        class::CAST,
        format!(
            "select c.oid, null as schema, 'cast' as kind,
    '(' || pg_catalog.format_type(c.castsource, null) || ' AS ' || pg_catalog.format_type(c.casttarget, null) || ')'
        as name,
    case c.castcontext when 'e' then 'explicit' when 'a' then 'assignment' else 'implicit' end as context,
    case c.castmethod when 'i' then 'input and output' when 'b' then 'binary' end as method,
    nullif(c.castfunc, 0)::pg_catalog.regprocedure::text as function
from pg_catalog.pg_cast c
where {users}
  and not exists (select from pg_catalog.pg_depend m where m.classid = 2605 and m.objid = c.oid and m.deptype = 'i')"
        ),
    )
}
