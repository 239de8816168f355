//! Which elements of a column are wanted, without a branch that nobody can guess.

/// Elements worked on while they stay in the first-level cache, with their indices and what is
/// chosen of them.
pub(crate) const TILE: usize = 512;

/// Indices that [`choose`] writes: eight at a time, so the last may reach beyond a tile.
pub(crate) type Indices = [u16; TILE + 8];

/// The places, lowest first, of the bits that are set in each byte; zeros after them.
static PLACES: [[u16; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte][count] = bit as u16;
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// Writes the indices of the ones of `wanted`, which holds zeros and ones and is at most a tile and a
/// multiple of eight long, in ascending order; returns their number.
///
/// Eight at a time by a table: of each eight, only where the next ones go depends on what they are.
#[inline(always)]
pub(crate) fn choose(wanted: &[u8], indices: &mut Indices) -> usize {
    let mut count = 0;
    for (group, wanted) in wanted.as_chunks::<8>().0.iter().enumerate() {
        let ones = u64::from_le_bytes(*wanted);
        // Products that gather the eight bits in the highest byte, and their sum.
        let byte = ones.wrapping_mul(0x0102_0408_1020_4080) >> 56;
        let sum = ones.wrapping_mul(0x0101_0101_0101_0101) >> 56;
        if let Some(to) = indices.get_mut(count..).and_then(<[u16]>::first_chunk_mut::<8>) {
            for (to, place) in to.iter_mut().zip(PLACES[byte as usize]) {
                *to = place + 8 * group as u16;
            }
        }
        count += sum as usize;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_what_a_loop_would() {
        let mut word = 0x9e37_79b9_7f4a_7c15_u64;
        for share in 0..=8 {
            let wanted: [u8; TILE] = std::array::from_fn(|_| {
                word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                u8::from(word >> 61 < share)
            });
            let mut indices = [0; TILE + 8];
            let count = choose(&wanted, &mut indices);
            let plain: Vec<u16> = (0..TILE as u16).filter(|i| wanted[*i as usize] == 1).collect();
            assert_eq!(indices[..count], plain);
        }
    }
}
