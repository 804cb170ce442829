use rstest::rstest;

use super::*;

/// The tokens of `text`, blanks included, each as its kind and piece.
fn pieces(text: &str, rules: StringRules) -> Vec<(Kind, &str)> {
    let mut at = 0;
    std::iter::from_fn(|| {
        let token = scan(text, at, rules)?;
        let start = std::mem::replace(&mut at, token.end);
        Some((token.kind, &text[start..token.end]))
    })
    .collect()
}

#[rstest]
#[case::plain("'a;b'")]
#[case::doubled("'it''s; fine'")]
#[case::backslash_is_plain(r"'a\'")]
#[case::escape(r"E'a\';b'")]
#[case::escape_small(r"e'\\'")]
#[case::escape_doubled("E'a'';b'")]
#[case::continued("E'a'  -- so\n  '\\';b'")]
#[case::bits("B'01;'")]
#[case::hex(r"x'1f\'")]
#[case::national("N'a;'")]
#[case::unicode(r"U&'d\0061t;\'")]
#[case::dollar("$$a;'\"$$")]
#[case::tag("$tag$ $$ $tg$ ; $tag$")]
#[case::tag_of_letters_beyond_ascii("$détail_1$;$x$détail_1$")]
#[case::delimiter_after_another("$x$ $ax$x$")]
fn a_string_is_one_token(#[case] text: &str) {
    assert_eq!(pieces(text, StringRules::Standard), [(Kind::Literal, text)]);
}

#[rstest]
#[case::plain("\"a;b\"")]
#[case::doubled("\"a\"\";b\"")]
#[case::unicode("U&\"d\\0061;\"")]
#[case::quote_inside("\"it's\"")]
fn a_quoted_name_is_one_token(#[case] text: &str) {
    assert_eq!(pieces(text, StringRules::Standard), [(Kind::Name, text)]);
}

#[rstest]
#[case::line("-- a;'$$")]
#[case::block("/* ; ' */")]
#[case::nested("/* /* ; */ ' **/")]
#[case::tight("/*/**/*/")]
fn a_comment_is_one_blank(#[case] text: &str) {
    assert_eq!(pieces(text, StringRules::Standard), [(Kind::Blank, text)]);
}

#[test]
fn a_comment_begins_inside_an_operator() {
    let found = pieces("1+--x\n*/**/2", StringRules::Standard);
    let blanks: Vec<_> = found.iter().filter(|(kind, _)| *kind == Kind::Blank).map(|(_, piece)| *piece).collect();
    assert_eq!(blanks, ["--x", "\n", "/**/"]);
}

#[test]
fn a_dollar_within_a_name_or_before_a_digit_opens_no_quote() {
    let found = pieces("a$$b $1$ $1$$;$$", StringRules::Standard);
    let found: Vec<_> = found.into_iter().filter(|(kind, _)| *kind != Kind::Blank).collect();
    assert_eq!(
        found,
        [(Kind::Word, "a$$b"), (Kind::Other, "$1"), (Kind::Other, "$"), (Kind::Other, "$1"), (Kind::Literal, "$$;$$")]
    );
}

#[test]
fn without_standard_conforming_strings_a_backslash_escapes_in_plain_and_national_strings_only() {
    assert_eq!(pieces(r"'a\'b'", StringRules::Escapes), [(Kind::Literal, r"'a\'b'")]);
    assert_eq!(pieces(r"N'a\'b'", StringRules::Escapes), [(Kind::Literal, r"N'a\'b'")]);
    assert_eq!(pieces(r"B'a\'", StringRules::Escapes), [(Kind::Literal, r"B'a\'")]);
}

#[test]
fn a_letter_after_digits_does_not_give_the_next_string_its_form() {
    assert_eq!(pieces(r"1e'\'", StringRules::Standard), [(Kind::Other, "1e"), (Kind::Literal, r"'\'")]);
}

#[rstest]
#[case(":name", VariableForm::Plain)]
#[case(":1", VariableForm::Plain)]
#[case(":'größe'", VariableForm::Literal)]
#[case(":\"a_1\"", VariableForm::Identifier)]
#[case(":{?a}", VariableForm::IsSet)]
fn each_form_of_a_variable_is_one_token(#[case] text: &str, #[case] form: VariableForm) {
    assert_eq!(pieces(text, StringRules::Standard), [(Kind::Variable(form), text)]);
}

#[rstest]
#[case("::name")]
#[case(":=name")]
#[case(": name")]
#[case(":'na me'")]
#[case(":{name}")]
#[case(":''")]
fn what_only_looks_like_a_variable_is_none(#[case] text: &str) {
    let found = pieces(text, StringRules::Standard);
    assert!(!found.iter().any(|(kind, _)| matches!(kind, Kind::Variable(_))), "{found:?}");
}

#[rstest]
#[case("'a", Inside::Text(StringRules::Standard))]
#[case("E'a\\", Inside::Text(StringRules::Escapes))]
#[case("\"a\"\"", Inside::Name)]
#[case("/* /* */", Inside::Comment { depth: 1 })]
#[case("$q$ $$", Inside::Dollar("$q$".to_owned()))]
fn what_is_not_closed_is_said(#[case] text: &str, #[case] inside: Inside) {
    let token = scan(text, 0, StringRules::Standard).unwrap();
    assert_eq!(token.inside, Some(inside));
    assert_eq!(token.end, text.len());
}
