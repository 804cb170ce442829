//! Values in the binary format of `COPY` (PostgreSQL manual, `COPY`, "Binary Format"; each type's `recv` function).

use std::net::IpAddr;

use super::number;
use crate::scenario::seed::{Decimal, Moment, Point, Value, parse_date, parse_time};

/// What comes before the rows.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What comes after them.
pub(super) const TRAILER: &[u8] = &[0xff, 0xff];

/// A column's type, domains taken off: how its values are written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ColumnType {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    Text,
    Enum(Vec<String>),
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Bytea,
    Inet { cidr: u8 },
    Geometry,
    Array { element_oid: u32, element: Box<Self> },
}

/// Appends the length and the bytes of `value`; on error says what does not fit, and `out` is to be thrown away.
#[inline]
pub(super) fn write(value: &Value<'_>, kind: &ColumnType, out: &mut Vec<u8>) -> Result<(), String> {
    match (value, kind) {
        (Value::Null, _) => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        (Value::Integer(value), ColumnType::Int8) => fixed(&value.to_be_bytes(), out),
        (Value::Integer(value), ColumnType::Int4) => {
            fixed(&i32::try_from(*value).map_err(|_| too_large(*value))?.to_be_bytes(), out);
        }
        (Value::Integer(value), ColumnType::Int2) => {
            fixed(&i16::try_from(*value).map_err(|_| too_large(*value))?.to_be_bytes(), out);
        }
        (Value::Integer(value), ColumnType::Oid) => {
            fixed(&u32::try_from(*value).map_err(|_| too_large(*value))?.to_be_bytes(), out);
        }
        (Value::Decimal(value), ColumnType::Numeric) => {
            sized(out, |out| number::write(*value, out));
        }
        (Value::Integer(value), ColumnType::Numeric) => sized(out, |out| number::write(Decimal::whole(*value), out)),
        (Value::Text(text), ColumnType::Text) => bytes(text.as_bytes(), out)?,
        (Value::Text(text), ColumnType::Enum(labels)) => {
            if !labels.iter().any(|label| label == text) {
                return Err(format!("`{text}` is not one of the labels `{}`", labels.join("`, `")));
            }
            bytes(text.as_bytes(), out)?;
        }
        (Value::Timestamp(moment), ColumnType::Timestamp) => fixed(&moment.local_us.to_be_bytes(), out),
        (Value::Timestamp(moment), ColumnType::TimestampTz) => fixed(&moment.utc_us().to_be_bytes(), out),
        (Value::Date(days), ColumnType::Date) => fixed(&days.to_be_bytes(), out),
        (Value::Boolean(value), ColumnType::Bool) => fixed(&[u8::from(*value)], out),
        (Value::Float(value), ColumnType::Float8) => fixed(&value.to_be_bytes(), out),
        (Value::Uuid(uuid), ColumnType::Uuid) => fixed(uuid, out),
        (Value::Json(text), ColumnType::Json) => bytes(text.as_bytes(), out)?,
        (Value::Json(text), ColumnType::Jsonb) => jsonb(text, out),
        (Value::Point(point), ColumnType::Geometry) => ewkb(*point, out),
        (Value::List(values), ColumnType::Array { element_oid, element }) => array(values, *element_oid, element, out)?,
        _ => return converted(value, kind, out),
    }
    Ok(())
}

/// The conversions that are not a recipe's own type, and literals.
fn converted(value: &Value<'_>, kind: &ColumnType, out: &mut Vec<u8>) -> Result<(), String> {
    match (value, kind) {
        (Value::Decimal(value), ColumnType::Int2 | ColumnType::Int4 | ColumnType::Int8 | ColumnType::Oid) => {
            let whole = value.rescaled(0).and_then(|whole| i64::try_from(whole.unscaled).ok());
            return write(&Value::Integer(whole.ok_or_else(|| format!("{value} is too large"))?), kind, out);
        }
        (Value::Integer(_) | Value::Decimal(_), ColumnType::Float8) => fixed(&float(value).to_be_bytes(), out),
        (Value::Float(_) | Value::Integer(_) | Value::Decimal(_), ColumnType::Float4) => {
            #[expect(clippy::cast_possible_truncation, reason = "the column holds single precision")]
            fixed(&(float(value) as f32).to_be_bytes(), out);
        }
        (Value::Float(number), ColumnType::Numeric) => {
            let decimal = Decimal::parse(&number.to_string()).ok_or_else(|| misfit(value, kind))?;
            sized(out, |out| number::write(decimal, out));
        }
        (Value::Timestamp(Moment { local_us, .. }), ColumnType::Date) => {
            let days = i32::try_from(local_us.div_euclid(86_400_000_000)).map_err(|_| misfit(value, kind))?;
            fixed(&days.to_be_bytes(), out);
        }
        (Value::Timestamp(Moment { local_us, .. }), ColumnType::Time) => {
            fixed(&local_us.rem_euclid(86_400_000_000).to_be_bytes(), out);
        }
        (Value::Date(days), ColumnType::Timestamp | ColumnType::TimestampTz) => {
            fixed(&(i64::from(*days) * 86_400_000_000).to_be_bytes(), out);
        }
        (Value::Text(text), kind) => return literal(text, kind, out),
        (Value::Point(_), ColumnType::Json | ColumnType::Jsonb) => return Err(misfit(value, kind)),
        (value, ColumnType::Json | ColumnType::Jsonb) => {
            let mut json = String::new();
            value.write_json(&mut json);
            return write(&Value::Json(json), kind, out);
        }
        (Value::List(_) | Value::Point(_), _) => return Err(misfit(value, kind)),
        (value, ColumnType::Text) => {
            let mut text = String::new();
            value.write_text(&mut text);
            bytes(text.as_bytes(), out)?;
        }
        _ => return Err(misfit(value, kind)),
    }
    Ok(())
}

/// A text in a column of another type: what an author wrote down.
fn literal(text: &str, kind: &ColumnType, out: &mut Vec<u8>) -> Result<(), String> {
    let wrong = || format!("`{text}` is not a value of type {}", kind.name());
    match kind {
        ColumnType::Bool => fixed(&[u8::from(text.parse::<bool>().map_err(|_| wrong())?)], out),
        ColumnType::Int2 | ColumnType::Int4 | ColumnType::Int8 | ColumnType::Oid => {
            return write(&Value::Integer(text.parse().map_err(|_| wrong())?), kind, out);
        }
        ColumnType::Float4 | ColumnType::Float8 => {
            return write(&Value::Float(text.parse().map_err(|_| wrong())?), kind, out);
        }
        ColumnType::Numeric => return write(&Value::Decimal(Decimal::parse(text).ok_or_else(wrong)?), kind, out),
        ColumnType::Date => fixed(&parse_date(text).ok_or_else(wrong)?.to_be_bytes(), out),
        ColumnType::Time => fixed(&parse_time(text).ok_or_else(wrong)?.to_be_bytes(), out),
        ColumnType::Timestamp | ColumnType::TimestampTz => {
            return write(&Value::Timestamp(Moment::parse(text).ok_or_else(wrong)?), kind, out);
        }
        ColumnType::Interval => interval(text, out).ok_or_else(wrong)?,
        ColumnType::Uuid => fixed(&parse_uuid(text).ok_or_else(wrong)?, out),
        ColumnType::Json | ColumnType::Jsonb => {
            serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| wrong())?;
            return write(&Value::Json(text.to_owned()), kind, out);
        }
        ColumnType::Bytea => match text.strip_prefix("\\x") {
            Some(hex) => bytes(&parse_hex(hex).ok_or_else(wrong)?, out)?,
            None => bytes(text.as_bytes(), out)?,
        },
        ColumnType::Inet { cidr } => inet(text, *cidr, out).ok_or_else(wrong)?,
        ColumnType::Geometry => ewkb(parse_point(text).ok_or_else(wrong)?, out),
        ColumnType::Text | ColumnType::Enum(_) | ColumnType::Array { .. } => return Err(wrong()),
    }
    Ok(())
}

impl ColumnType {
    /// The type's name, for messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Bool => "boolean",
            Self::Int2 => "smallint",
            Self::Int4 => "integer",
            Self::Int8 => "bigint",
            Self::Oid => "oid",
            Self::Float4 => "real",
            Self::Float8 => "double precision",
            Self::Numeric => "numeric",
            Self::Text => "text",
            Self::Enum(_) => "enum",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::TimestampTz => "timestamp with time zone",
            Self::Interval => "interval",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Jsonb => "jsonb",
            Self::Bytea => "bytea",
            Self::Inet { cidr: 0 } => "inet",
            Self::Inet { .. } => "cidr",
            Self::Geometry => "geometry",
            Self::Array { .. } => "array",
        }
    }
}

fn misfit(value: &Value<'_>, kind: &ColumnType) -> String {
    format!("the recipe makes {} values, the column is of type {}", value.kind(), kind.name())
}

fn too_large(value: i64) -> String {
    format!("{value} does not fit the column's integer type")
}

#[expect(clippy::cast_precision_loss, reason = "the column holds a float")]
fn float(value: &Value<'_>) -> f64 {
    match value {
        Value::Float(value) => *value,
        Value::Integer(value) => *value as f64,
        Value::Decimal(value) => value.to_f64(),
        _ => f64::NAN,
    }
}

/// Appends a length and as many bytes; the length is known when the program is built.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "at most sixteen bytes")]
fn fixed<const N: usize>(value: &[u8; N], out: &mut Vec<u8>) {
    out.extend_from_slice(&(N as i32).to_be_bytes());
    out.extend_from_slice(value);
}

#[inline]
fn bytes(value: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let length = i32::try_from(value.len()).map_err(|_| "a value of more than 2 GB".to_owned())?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
    Ok(())
}

/// Appends what `fill` appends, after its length.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "callers write far less than 2 GB")]
fn sized<T>(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let result = fill(out);
    let length = (out.len() - start - 4) as i32;
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    result
}

fn jsonb(text: &str, out: &mut Vec<u8>) {
    sized(out, |out| {
        // The version of the format.
        out.push(1);
        out.extend_from_slice(text.as_bytes());
    });
}

/// Well-known binary with a reference system: little endian, the point's type with the SRID flag, SRID, x, y.
fn ewkb(point: Point, out: &mut Vec<u8>) {
    sized(out, |out| {
        out.push(1);
        out.extend_from_slice(&0x2000_0001_u32.to_le_bytes());
        out.extend_from_slice(&point.srid.to_le_bytes());
        out.extend_from_slice(&point.x.to_le_bytes());
        out.extend_from_slice(&point.y.to_le_bytes());
    });
}

/// `array_recv`: dimensions, whether there are nulls, the element's type, then length and lower bound of each dimension.
fn array(values: &[Value<'_>], oid: u32, element: &ColumnType, out: &mut Vec<u8>) -> Result<(), String> {
    let length = i32::try_from(values.len()).map_err(|_| "an array of too many elements".to_owned())?;
    sized(out, |out| {
        let nulls = i32::from(values.contains(&Value::Null));
        out.extend_from_slice(&i32::from(length > 0).to_be_bytes());
        out.extend_from_slice(&nulls.to_be_bytes());
        out.extend_from_slice(&oid.to_be_bytes());
        if length > 0 {
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&1_i32.to_be_bytes());
        }
        values.iter().try_for_each(|value| write(value, element, out))
    })
}

/// Microseconds, days and months apart, as `interval` keeps them.
fn interval(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let (mut micros, mut days, mut months) = (0_i64, 0_i32, 0_i32);
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    while let Some(amount) = words.next() {
        if amount.contains(':') {
            micros = micros.checked_add(parse_time(amount)?)?;
            continue;
        }
        let unit = words.next()?;
        let whole = || amount.parse::<i32>().ok();
        match unit {
            "day" | "days" => days = days.checked_add(whole()?)?,
            "week" | "weeks" => days = days.checked_add(whole()?.checked_mul(7)?)?,
            "mon" | "month" | "months" => months = months.checked_add(whole()?)?,
            "year" | "years" => months = months.checked_add(whole()?.checked_mul(12)?)?,
            _ => {
                let part = crate::scenario::seed::parse_duration(&format!("{amount} {unit}"))?;
                micros = micros.checked_add(part)?;
            }
        }
    }
    sized(out, |out| {
        out.extend_from_slice(&micros.to_be_bytes());
        out.extend_from_slice(&days.to_be_bytes());
        out.extend_from_slice(&months.to_be_bytes());
    });
    Some(())
}

/// `inet_recv`: family, bits of the mask, whether it is a `cidr`, length of the address, the address.
fn inet(text: &str, cidr: u8, out: &mut Vec<u8>) -> Option<()> {
    let (address, mask) = text.split_once('/').map_or((text, None), |(address, mask)| (address, Some(mask)));
    let (family, whole, octets) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (2_u8, 32_u8, address.octets().to_vec()),
        IpAddr::V6(address) => (3, 128, address.octets().to_vec()),
    };
    let bits = match mask {
        Some(mask) => mask.parse().ok().filter(|&bits: &u8| bits <= whole)?,
        None => whole,
    };
    sized(out, |out| {
        out.extend_from_slice(&[family, bits, cidr, if family == 2 { 4 } else { 16 }]);
        out.extend_from_slice(&octets);
    });
    Some(())
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let hex: String = text.chars().filter(|&character| character != '-').collect();
    parse_hex(&hex)?.try_into().ok()
}

fn parse_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// `POINT(121.0 14.6)`, with or without `SRID=4326;` before it.
fn parse_point(text: &str) -> Option<Point> {
    let (srid, shape) = match text.strip_prefix("SRID=") {
        Some(rest) => {
            let (srid, shape) = rest.split_once(';')?;
            (srid.parse().ok()?, shape)
        }
        None => (0, text),
    };
    let inside = shape.trim().strip_prefix("POINT")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let mut numbers = inside.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(x)), Some(Ok(y)), None) => Some(Point { x, y, srid }),
        _ => None,
    }
}
