//! The words and signs of a deparsed statement.
//!
//! It reads what the server itself prints (`ruleutils`): there are no comments and no dollar quotes in it.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An unquoted name or a keyword.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A string literal, with its prefix.
    Literal,
    /// Spaces and line ends.
    Space,
    /// A number, or a single sign.
    Sign,
}

/// A piece of the text; all pieces together are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
}

impl Token<'_> {
    /// Whether it is this sign.
    pub(super) fn is(&self, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.text == sign
    }

    /// Whether it is this keyword; the server prints keywords in capitals.
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text == keyword
    }

    /// Whether it can name something.
    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Quoted)
    }
}

/// Cuts a text into tokens. An unclosed quote runs to the end.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '"' => (TokenKind::Quoted, quoted_length(rest, '"', false)),
            '\'' => (TokenKind::Literal, quoted_length(rest, '\'', false)),
            'E' if rest.starts_with("E'") => (TokenKind::Literal, 1 + quoted_length(tail(rest, 1), '\'', true)),
            'B' | 'X' | 'N' if rest.chars().nth(1) == Some('\'') => {
                (TokenKind::Literal, 1 + quoted_length(tail(rest, 1), '\'', false))
            }
            c if c.is_whitespace() => (TokenKind::Space, run_length(rest, char::is_whitespace)),
            c if is_word_start(c) => (TokenKind::Word, run_length(rest, is_word_part)),
            c if c.is_ascii_digit() => (TokenKind::Sign, run_length(rest, |c| is_word_part(c) || c == '.')),
            c => (TokenKind::Sign, c.len_utf8()),
        };
        let (text, after) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        found.push(Token { kind, text });
        rest = after;
    }
    found
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit() || c == '$'
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

fn run_length(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of a quoted piece, both quotes counted; a doubled quote does not end it.
fn quoted_length(text: &str, quote: char, backslashes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if backslashes && c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return at + 1;
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokens_together_are_the_text() {
        let text = "SELECT \"a\"\"b\".c, E'it\\'s ''x', 'é''', 1.5::numeric, naïve FROM \"t";
        assert_eq!(tokens(text).iter().map(|token| token.text).collect::<String>(), text);
    }

    #[test]
    fn quotes_inside_quotes_do_not_end_them() {
        let kinds: Vec<_> = tokens("E'a\\'b''c' \"d\"\"e\"").iter().map(|token| token.kind).collect();
        assert_eq!(kinds, [TokenKind::Literal, TokenKind::Space, TokenKind::Quoted]);
    }
}
