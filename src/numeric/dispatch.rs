//! One kernel, compiled once for each instruction set, chosen when the program runs.
//!
//! A wheel serves every x86-64 machine, so the build assumes SSE2 only; AVX2 and AVX-512 are
//! detected. A [`Kernel`] body is inlined into a function compiled for the chosen set, where the
//! compiler vectorises its plain loops. No fused multiply-add is used at any level (Rust never
//! contracts `a * b + c`), so every level gives the same bits.
//!
//! `KEBAO_ISA=sse2|avx2|avx512` lowers the level, never raises it. This module is the only one of
//! the crate with `unsafe`.

use std::sync::OnceLock;

/// A computation over columns, worth compiling for each instruction set.
///
/// `run` and everything hot that it calls should be `#[inline(always)]`, otherwise the callee is
/// compiled for the baseline only.
pub trait Kernel {
    type Output;
    fn run(self) -> Self::Output;
}

/// An instruction set, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What the target guarantees: SSE2 on x86-64, NEON on aarch64.
    Baseline,
    /// AVX2, without fused multiply-add.
    Avx2,
    /// AVX-512 F, DQ, VL and BW.
    Avx512,
}

impl Level {
    /// The name understood by `KEBAO_ISA`; `sse2` stands for the baseline everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "sse2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name.trim().to_ascii_lowercase())
    }

    const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];
}

/// The levels this machine can run, ascending; for tests and benchmarks.
pub fn available() -> impl Iterator<Item = Level> {
    Level::ALL.into_iter().filter(|level| *level <= detected())
}

/// The level in use: the highest of the machine, or the lower one named by `KEBAO_ISA`. Read once.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let wanted = std::env::var("KEBAO_ISA").ok().and_then(|name| Level::from_name(&name));
        wanted.map_or_else(detected, |wanted| wanted.min(detected()))
    })
}

/// Runs a kernel at [`level`].
#[inline]
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    call(level(), kernel)
}

/// Runs a kernel at `level`, or at the highest level of the machine below it.
#[inline]
pub fn run_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
    call(level.min(detected()), kernel)
}

#[cfg(target_arch = "x86_64")]
fn detected() -> Level {
    static DETECTED: OnceLock<Level> = OnceLock::new();
    *DETECTED.get_or_init(|| {
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw");
        match (is_x86_feature_detected!("avx2"), avx512) {
            (true, true) => Level::Avx512,
            (true, false) => Level::Avx2,
            _ => Level::Baseline,
        }
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn detected() -> Level {
    Level::Baseline
}

/// `level` must not exceed `detected()`; both callers see to it.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "calling a function compiled for a detected instruction set")]
#[inline]
fn call<K: Kernel>(level: Level, kernel: K) -> K::Output {
    #[target_feature(enable = "avx2")]
    fn avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
    fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }
    match level {
        Level::Baseline => kernel.run(),
        // SAFETY: `level` is at most `detected()`, which saw AVX2 on this machine.
        Level::Avx2 => unsafe { avx2(kernel) },
        // SAFETY: `level` is at most `detected()`, which saw the four AVX-512 sets on this machine.
        Level::Avx512 => unsafe { avx512(kernel) },
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn call<K: Kernel>(_level: Level, kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Halve<'a>(&'a mut [f64]);

    impl Kernel for Halve<'_> {
        type Output = usize;
        #[inline(always)]
        fn run(self) -> usize {
            for value in self.0.iter_mut() {
                *value *= 0.5;
            }
            self.0.len()
        }
    }

    #[test]
    fn every_level_runs_and_a_level_beyond_the_machine_falls_back() {
        for level in Level::ALL {
            let mut values = vec![3.0; 37];
            assert_eq!(run_at(level, Halve(&mut values)), 37);
            assert!(values.iter().all(|v| *v == 1.5));
        }
        assert!(available().all(|level| level <= detected()));
        assert!(level() <= detected());
    }

    #[test]
    fn names_round_trip_and_unknown_ones_are_ignored() {
        for level in Level::ALL {
            assert_eq!(Level::from_name(level.name()), Some(level));
        }
        assert_eq!(Level::from_name(" AVX2 "), Some(Level::Avx2));
        assert_eq!(Level::from_name("mmx"), None);
    }
}
