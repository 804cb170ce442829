//! psql's meta-commands: their arguments, read as psql reads them (`src/bin/psql/psqlscanslash.l`), and what becomes
//! of each command.

use std::collections::BTreeMap;

use super::identifier::{quote_identifier, quote_literal};
use super::lexer::{self, Kind, VariableForm, is_space};

/// What a meta-command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetaKind {
    Include,
    IncludeRelative,
    Echo,
    Set,
    Unset,
    /// `\restrict KEY` and `\unrestrict KEY`, which `pg_dump` writes around its scripts.
    Restrict,
    Unrestrict,
    /// Not taken, with the reason and the remedy.
    Refused(&'static str),
}

impl MetaKind {
    /// The command's kind by its name (without the backslash).
    pub(super) fn of(name: &str) -> Self {
        match name {
            "i" | "include" => Self::Include,
            "ir" | "include_relative" => Self::IncludeRelative,
            "echo" | "qecho" | "warn" => Self::Echo,
            "set" => Self::Set,
            "unset" => Self::Unset,
            "restrict" => Self::Restrict,
            "unrestrict" => Self::Unrestrict,
            _ => Self::Refused(remedy(name)),
        }
    }
}

fn remedy(name: &str) -> &'static str {
    match name {
        "q" | "quit" => "remove it: a script ends where its file ends",
        "a" | "C" | "f" | "H" | "html" | "pset" | "t" | "T" | "timing" | "x" => {
            "remove it: it only changes what psql prints, and here nothing is printed"
        }
        "c" | "connect" => "remove it: a step runs in the one database it is given",
        "copy" => "write `copy … from stdin;` with the data in the script, ended by `\\.`",
        "g" | "gx" | "p" | "r" | "w" => "end the statement with `;`",
        "gexec" => "build and run the statements in a `do` block with `execute`",
        "gset" => "use a `do` block, or give the variable in the scenario",
        "if" | "elif" | "else" | "endif" => "decide in a `do` block with `if`, or write two scripts",
        "!" | "cd" | "o" | "out" | "s" | "setenv" | "getenv" => "remove it: a script reaches nothing but the database",
        "encoding" => "remove it: scripts are read as UTF-8",
        "prompt" | "password" => "give the value as a variable in the scenario: nobody is there to ask",
        "." => "it ends the data of `copy … from stdin`, and none is being read here",
        _ if name.starts_with('d') || name == "l" || name.starts_with('s') => {
            "remove it: it only shows what is there; what must hold belongs in a verify script"
        }
        _ => "only `\\i`, `\\ir`, `\\echo`, `\\qecho`, `\\warn`, `\\set` and `\\unset` are taken",
    }
}

/// An argument of a meta-command, variables in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) value: String,
    /// How many characters at the end stood outside of quotes.
    bare: usize,
    /// Whether any part came from quotes or a variable.
    pub(super) quoted: bool,
}

impl Argument {
    /// The value without the semicolons that a habit puts at the end of `\i file;`.
    pub(super) fn without_semicolons(&self) -> &str {
        let mut value = self.value.as_str();
        for _ in 0..self.bare {
            let Some(shorter) = value.strip_suffix(';') else { break };
            value = shorter;
        }
        value
    }
}

/// Why arguments can not be read: the span in the line, and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArgumentError {
    pub(super) at: usize,
    pub(super) message: &'static str,
    pub(super) hint: &'static str,
}

/// The name of the command whose backslash has just been passed: up to white space or another backslash.
pub(super) fn name(line: &str) -> &str {
    line.find(|c: char| c == '\\' || (c.is_ascii() && is_space(c as u8)))
        .and_then(|end| line.get(..end))
        .unwrap_or(line)
}

/// Reads the arguments in `line`, which begins after the command's name and ends before the line's end.
///
/// Returns them with the number of bytes read: another command may follow on the same line, after a backslash, and
/// `\\` leads back to SQL.
pub(super) fn arguments(
    line: &str,
    variables: &BTreeMap<String, String>,
) -> Result<(Vec<Argument>, usize), ArgumentError> {
    let bytes = line.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    loop {
        while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
            at += 1;
        }
        match bytes.get(at) {
            None => return Ok((found, at)),
            Some(b'\\') => return Ok((found, if bytes.get(at + 1) == Some(&b'\\') { at + 2 } else { at })),
            Some(_) => {
                let (argument, end) = argument(line, at, variables)?;
                found.push(argument);
                at = end;
            }
        }
    }
}

fn argument(
    line: &str,
    start: usize,
    variables: &BTreeMap<String, String>,
) -> Result<(Argument, usize), ArgumentError> {
    let bytes = line.as_bytes();
    let mut argument = Argument { value: String::new(), bare: 0, quoted: false };
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'\\' => break,
            byte if is_space(*byte) => break,
            b'`' => {
                let hint = "write the value itself, or give it as a variable in the scenario";
                return Err(ArgumentError { at, message: "a shell command in backquotes is not run", hint });
            }
            b'\'' => quoted(line, at, &mut argument.value)?,
            b'"' => match bytes.iter().skip(at + 1).position(|byte| *byte == b'"') {
                Some(length) => copy(line, at, at + length + 2, &mut argument.value),
                None => return Err(unterminated(at)),
            },
            b':' => match lexer::variable(bytes, at) {
                Some(token) => {
                    let mention = line.get(at..token.end).unwrap_or_default();
                    match substitute(mention, token.kind, variables) {
                        Some(value) => argument.value.push_str(&value),
                        None => argument.value.push_str(mention),
                    }
                    token.end
                }
                None => copy(line, at, at + 1, &mut argument.value),
            },
            _ => {
                let length = line.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                argument.bare += 1;
                at = copy(line, at, at + length, &mut argument.value);
                continue;
            }
        };
        (argument.bare, argument.quoted) = (0, true);
        at = end;
    }
    Ok((argument, at))
}

/// What stands for a mention of a variable; none when the variable is unset, and the mention stays as it is.
pub(super) fn substitute(mention: &str, kind: Kind, variables: &BTreeMap<String, String>) -> Option<String> {
    let Kind::Variable(form) = kind else { return None };
    let value = variables.get(lexer::variable_name(mention));
    match form {
        VariableForm::Plain => value.cloned(),
        VariableForm::Identifier => value.map(|value| quote_identifier(value)),
        VariableForm::IsSet => Some(if value.is_some() { "TRUE" } else { "FALSE" }.to_owned()),
        VariableForm::Literal => value.map(|value| {
            let literal = quote_literal(value);
            // The `E` must not run into a word before it.
            if literal.starts_with('E') { format!(" {literal}") } else { literal }
        }),
    }
}

fn copy(line: &str, start: usize, end: usize, value: &mut String) -> usize {
    value.push_str(line.get(start..end).unwrap_or_default());
    end
}

fn unterminated(at: usize) -> ArgumentError {
    ArgumentError { at, message: "unterminated quoted argument", hint: "close the quote on the same line" }
}

/// Reads the quoted part of an argument that begins at `start`, with psql's backslash escapes.
fn quoted(line: &str, start: usize, value: &mut String) -> Result<usize, ArgumentError> {
    let mut rest = line.get(start + 1..).unwrap_or_default().char_indices().peekable();
    while let Some((offset, c)) = rest.next() {
        match c {
            '\'' if rest.next_if(|(_, next)| *next == '\'').is_some() => value.push('\''),
            '\'' => return Ok(start + 1 + offset + 1),
            '\\' => {
                let Some((_, escaped)) = rest.next() else { break };
                let mut digits = |radix: u32, most: usize, first: u32| {
                    let mut code = first;
                    for _ in 0..most {
                        let Some((_, digit)) = rest.next_if(|(_, next)| next.is_digit(radix)) else { break };
                        code = code * radix + digit.to_digit(radix).unwrap_or(0);
                    }
                    // One byte, as for psql; beyond ASCII it is read as Latin-1.
                    char::from_u32(code & 0xff).unwrap_or('\u{fffd}')
                };
                value.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'b' => '\u{8}',
                    'r' => '\r',
                    'f' => '\u{c}',
                    '0'..='7' => digits(8, 2, escaped.to_digit(8).unwrap_or(0)),
                    'x' => digits(16, 2, 0),
                    other => other,
                });
            }
            other => value.push(other),
        }
    }
    Err(unterminated(start))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn variables() -> BTreeMap<String, String> {
        [("a", "one two"), ("q", "it's"), ("b", r"c:\x")].map(|(name, value)| (name.into(), value.into())).into()
    }

    fn values(line: &str) -> Vec<String> {
        arguments(line, &variables()).unwrap().0.into_iter().map(|argument| argument.value).collect()
    }

    #[rstest]
    #[case::words(" a  b\tc\r", &["a", "b", "c"])]
    #[case::quotes(" 'a b' 'it''s'", &["a b", "it's"])]
    #[case::escapes(r" 'a\tb\n\101\x42\q'", &["a\tb\nABq"])]
    #[case::glued("a'b c'd", &["ab cd"])]
    #[case::double_quotes_stay(" \"a b\" c", &["\"a b\"", "c"])]
    #[case::variable(" :a :unset x:a", &["one two", ":unset", "xone two"])]
    #[case::quoted_variables(r#" :'q' :"a" :'b'"#, &["'it''s'", "\"one two\"", r" E'c:\\x'"])]
    #[case::is_set(" :{?a} :{?z}", &["TRUE", "FALSE"])]
    #[case::no_cast_here(" a::b a:=b", &[r"a:c:\x", "a:=b"])]
    #[case::empty("   ", &[])]
    #[case::empty_string(" ''", &[""])]
    fn arguments_are_read_as_psql_reads_them(#[case] line: &str, #[case] expected: &[&str]) {
        assert_eq!(values(line), expected);
    }

    #[rstest]
    #[case(" a \\echo b", 3)]
    #[case(" a\\\\ select", 4)]
    fn a_backslash_ends_the_arguments(#[case] line: &str, #[case] length: usize) {
        let (found, read) = arguments(line, &variables()).unwrap();
        assert_eq!((found.len(), read), (1, length));
    }

    #[rstest]
    #[case(" 'a", 1)]
    #[case(" x 'a\\", 3)]
    #[case(" \"a", 1)]
    #[case(" a`date`", 2)]
    fn arguments_that_can_not_be_read_say_where(#[case] line: &str, #[case] at: usize) {
        assert_eq!(arguments(line, &variables()).unwrap_err().at, at);
    }

    #[test]
    fn only_bare_semicolons_at_the_end_are_dropped() {
        let last = |line| arguments(line, &variables()).unwrap().0.pop().unwrap().without_semicolons().to_owned();
        assert_eq!(last(" a.sql;;"), "a.sql");
        assert_eq!(last(" 'a;'"), "a;");
        assert_eq!(last(" 'a;';"), "a;");
    }
}
