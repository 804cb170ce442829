//! JSON numbers as `numeric` writes them, whatever their size.

/// Digits before the point that `numeric` can hold, and behind it.
const MOST_BEFORE: i64 = 131_072;
const MOST_BEHIND: i64 = 16_383;

/// A number taken apart: sign, digits, and where the point stands among them.
struct Parts {
    negative: bool,
    digits: String,
    /// How many of the digits stand behind the point; negative where zeros are missing.
    behind: i64,
}

fn parts(token: &str) -> Option<Parts> {
    let (negative, rest) = token.strip_prefix('-').map_or((false, token), |rest| (true, rest));
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)?.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) || exponent.abs() > MOST_BEFORE * 2 {
        return None;
    }
    Some(Parts { negative, digits, behind: i64::try_from(after.len()).ok()? - exponent })
}

/// Whether `numeric` takes the number without an error and without rounding.
pub(super) fn fits(token: &str) -> bool {
    parts(token).is_some_and(|Parts { digits, behind, .. }| {
        let before = digits.trim_start_matches('0').len();
        behind <= MOST_BEHIND && i64::try_from(before).is_ok_and(|before| before - behind <= MOST_BEFORE)
    })
}

/// The number without exponent, with the decimals that its notation gives it: `1.50e1` is `15.0`.
pub(super) fn plain(token: &str) -> Option<String> {
    let Parts { negative, mut digits, behind } = parts(token).filter(|_| fits(token))?;
    let behind = if behind < 0 {
        digits.extend(std::iter::repeat_n('0', usize::try_from(-behind).ok()?));
        0
    } else {
        usize::try_from(behind).ok()?
    };
    Some(written(negative, &digits, behind))
}

/// A whole number of hundredths, with two decimals.
pub(super) fn hundredths(token: &str) -> Option<String> {
    let Parts { negative, digits, .. } = parts(token)?;
    Some(written(negative, &digits, 2))
}

fn written(negative: bool, digits: &str, behind: usize) -> String {
    let padded = format!("{digits:0>width$}", width = behind + 1);
    let (before, after) = padded.split_at(padded.len() - behind);
    let before = before.trim_start_matches('0');
    let sign = if negative && digits.bytes().any(|byte| byte != b'0') { "-" } else { "" };
    let before = if before.is_empty() { "0" } else { before };
    let point = if behind == 0 { "" } else { "." };
    format!("{sign}{before}{point}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_numeric_writes_them() {
        let cases = [
            ("1e3", "1000"),
            ("1.50", "1.50"),
            ("1.50e1", "15.0"),
            ("1E-7", "0.0000001"),
            ("-0", "0"),
            ("-0.0", "0.0"),
            ("12345678901234567890.123456789", "12345678901234567890.123456789"),
            ("0.10e-1", "0.010"),
        ];
        for (token, text) in cases {
            assert_eq!(plain(token).as_deref(), Some(text), "{token}");
        }
        assert_eq!(plain("1e131073"), None);
    }

    #[test]
    fn hundredths_have_two_decimals() {
        let cases = [("2000", "20.00"), ("5", "0.05"), ("-5", "-0.05"), ("-0", "0.00"), ("0", "0.00")];
        for (token, text) in cases {
            assert_eq!(hundredths(token).as_deref(), Some(text), "{token}");
        }
    }
}
