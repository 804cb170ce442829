use proptest::prelude::*;

use super::*;

/// A whole statement without its semicolon, by pieces that are each closed.
fn statement() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zé_][a-z0-9é_$]{0,8}",
        "'([^'\\\\]|'')*'",
        "E'([^'\\\\]|''|\\\\')*'",
        "\"([^\"]|\"\")+\"",
        "[^$]{0,12}".prop_map(|body| format!("$é1${body}$é1$")),
        "[^/*]{0,12}".prop_map(|body| format!("/* {body} /* ; */ */")),
        "[^\n\r]{0,12}".prop_map(|body| format!("--{body}\n")),
        "[^'\"$/*\\\\:;()eEnNbBxXuU-]{1,6}".prop_map(|body| format!("({body};)")),
        Just("::".to_owned()),
        Just("$1".to_owned()),
    ];
    // A word at both ends keeps blanks from the edges; a space between keeps the pieces apart.
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("do {} x", pieces.join(" ")))
}

fn blank() -> impl Strategy<Value = String> {
    prop_oneof!["[ \t]{0,3}", "(\r\n|\n){0,3}", "--[a-zé';]{0,5}\n", "/\\*[a-zé';]{0,5}\\*/"]
}

proptest! {
    #[test]
    fn statements_joined_by_semicolons_come_back(parts in prop::collection::vec((blank(), statement()), 0..8)) {
        let mut text = String::new();
        let mut starts = Vec::new();
        for (blank, statement) in &parts {
            text.push_str(blank);
            starts.push(text.len());
            text.push_str(statement);
            text.push(';');
        }
        let script = Script::parse_alone("a.sql", &text).map_err(|errors| TestCaseError::fail(format!("{errors:?}")))?;
        let found: Vec<&str> = script.statements().map(|statement| statement.text.as_str()).collect();
        let expected: Vec<&str> = parts.iter().map(|(_, statement)| statement.as_str()).collect();
        prop_assert_eq!(found, expected);
        for (statement, start) in script.statements().zip(starts) {
            let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let line = text[..start].matches('\n').count() + 1;
            let column = text[line_start..start].chars().count() + 1;
            let place = (statement.position.line as usize, statement.position.column as usize);
            prop_assert_eq!(place, (line, column));
            prop_assert_eq!(&statement.position_of(1), &statement.position);
        }
    }

    #[test]
    fn no_text_makes_the_splitter_panic(text in "\\PC*", noise in "[\\\\'\"$:;()/*\\-eEuU&a-c{?}\n\r é\\.]{0,80}") {
        let variables: BTreeMap<String, String> =
            [("a", "'"), ("b", "; :c $a$"), ("c", ":b /*")].map(|(name, value)| (name.into(), value.into())).into();
        for text in [text, noise] {
            let mut include = |_: &Include| Err("none".to_owned());
            match Script::parse("a.sql", &text, &variables, &mut include) {
                Ok(script) => {
                    for statement in script.statements() {
                        for offset in 0..=statement.text.chars().count() + 2 {
                            let excerpt = statement.excerpt_at(offset);
                            prop_assert!(excerpt.text.get(excerpt.span).is_some());
                            prop_assert!(statement.position_of(offset) >= statement.position);
                        }
                        let _ = (statement.command(), statement.transaction_use());
                    }
                }
                Err(errors) => {
                    prop_assert!(!errors.is_empty());
                    for error in errors {
                        prop_assert!(error.excerpt.text.get(error.excerpt.span.clone()).is_some(), "{:?}", error);
                    }
                }
            }
        }
    }
}
