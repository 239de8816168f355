//! Draws addressed by seed, purpose, entity and block, the same on every machine.
//!
//! [`Stream`] is the source of all randomness of the crate: a draw depends on its address only, so
//! threads, partitions and the company a policy keeps change nothing.

mod lanes;
pub mod philox;
mod sample;
mod stream;

pub use lanes::{GammaScratch, LANES, Lanes};
pub use stream::{Purpose, Stream};

use sha2::{Digest, Sha256};

/// The number by which streams know a named thing (a risk, a treaty, an accumulation key): the
/// first eight bytes of the SHA-256 of its UTF-8 text, read little-endian. Part of "stream v1".
pub fn entity_id(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}
