//! Random numbers by number: each cell has its own stream, found without walking through any other.

use std::convert::Infallible;

use rand::TryRng;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The stream of random numbers that belongs to one cell.
///
/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) started at a place
/// that is a hash of the column's key and the row's number. The same key and row give the same stream on every
/// machine. Not for secrets.
#[derive(Debug, Clone)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// The stream of the cell in row `row` of the column whose key is `key`.
    #[inline]
    pub fn of_cell(key: u64, row: u64) -> Self {
        Self { state: mix(key ^ mix(row.wrapping_add(GOLDEN))) }
    }

    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A number from 0 to `count - 1`; 0 when `count` is 0. Its bias is below `count` in 2⁶⁴.
    #[inline]
    pub fn below(&mut self, count: u64) -> u64 {
        product(self.bits(), count).0
    }

    /// A number from 0 (included) to 1 (excluded), of 53 bits.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit the mantissa")]
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

/// The high and the low half of `a × b`.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are taken on purpose")]
pub(super) fn product(a: u64, b: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b);
    ((wide >> 64) as u64, wide as u64)
}

/// The key of a stream: the seed's number and the names that lead to it, hashed.
pub(super) fn key(number: u64, names: &[&str]) -> u64 {
    let mut hash = mix(number ^ 0xcbf2_9ce4_8422_2325);
    for name in names {
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        // A boundary, so that `a`, `bc` is not `ab`, `c`.
        hash = mix(hash ^ GOLDEN);
    }
    hash
}

#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl TryRng for Draw {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            for (to, from) in chunk.iter_mut().zip(self.bits().to_le_bytes()) {
                *to = from;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_for_ever() {
        let mut draw = Draw::of_cell(key(2024, &["public", "transactions", "id"]), 7);
        assert_eq!([draw.bits(), draw.bits()], FIRST_BITS);
    }

    /// Written down once: were they to change, every seeded database would.
    const FIRST_BITS: [u64; 2] = [18_439_890_457_089_792_080, 14_723_466_643_025_987_787];

    #[test]
    fn names_do_not_run_into_each_other() {
        assert_ne!(key(1, &["a", "bc"]), key(1, &["ab", "c"]));
        assert_ne!(key(1, &["a"]), key(2, &["a"]));
    }

    #[test]
    fn neighbouring_rows_are_independent() {
        let key = key(1, &["t", "c"]);
        let ones: u32 = (0..10_000)
            .map(|row| (Draw::of_cell(key, row).bits() ^ Draw::of_cell(key, row + 1).bits()).count_ones())
            .sum();
        assert!((319_000..321_000).contains(&ones), "{ones} of 640,000 bits differ");
    }
}
