//! Bytes for people.

use std::fmt;

/// A number of bytes, shown as PostgreSQL's `pg_size_pretty` counts: 1 kB is 1,024 bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bytes(pub f64);

impl Bytes {
    /// A whole number of bytes.
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    pub const fn of(bytes: u64) -> Self {
        Self(bytes as f64)
    }

    /// The difference between two sizes, of either sign.
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    pub const fn grown(bytes: i64) -> Self {
        Self(bytes as f64)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0.0 { "-" } else { "" };
        let mut size = self.0.abs();
        if size < 1_024.0 {
            return f.pad(&format!("{sign}{size:.0} bytes"));
        }
        let mut unit = "kB";
        size /= 1_024.0;
        for larger in ["MB", "GB", "TB", "PB"] {
            if size < 1_000.0 {
                break;
            }
            (size, unit) = (size / 1_024.0, larger);
        }
        let digits = usize::from(size < 10.0);
        f.pad(&format!("{sign}{size:.digits$} {unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_two_or_three_digits_and_its_sign() {
        let shown = |bytes| Bytes(bytes).to_string();
        assert_eq!(shown(0.0), "0 bytes");
        assert_eq!(shown(8_192.0), "8.0 kB");
        assert_eq!(shown(326_107_136.0), "311 MB");
        assert_eq!(shown(-2_147_483_648.0), "-2.0 GB");
    }
}
