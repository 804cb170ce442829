//! Publications and subscriptions. The connection string of a subscription is never read.

use super::families::{Family, class};
use super::scope::Scope;

/// Publications, with the tables and schemas in them.
pub(super) fn publications(scope: &Scope) -> Family {
    let users = Scope::users("pg_publication", "p.oid");
    let detail = scope.since(
        15,
        "|| coalesce(' (' || (select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum)
            from pg_catalog.pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs)) || ')', '')
         || coalesce(' where ' || pg_catalog.pg_get_expr(r.prqual, r.prrelid), '')",
        "",
    );
    let schemas = scope.since(
        15,
        "(select pg_catalog.string_agg(s.pnnspid::pg_catalog.regnamespace::text, ', '
             order by s.pnnspid::pg_catalog.regnamespace::text)
          from pg_catalog.pg_publication_namespace s where s.pnpubid = p.oid)",
        "null",
    );
    Family::objects(
        "the publications",
        class::PUBLICATION,
        format!(
            "select p.oid, p.pubowner as owner, null as schema, p.pubname as name, 'publication' as kind,
    case when p.puballtables then 'yes' end as all_tables,
    nullif(pg_catalog.concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
        case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end),
        'insert, update, delete, truncate') as publish,
    case when p.pubviaroot then 'yes' end as via_root,
    {schemas} as schemas,
    (select pg_catalog.string_agg(m.line, e'\\n' order by m.line) from (
        select r.prrelid::pg_catalog.regclass::text {detail} as line
        from pg_catalog.pg_publication_rel r where r.prpubid = p.oid) m) as tables
from pg_catalog.pg_publication p where {users}"
        ),
    )
}

/// Subscriptions of this database.
pub(super) fn subscriptions() -> Family {
    Family::objects(
        "the subscriptions",
        class::SUBSCRIPTION,
        "select s.oid, s.subowner as owner, null as schema, s.subname as name, 'subscription' as kind,
    case when not s.subenabled then 'no' end as enabled, s.subslotname as slot, s.subsynccommit as synchronous_commit,
    (select pg_catalog.string_agg(p, ', ' order by p) from pg_catalog.unnest(s.subpublications) p) as publications
from pg_catalog.pg_subscription s
where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())"
            .to_owned(),
    )
}
