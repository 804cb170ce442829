//! What a statement is, told from its words alone.

use super::lexer::Kind;

/// How a statement stands to a transaction block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionUse {
    /// It may run inside a transaction block. (Some refuse for reasons that only the server knows: a procedure that
    /// commits, a partitioned table that is clustered or reindexed.)
    Inside,
    /// The server refuses it inside a transaction block.
    Outside,
    /// It begins, ends or divides a transaction itself.
    Control,
}

/// A statement's words outside of parentheses, upper-case, and those inside of its first ones.
#[derive(Debug)]
pub(super) struct Command<'a> {
    /// A name in double quotes, a string or a sign is an empty word here: it equals no keyword.
    words: Vec<String>,
    options: Vec<&'a str>,
}

/// Words between `CREATE` and the kind of object that the command tag leaves out.
const MODIFIERS: [&str; 11] = [
    "OR",
    "REPLACE",
    "UNIQUE",
    "TEMP",
    "TEMPORARY",
    "LOCAL",
    "GLOBAL",
    "UNLOGGED",
    "RECURSIVE",
    "TRUSTED",
    "PROCEDURAL",
];

/// Words that a command's name takes after its verb, where the verb is not followed by a kind of object.
const SECONDS: [&str; 6] = ["TRANSACTION", "PREPARED", "ALL", "LABEL", "OWNED", "TABLE"];

/// Kinds of object whose names have several words.
const COMPOUNDS: [&[&str]; 15] = [
    &["MATERIALIZED", "VIEW"],
    &["FOREIGN", "TABLE"],
    &["FOREIGN", "SCHEMA"],
    &["FOREIGN", "DATA", "WRAPPER"],
    &["EVENT", "TRIGGER"],
    &["TEXT", "SEARCH", "CONFIGURATION"],
    &["TEXT", "SEARCH", "DICTIONARY"],
    &["TEXT", "SEARCH", "PARSER"],
    &["TEXT", "SEARCH", "TEMPLATE"],
    &["OPERATOR", "CLASS"],
    &["OPERATOR", "FAMILY"],
    &["USER", "MAPPING"],
    &["DEFAULT", "PRIVILEGES"],
    &["ACCESS", "METHOD"],
    &["LARGE", "OBJECT"],
];

impl<'a> Command<'a> {
    pub(super) fn new(tokens: impl Iterator<Item = (Kind, &'a str)>) -> Self {
        let (mut words, mut options, mut depth) = (Vec::new(), Vec::new(), 0_usize);
        // `(select 1) union …` has its verb inside of parentheses.
        let mut tokens = tokens.skip_while(|(kind, _)| *kind == Kind::Open);
        let mut first_parentheses = true;
        for (kind, text) in &mut tokens {
            match kind {
                Kind::Open => depth += 1,
                Kind::Close => {
                    depth = depth.saturating_sub(1);
                    first_parentheses &= depth > 0;
                }
                Kind::Word if depth == 0 => words.push(text.to_ascii_uppercase()),
                Kind::Word if first_parentheses => options.push(text),
                _ if depth == 0 => words.push(String::new()),
                _ => {}
            }
        }
        Self { words, options }
    }

    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }

    /// Whether the keyword stands anywhere outside of parentheses.
    fn says(&self, keyword: &str) -> bool {
        self.words.iter().any(|word| word == keyword)
    }

    /// Whether the option in parentheses stands there and is not switched off.
    fn has_option(&self, name: &str) -> bool {
        let Some(index) = self.options.iter().position(|word| word.eq_ignore_ascii_case(name)) else { return false };
        !self
            .options
            .get(index + 1)
            .is_some_and(|value| ["false", "off"].iter().any(|no| value.eq_ignore_ascii_case(no)))
    }

    /// The kind of object after `CREATE`, `ALTER`, `DROP`, … and how many words it takes after the modifiers.
    fn object(&self, from: usize) -> (usize, usize) {
        let mut start = from;
        while MODIFIERS.contains(&self.word(start))
            || (self.word(start) == "CONSTRAINT" && self.word(start + 1) == "TRIGGER")
        {
            start += 1;
        }
        let matches = |compound: &&&[&str]| compound.iter().enumerate().all(|(i, word)| self.word(start + i) == *word);
        (start, COMPOUNDS.iter().find(matches).map_or(1, |compound| compound.len()))
    }

    pub(super) fn name(&self) -> String {
        let verb = self.word(0);
        let mut name = match verb {
            "WITH" => return self.after_with().to_owned(),
            "CREATE" | "ALTER" | "DROP" | "REFRESH" | "IMPORT" | "REINDEX" => {
                let (start, count) = self.object(1);
                self.joined(verb, start, count)
            }
            "START" | "PREPARE" | "COMMIT" | "ROLLBACK" | "DISCARD" | "SECURITY" | "REASSIGN" | "LOCK" | "TRUNCATE" => {
                self.joined(verb, 1, usize::from(SECONDS.contains(&self.word(1))))
            }
            _ => verb.to_owned(),
        };
        if matches!(verb, "CREATE" | "DROP" | "REFRESH" | "REINDEX") && self.is_concurrent() {
            name.push_str(" CONCURRENTLY");
        }
        name
    }

    /// `CONCURRENTLY` right after the kind of object, or among `REINDEX`'s options.
    fn is_concurrent(&self) -> bool {
        let (start, count) = self.object(1);
        self.word(start + count) == "CONCURRENTLY" || (self.word(0) == "REINDEX" && self.has_option("concurrently"))
    }

    fn joined(&self, verb: &str, start: usize, count: usize) -> String {
        let mut name = verb.to_owned();
        for word in (start..start + count).map(|index| self.word(index)).filter(|word| !word.is_empty()) {
            name.push(' ');
            name.push_str(word);
        }
        name
    }

    fn after_with(&self) -> &str {
        let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE"];
        self.words.iter().map(String::as_str).find(|word| verbs.contains(word)).unwrap_or("WITH")
    }

    pub(super) fn transaction_use(&self) -> TransactionUse {
        let outside = match (self.word(0), self.word(1)) {
            ("COMMIT" | "ROLLBACK", "PREPARED")
            | ("VACUUM", _)
            | ("CREATE" | "DROP", "DATABASE" | "TABLESPACE")
            | ("DROP", "SUBSCRIPTION")
            | ("ALTER", "SYSTEM")
            | ("DISCARD", "ALL") => true,
            ("BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE", _)
            | ("START" | "PREPARE", "TRANSACTION") => return TransactionUse::Control,
            ("CREATE" | "DROP", _) if self.object_is("INDEX") => self.is_concurrent(),
            ("CREATE", "SUBSCRIPTION") => self.makes_a_slot(),
            ("ALTER", "SUBSCRIPTION") => self.says("REFRESH") || self.says("PUBLICATION"),
            ("ALTER", "DATABASE") => self.says_in_a_row("SET", "TABLESPACE"),
            ("ALTER", "TABLE") => self.says_in_a_row("DETACH", "PARTITION") && self.says("CONCURRENTLY"),
            ("REINDEX", kind) => matches!(kind, "SCHEMA" | "DATABASE" | "SYSTEM") || self.is_concurrent(),
            // Without a table it works through the whole database, a transaction each.
            ("CLUSTER", _) => self.words.iter().skip(1).all(|word| word == "VERBOSE"),
            _ => false,
        };
        if outside { TransactionUse::Outside } else { TransactionUse::Inside }
    }

    /// Whether this is `COPY … FROM STDIN`. The grammar takes `STDOUT` for the same there.
    pub(super) fn is_copy_from_stdin(&self) -> bool {
        self.word(0) == "COPY" && (self.says_in_a_row("FROM", "STDIN") || self.says_in_a_row("FROM", "STDOUT"))
    }

    fn object_is(&self, kind: &str) -> bool {
        self.word(self.object(1).0) == kind
    }

    /// A subscription is made together with its slot unless one of these options is off; the slot outlives a rollback.
    fn makes_a_slot(&self) -> bool {
        !["connect", "create_slot"]
            .iter()
            .any(|name| self.options.iter().any(|word| word.eq_ignore_ascii_case(name)) && !self.has_option(name))
    }

    fn says_in_a_row(&self, first: &str, second: &str) -> bool {
        self.words.windows(2).any(|pair| matches!(pair, [a, b] if a == first && b == second))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::sql::lexer::{StringRules, tokens};

    fn command(text: &str) -> Command<'_> {
        Command::new(tokens(text, StringRules::Standard))
    }

    #[rstest]
    #[case("insert into t values (1)", "INSERT")]
    #[case("create unique index concurrently if not exists i on t (a)", "CREATE INDEX CONCURRENTLY")]
    #[case("create index on concurrently.t (a)", "CREATE INDEX")]
    #[case("drop index concurrently i", "DROP INDEX CONCURRENTLY")]
    #[case("Alter /* so */ table t add column a int", "ALTER TABLE")]
    #[case("create or replace function f() returns int as $$select 1$$", "CREATE FUNCTION")]
    #[case("create temp table t (a int)", "CREATE TABLE")]
    #[case("create table \"View\" ()", "CREATE TABLE")]
    #[case("create constraint trigger t after insert on x", "CREATE TRIGGER")]
    #[case("create materialized view v as select 1", "CREATE MATERIALIZED VIEW")]
    #[case("refresh materialized view concurrently v", "REFRESH MATERIALIZED VIEW CONCURRENTLY")]
    #[case("create foreign data wrapper w", "CREATE FOREIGN DATA WRAPPER")]
    #[case("alter default privileges grant select on tables to a", "ALTER DEFAULT PRIVILEGES")]
    #[case("reindex (concurrently) table t", "REINDEX TABLE CONCURRENTLY")]
    #[case("with a as (select 1) , b as (select 2) insert into t select 1", "INSERT")]
    #[case("(select 1) union select 2", "SELECT")]
    #[case("start transaction", "START TRANSACTION")]
    #[case("rollback to a", "ROLLBACK")]
    #[case("comment on table t is 'x'", "COMMENT")]
    #[case("\"create\" table", "")]
    fn a_command_is_named_as_its_tag(#[case] text: &str, #[case] name: &str) {
        assert_eq!(command(text).name(), name);
    }

    #[rstest]
    #[case::concurrent_index("create index concurrently i on t (a)")]
    #[case::concurrent_unique_index("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")]
    #[case::drop_concurrently("drop index concurrently if exists i")]
    #[case::reindex_concurrently("reindex index concurrently i")]
    #[case::reindex_option("reindex (verbose, concurrently) table t")]
    #[case::reindex_schema("reindex schema public")]
    #[case::vacuum("vacuum (analyze) t")]
    #[case::create_database("create database d")]
    #[case::drop_tablespace("drop tablespace t")]
    #[case::system("alter system set work_mem = '1MB'")]
    #[case::move_database("alter database d set tablespace t")]
    #[case::cluster("cluster")]
    #[case::cluster_verbose("cluster (verbose)")]
    #[case::detach("alter table if exists t detach partition p concurrently")]
    #[case::subscription("create subscription s connection 'x' publication p")]
    #[case::drop_subscription("drop subscription s")]
    #[case::prepared("commit prepared 'x'")]
    #[case::discard("discard all")]
    fn what_the_server_refuses_in_a_transaction_runs_outside(#[case] text: &str) {
        assert_eq!(command(text).transaction_use(), TransactionUse::Outside);
    }

    #[rstest]
    #[case::index("create index i on t (a)")]
    #[case::name_in_quotes("create index \"concurrently\" on t (a)")]
    #[case::refresh("refresh materialized view concurrently v")]
    #[case::enum_value("alter type t add value 'x'")]
    #[case::cluster_table("cluster t")]
    #[case::cluster_quoted("cluster \"verbose\"")]
    #[case::reindex("reindex table t")]
    #[case::reindex_option_off("reindex (concurrently false) table t")]
    #[case::database_setting("alter database d set work_mem = '1MB'")]
    #[case::detach("alter table t detach partition p")]
    #[case::subscription("create subscription s connection 'x' publication p with (connect = false)")]
    #[case::prepared_query("prepare p as select 1")]
    #[case::string("select 'vacuum'")]
    fn an_ordinary_statement_runs_inside(#[case] text: &str) {
        assert_eq!(command(text).transaction_use(), TransactionUse::Inside);
    }

    #[rstest]
    #[case("begin")]
    #[case("Start Transaction isolation level serializable")]
    #[case("commit")]
    #[case("end")]
    #[case("rollback to savepoint a")]
    #[case("abort")]
    #[case("savepoint a")]
    #[case("release a")]
    #[case("prepare transaction 'x'")]
    fn transaction_control_is_told_apart(#[case] text: &str) {
        assert_eq!(command(text).transaction_use(), TransactionUse::Control);
    }

    #[rstest]
    #[case("copy t from stdin", true)]
    #[case("COPY s.\"T\" (a, b) FROM STDIN WITH (FORMAT csv)", true)]
    #[case("copy t from stdout", true)]
    #[case("copy t from 'stdin'", false)]
    #[case("copy t to stdout", false)]
    #[case("copy (select a from stdin) to stdout", false)]
    #[case("select a from stdin", false)]
    fn a_copy_with_data_is_told_from_its_tokens(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(command(text).is_copy_from_stdin(), expected);
    }
}
