//! Moments, as UTC with microseconds: `2025-11-03T19:05:09.000000Z`.

/// A time of RFC 3339 with its offset, of the years 1000 to 2999; fractions beyond microseconds are none.
pub(super) fn from_rfc3339(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let shape = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !text.is_ascii() || shape.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
        return None;
    }
    let field = |from: usize, to: usize| digits(text.get(from..to)?);
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let fraction = rest.get(..length).filter(|fraction| (1..=6).contains(&fraction.len()))?;
            (digits(&format!("{fraction:0<6}"))?, rest.get(length..)?)
        }
        None => (0, rest),
    };
    let offset = offset(zone)?;
    let valid = (1000..=2999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    valid.then(|| {
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
        written(seconds, fraction)
    })
}

/// Whole seconds since 1970 where there are up to ten digits, milliseconds where there are thirteen.
pub(super) fn from_epoch(token: &str) -> Option<String> {
    let value = digits(token)?;
    match token.len() {
        1..=10 => Some(written(value, 0)),
        13 => Some(written(value / 1_000, value % 1_000 * 1_000)),
        _ => None,
    }
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Seconds east of UTC.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = match zone.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (digits(zone.get(1..3)?)?, digits(zone.get(4..6)?)?);
    let shaped = zone.len() == 6 && zone.as_bytes().get(3) == Some(&b':') && hours <= 14 && minutes < 60;
    shaped.then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn written(seconds: i64, microseconds: i64) -> String {
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microseconds:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc() {
        let cases = [
            ("2025-11-03T14:05:09-05:00", Some("2025-11-03T19:05:09.000000Z")),
            ("2024-02-29T23:59:59.5+08:00", Some("2024-02-29T15:59:59.500000Z")),
            ("2025-01-01T00:00:00+05:45", Some("2024-12-31T18:15:00.000000Z")),
            ("2025-02-29T00:00:00Z", None),
            ("2025-01-01 00:00:00Z", None),
            ("2025-01-01T00:00:00", None),
            ("2025-01-01T24:00:00Z", None),
        ];
        for (text, moment) in cases {
            assert_eq!(from_rfc3339(text).as_deref(), moment, "{text}");
        }
        assert_eq!(from_epoch("1762196709").as_deref(), Some("2025-11-03T19:05:09.000000Z"));
        assert_eq!(from_epoch("1762196709123").as_deref(), Some("2025-11-03T19:05:09.123000Z"));
        assert_eq!(from_epoch("176219670912"), None);
    }
}
