//! The form in which a value of each type is hashed, so that two values hash alike only when they are the same.
//!
//! PostgreSQL's own hashes follow each type's `=`, which is coarser than content: numeric `1.0` and `1.00`,
//! `1 mon` and `30 days`, `-0` and `0`, arrays of other bounds, `citext` of other case are equal; 5 and -5, `NaN` and
//! `Infinity`, `{}` and `[]` collide; a `bigint` or timestamp is folded to 32 bits; enums hash their OID; `json`,
//! `xml`, `money`, `point` have no hash at all. So only types whose hash is exact go in as they are; the others as the
//! bytes of their binary form, where that form is exact and free of OIDs, or as text.

use crate::facts::fingerprint::NumericMode;

/// How a column's values are written for hashing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `smallint` and `integer`, as they are.
    Integer32,
    /// `bigint`, by its eight bytes.
    Integer64,
    /// `boolean`, `date`, `uuid`, `bytea`: the server's hash is exact.
    Exact(&'static str),
    /// Timestamps, times and intervals, by the bytes of the named send function.
    Sent(&'static str),
    /// `real`, by its four bytes.
    Float4,
    /// `double precision`, by its eight bytes.
    Float8,
    /// `numeric`, as text: with its scale or without, as the mode says.
    Numeric,
    /// `geometry` and `geography`, by their EWKB bytes: SRID, dimensions, order of vertices, every bit.
    Ewkb,
    /// Text types compared by their bytes, and all other types as they print.
    Text,
}

impl Encoding {
    /// The encoding of a type by its name in `pg_catalog`.
    ///
    /// Types of extensions, enums, composites, arrays and ranges are text, except PostGIS's, which the caller
    /// knows by their extension.
    pub(crate) fn of_catalog_type(name: &str) -> Self {
        match name {
            "int2" | "int4" => Self::Integer32,
            "int8" => Self::Integer64,
            "bool" => Self::Exact("bool"),
            "date" => Self::Exact("date"),
            "uuid" => Self::Exact("uuid"),
            "bytea" => Self::Exact("bytea"),
            "timestamp" => Self::Sent("timestamp_send"),
            "timestamptz" => Self::Sent("timestamptz_send"),
            "time" => Self::Sent("time_send"),
            "timetz" => Self::Sent("timetz_send"),
            "interval" => Self::Sent("interval_send"),
            "float4" => Self::Float4,
            "float8" => Self::Float8,
            "numeric" => Self::Numeric,
            _ => Self::Text,
        }
    }

    /// The encoding under which values of two columns compare: integers of any width by value, an integer and a
    /// `numeric` as numbers, `real` and `double precision` as the latter, anything else unlike as text.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        use Encoding::{Float4, Float8, Integer32, Integer64, Numeric};
        match (self, other) {
            (one, another) if one == another => one,
            (Integer32 | Integer64, Integer32 | Integer64) => Integer64,
            (Integer32 | Integer64 | Numeric, Integer32 | Integer64 | Numeric) => Numeric,
            (Float4 | Float8, Float4 | Float8) => Float8,
            _ => Self::Text,
        }
    }

    /// The encoding's name in a fingerprint.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer32 => "integer32",
            Self::Integer64 => "integer64",
            Self::Exact(name) => name,
            Self::Sent(function) => function.strip_suffix("_send").unwrap_or(function),
            Self::Float4 => "float4",
            Self::Float8 => "float8",
            Self::Numeric => "numeric",
            Self::Ewkb => "ewkb",
            Self::Text => "text",
        }
    }

    /// The SQL expression that is hashed for `value`, itself an expression.
    ///
    /// All functions in it are parallel safe, and qualified, since the session's `search_path` is not ours.
    pub(crate) fn hashed(self, value: &str, mode: NumericMode) -> String {
        match self {
            Self::Integer32 => format!("{value}::pg_catalog.int4"),
            Self::Integer64 => format!("pg_catalog.int8send({value}::pg_catalog.int8)"),
            Self::Exact(name) => format!("{value}::pg_catalog.{name}"),
            Self::Sent(function) => format!("pg_catalog.{function}({value})"),
            Self::Float4 => format!("pg_catalog.float4send({value})"),
            Self::Float8 => format!("pg_catalog.float8send({value}::pg_catalog.float8)"),
            Self::Ewkb => format!("{value}::pg_catalog.bytea"),
            Self::Numeric | Self::Text => self.printed(value, mode),
        }
    }

    /// The SQL expression for `value` as text: two texts are equal exactly where two hashed values are.
    pub(crate) fn printed(self, value: &str, mode: NumericMode) -> String {
        // The collation keeps a nondeterministic one from hashing two texts alike, and sorts by bytes.
        let text = match (self, mode) {
            (Self::Numeric, NumericMode::Strict) => format!("{value}::pg_catalog.numeric::pg_catalog.text"),
            (Self::Numeric, NumericMode::Value) => {
                format!("pg_catalog.trim_scale({value}::pg_catalog.numeric)::pg_catalog.text")
            }
            (Self::Float8, _) => format!("{value}::pg_catalog.float8::pg_catalog.text"),
            _ => format!("{value}::pg_catalog.text"),
        };
        format!("({text} collate pg_catalog.\"C\")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_two_widths_compare_by_value_and_a_number_with_a_text_as_text() {
        let of = Encoding::of_catalog_type;
        assert_eq!(of("int4").common(of("int8")), Encoding::Integer64);
        assert_eq!(of("int8").common(of("numeric")), Encoding::Numeric);
        assert_eq!(of("float4").common(of("float8")), Encoding::Float8);
        assert_eq!(of("int4").common(of("text")), Encoding::Text);
        assert_eq!(of("timestamp").common(of("timestamptz")), Encoding::Text);
    }

    #[test]
    fn a_type_that_nobody_listed_is_text() {
        for name in ["jsonb", "money", "inet", "bpchar", "name", "oid", "geometry", "my_type"] {
            assert_eq!(Encoding::of_catalog_type(name), Encoding::Text, "{name}");
        }
    }
}
