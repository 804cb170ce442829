//! A value an author wrote down.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::decimal::Decimal;
use super::value::Value;

/// A value as written: what it means, the column's type decides (`"2024-07-01"` is a date in a `date` column).
///
/// In TOML a date or time may stand bare, and `{}` is null, which TOML has no word for.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Float(f64),
    /// A text.
    Text(String),
    /// The elements of an array.
    List(Vec<Literal>),
}

impl Literal {
    pub(super) fn value(&self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Integer(value) => Value::Integer(*value),
            // The shortest text of a float is what the author wrote: 9.95 stays 9.95.
            Self::Float(value) => Decimal::parse(&value.to_string()).map_or(Value::Float(*value), Value::Decimal),
            Self::Text(text) => Value::Text(text.clone().into()),
            Self::List(values) => Value::List(values.iter().map(Self::value).collect()),
        }
    }

    /// The number it is or spells, exactly.
    pub(super) fn number(&self) -> Option<Decimal> {
        match self {
            Self::Text(text) => Decimal::parse(text),
            other => other.value().number(),
        }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Literal {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LiteralVisitor)
    }
}

/// The key under which the `toml` crate hands over a date or time.
pub(super) const TOML_DATETIME: &str = "$__toml_private_datetime";

struct LiteralVisitor;

impl<'de> Visitor<'de> for LiteralVisitor {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number, boolean, date, array of them, or `{}` for null")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Literal, E> {
        Ok(Literal::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Literal, E> {
        Ok(Literal::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Literal, E> {
        i64::try_from(value).map(Literal::Integer).map_err(|_| E::custom(format!("{value} is too large")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Literal, E> {
        Ok(Literal::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Literal, E> {
        Ok(Literal::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Literal, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element()? {
            values.push(value);
        }
        Ok(Literal::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Literal, A::Error> {
        match map.next_key::<String>()?.as_deref() {
            None => Ok(Literal::Null),
            Some(TOML_DATETIME) => map.next_value().map(Literal::Text),
            Some(key) => {
                Err(A::Error::custom(format!("expected a value, or `{{}}` for null, found a table with `{key}`")))
            }
        }
    }
}
