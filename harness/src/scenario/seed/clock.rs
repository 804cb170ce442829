//! Dates and times: read, written, counted from PostgreSQL's own epoch, 2000-01-01.

use std::fmt::Write as _;

/// Microseconds in a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// A date and time on the wall, and how far that wall's clock is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 2000-01-01 00:00, local time.
    pub local_us: i64,
    /// Seconds ahead of UTC.
    pub offset_s: i32,
}

impl Moment {
    /// Microseconds since 2000-01-01 00:00 UTC: what `timestamptz` holds.
    pub fn utc_us(self) -> i64 {
        self.local_us - i64::from(self.offset_s) * SECOND
    }

    /// Reads `2024-07-01`, `2024-07-01 08:30`, `2024-07-01T08:30:00.5+08:00`; without an offset it is UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = text.split_at_checked(10)?;
        let day = parse_date(date)?;
        if rest.is_empty() {
            return Some(Self { local_us: i64::from(day) * DAY, offset_s: 0 });
        }
        let clock = rest.strip_prefix(['T', 't', ' '])?;
        let split = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
        let (clock, zone) = clock.split_at_checked(split)?;
        let offset_s = match zone {
            "" | "Z" | "z" => 0,
            _ => parse_offset(zone)?,
        };
        Some(Self { local_us: i64::from(day) * DAY + parse_time(clock)?, offset_s })
    }

    /// Writes it as ISO 8601, without its offset.
    pub(super) fn write(self, out: &mut String) {
        let (day, time) = (self.local_us.div_euclid(DAY), self.local_us.rem_euclid(DAY));
        write_date(i32::try_from(day).unwrap_or(0), out);
        out.push('T');
        write_time(time, out);
    }
}

/// Days since 2000-01-01 of `2024-07-01`; `None` when there is no such day.
pub fn parse_date(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month, day): (i32, i32, i32) = (digits(year)?, digits(month)?, digits(day)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    // Howard Hinnant's `days_from_civil`, shifted to 2000-01-01.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468 - 10_957)
}

/// Microseconds since midnight of `08:30`, `08:30:15` or `08:30:15.250`.
pub fn parse_time(text: &str) -> Option<i64> {
    let mut parts = text.trim().split(':');
    let (hour, minute) = (digits::<i64>(parts.next()?)?, digits::<i64>(parts.next()?)?);
    let (second, fraction) = parts.next().map_or(("0", ""), |rest| rest.split_once('.').unwrap_or((rest, "")));
    let second = digits::<i64>(second)?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 || fraction.len() > 6 {
        return None;
    }
    let micros = if fraction.is_empty() { 0 } else { digits::<i64>(&format!("{fraction:0<6}"))? };
    Some(((hour * 60 + minute) * 60 + second) * SECOND + micros)
}

/// Microseconds of `90 seconds`, `5 minutes`, `1.5 hours`, `3 days`, `2 weeks`, or several: `1 day 2 hours`.
pub fn parse_duration(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    while let Some(amount) = words.next() {
        let unit = match words.next()? {
            "us" | "microsecond" | "microseconds" => 1,
            "ms" | "millisecond" | "milliseconds" => 1_000,
            "s" | "second" | "seconds" => SECOND,
            "min" | "minute" | "minutes" => 60 * SECOND,
            "h" | "hour" | "hours" => 3_600 * SECOND,
            "d" | "day" | "days" => DAY,
            "w" | "week" | "weeks" => 7 * DAY,
            _ => return None,
        };
        let product = super::Decimal::parse(amount)?.times(super::Decimal::whole(unit))?.rescaled(0)?;
        total = total.checked_add(i64::try_from(product.unscaled).ok()?)?;
    }
    Some(total)
}

pub(super) fn write_date(days: i32, out: &mut String) {
    // `civil_from_days`, the inverse.
    let z = i64::from(days) + 719_468 + 10_957;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // Writing to a `String` does not fail.
    let _ = write!(out, "{year:04}-{month:02}-{day:02}");
}

pub(super) fn write_time(micros: i64, out: &mut String) {
    let (seconds, fraction) = (micros / SECOND, micros % SECOND);
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        let digits = format!(".{fraction:06}");
        out.push_str(digits.trim_end_matches('0'));
    }
}

fn parse_offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes) = (digits::<i32>(hours)?, digits::<i32>(minutes)?);
    (hours <= 15 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Digits only: `parse` alone would take a sign.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_read_is_the_date_written() {
        for text in ["2000-01-01", "1999-12-31", "2024-02-29", "1900-03-01", "2400-02-29", "0001-01-01", "9999-12-31"] {
            let mut out = String::new();
            write_date(parse_date(text).unwrap(), &mut out);
            assert_eq!(out, text);
        }
        assert_eq!((parse_date("2000-01-01"), parse_date("1970-01-01")), (Some(0), Some(-10_957)));
    }

    #[test]
    fn a_day_that_is_none_is_refused() {
        for text in ["2023-02-29", "2024-13-01", "2024-00-01", "2024-04-31", "2024-1-1", "24-01-01", "+024-01-01"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
        for text in ["24:00", "12:60", "12", "12:00:00.1234567", "-1:00"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn an_offset_is_kept_and_taken_off_for_utc() {
        let moment = Moment::parse("2000-01-01T08:00:00.5+08:00").unwrap();
        assert_eq!((moment.local_us, moment.utc_us()), (8 * 3_600 * SECOND + 500_000, 500_000));
        let mut out = String::new();
        moment.write(&mut out);
        assert_eq!(out, "2000-01-01T08:00:00.5");
    }

    #[test]
    fn durations_add_up() {
        assert_eq!(parse_duration("1 day 1.5 hours"), Some(DAY + 5_400 * SECOND));
        assert_eq!((parse_duration(""), parse_duration("3"), parse_duration("3 moons")), (None, None, None));
    }
}
