//! Every place where the same definition looks different on another server, and what it is made to look like.
//!
//! | difference | canonical form | where |
//! | --- | --- | --- |
//! | the bootstrap superuser has any name | `(superuser)` | [`SUPERUSER`], by role OID 10 |
//! | up to 15, `pg_get_viewdef` qualifies columns of a one-item query; 16 does not | bare columns | [`view_definition`] |
//! | leading space and trailing semicolon of a view | removed | [`view_definition`] |
//! | `attstattarget`, `stxstattarget`: −1 up to 16, NULL from 17 | absent | the catalog queries |
//! | minor releases since 17.12 keep a version of their own, `pg_attver`, among a column's options | absent | the columns query |
//! | 17 adds the privilege MAINTAIN to ALL | a full set of privileges reads `ALL` on every major | [`privileges`] |
//! | an absent ACL means the built-in default | a grant equal to the default is absent | the grants query |
//! | `public` belongs to `pg_database_owner` from 15, to the superuser before | its owner is absent | the schema query |
//! | the rights on `public` that `initdb` gave (CREATE for everyone up to 14) | absent | the grants query, `pg_init_privs` |
//! | the comment `initdb` gave `public` | absent | the comments query |
//! | 18 lists NOT NULL in `pg_constraint` | part of the column, unless NOT VALID or NO INHERIT | the constraints query |
//! | `a IN (…)` over a `varchar`: one cast of the list as declared, one an element once dumped and restored | one an element | [`expression`] |
//! | `(a OR b) OR c`, built step by step: nested as declared, one list once dumped and restored | one list | [`expression`] |
//! | an index definition repeats its own and its table's name | from `USING` on | [`index_definition`] |
//! | session settings that shape text (`DateStyle`, `TimeZone`, `search_path`, …) | pinned | the observer |
//!
//! Not normalised: functions that 14 began to print in SQL's own syntax (`EXTRACT(… FROM …)`, `AT TIME ZONE`), which 13
//! prints as calls; the qualifiers in SQL-standard function bodies.

use super::token::{Token, TokenKind, tokens};
use super::{array_cast, nesting, view_text};

/// How the bootstrap superuser (the role with OID 10) is written, whatever its name is.
pub const SUPERUSER: &str = "(superuser)";

/// A view's definition in the form of 16 and later, without the space and the semicolon around it.
pub fn view_definition(definition: &str, server_version_num: u32) -> String {
    let bare = definition.trim().trim_end_matches(';').trim_end();
    let bare = expression(bare);
    if server_version_num < 160_000 { view_text::without_needless_qualifiers(&bare) } else { bare }
}

/// An expression in the form that it has after a dump and a restore.
pub fn expression(text: &str) -> String {
    nesting::flat(&array_cast::casts_by_element(text))
}

/// A routine's body: one that the server keeps as a tree is printed anew and normalised; a text is its author's.
pub fn body(text: &str) -> String {
    if text.starts_with("BEGIN ATOMIC") || text.starts_with("RETURN ") { expression(text) } else { text.to_owned() }
}

/// What follows the table's name in `CREATE [UNIQUE] INDEX name ON table USING …`; the text itself if it is no such one.
pub fn index_definition(definition: &str) -> String {
    let all = tokens(definition);
    let using = |token: &Token<'_>| token.kind == TokenKind::Word && token.text == "USING";
    match all.iter().position(using) {
        Some(start) => expression(&all.iter().skip(start).map(|token| token.text).collect::<String>()),
        None => definition.to_owned(),
    }
}

/// The sorted list of `held` privileges, or `ALL` when they are all that such an object has on that server,
/// or `nothing` when a default was taken away.
pub fn privileges(held: &[&str], all: &[&str]) -> String {
    let mut held: Vec<&str> = held.to_vec();
    held.sort_unstable();
    held.dedup();
    if held.is_empty() {
        "nothing".to_owned()
    } else if all.len() > 1 && all.iter().all(|privilege| held.contains(privilege)) {
        "ALL".to_owned()
    } else {
        held.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_of_15_reads_as_one_of_16() {
        let of_15 = view_definition(" SELECT t.a\n   FROM public.t;", 150_018);
        assert_eq!(of_15, view_definition(" SELECT a\n   FROM public.t;", 170_000));
        assert_eq!(of_15, "SELECT a\n   FROM public.t");
    }

    #[test]
    fn a_view_of_16_is_not_touched() {
        assert_eq!(view_definition(" SELECT t.a\n   FROM t;", 160_000), "SELECT t.a\n   FROM t");
    }

    #[test]
    fn a_body_is_normalised_only_where_the_server_printed_it() {
        let list = "(ARRAY[a])::text[]";
        assert_eq!(body(&format!("RETURN (x = ANY ({list}))")), "RETURN (x = ANY (ARRAY[(a)::text]))");
        assert_eq!(body(&format!("begin return x = any ({list}); end")), format!("begin return x = any ({list}); end"));
    }

    #[test]
    fn an_index_is_what_follows_its_table() {
        let definition =
            "CREATE UNIQUE INDEX \"x USING y\" ON ONLY public.\"USING\" USING btree (a) WHERE (b = ' USING ')";
        assert_eq!(index_definition(definition), "USING btree (a) WHERE (b = ' USING ')");
    }

    #[test]
    fn a_full_set_of_privileges_reads_the_same_with_and_without_maintain() {
        assert_eq!(privileges(&["UPDATE", "SELECT"], &["SELECT", "UPDATE"]), "ALL");
        assert_eq!(privileges(&["UPDATE", "SELECT", "MAINTAIN"], &["SELECT", "UPDATE", "MAINTAIN"]), "ALL");
        assert_eq!(privileges(&["UPDATE", "SELECT"], &["SELECT", "UPDATE", "MAINTAIN"]), "SELECT, UPDATE");
        assert_eq!(privileges(&[], &["EXECUTE"]), "nothing");
        assert_eq!(privileges(&["EXECUTE"], &["EXECUTE"]), "EXECUTE");
    }
}
