//! Whether a query promises an order of its rows.

/// Whether `sql` has an ORDER BY at its top level: not in parentheses, strings, comments or quoted names.
///
/// A reading of the text, not a parse: `ORDER BY` inside an aggregate or a window stands in parentheses, so that is
/// enough.
pub(crate) fn has_top_level_order_by(sql: &str) -> bool {
    let mut depth = 0_usize;
    let mut previous_is_order = false;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        if first.is_whitespace() || token.starts_with("--") || token.starts_with("/*") {
            continue;
        }
        match first {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && previous_is_order && token.eq_ignore_ascii_case("by") {
            return true;
        }
        previous_is_order = token.eq_ignore_ascii_case("order");
    }
    false
}

/// The bytes that the token at the front of `text` takes.
fn token_length(text: &str, first: char) -> usize {
    let all = text.len();
    match first {
        '\'' => quoted_length(text, '\'', false),
        '"' => quoted_length(text, '"', false),
        'e' | 'E' if text.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
            1 + quoted_length(text.get(1..).unwrap_or_default(), '\'', true)
        }
        '-' if text.starts_with("--") => text.find('\n').map_or(all, |end| end + 1),
        '/' if text.starts_with("/*") => comment_length(text),
        '$' => dollar_length(text),
        _ if first.is_alphabetic() || first == '_' => {
            text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(all)
        }
        _ => first.len_utf8(),
    }
}

/// A quoted run; a doubled quote reads as the end of one run and the beginning of the next.
fn quoted_length(text: &str, quote: char, backslash_escapes: bool) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if backslash_escapes && c == '\\' {
            escaped = true;
        } else if c == quote {
            return place + 1;
        }
    }
    text.len()
}

/// A comment with the comments inside it.
fn comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            place += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            place += 2;
            if depth == 0 {
                return place;
            }
        } else {
            place += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// A dollar-quoted string, or the dollar alone when it opens none.
fn dollar_length(text: &str) -> usize {
    let inner = text.get(1..).unwrap_or_default();
    let Some(end) = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')) else { return 1 };
    let opens =
        inner.get(end..).is_some_and(|rest| rest.starts_with('$')) && !inner.starts_with(|c: char| c.is_ascii_digit());
    let Some((tag, body)) = text.split_at_checked(end + 2).filter(|_| opens) else { return 1 };
    body.find(tag).map_or(text.len(), |found| 2 * tag.len() + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_at_the_top_is_found() {
        for sql in [
            "select 1 order by 1",
            "SELECT a FROM t ORDER\n--why\nBY a LIMIT 1;",
            "with x as (select 1) select * from x Order /* nested /* */ */ by 1",
            "select '(' from t order by 1",
            "select E'\\'(' from t order by 1",
            "select $a$($a$ from t order by 1",
            "select $1(a[1]) from \"(\" order by 1",
        ] {
            assert!(has_top_level_order_by(sql), "{sql}");
        }
    }

    #[test]
    fn an_order_elsewhere_is_not() {
        for sql in [
            "",
            "select 1",
            "select * from (select 1 order by 1) x",
            "select array_agg(a order by b), rank() over (order by a) from t",
            "select ' order by 1'",
            "select \"order\", \"by\" from t",
            "select 1 -- order by 1",
            "select 1 /* order by 1 */",
            "select $$ order by 1 $$",
            "select $x$ order by 1 ",
            "select border by1 from t",
        ] {
            assert!(!has_top_level_order_by(sql), "{sql}");
        }
    }
}
