//! A chain of ORs or ANDs, in the form that a dump and a restore give it.
//!
//! A condition that the parser built step by step (`ROW(…) IS DISTINCT FROM ROW(…)`) is kept as `((a OR b) OR c)`, and
//! printed that way; read back, the parser makes one list of it, `(a OR b OR c)`, and every later round trip keeps that
//! (`makeOrExpr` and `makeAndExpr` in PostgreSQL's `src/backend/parser/gram.y`, which look to the left only).

use super::token::{Token, TokenKind, tokens};

/// Writes every `((a OR b) OR c)` as `(a OR b OR c)`, ANDs alike; all else stays.
pub(super) fn flat(expression: &str) -> String {
    let mut all = tokens(expression);
    if !all.iter().any(|token| is_chain(token)) {
        return expression.to_owned();
    }
    while let Some((open, close)) = needless(&all) {
        all.remove(close);
        all.remove(open);
    }
    all.iter().map(|token| token.text).collect()
}

fn is_chain(token: &Token<'_>) -> bool {
    token.is_keyword("OR") || token.is_keyword("AND")
}

/// The first pair of parentheses that the parser would look through.
fn needless(all: &[Token<'_>]) -> Option<(usize, usize)> {
    (0..all.len()).find_map(|outer| {
        let open = outer + 1;
        if !all.get(outer)?.is("(") || !all.get(open)?.is("(") {
            return None;
        }
        let close = closing(all, open)?;
        let next = all.iter().skip(close + 1).find(|token| token.kind != TokenKind::Space)?;
        let (inside, is_same) = (all.get(open + 1..close)?, is_chain(next));
        (is_same && joins(inside, next.text)).then_some((open, close))
    })
}

/// Whether a text is a chain of that word, and nothing with words of its own.
fn joins(inside: &[Token<'_>], word: &str) -> bool {
    let mut depth = 0_i32;
    let mut found = false;
    for token in inside {
        if token.is("(") || token.is("[") {
            depth += 1;
        } else if token.is(")") || token.is("]") {
            depth -= 1;
        } else if depth == 0 && ["SELECT", "CASE", "WITH", "VALUES"].iter().any(|keyword| token.is_keyword(keyword)) {
            return false;
        } else if depth == 0 && token.is_keyword(word) {
            found = true;
        }
    }
    found
}

fn closing(all: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (place, token) in all.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return Some(place);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_was_built_step_by_step_is_one_list() {
        assert_eq!(flat("((((a > 1) OR (b)) OR c) OR d)"), "((a > 1) OR (b) OR c OR d)");
        assert_eq!(flat("(x AND ((a OR b) OR c))"), "(x AND (a OR b OR c))");
    }

    #[test]
    fn what_the_parser_keeps_apart_stays() {
        for text in
            ["((a OR b) AND c)", "(a OR (b OR c))", "((SELECT a OR b) OR c)", "('((a OR b) OR c)')", "((a) OR b)"]
        {
            assert_eq!(flat(text), text);
        }
    }
}
