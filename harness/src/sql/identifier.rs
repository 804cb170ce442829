//! Names and literals, quoted so that no name can be taken for anything else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Quotes `name` as an SQL identifier, always with double quotes.
///
/// Quoting without exception keeps capitals, spaces, Unicode and keywords as they are
/// (PostgreSQL manual, 4.1.1 "Identifiers and Key Words").
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes `text` as an SQL string literal that reads the same whatever `standard_conforming_strings` says.
///
/// A text with a backslash takes the `E''` form (PostgreSQL manual, 4.1.2.2).
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

/// The name of a table, view, sequence or index: its schema and its own name, unquoted.
///
/// Written, it is always quoted and qualified. Read from text (`stores`, `legacy.geography`,
/// `"Odd Schema"."My ""Table"""`), unquoted parts fold to lower case as the server does, and the schema
/// defaults to `public`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelationName {
    schema: String,
    name: String,
}

impl RelationName {
    /// A relation by the exact names of its schema and itself.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }

    /// The schema, unquoted.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The relation's own name, unquoted.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The quoted, qualified name, for use inside a statement.
    pub fn quoted(&self) -> String {
        format!("{}.{}", quote_identifier(&self.schema), quote_identifier(&self.name))
    }
}

impl fmt::Display for RelationName {
    /// As a person writes it: quoted only where it must be, `public` left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema != "public" {
            write!(f, "{}.", display_part(&self.schema))?;
        }
        f.write_str(&display_part(&self.name))
    }
}

/// Why a text is not the name of a relation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RelationNameError {
    /// A part is empty, or there are more than two of them.
    #[error("`{0}` is not a relation name: expected `name` or `schema.name`")]
    Parts(String),
    /// A double quote is not closed, or something follows it.
    #[error("`{0}` is not a relation name: its double quotes do not match")]
    Quotes(String),
}

impl FromStr for RelationName {
    type Err = RelationNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = split_parts(text)?.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), None, None) if !name.is_empty() => Ok(Self::new("public", name)),
            (Some(schema), Some(name), None) if !schema.is_empty() && !name.is_empty() => Ok(Self::new(schema, name)),
            _ => Err(RelationNameError::Parts(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RelationName {
    type Error = RelationNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RelationName> for String {
    fn from(name: RelationName) -> Self {
        name.to_string()
    }
}

/// A name that folds to itself needs no quotes when shown to a person.
fn display_part(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { quote_identifier(name) }
}

fn split_parts(text: &str) -> Result<Vec<String>, RelationNameError> {
    let mismatch = || RelationNameError::Quotes(text.to_owned());
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = if let Some(quoted) = rest.strip_prefix('"') {
            read_quoted(quoted).ok_or_else(mismatch)?
        } else {
            let end = rest.find(['.', '"']).unwrap_or(rest.len());
            let (bare, after) = rest.split_at(end);
            (bare.trim().to_lowercase(), after)
        };
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.trim().is_empty() => return Ok(parts),
            None => return Err(mismatch()),
        }
    }
}

/// The text up to the closing quote, with doubled quotes made single, and what follows it.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        let (before, after) = (rest.get(..end)?, rest.get(end + 1..)?);
        name.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                name.push('"');
                rest = next;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_survive_a_round_trip_through_text() {
        let long = "é".repeat(31);
        for name in ["select", "My Table", "a\"b", "a.b", "tab\tle", "naïve", "x'; drop table y; --", long.as_str()] {
            let relation = RelationName::new("Odd schema", name);
            assert_eq!(relation.to_string().parse(), Ok(relation.clone()), "shown as {relation}");
            assert_eq!(relation.quoted().parse(), Ok(relation));
        }
    }

    #[test]
    fn an_unquoted_name_folds_and_defaults_to_public() {
        assert_eq!("Stores".parse(), Ok(RelationName::new("public", "stores")));
        assert_eq!("legacy.\"Geo.graphy\"".parse(), Ok(RelationName::new("legacy", "Geo.graphy")));
    }

    #[test]
    fn a_text_that_is_no_name_is_refused() {
        for text in ["", ".", "a.", "a.b.c", "\"a", "\"a\"b", "a\"b\""] {
            assert!(text.parse::<RelationName>().is_err(), "{text} was taken");
        }
    }

    #[test]
    fn a_literal_keeps_quotes_and_backslashes() {
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal(r"a\'b"), r"E'a\\''b'");
    }
}
