//! Philox4x32-10: a random number as a function of a counter and a key, with no state between.
//!
//! Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11. It
//! passes TestU01's BigCrush; a position anywhere in a stream costs the same as the first.

use crate::numeric::dispatch::Kernel;

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;
const LOW: u64 = 0xffff_ffff;

/// Counters worked on together, in 64-bit lanes so that the products are plain vector multiplies.
const LANES: usize = 32;
/// Uniforms of one tile: two from each of [`LANES`] consecutive counters.
pub(super) const TILE: usize = 2 * LANES;

/// The four words at `counter` under `key`.
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let ([mut c0, mut c1, mut c2, mut c3], [mut k0, mut k1]) = (counter, key);
    for _ in 0..ROUNDS {
        let p0 = u64::from(c0) * MULTIPLIERS[0];
        let p1 = u64::from(c2) * MULTIPLIERS[1];
        (c0, c1, c2, c3) =
            ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [c0, c1, c2, c3]
}

/// A number of 52 random bits in the open interval: (2k + 1) 2⁻⁵³, never 0, never 1, symmetric.
#[inline(always)]
pub(super) fn open_unit(word: u64) -> f64 {
    const HALF_STEP: f64 = f64::EPSILON / 2.0;
    f64::from_bits((word >> 12) | 0x3ff0_0000_0000_0000) - (1.0 - HALF_STEP)
}

/// Fills whole tiles of uniforms: tile t holds the counters `first_call + 32 t ..`, first the 32
/// numbers of their words (0, 1), then the 32 of their words (2, 3).
pub(super) struct FillTiles<'a> {
    pub key: u64,
    /// Words 1, 2, 3 of the counter.
    pub rest: [u32; 3],
    /// Word 0 of the first counter; a multiple of 32, and no tile may pass 2³².
    pub first_call: u32,
    /// A multiple of [`TILE`] long.
    pub out: &'a mut [f64],
}

impl Kernel for FillTiles<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (tiles, _) = self.out.as_chunks_mut::<TILE>();
        let mut call = u64::from(self.first_call);
        for tile in tiles {
            // Words sit in the low halves; the high halves carry leftovers of the products, which
            // only the multiplicands and the final packing need to shed.
            let mut x0: [u64; LANES] = std::array::from_fn(|lane| call + lane as u64);
            let mut x1 = [u64::from(self.rest[0]); LANES];
            let mut x2 = [u64::from(self.rest[1]); LANES];
            let mut x3 = [u64::from(self.rest[2]); LANES];
            let (mut k0, mut k1) = (self.key as u32, (self.key >> 32) as u32);
            for _ in 0..ROUNDS {
                for lane in 0..LANES {
                    let p0 = (x0[lane] & LOW) * MULTIPLIERS[0];
                    let p1 = (x2[lane] & LOW) * MULTIPLIERS[1];
                    x0[lane] = (p1 >> 32) ^ x1[lane] ^ u64::from(k0);
                    x2[lane] = (p0 >> 32) ^ x3[lane] ^ u64::from(k1);
                    x1[lane] = p1;
                    x3[lane] = p0;
                }
                k0 = k0.wrapping_add(WEYL[0]);
                k1 = k1.wrapping_add(WEYL[1]);
            }
            for lane in 0..LANES {
                tile[lane] = open_unit((x0[lane] & LOW) | (x1[lane] << 32));
                tile[LANES + lane] = open_unit((x2[lane] & LOW) | (x3[lane] << 32));
            }
            call += LANES as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_random123() {
        // `kat_vectors` of the Random123 distribution, philox4x32 with 10 rounds.
        let ones = 0xffff_ffff;
        let cases = [
            ([0; 4], [0; 2], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]),
            ([ones; 4], [ones; 2], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]),
            (
                [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
                [0xa4093822, 0x299f31d0],
                [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
            ),
        ];
        for (counter, key, words) in cases {
            assert_eq!(philox4x32(counter, key), words);
        }
    }

    #[test]
    fn the_open_unit_interval_is_open_and_symmetric() {
        let (least, most) = (open_unit(0), open_unit(u64::MAX));
        assert_eq!(least, 2f64.powi(-53));
        assert_eq!(most, 1.0 - 2f64.powi(-53));
        assert_eq!(open_unit(1 << 12) - least, 2f64.powi(-52));
    }
}
