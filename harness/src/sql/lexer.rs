//! SQL's tokens, as far as splitting a script needs them.
//!
//! The rules are those of psql's own scanner (`src/fe_utils/psqlscan.l`), which follows the server's. One rule is the
//! server's alone: an `E''` string continued on the next line keeps its backslash escapes, though psql, which scans
//! line by line, forgets them.

/// What a backslash means in a plain `'…'` string: `standard_conforming_strings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum StringRules {
    /// Nothing special (the setting is on, the server's default).
    #[default]
    Standard,
    /// It escapes the next character (the setting is off).
    Escapes,
}

/// A construct that is still open where a text ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inside {
    Comment { depth: usize },
    Text(StringRules),
    Name,
    Dollar(String),
}

/// The three ways psql writes a variable's value, and its question whether there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VariableForm {
    /// `:name`
    Plain,
    /// `:'name'`
    Literal,
    /// `:"name"`
    Identifier,
    /// `:{?name}`
    IsSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space or a comment.
    Blank,
    /// A keyword or an unquoted name.
    Word,
    /// A name in double quotes.
    Name,
    /// A string of any form.
    Literal,
    Open,
    Close,
    Semicolon,
    Variable(VariableForm),
    Backslash,
    /// An operator's character, a number, a parameter.
    Other,
}

/// A token: what it is, the byte after it, and what it leaves open when the text ends inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) end: usize,
    pub(super) inside: Option<Inside>,
}

impl Token {
    fn closed(kind: Kind, end: usize) -> Self {
        Self { kind, end, inside: None }
    }
}

/// The token that begins at byte `at`, or none at the end of `text`.
pub(super) fn scan(text: &str, at: usize, rules: StringRules) -> Option<Token> {
    let bytes = text.as_bytes();
    let byte = |offset: usize| bytes.get(at + offset).copied().unwrap_or(0);
    let first = *bytes.get(at)?;
    Some(match (first, byte(1)) {
        (b, _) if is_space(b) => Token::closed(Kind::Blank, end_of_run(bytes, at, is_space)),
        (b'-', b'-') => Token::closed(Kind::Blank, end_of_run(bytes, at, |b| b != b'\n' && b != b'\r')),
        (b'/', b'*') => resume(text, at + 2, Inside::Comment { depth: 1 }),
        (b'\'', _) => resume(text, at + 1, Inside::Text(rules)),
        (b'e' | b'E', b'\'') => resume(text, at + 2, Inside::Text(StringRules::Escapes)),
        (b'n' | b'N', b'\'') => resume(text, at + 2, Inside::Text(rules)),
        (b'b' | b'B' | b'x' | b'X', b'\'') => resume(text, at + 2, Inside::Text(StringRules::Standard)),
        (b'u' | b'U', b'&') if byte(2) == b'\'' => resume(text, at + 3, Inside::Text(StringRules::Standard)),
        (b'u' | b'U', b'&') if byte(2) == b'"' => resume(text, at + 3, Inside::Name),
        (b'"', _) => resume(text, at + 1, Inside::Name),
        (b'$', _) => dollar(text, at),
        (b, _) if starts_word(b) => Token::closed(Kind::Word, end_of_run(bytes, at, continues_word)),
        (b, _) if b.is_ascii_digit() => Token::closed(Kind::Other, end_of_number(bytes, at)),
        (b'(', _) => Token::closed(Kind::Open, at + 1),
        (b')', _) => Token::closed(Kind::Close, at + 1),
        (b';', _) => Token::closed(Kind::Semicolon, at + 1),
        (b'\\', _) => Token::closed(Kind::Backslash, at + 1),
        (b':', b':' | b'=') => Token::closed(Kind::Other, at + 2),
        (b':', _) => variable(bytes, at).unwrap_or_else(|| Token::closed(Kind::Other, at + 1)),
        _ => Token::closed(Kind::Other, at + 1),
    })
}

/// The rest of a construct that an earlier text left open, from byte `at`.
pub(super) fn resume(text: &str, at: usize, inside: Inside) -> Token {
    let bytes = text.as_bytes();
    let (kind, end) = match &inside {
        Inside::Comment { depth } => match end_of_comment(bytes, at, *depth) {
            Ok(end) => (Kind::Blank, Some(end)),
            Err(depth) => {
                return Token { kind: Kind::Blank, end: bytes.len(), inside: Some(Inside::Comment { depth }) };
            }
        },
        Inside::Text(rules) => (Kind::Literal, end_of_text(bytes, at, *rules)),
        Inside::Name => (Kind::Name, end_of_doubled(bytes, at, b'"')),
        Inside::Dollar(delimiter) => {
            let found = text.get(at..).and_then(|rest| rest.find(delimiter.as_str()));
            (Kind::Literal, found.map(|offset| at + offset + delimiter.len()))
        }
    };
    match end {
        Some(end) => Token::closed(kind, end),
        None => Token { kind, end: bytes.len(), inside: Some(inside) },
    }
}

/// The tokens of a text that holds no variables and no meta-commands any more, blanks left out.
pub(super) fn tokens(text: &str, rules: StringRules) -> impl Iterator<Item = (Kind, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let token = scan(text, at, rules)?;
        let piece = text.get(at..token.end)?;
        at = token.end;
        Some((token.kind, piece))
    })
    .filter(|(kind, _)| *kind != Kind::Blank)
}

/// The name within a token of kind [`Kind::Variable`].
pub(super) fn variable_name(token: &str) -> &str {
    token.trim_matches(|c| matches!(c, ':' | '\'' | '"' | '{' | '}' | '?'))
}

/// Whether psql takes `name` as the name of a variable.
pub(super) fn is_variable_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(in_variable)
}

/// A variable's mention that begins with the colon at `at`.
pub(super) fn variable(bytes: &[u8], at: usize) -> Option<Token> {
    let (form, opening, closing) = match (bytes.get(at + 1)?, bytes.get(at + 2)) {
        (b'\'', _) => (VariableForm::Literal, 1, b'\''),
        (b'"', _) => (VariableForm::Identifier, 1, b'"'),
        (b'{', Some(b'?')) => (VariableForm::IsSet, 2, b'}'),
        (b, _) if in_variable(*b) => {
            let end = end_of_run(bytes, at + 1, in_variable);
            return Some(Token::closed(Kind::Variable(VariableForm::Plain), end));
        }
        _ => return None,
    };
    let start = at + 1 + opening;
    let end = end_of_run(bytes, start, in_variable);
    (end > start && bytes.get(end) == Some(&closing)).then(|| Token::closed(Kind::Variable(form), end + 1))
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

// Every byte of a character beyond ASCII counts as a letter, as it does for the server.
fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn in_variable(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit()
}

fn continues_word(byte: u8) -> bool {
    in_variable(byte) || byte == b'$'
}

fn end_of_run(bytes: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().skip(at).position(|byte| !belongs(*byte)).map_or(bytes.len(), |offset| at + offset)
}

/// A number eats one letter after its digits (`1e10`, `0x1f`), so that this letter can not open an `E''` or `X''`.
fn end_of_number(bytes: &[u8], at: usize) -> usize {
    let end = end_of_run(bytes, at, |byte| byte.is_ascii_digit());
    if bytes.get(end).is_some_and(u8::is_ascii_alphabetic) { end + 1 } else { end }
}

fn dollar(text: &str, at: usize) -> Token {
    let bytes = text.as_bytes();
    let next = bytes.get(at + 1).copied().unwrap_or(0);
    if next.is_ascii_digit() {
        return Token::closed(Kind::Other, end_of_number(bytes, at + 1));
    }
    let tag_end = if starts_word(next) { end_of_run(bytes, at + 1, in_variable) } else { at + 1 };
    match text.get(at..=tag_end) {
        Some(delimiter) if delimiter.len() > 1 && delimiter.ends_with('$') => {
            resume(text, tag_end + 1, Inside::Dollar(delimiter.to_owned()))
        }
        // No quote: as for psql, the dollar stands alone and what would have been its tag is read again.
        _ => Token::closed(Kind::Other, at + 1),
    }
}

/// The byte after the comment, or how deep in comments the text ends.
fn end_of_comment(bytes: &[u8], at: usize, mut depth: usize) -> Result<usize, usize> {
    let mut at = at;
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => at += 1,
        }
    }
    Err(depth)
}

/// The byte after a quoted construct in which the doubled quote stands for itself.
fn end_of_doubled(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut at = at;
    loop {
        at += bytes.iter().skip(at).position(|byte| *byte == quote)? + 1;
        if bytes.get(at) != Some(&quote) {
            return Some(at);
        }
        at += 1;
    }
}

fn end_of_text(bytes: &[u8], at: usize, rules: StringRules) -> Option<usize> {
    if rules == StringRules::Standard {
        return end_of_doubled(bytes, at, b'\'');
    }
    let mut at = at;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'\\', _) | (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => match continuation(bytes, at + 1) {
                Some(inner) => at = inner,
                None => return Some(at + 1),
            },
            _ => at += 1,
        }
    }
}

/// The byte after the quote that continues a string: blanks with a newline among them stand between (PostgreSQL
/// manual, 4.1.2.1).
fn continuation(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    let mut newline = false;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'\'', _) => return newline.then_some(at + 1),
            (b'-', Some(b'-')) => at = end_of_run(bytes, at, |b| b != b'\n' && b != b'\r'),
            (byte, _) if is_space(*byte) => {
                newline |= matches!(byte, b'\n' | b'\r');
                at += 1;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests;
