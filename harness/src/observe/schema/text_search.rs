//! Text search: parsers, templates, dictionaries and configurations.

use super::families::{Family, class};
use super::scope::Scope;

/// Parsers.
pub(super) fn parsers(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_ts_parser", "p.oid"));
    Family::objects(
        "the text search parsers",
        class::TEXT_SEARCH_PARSER,
        format!(
            "select p.oid, n.nspname as schema, p.prsname as name, 'text search parser' as kind,
    p.prsstart::text as start, p.prstoken::text as token, p.prsend::text as end,
    nullif(p.prsheadline, 0)::pg_catalog.regproc::text as headline, p.prslextype::text as lexical_types
from pg_catalog.pg_ts_parser p join pg_catalog.pg_namespace n on n.oid = p.prsnamespace
where {visible} and {users}"
        ),
    )
}

/// Templates.
pub(super) fn templates(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_ts_template", "t.oid"));
    Family::objects(
        "the text search templates",
        class::TEXT_SEARCH_TEMPLATE,
        format!(
            "select t.oid, n.nspname as schema, t.tmplname as name, 'text search template' as kind,
    nullif(t.tmplinit, 0)::pg_catalog.regproc::text as init, t.tmpllexize::text as lexize
from pg_catalog.pg_ts_template t join pg_catalog.pg_namespace n on n.oid = t.tmplnamespace
where {visible} and {users}"
        ),
    )
}

/// Dictionaries.
pub(super) fn dictionaries(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_ts_dict", "d.oid"));
    Family::objects(
        "the text search dictionaries",
        class::TEXT_SEARCH_DICTIONARY,
        format!(
            "select d.oid, d.dictowner as owner, n.nspname as schema, d.dictname as name,
    'text search dictionary' as kind, pg_catalog.format('%I.%I', m.nspname, t.tmplname) as template,
    d.dictinitoption as options
from pg_catalog.pg_ts_dict d
join pg_catalog.pg_namespace n on n.oid = d.dictnamespace
join pg_catalog.pg_ts_template t on t.oid = d.dicttemplate
join pg_catalog.pg_namespace m on m.oid = t.tmplnamespace
where {visible} and {users}"
        ),
    )
}

/// Configurations, with what each kind of token is looked up in.
pub(super) fn configurations(scope: &Scope) -> Family {
    let (visible, users) = (scope.visible(), Scope::users("pg_ts_config", "c.oid"));
    Family::objects(
        "the text search configurations",
        class::TEXT_SEARCH_CONFIGURATION,
        format!(
            "select c.oid, c.cfgowner as owner, n.nspname as schema, c.cfgname as name,
    'text search configuration' as kind, pg_catalog.format('%I.%I', m.nspname, p.prsname) as parser,
    (select pg_catalog.string_agg(k.line, e'\\n' order by k.line) from (
        select t.alias || ': ' || pg_catalog.string_agg(x.mapdict::pg_catalog.regdictionary::text, ', '
                                                        order by x.mapseqno) as line
        from pg_catalog.pg_ts_config_map x
        join pg_catalog.ts_token_type(c.cfgparser) t on t.tokid = x.maptokentype
        where x.mapcfg = c.oid group by t.alias) k) as mappings
from pg_catalog.pg_ts_config c
join pg_catalog.pg_namespace n on n.oid = c.cfgnamespace
join pg_catalog.pg_ts_parser p on p.oid = c.cfgparser
join pg_catalog.pg_namespace m on m.oid = p.prsnamespace
where {visible} and {users}"
        ),
    )
}
