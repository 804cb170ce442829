//! A generated cell.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::clock::{self, Moment};
use super::decimal::Decimal;
use super::geo::Point;

/// The value of one cell, before it is known what the column's type is.
///
/// Texts borrow from the recipes where they can.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// An exact number.
    Decimal(Decimal),
    /// An inexact number.
    Float(f64),
    /// A text; also any literal whose meaning the column's type decides.
    Text(Cow<'a, str>),
    /// Days since 2000-01-01.
    Date(i32),
    /// A date and time.
    Timestamp(Moment),
    /// The sixteen bytes of a UUID.
    Uuid([u8; 16]),
    /// A JSON document, as text.
    Json(String),
    /// A point.
    Point(Point),
    /// The elements of an array of one dimension.
    List(Vec<Value<'a>>),
}

impl Value<'_> {
    /// The same value, borrowing this one's text.
    pub(super) fn borrowed(&self) -> Value<'_> {
        match self {
            Value::Null => Value::Null,
            Value::Boolean(value) => Value::Boolean(*value),
            Value::Integer(value) => Value::Integer(*value),
            Value::Decimal(value) => Value::Decimal(*value),
            Value::Float(value) => Value::Float(*value),
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Date(days) => Value::Date(*days),
            Value::Timestamp(moment) => Value::Timestamp(*moment),
            Value::Uuid(bytes) => Value::Uuid(*bytes),
            Value::Json(text) => Value::Json(text.clone()),
            Value::Point(point) => Value::Point(*point),
            Value::List(values) => Value::List(values.iter().map(Value::borrowed).collect()),
        }
    }

    /// The value as an exact number, if it is one or spells one.
    pub(super) fn number(&self) -> Option<Decimal> {
        match self {
            Value::Integer(value) => Some(Decimal::whole(*value)),
            Value::Decimal(value) => Some(*value),
            Value::Float(value) => Decimal::parse(&value.to_string()),
            Value::Text(text) => Decimal::parse(text),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "boolean",
            Value::Integer(_) => "integer",
            Value::Decimal(_) => "decimal",
            Value::Float(_) => "float",
            Value::Text(_) => "text",
            Value::Date(_) => "date",
            Value::Timestamp(_) => "timestamp",
            Value::Uuid(_) => "uuid",
            Value::Json(_) => "json",
            Value::Point(_) => "point",
            Value::List(_) => "array",
        }
    }

    /// Appends the value as a person writes it; nothing for null.
    pub fn write_text(&self, out: &mut String) {
        // Writing to a `String` does not fail.
        let _ = match self {
            Value::Null => Ok(()),
            Value::Boolean(value) => write!(out, "{value}"),
            Value::Integer(value) => write!(out, "{value}"),
            Value::Decimal(value) => write!(out, "{value}"),
            Value::Float(value) => write!(out, "{value}"),
            Value::Text(text) => out.write_str(text),
            Value::Json(text) => out.write_str(text),
            Value::Point(point) => write!(out, "SRID={};POINT({} {})", point.srid, point.x, point.y),
            Value::Date(days) => {
                clock::write_date(*days, out);
                Ok(())
            }
            Value::Timestamp(moment) => {
                moment.write(out);
                Ok(())
            }
            Value::Uuid(bytes) => {
                write_uuid(bytes, out);
                Ok(())
            }
            Value::List(values) => {
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    value.write_text(out);
                }
                Ok(())
            }
        };
    }

    /// Appends the value as JSON.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Boolean(_) | Value::Integer(_) | Value::Decimal(_) | Value::Json(_) => self.write_text(out),
            Value::Float(value) if value.is_finite() => self.write_text(out),
            Value::List(values) => {
                out.push('[');
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    value.write_json(out);
                }
                out.push(']');
            }
            _ => {
                let mut text = String::new();
                self.write_text(&mut text);
                write_json_string(&text, out);
            }
        }
    }
}

/// Appends `text` as a JSON string.
pub(super) fn write_json_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_uuid(bytes: &[u8; 16], out: &mut String) {
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{byte:02x}");
    }
}
