//! Triggers and event triggers.

use super::families::{Family, class};
use super::scope::Scope;

/// Triggers that users made. One that a partition got from its parent is marked as inherited.
pub(super) fn triggers() -> Family {
    Family::parts(
        "the triggers",
        class::TRIGGER,
        class::RELATION,
        "select g.oid, g.tgrelid as parent, 'trigger' as kind, g.tgname as name,
    pg_catalog.pg_get_triggerdef(g.oid) as definition,
    case g.tgenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as enabled,
    case when g.tgparentid <> 0 then 'yes' end as inherited
from pg_catalog.pg_trigger g
where g.oid >= 16384 and (not g.tgisinternal or g.tgparentid <> 0 and g.tgconstraint = 0)"
            .to_owned(),
    )
}

/// Event triggers.
pub(super) fn event_triggers() -> Family {
    let users = Scope::users("pg_event_trigger", "e.oid");
    Family::objects(
        "the event triggers",
        class::EVENT_TRIGGER,
        format!(
            "select e.oid, e.evtowner as owner, null as schema, e.evtname as name, 'event trigger' as kind,
    e.evtevent as event, e.evtfoid::pg_catalog.regprocedure::text as function,
    case e.evtenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as enabled,
    (select pg_catalog.string_agg(t, ', ' order by t) from pg_catalog.unnest(e.evttags) t) as tags
from pg_catalog.pg_event_trigger e
where {users}"
        ),
    )
}
