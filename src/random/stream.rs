//! Streams addressed by what they are for: (seed, purpose, entity, block).
//!
//! # Stream v1
//!
//! A draw is a function of its address and of nothing else. For draw `i` of the stream
//! (seed, purpose, entity, block):
//!
//! - h = absorb(absorb(0, seed), purpose · 2³² + ⌊block / 2³²⌋), where absorb(h, w) is the output
//!   function of SplitMix64 (Steele, Lea, Flood 2014) at h ⊕ w: distinct seeds never share a key.
//! - tile t = ⌊i / 64⌋, place j = i mod 64, call c = 32 t + (j mod 32), epoch e = ⌊c / 2³²⌋.
//! - key = h, or absorb(h, e) when e > 0; its low half is the first key word.
//! - counter = (c mod 2³², block mod 2³², low half of entity, high half of entity).
//! - w = words (0, 1) of Philox4x32-10 when j < 32, words (2, 3) otherwise, the first one low.
//! - u = (2 ⌊w / 2¹²⌋ + 1) 2⁻⁵³.
//!
//! So all 2⁶⁴ seeds, entities, blocks and positions are valid and two streams overlap only if
//! two 64-bit keys collide. The layout is frozen: `tests/digests.rs` pins it. A change is stream v2.

use super::philox::{FillTiles, TILE, open_unit, philox4x32};
use crate::numeric::dispatch::{self, Level};

/// What a stream's draws decide. The tags are part of "stream v1": never reuse or renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Purpose {
    /// Number of claims.
    Count = 1,
    /// Size of a claim.
    Severity = 2,
    /// Date of a claim within the year.
    Time = 3,
    /// Uncertain parameters of the model.
    Parameter = 4,
    /// Mixing variable of a frequency.
    Mixing = 5,
    /// Number of systemic events.
    SystemicCount = 6,
    /// Date of a systemic event.
    SystemicTime = 7,
    /// Share of an accumulation key's risks that an event strikes.
    SystemicShare = 8,
    /// Damage done by a systemic event.
    SystemicDamage = 9,
    /// Which risks an event strikes.
    Struck = 10,
    /// Auxiliary decisions: component of a mixture, acceptance of a candidate.
    Auxiliary = 11,
    /// Process variance of a reserve.
    Process = 12,
    /// Resampled residuals.
    Bootstrap = 13,
    /// Common factors of dependent risks.
    Dependence = 14,
    /// Passage of a staged project from stage to stage.
    Stage = 15,
    /// Values of indices.
    Index = 16,
    /// Default and recovery.
    Credit = 17,
}

/// Draws taken one by one before a whole tile is worth computing.
const SINGLES: u32 = 4;
/// No tile is buffered.
const NONE: u64 = u64::MAX;

/// An endless sequence of independent draws, fixed by its address.
///
/// Making one costs some nanoseconds and allocates nothing, so a stream per risk, year or event is
/// affordable. `fill` and repeated `uniform` give the same numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    key: u64,
    rest: [u32; 3],
    level: Level,
    position: u64,
    singles: u32,
    buffered: u64,
    buffer: [f64; TILE],
}

impl Stream {
    /// The stream of `purpose` for `entity` in `block`, at its first draw.
    pub fn new(seed: u64, purpose: Purpose, entity: u64, block: u64) -> Self {
        let key = absorb(absorb(0, seed), (u64::from(purpose as u32) << 32) | (block >> 32));
        Self {
            key,
            rest: [block as u32, entity as u32, (entity >> 32) as u32],
            level: dispatch::level(),
            position: 0,
            singles: 0,
            buffered: NONE,
            buffer: [0.0; TILE],
        }
    }

    /// The same stream, computed by the instructions of `level`; the draws are the same bits.
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The same stream, its next draw being number `position`.
    #[must_use]
    pub fn at(mut self, position: u64) -> Self {
        self.seek(position);
        self
    }

    /// Moves to draw number `position`.
    pub fn seek(&mut self, position: u64) {
        self.position = position;
        self.singles = 0;
    }

    /// Number of the next draw.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// A uniform number in the open interval (0, 1), a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        let tile = self.position / TILE as u64;
        let place = (self.position % TILE as u64) as usize;
        let value = if tile == self.buffered { self.buffer[place] } else { self.cold(tile, place) };
        self.position = self.position.wrapping_add(1);
        value
    }

    /// The next `out.len()` uniforms, in bulk.
    pub fn fill(&mut self, out: &mut [f64]) {
        let mut out = out;
        // Up to the next tile, whole tiles straight into `out`, and the rest.
        let place = (self.position % TILE as u64) as usize;
        if place > 0 {
            let head = out.len().min(TILE - place);
            let (head, body) = out.split_at_mut(head);
            self.copy(head);
            out = body;
        }
        if out.is_empty() {
            return; // perhaps still inside the tile
        }
        let (body, tail) = out.split_at_mut(out.len() / TILE * TILE);
        let mut first = self.position / TILE as u64;
        let mut body = body;
        while !body.is_empty() {
            // The tiles up to the end of the epoch.
            let left = (EPOCH_TILES - first % EPOCH_TILES) as usize;
            let here = body.len().min(left.saturating_mul(TILE));
            let (run, later) = body.split_at_mut(here);
            dispatch::run_at(self.level, self.tiles(first, run));
            first = first.wrapping_add((here / TILE) as u64);
            body = later;
        }
        self.position = first.wrapping_mul(TILE as u64);
        self.copy(tail);
    }

    /// Fills part of one tile through the buffer.
    fn copy(&mut self, out: &mut [f64]) {
        if out.is_empty() {
            return;
        }
        let tile = self.position / TILE as u64;
        let place = (self.position % TILE as u64) as usize;
        if tile != self.buffered {
            self.load(tile);
        }
        out.copy_from_slice(&self.buffer[place..place + out.len()]);
        self.position = self.position.wrapping_add(out.len() as u64);
    }

    #[cold]
    fn cold(&mut self, tile: u64, place: usize) -> f64 {
        if self.singles < SINGLES {
            self.singles += 1;
            let call = tile * (TILE as u64 / 2) + (place as u64 % (TILE as u64 / 2));
            let key = epoch_key(self.key, call >> 32);
            let counter = [call as u32, self.rest[0], self.rest[1], self.rest[2]];
            let words = philox4x32(counter, [key as u32, (key >> 32) as u32]);
            let pair = if place < TILE / 2 { [words[0], words[1]] } else { [words[2], words[3]] };
            return open_unit(u64::from(pair[0]) | (u64::from(pair[1]) << 32));
        }
        self.load(tile);
        self.buffer[place]
    }

    fn load(&mut self, tile: u64) {
        let mut buffer = [0.0; TILE];
        dispatch::run_at(self.level, self.tiles(tile, &mut buffer));
        self.buffer = buffer;
        self.buffered = tile;
    }

    /// Tiles `first..` of this stream, all of one epoch.
    fn tiles<'a>(&self, first: u64, out: &'a mut [f64]) -> FillTiles<'a> {
        let call = first * (TILE as u64 / 2);
        FillTiles {
            key: epoch_key(self.key, call >> 32),
            rest: self.rest,
            first_call: call as u32,
            out,
        }
    }
}

/// Tiles that share the high half of their call numbers.
const EPOCH_TILES: u64 = (1 << 32) / (TILE as u64 / 2);

#[inline(always)]
fn epoch_key(key: u64, epoch: u64) -> u64 {
    if epoch == 0 { key } else { absorb(key, epoch) }
}

/// One step of SplitMix64 from the state `h ^ word`: a bijection in each argument.
#[inline(always)]
fn absorb(h: u64, word: u64) -> u64 {
    let mut z = (h ^ word).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draw `i` by the words of the module's documentation alone.
    fn documented(seed: u64, purpose: Purpose, entity: u64, block: u64, i: u64) -> f64 {
        let h = absorb(absorb(0, seed), ((purpose as u64) << 32) + (block >> 32));
        let (t, j) = (i / 64, i % 64);
        let c = 32 * t + j % 32;
        let e = c >> 32;
        let key = if e > 0 { absorb(h, e) } else { h };
        let counter = [c as u32, block as u32, entity as u32, (entity >> 32) as u32];
        let words = philox4x32(counter, [key as u32, (key >> 32) as u32]);
        let at = if j < 32 { 0 } else { 2 };
        let w = u64::from(words[at]) + (u64::from(words[at + 1]) << 32);
        (2.0 * (w >> 12) as f64 + 1.0) / 2f64.powi(53)
    }

    #[test]
    fn absorb_is_splitmix64() {
        // First outputs of SplitMix64 seeded with 0 and 1234567 (Vigna's reference program).
        assert_eq!(absorb(0, 0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(absorb(0, 1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn single_draws_fills_and_seeks_follow_the_documented_layout() {
        let (seed, entity, block) = (u64::MAX, 0xdead_beef_0123_4567, (7 << 32) + 9);
        let want: Vec<f64> =
            (0..700).map(|i| documented(seed, Purpose::Severity, entity, block, i)).collect();
        let fresh = || Stream::new(seed, Purpose::Severity, entity, block);
        let mut one = fresh();
        let single: Vec<f64> = (0..700).map(|_| one.uniform()).collect();
        assert!(single == want);
        for cuts in [&[701][..], &[1, 63, 64, 65, 200, 320], &[3, 1, 130, 500, 66]] {
            let mut stream = fresh();
            let mut got = Vec::new();
            for cut in cuts {
                let mut part = vec![0.0; *cut];
                stream.fill(&mut part);
                got.extend(part);
                got.push(stream.uniform());
            }
            assert!(got[..700] == want[..], "{cuts:?}");
        }
        assert_eq!(fresh().at(333).uniform(), want[333]);
    }

    #[test]
    fn positions_beyond_the_first_epoch_change_key() {
        let edge = 1 << 33; // first draw of epoch 1
        let mut out = [0.0; 256];
        Stream::new(3, Purpose::Count, 1, 0).at(edge - 100).fill(&mut out);
        for (i, u) in (edge - 100..).zip(out) {
            assert_eq!(u, documented(3, Purpose::Count, 1, 0, i));
        }
        let start = Stream::new(3, Purpose::Count, 1, 0).uniform();
        assert_ne!(out[100], start);
        let mut last = Stream::new(3, Purpose::Count, 1, 0).at(u64::MAX);
        assert!(last.uniform() != last.uniform()); // wraps to the first draw
    }
}
