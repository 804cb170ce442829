//! A number of rows as people write it.

use std::str::FromStr;

/// A number of rows above zero: `2500000`, `2.5M`, `1G`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows(pub(crate) u64);

impl FromStr for Rows {
    type Err = String;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie within 1 and 10¹⁵")]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MOST: f64 = 1e15;
        let wrong = || "expected a number of rows, such as 250000, 2.5M or 1G".to_owned();
        let text = text.trim().replace('_', "");
        let (digits, factor) = match text.char_indices().last() {
            Some((end, 'k' | 'K')) => (text.get(..end).unwrap_or_default(), 1e3),
            Some((end, 'm' | 'M')) => (text.get(..end).unwrap_or_default(), 1e6),
            Some((end, 'g' | 'G' | 'b' | 'B')) => (text.get(..end).unwrap_or_default(), 1e9),
            _ => (text.as_str(), 1.0),
        };
        let rows = digits.parse::<f64>().map_err(|_| wrong())? * factor;
        if (1.0..=MOST).contains(&rows) { Ok(Self(rows.round() as u64)) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_short() {
        for (text, rows) in [("100M", 100_000_000), ("2.5k", 2_500), ("1g", 1_000_000_000), ("1_000", 1_000)] {
            assert_eq!(text.parse(), Ok(Rows(rows)), "{text}");
        }
        for text in ["", "M", "0", "-1M", "1e99", "nan", "ten", "1MM"] {
            assert!(text.parse::<Rows>().is_err(), "{text}");
        }
    }
}
