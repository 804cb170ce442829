//! Lists as the catalog's attributes hold them, taken apart again.

use crate::schema::token::{TokenKind, tokens};
use crate::sql::{quote_identifier, quote_literal};

/// `a=1, b=x, y` as pairs: what does not begin with a name and `=` goes on with the value before it.
pub(in crate::schema) fn pairs(list: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for piece in list.split(", ") {
        match piece.split_once('=') {
            Some((name, value)) if is_option_name(name) || found.is_empty() => {
                found.push((name.to_owned(), value.to_owned()));
            }
            _ => match found.last_mut() {
                Some((_, value)) => {
                    value.push_str(", ");
                    value.push_str(piece);
                }
                None => found.push((piece.to_owned(), String::new())),
            },
        }
    }
    found
}

fn is_option_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))
}

/// Storage options as `WITH (…)` takes them; `prefix` is `toast.` for those of the table's toast table.
pub(in crate::schema) fn storage_options(list: &str, prefix: &str) -> String {
    let shown =
        |(name, value): &(String, String)| format!("{prefix}{} = {}", quote_identifier(name), quote_literal(value));
    pairs(list).iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Only the names of storage options, as `RESET (…)` takes them.
pub(in crate::schema) fn option_names(list: &str, prefix: &str) -> Vec<String> {
    pairs(list)
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, _)| format!("{prefix}{}", quote_identifier(name)))
        .collect()
}

/// Options of foreign things as ` OPTIONS (…)`; nothing where there are none.
pub(in crate::schema) fn foreign_options(list: Option<&str>) -> String {
    let Some(list) = list else { return String::new() };
    let shown: Vec<String> = pairs(list)
        .iter()
        .map(|(name, value)| format!("{} {}", quote_identifier(name), quote_literal(value)))
        .collect();
    format!(" OPTIONS ({})", shown.join(", "))
}

/// A text split at a sign that stands outside of quotes and parentheses.
pub(in crate::schema) fn split_outside<'a>(text: &'a str, sign: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut start, mut at) = (Vec::new(), 0_i32, 0, 0);
    for token in tokens(text) {
        if depth == 0 && token.is(sign) {
            parts.push(text.get(start..at).unwrap_or_default().trim());
            start = at + token.text.len();
        } else if token.is("(") || token.is("[") {
            depth += 1;
        } else if token.is(")") || token.is("]") {
            depth -= 1;
        }
        at += token.text.len();
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts
}

/// What stands before the first parenthesis outside of quotes, and what from it on.
pub(in crate::schema) fn split_signature(text: &str) -> (&str, &str) {
    let mut at = 0;
    for token in tokens(text) {
        if token.is("(") {
            break;
        }
        at += token.text.len();
    }
    (text.get(..at).unwrap_or(text), text.get(at..).unwrap_or_default())
}

/// Where a lower-case word stands outside of quotes and parentheses.
pub(in crate::schema) fn word_outside(text: &str, word: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_i32, 0);
    for token in tokens(text) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
        } else if depth == 0 && token.kind == TokenKind::Word && token.text == word {
            return Some(at);
        }
        at += token.text.len();
    }
    None
}

/// The value of a setting whose elements are names (`search_path`), each as a literal.
pub(in crate::schema) fn quoted_elements(value: &str) -> String {
    let element = |text: &str| match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => quote_literal(&inner.replace("\"\"", "\"")),
        None => quote_literal(text),
    };
    split_outside(value, ",").into_iter().map(element).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_a_comma_stays_whole() {
        let found = pairs("search_path=legacy, public, work_mem=1MB");
        assert_eq!(found, [("search_path".into(), "legacy, public".into()), ("work_mem".into(), "1MB".to_owned())]);
    }

    #[test]
    fn signs_in_quotes_and_parentheses_do_not_split() {
        assert_eq!(split_outside("a, \"b, c\", numeric(1, 2)", ","), ["a", "\"b, c\"", "numeric(1, 2)"]);
        assert_eq!(split_signature("legacy.\"odd(\"(integer)"), ("legacy.\"odd(\"", "(integer)"));
        assert_eq!(quoted_elements("legacy, \"$user\", \"\""), "'legacy', '$user', ''");
        assert_eq!(word_outside("t (a) where (b)", "where"), Some(6));
    }
}
