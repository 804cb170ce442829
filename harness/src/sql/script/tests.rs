use rstest::rstest;

use super::*;
use crate::sql::TransactionUse;

fn parse(text: &str) -> Script {
    Script::parse_alone("a.sql", text).unwrap()
}

fn texts(script: &Script) -> Vec<&str> {
    script.statements().map(|statement| statement.text.as_str()).collect()
}

/// Parses with files to include; the name shown is the path.
fn parse_with(text: &str, files: &[(&str, &str)]) -> Result<Script, Vec<ScriptError>> {
    let mut include = |include: &Include| {
        let found = files.iter().find(|(name, _)| *name == include.path);
        found.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).ok_or_else(|| "no such file".to_owned())
    };
    Script::parse("a.sql", text, &BTreeMap::new(), &mut include)
}

/// The errors as `line:column message`.
fn errors(text: &str) -> Vec<String> {
    let errors = Script::parse_alone("a.sql", text).unwrap_err();
    errors.iter().map(|error| format!("{}:{} {error}", error.position.line, error.position.column)).collect()
}

fn place(position: &Position) -> (u32, u32) {
    (position.line, position.column)
}

#[rstest]
#[case::two("select 1; select 2;", &["select 1", "select 2"])]
#[case::last_without_semicolon("select 1;\nselect 2\n", &["select 1", "select 2"])]
#[case::empty_ones(";; ; /* a */ ; -- b\n;", &[])]
#[case::nothing("", &[])]
#[case::comments_around("-- a\nselect /* in */ 1 -- b\n; -- c", &["select /* in */ 1"])]
#[case::quotes("select ';', \";\", $$;$$, E'\\';' ; x", &["select ';', \";\", $$;$$, E'\\';'", "x"])]
#[case::rule("create rule r as on insert to t do also (insert into a values (1); delete from b); x",
    &["create rule r as on insert to t do also (insert into a values (1); delete from b)", "x"])]
#[case::body("create function f() returns int begin atomic select case when true then 1 end; select 2; end; x",
    &["create function f() returns int begin atomic select case when true then 1 end; select 2; end", "x"])]
#[case::replaced_body("CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; END; x",
    &["CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; END", "x"])]
#[case::transaction("begin; select case when true then 1 end; end;",
    &["begin", "select case when true then 1 end", "end"])]
#[case::begin_elsewhere("create table begin (a int); x", &["create table begin (a int)", "x"])]
#[case::carriage_returns("select\r\n1;\r\nx;\r\n", &["select\r\n1", "x"])]
#[case::byte_order_mark("\u{feff}select 1;", &["select 1"])]
#[case::cast_and_slice("select a::int, b[1:2], c[d:e];", &["select a::int, b[1:2], c[d:e]"])]
#[case::forced_colon("\\set b 1\nselect a[1\\:b];", &["select a[1:b]"])]
#[case::stray_closing("select 1); x", &["select 1)", "x"])]
#[case::long_names("select \"größe, 長い名前; 63\" from größe;", &["select \"größe, 長い名前; 63\" from größe"])]
fn a_script_splits_as_in_psql(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(texts(&parse(text)), expected);
}

#[test]
fn strings_follow_standard_conforming_strings_from_the_statement_on_that_sets_it() {
    let script = parse(
        "select 'a\\'; set standard_conforming_strings = off; select 'a\\';'; \
         SET LOCAL Standard_Conforming_Strings TO 'on'; select 'a\\';",
    );
    assert_eq!(script.statements().count(), 5);
    assert_eq!(texts(&script)[2], "select 'a\\';'");
}

#[test]
fn a_statement_stands_where_its_first_token_is() {
    let script = parse("\u{feff}-- é\r\n  /* ü */ select 1;  select\n2;");
    let places: Vec<_> = script.statements().map(|statement| place(&statement.position)).collect();
    assert_eq!(places, [(2, 11), (2, 22)]);
}

#[test]
fn the_servers_offset_leads_to_the_source_through_variables_and_wide_characters() {
    let script =
        parse("\\set n 'größe'\n\\set w 'a = ''x'' and oops'\nselect 'é', :\"n\"\nfrom 😀, t where :w and bad;");
    let statement = script.statements().next().unwrap();
    let expected = "select 'é', \"größe\"\nfrom 😀, t where a = 'x' and oops and bad";
    assert_eq!(statement.text, expected);
    let offset = |word: &str| expected[..expected.find(word).unwrap()].chars().count() + 1;
    assert_eq!(place(&statement.position_of(1)), (3, 1));
    assert_eq!(place(&statement.position_of(offset("\"größe"))), (3, 13));
    assert_eq!(place(&statement.position_of(offset("öße"))), (3, 13), "inside a value, the mention");
    assert_eq!(place(&statement.position_of(offset("from"))), (4, 1));
    assert_eq!(place(&statement.position_of(offset("t where"))), (4, 9));
    assert_eq!(place(&statement.position_of(offset("oops"))), (4, 17));
    assert_eq!(place(&statement.position_of(offset("bad"))), (4, 24));
    assert_eq!(place(&statement.position_of(10_000)), (4, 27), "beyond the end, the end");
    assert_eq!(place(&statement.position_of(0)), (3, 1));
}

#[test]
fn an_excerpt_is_the_word_in_the_whole_file() {
    let script = parse("\\set w zzz\n  select é, :w from \"no such\";");
    let statement = script.statements().next().unwrap();
    let shown = |excerpt: &crate::sql::Excerpt| excerpt.text[excerpt.span.clone()].to_owned();
    assert_eq!(shown(&statement.excerpt()), "select é, :w from \"no such\"");
    assert_eq!(shown(&statement.excerpt_at(8)), "é");
    assert_eq!(shown(&statement.excerpt_at(12)), ":w");
    assert_eq!(shown(&statement.excerpt_at(20)), "\"no such\"");
    assert_eq!(shown(&statement.excerpt_at(999)), ";");
}

#[rstest]
#[case::plain("\\set t stores\nselect * from :t;", &["select * from stores"])]
#[case::joined("\\set t 'a b' c 'd'\nselect :'t';", &["select 'a bcd'"])]
#[case::identifier("\\set t 'My \"T'\nselect :\"t\";", &["select \"My \"\"T\""])]
#[case::literal("\\set t 'it''s'\nselect :'t';", &["select 'it''s'"])]
#[case::literal_with_backslash("\\set t 'a\\\\b'\nselect:'t';", &["select E'a\\\\b'"])]
#[case::is_set("\\set t\nselect :{?t}, :{?u};", &["select TRUE, FALSE"])]
#[case::unset_again("\\set t 1\n\\unset t\nselect :t;", &["select :t"])]
#[case::unset_is_left("select :t, :'t', :\"t\";", &["select :t, :'t', :\"t\""])]
#[case::not_in_quotes("\\set t 1\nselect ':t', $$:t$$, \":t\" /* :t */, 2;", &["select ':t', $$:t$$, \":t\" /* :t */, 2"])]
#[case::nested("\\set a ':b + 1'\n\\set b 2\nselect :a;", &["select 2 + 1"])]
#[case::recursive("\\set a ':b'\n\\set b ':a'\nselect :a;", &["select :a"])]
#[case::statements_in_a_value("\\set a 'select 1; select'\n:a 2;", &["select 1", "select 2"])]
#[case::string_across_values("\\set q ''''\n:q a;b ';", &["' a;b '"])]
#[case::set_in_the_middle("select :x \\set x 1 \\\\ , :x;", &["select :x  , 1"])]
#[case::settings_of_psql("\\set ON_ERROR_STOP on\n\\set ON_ERROR_STOP 1\n\\set QUIET\nselect 1;", &["select 1"])]
fn variables_are_written_as_psql_writes_them(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(texts(&parse(text)), expected);
}

#[test]
fn variables_from_outside_are_set_at_the_start() {
    let variables = [("rows".to_owned(), "48".to_owned())].into();
    let mut include = |_: &Include| Err(String::new());
    let script = Script::parse("a.sql", "select :rows; \\set rows 1\nselect :rows", &variables, &mut include).unwrap();
    assert_eq!(texts(&script), ["select 48", "select 1"]);
}

#[test]
fn an_echo_stands_between_the_statements_around_it() {
    let script = parse("\\set t stores\nselect 1;\n\\echo copying ':t' :t\\qecho -n x\nselect 2; \\warn");
    let items: Vec<String> = script
        .items
        .iter()
        .map(|item| match item {
            Item::Statement(statement) => statement.text.clone(),
            Item::Echo { text, position } => format!("[{text}] {position}"),
        })
        .collect();
    assert_eq!(items, ["select 1", "[copying :t stores] a.sql:3:1", "[x] a.sql:3:22", "select 2", "[] a.sql:4:11"]);
}

#[test]
fn an_included_file_stands_in_its_place_and_keeps_its_own_positions() {
    let files = [("b.sql", "\\set v 7\n\n select 'b'"), ("c d.sql", "select :v;")];
    let script = parse_with("select 1;\n\\i b.sql;\n\\include_relative 'c d.sql'\nselect 2;", &files).unwrap();
    assert_eq!(texts(&script), ["select 1", "select 'b'", "select 7", "select 2"]);
    let places: Vec<_> = script.statements().map(|statement| statement.position.to_string()).collect();
    assert_eq!(places, ["a.sql:1:1", "b.sql:3:2", "c d.sql:1:1", "a.sql:4:1"]);
    let sources: Vec<_> = script.sources.iter().map(|source| &*source.name).collect();
    assert_eq!(sources, ["a.sql", "b.sql", "c d.sql"]);
}

#[test]
fn an_include_says_where_its_path_begins() {
    let mut asked = Vec::new();
    let mut include = |include: &Include| {
        asked.push(include.clone());
        Ok((format!("dir/{}", include.path), if include.path == "b" { "\\ir c" } else { "" }.to_owned()))
    };
    Script::parse("a.sql", "\\i b", &BTreeMap::new(), &mut include).unwrap();
    let from = |path: &str, from_file: &str, base| Include { path: path.into(), from_file: from_file.into(), base };
    let expected = [from("b", "a.sql", IncludeBase::WorkingDirectory), from("c", "dir/b", IncludeBase::IncludingFile)];
    assert_eq!(asked, expected);
}

#[test]
fn a_circle_of_includes_is_an_error_where_it_closes() {
    let found = parse_with("\\i b.sql", &[("b.sql", "select 1;\n  \\i a.sql"), ("a.sql", "\\i b.sql")]).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "`a.sql` includes itself: `a.sql` → `b.sql` → `a.sql`");
    assert_eq!(found[0].position.to_string(), "b.sql:2:3");
}

#[test]
fn files_that_include_ever_new_names_end_in_an_error() {
    let mut count = 0;
    let mut include = |_: &Include| {
        count += 1;
        Ok((format!("{count}.sql"), "\\i next".to_owned()))
    };
    let found = Script::parse("a.sql", "\\i next", &BTreeMap::new(), &mut include).unwrap_err();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_file_that_can_not_be_included_is_named_with_the_reason() {
    let found = parse_with("select 1; \\i gone.sql\n\\i\n\\i a b", &[]).unwrap_err();
    let found: Vec<_> = found.iter().map(|error| format!("{} {error}", error.position)).collect();
    assert_eq!(
        found,
        [
            "a.sql:1:11 can not include `gone.sql`: no such file",
            "a.sql:2:1 meta-command `\\i` has no argument",
            "a.sql:3:1 an include takes one path, and here are 2"
        ]
    );
}

#[rstest]
#[case::plain("copy t from stdin;\n1\ta;\n\\N\t'\n\\.\nx;", "1\ta;\n\\N\t'\n")]
#[case::options("COPY t (a, b) FROM STDIN WITH (FORMAT csv); -- data\n1,\"a\n2\"\n\\.\nx", "1,\"a\n2\"\n")]
#[case::carriage_returns("copy t from stdin;\r\n1\r\n\\.\r\nx;\r\n", "1\r\n")]
#[case::none("copy t from stdin;\n\\.\nx", "")]
#[case::dots_in_the_data("copy t from stdin;\n\\.x\n \\.\n\\.\nx", "\\.x\n \\.\n")]
#[case::out_of_a_variable("\\set c 'copy t from stdin;'\n:c\n1\n\\.\nx", "1\n")]
fn copy_takes_the_lines_up_to_the_dot(#[case] text: &str, #[case] data: &str) {
    let script = parse(text);
    let statements: Vec<_> = script.statements().collect();
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[0].copy_data.as_deref(), Some(data));
    assert_eq!((statements[1].text.as_str(), &statements[1].copy_data), ("x", &None));
}

#[test]
fn a_copy_that_ends_with_the_file_has_its_data() {
    assert_eq!(parse("copy t from stdin;\n1\n\\.").statements().count(), 1);
}

#[test]
fn a_copy_that_does_not_read_the_script_takes_nothing_of_it() {
    let script = parse("copy t from '/stdin';\nselect 1;\ncopy t to stdout;\nselect 2;");
    assert_eq!(script.statements().count(), 4);
}

#[rstest]
#[case::string("x;\n select 'a; b", "2:9 unterminated string")]
#[case::escapes("select E'a\\';", "1:8 unterminated string")]
#[case::name("select \"a", "1:8 unterminated quoted name")]
#[case::comment("x; /* /* */", "1:4 unterminated comment")]
#[case::dollar("do $f$ begin $$ end", "1:4 unterminated dollar quote `$f$`")]
#[case::parenthesis("select (1, (2);\nselect 3;", "1:8 this parenthesis is not closed")]
#[case::block("create function f() returns int begin atomic select 1;", "1:33 the block that begins here has no `end`")]
#[case::in_a_variable("\\set q ''''\nselect :q;", "2:8 unterminated string")]
#[case::copy("x;\n copy t from stdin;\n1\n2\n", "2:2 the data of this `copy … from stdin` have no end")]
#[case::copy_without_semicolon("copy t from stdin", "1:1 the data of this `copy … from stdin` have no end")]
#[case::copy_tail("copy t from stdin; select 1;\n\\.\n", "1:20 the data of `copy … from stdin` begin on the next line")]
fn what_is_not_closed_is_shown_where_it_opens(#[case] text: &str, #[case] expected: &str) {
    assert!(errors(text).contains(&expected.to_owned()), "{:?}", errors(text));
}

#[test]
fn what_opens_is_what_is_pointed_at() {
    let error = Script::parse_alone("a.sql", "é; do $größe$ a").unwrap_err().remove(0);
    assert_eq!(&error.excerpt.text[error.excerpt.span], "$größe$");
}

#[rstest]
fn another_meta_command_is_refused_by_name_with_a_remedy(
    #[values(
        "q",
        "timing",
        "pset",
        "x",
        "a",
        "t",
        "connect",
        "c",
        "copy",
        "if",
        "elif",
        "else",
        "endif",
        "g",
        "gx",
        "gexec",
        "gset",
        ";",
        "!",
        "d",
        "dt+",
        "o",
        "encoding",
        "prompt",
        "watch",
        "bind",
        ".",
        "copyright"
    )]
    name: &str,
) {
    let found = Script::parse_alone("a.sql", &format!("select 1;\n  \\{name} a 'b\nselect 2;")).unwrap_err();
    assert_eq!(found[0].to_string(), format!("meta-command `\\{name}` is not supported"));
    assert_eq!(place(&found[0].position), (2, 3));
    assert_eq!(&found[0].excerpt.text[found[0].excerpt.span.clone()], format!("\\{name}"));
    assert!(found[0].hint().is_some());
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let found =
        errors("\\timing\nselect 1 \\gset\n\\set 'a-b' 1\n\\set AUTOCOMMIT off\n\\echo `date`\n\\unset\nselect 'x");
    assert_eq!(
        found,
        [
            "1:1 meta-command `\\timing` is not supported",
            "2:10 meta-command `\\gset` is not supported",
            "3:1 `a-b` is not the name of a variable",
            "4:1 psql's setting `AUTOCOMMIT` can not be `off`",
            "5:7 a shell command in backquotes is not run",
            "6:1 meta-command `\\unset` has no argument",
            "7:8 unterminated string",
        ]
    );
}

#[test]
fn a_backslash_out_of_a_variable_is_no_meta_command() {
    assert_eq!(errors("\\set a '\\\\echo x'\n:a;")[0], "2:1 the variable's value holds a backslash outside of quotes");
}

#[test]
fn the_fence_that_pg_dump_puts_around_its_scripts_is_kept() {
    assert_eq!(texts(&parse("\\restrict k1\nselect 1;\n\\unrestrict k1\n\\echo b\n")), ["select 1"]);
    let found = errors("\\restrict k1\n\\i b.sql\n\\unrestrict k2\n\\unrestrict k1\n");
    let between = "2:1 meta-command `\\i` stands between `\\restrict` and `\\unrestrict`";
    assert_eq!(found, [between, "3:1 `\\unrestrict` without a `\\restrict` of the same key"]);
}

#[rstest]
#[case("-- no-transaction\nselect 1;", ScriptTransaction::None)]
#[case("-- Adds an index.\n--no-transaction: it is built concurrently\n", ScriptTransaction::Unsaid)]
#[case("/* a */\n\n-- no-transaction, as it is built concurrently", ScriptTransaction::Unsaid)]
#[case("-- Adds an index.\r\n-- no-transaction\r\nselect 1;", ScriptTransaction::None)]
#[case("select 1;\n-- no-transaction", ScriptTransaction::Unsaid)]
#[case("/* no-transaction */", ScriptTransaction::Unsaid)]
fn a_comment_at_the_top_says_how_to_wrap(#[case] text: &str, #[case] expected: ScriptTransaction) {
    assert_eq!(parse(text).directives.transaction, expected);
}

#[test]
fn an_included_file_does_not_say_how_to_wrap() {
    let script = parse_with("\\i b", &[("b", "-- no-transaction\nselect 1;")]).unwrap();
    assert_eq!(script.directives, Directives::default());
}

#[test]
fn a_statement_is_told_by_what_is_sent() {
    let script = parse("\\set how concurrently\ncreate index :how i on t (a); begin; drop table t;");
    let found: Vec<_> = script.statements().map(|s| (s.command(), s.transaction_use())).collect();
    assert_eq!(
        found,
        [
            ("CREATE INDEX CONCURRENTLY".to_owned(), TransactionUse::Outside),
            ("BEGIN".to_owned(), TransactionUse::Control),
            ("DROP TABLE".to_owned(), TransactionUse::Inside)
        ]
    );
}
