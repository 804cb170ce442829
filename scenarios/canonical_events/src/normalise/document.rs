//! A payload, read without losing a digit: values stay the texts that they are until one is asked for.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{number, timestamp};

/// A payload that `jsonb` can hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a>(&'a str);

/// Currencies without minor units, by ISO 4217, as Stripe lists them.
const ZERO_DECIMAL: [&str; 16] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];

impl<'a> Document<'a> {
    /// Reads a JSON text.
    ///
    /// # Errors
    /// It holds an escape or a number that `jsonb` refuses; the reason tells which.
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        refused_by_jsonb(text).map_or(Ok(Self(text)), Err)
    }

    /// The first of `paths` that holds a text with more than spaces, or a number, as the JSON text of a string.
    pub(super) fn text(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| text_of(at(self.0, path)?)).map(|text| quoted(&text))
    }

    /// The first text of three letters, in upper case.
    pub(super) fn currency(&self, paths: &[&str]) -> Option<String> {
        let code = paths.iter().find_map(|path| {
            let text = string_of(at(self.0, path)?)?;
            (text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(text)
        })?;
        Some(quoted(&code.to_ascii_uppercase()))
    }

    /// The first whole number, as an amount of `currency` with its decimals.
    pub(super) fn minor_units(&self, paths: &[&str], currency: Option<&str>) -> Option<String> {
        let digits = paths.iter().find_map(|path| {
            let number = number::plain(at(self.0, path)?)?;
            number.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()).then_some(number)
        })?;
        let whole = currency.is_some_and(|code| ZERO_DECIMAL.contains(&code.trim_matches('"')));
        Some(quoted(&if whole { digits } else { number::hundredths(&digits)? }))
    }

    /// The first moment, in UTC with microseconds: a time of RFC 3339, or whole seconds or milliseconds since 1970.
    pub(super) fn time(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| {
            let token = at(self.0, path)?;
            match string_of(token) {
                Some(text) => timestamp::from_rfc3339(&text),
                None => timestamp::from_epoch(&number::plain(token)?),
            }
        })
    }

    /// Texts, numbers and booleans at the top whose keys are plain names, as they are.
    pub(super) fn plain(&self) -> impl Iterator<Item = (String, String)> + use<'a> {
        let fields = fields(self.0).unwrap_or_default();
        fields.into_iter().filter(|(key, value)| is_plain_name(key) && is_scalar(value.get())).map(|(key, value)| {
            // Decoded and encoded again, one text has one form.
            let value = string_of(value.get()).map_or_else(|| value.get().to_owned(), |text| quoted(&text));
            (key, value)
        })
    }
}

/// A string as JSON text.
pub(super) fn quoted(text: &str) -> String {
    // Encoding a string can not fail.
    serde_json::to_string(text).unwrap_or_default()
}

fn is_plain_name(key: &str) -> bool {
    let mut bytes = key.bytes();
    key.len() <= 63
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_scalar(token: &str) -> bool {
    !token.starts_with(['{', '[', 'n'])
}

/// The fields of an object; of a key that stands twice the last, as `jsonb` has it.
fn fields(text: &str) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(text).ok()
}

/// The token at a path of keys and positions.
fn at<'t>(text: &'t str, path: &str) -> Option<&'t str> {
    path.split('.').try_fold(text.trim_matches([' ', '\t', '\n', '\r']), |text, step| {
        if text.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            items.get(step.parse::<usize>().ok()?).map(|item| item.get())
        } else {
            fields(text)?.remove(step).map(RawValue::get)
        }
    })
}

fn string_of(token: &str) -> Option<String> {
    token.starts_with('"').then(|| serde_json::from_str(token).ok())?
}

fn text_of(token: &str) -> Option<String> {
    match token.bytes().next()? {
        b'"' => string_of(token).filter(|text| !text.trim_matches(' ').is_empty()),
        b'-' | b'0'..=b'9' => number::plain(token),
        _ => None,
    }
}

/// Why `jsonb` would refuse a valid JSON text: a NUL or half a surrogate pair among its escapes, or a number beyond
/// `numeric`.
fn refused_by_jsonb(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut index, mut inside) = (0, false);
    while let Some(&byte) = bytes.get(index) {
        match (inside, byte) {
            (true, b'\\') if bytes.get(index + 1) == Some(&b'u') => {
                let code = escape(bytes, index);
                match code {
                    Some(0) => return Some("holds the escape of NUL, which jsonb refuses".to_owned()),
                    Some(0xd800..=0xdbff) if matches!(escape(bytes, index + 6), Some(0xdc00..=0xdfff)) => index += 6,
                    Some(0xd800..=0xdfff) => {
                        return Some("holds half a surrogate pair, which jsonb refuses".to_owned());
                    }
                    _ => {}
                }
                index += 5;
            }
            (true, b'\\') => index += 1,
            (_, b'"') => inside = !inside,
            (false, b'-' | b'0'..=b'9') => {
                let end = bytes
                    .iter()
                    .skip(index)
                    .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
                    .map_or(bytes.len(), |length| index + length);
                if text.get(index..end).is_none_or(|token| !number::fits(token)) {
                    return Some("holds a number that numeric refuses".to_owned());
                }
                index = end.saturating_sub(1);
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// The code of the escape `\uXXXX` at `index`.
fn escape(bytes: &[u8], index: usize) -> Option<u32> {
    let escape = bytes.get(index..index + 6)?;
    let digits = std::str::from_utf8(escape.strip_prefix(b"\\u")?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}
