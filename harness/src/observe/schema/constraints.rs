//! Constraints of all kinds. The index behind a key belongs to its constraint and is told there.

use super::families::{Family, class};
use super::scope::Scope;

/// Primary and foreign keys, unique, check and exclusion constraints of relations.
///
/// Constraint triggers are told as triggers; NOT NULL is told with its column, unless it is not valid or not inherited.
/// A foreign key whose internal triggers were switched off (`DISABLE TRIGGER ALL`) says that nothing enforces it.
pub(super) fn of_relations(scope: &Scope) -> Family {
    let not_null = scope.since(18, "and (k.contype <> 'n' or not k.convalidated or k.connoinherit)", "");
    Family::parts(
        "the constraints",
        class::CONSTRAINT,
        class::RELATION,
        format!(
            "select k.oid, k.conrelid as parent, 'constraint' as kind, k.conname as name,
    case when i.indexrelid is not null then 1259 end as also_class, i.indexrelid as also_oid,
    pg_catalog.pg_get_constraintdef(k.oid) as definition,
    case when k.coninhcount > 0 and not k.conislocal then 'yes' end as inherited,
    case when w.disabled then 'switched off' end as enforcement,
    case when not i.indisvalid then 'no' end as valid,
    case when i.indisclustered then 'yes' end as clustered,
    case when i.indisreplident then 'yes' end as replica_identity,
    (select pg_catalog.string_agg(o, ', ' order by o) from pg_catalog.unnest(x.reloptions) o) as options,
    s.spcname as tablespace
from pg_catalog.pg_constraint k
left join pg_catalog.pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_catalog.pg_class x on x.oid = i.indexrelid
left join pg_catalog.pg_tablespace s on s.oid = x.reltablespace
left join (
    select g.tgconstraint, true as disabled from pg_catalog.pg_trigger g
    where g.tgisinternal and g.tgconstraint <> 0 and g.tgenabled <> 'O' group by g.tgconstraint
) w on w.tgconstraint = k.oid
where k.conrelid >= 16384 and k.contype <> 't' {not_null}"
        ),
    )
}

/// Checks of domains.
pub(super) fn of_domains() -> Family {
    Family::parts(
        "the domains' checks",
        class::CONSTRAINT,
        class::TYPE,
        "select k.oid, k.contypid as parent, 'constraint' as kind, k.conname as name,
    pg_catalog.pg_get_constraintdef(k.oid) as definition
from pg_catalog.pg_constraint k
where k.contypid >= 16384 and k.contype <> 'n'"
            .to_owned(),
    )
}
