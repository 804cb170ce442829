//! Foreign-data wrappers, servers and user mappings. Values of options that hold secrets are never read.

use super::families::{Family, class};
use super::scope::Scope;

/// The options as a sorted list; of a password only that it is there.
fn options(array: &str) -> String {
    format!(
        "(select pg_catalog.string_agg(case when o ~* '^[a-z_]*(password|secret|token)' \
         then pg_catalog.split_part(o, '=', 1) || '=***' else o end, ', ' order by o) \
         from pg_catalog.unnest({array}) o)"
    )
}

/// Foreign-data wrappers.
pub(super) fn wrappers() -> Family {
    let (users, options) = (Scope::users("pg_foreign_data_wrapper", "w.oid"), options("w.fdwoptions"));
    Family::objects(
        "the foreign-data wrappers",
        class::FOREIGN_DATA_WRAPPER,
        format!(
            "select w.oid, w.fdwowner as owner, null as schema, w.fdwname as name, 'foreign data wrapper' as kind,
    nullif(w.fdwhandler, 0)::pg_catalog.regproc::text as handler,
    nullif(w.fdwvalidator, 0)::pg_catalog.regproc::text as validator, {options} as options
from pg_catalog.pg_foreign_data_wrapper w where {users}"
        ),
    )
}

/// Foreign servers.
pub(super) fn servers() -> Family {
    let (users, options) = (Scope::users("pg_foreign_server", "s.oid"), options("s.srvoptions"));
    Family::objects(
        "the foreign servers",
        class::FOREIGN_SERVER,
        format!(
            "select s.oid, s.srvowner as owner, null as schema, s.srvname as name, 'foreign server' as kind,
    w.fdwname as wrapper, s.srvtype as type, s.srvversion as version, {options} as options
from pg_catalog.pg_foreign_server s join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw where {users}"
        ),
    )
}

/// User mappings.
pub(super) fn user_mappings() -> Family {
    let options = options("u.umoptions");
    Family::parts(
        "the user mappings",
        class::USER_MAPPING,
        class::FOREIGN_SERVER,
        format!(
            "select u.umid as oid, u.srvid as parent, 'user mapping' as kind,
    case u.umuser when 0 then 'PUBLIC' when 10 then '(superuser)' else pg_catalog.quote_ident(u.usename) end as name,
    {options} as options
from pg_catalog.pg_user_mappings u"
        ),
    )
}
