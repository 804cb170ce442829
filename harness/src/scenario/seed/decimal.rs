//! Exact decimal numbers, as prices are.

use std::fmt;

/// `unscaled × 10⁻ˢᶜᵃˡᵉ`, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits as one whole number.
    pub unscaled: i128,
    /// How many of them stand behind the point.
    pub scale: u32,
}

/// The most digits behind the point: beyond, `i128` would soon be full.
const MAX_SCALE: u32 = 30;

impl Decimal {
    /// A whole number.
    pub fn whole(value: i64) -> Self {
        Self { unscaled: i128::from(value), scale: 0 }
    }

    /// Reads `-12.50` (or what a float prints as); `None` for anything else or for more than 30 digits behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut unscaled: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            unscaled = unscaled.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        let scale = u32::try_from(fraction.len()).ok().filter(|&scale| scale <= MAX_SCALE)?;
        Some(Self { unscaled: if negative { -unscaled } else { unscaled }, scale })
    }

    /// The number nearest to it with `scale` digits behind the point, halves away from zero, as PostgreSQL rounds.
    /// `None` when it does not fit.
    #[must_use]
    pub fn rescaled(self, scale: u32) -> Option<Self> {
        let unscaled = if scale >= self.scale {
            self.unscaled.checked_mul(10_i128.checked_pow(scale - self.scale)?)?
        } else {
            let divisor = 10_i128.checked_pow(self.scale - scale)?;
            let half = if self.unscaled < 0 { -(divisor / 2) } else { divisor / 2 };
            (self.unscaled + half) / divisor
        };
        Some(Self { unscaled, scale })
    }

    /// The sum; `None` when it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let unscaled = self.rescaled(scale)?.unscaled.checked_add(other.rescaled(scale)?.unscaled)?;
        Some(Self { unscaled, scale })
    }

    /// The product; `None` when it does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self { unscaled: self.unscaled.checked_mul(other.unscaled)?, scale: self.scale + other.scale })
    }

    /// The number with its sign changed.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { unscaled: -self.unscaled, ..self }
    }

    /// The nearest float.
    pub fn to_f64(self) -> f64 {
        // Through text: the shortest way that rounds once.
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let digits = self.unscaled.unsigned_abs();
        let divisor = 10_u128.pow(self.scale.min(38));
        if self.scale == 0 {
            write!(f, "{sign}{digits}")
        } else {
            write!(f, "{sign}{}.{:0width$}", digits / divisor, digits % divisor, width = self.scale as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_decimal_agree() {
        for text in ["0", "-12.50", "0.001", "-0.5", "123456789012345678901234567.89"] {
            assert_eq!(Decimal::parse(text).map(|decimal| decimal.to_string()).as_deref(), Some(text));
        }
        for text in ["", ".", "-", "1e5", "1.2.3", "NaN", "--1"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (text, wanted) in [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.344", "2.34"), ("-0.004", "0.00")] {
            let rounded = Decimal::parse(text).and_then(|decimal| decimal.rescaled(2));
            assert_eq!(rounded.map(|decimal| decimal.to_string()).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn a_price_times_a_quantity_is_exact() {
        let total = Decimal::parse("19.99").and_then(|price| price.times(Decimal::whole(3)));
        assert_eq!(total.map(|total| total.to_string()).as_deref(), Some("59.97"));
    }
}
