//! `numeric` on the wire.

use crate::scenario::seed::Decimal;

/// Appends the binary form of `numeric` (`numeric_send` in PostgreSQL's `numeric.c`): number of base-10,000 digits,
/// weight of the first, sign, digits behind the point, then the digits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "an `i128` has at most ten digits to base 10,000, and the scale is at most 60"
)]
pub(super) fn write(decimal: Decimal, out: &mut Vec<u8>) {
    const BASE: u64 = 10_000;
    let Decimal { unscaled, scale } = decimal;
    // Digits to base 10,000, least first; the point must fall between two of them.
    let mut digits = [0_u16; 16];
    let mut count = 0;
    let padding = (4 - scale % 4) % 4;
    let mut rest = unscaled.unsigned_abs();
    let mut slots = digits.iter_mut();
    if padding > 0 {
        // The lowest digit takes fewer decimals, so that padding needs no wider number.
        let share = 10_u128.pow(4 - padding);
        if let Some(slot) = slots.next() {
            *slot = (rest % share) as u16 * 10_u16.pow(padding);
            count += 1;
        }
        rest /= share;
    }
    for slot in slots {
        if rest == 0 {
            break;
        }
        if let Ok(mut small) = u64::try_from(rest) {
            *slot = (small % BASE) as u16;
            small /= BASE;
            rest = u128::from(small);
        } else {
            *slot = (rest % u128::from(BASE)) as u16;
            rest /= u128::from(BASE);
        }
        count += 1;
    }
    let behind = scale.div_ceil(4) as i16;
    let used = digits.get(..count).unwrap_or_default();
    let high = used.iter().rposition(|&digit| digit != 0).map_or(0, |place| place + 1);
    let low = used.iter().position(|&digit| digit != 0).unwrap_or(high);
    let kept = used.get(low..high).unwrap_or_default();
    let weight = if kept.is_empty() { 0 } else { high as i16 - behind - 1 };
    let sign: u16 = if unscaled < 0 { 0x4000 } else { 0 };
    out.extend_from_slice(&(kept.len() as i16).to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&(scale as u16).to_be_bytes());
    for digit in kept.iter().rev() {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header's four numbers and the digits.
    fn written(text: &str) -> Vec<i16> {
        let mut out = Vec::new();
        write(Decimal::parse(text).unwrap(), &mut out);
        out.chunks(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect()
    }

    #[test]
    fn digits_stand_as_the_server_sends_them() {
        assert_eq!(written("0"), [0, 0, 0, 0]);
        assert_eq!(written("0.00"), [0, 0, 0, 2]);
        assert_eq!(written("12345.678"), [3, 1, 0, 3, 1, 2345, 6780]);
        assert_eq!(written("-0.0001"), [1, -1, 0x4000, 4, 1]);
        assert_eq!(written("0.00001"), [1, -2, 0, 5, 1000]);
        assert_eq!(written("10000"), [1, 1, 0, 0, 1]);
        assert_eq!(written("10000.50"), [3, 1, 0, 2, 1, 0, 5000]);
    }
}
