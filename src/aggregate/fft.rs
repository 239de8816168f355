//! Compounding by FFT with exponential tilting and, where needed, zero padding.
//!
//! Grübel and Hermesmeier (1999, ASTIN Bulletin 29(2)); Embrechts and Frei (2009). On N points,
//! tilting by e^{−θk} leaves of the probability that wraps around to bucket k the part
//! Σⱼ e^{−jθN} g(k + jN), in all at most e^{−θN} P(S ≥ Nh)/(1 − e^{−θN}); but too much of it
//! amplifies rounding, by e^{θk}. Padding to twice the length halves the amplification and drops
//! what lies between N and 2N, at twice the work.

use std::sync::{Arc, Mutex, OnceLock};

use num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::long;
use crate::error::{Error, Result};
use crate::exec::Control;
use crate::frequency::{Count, Frequency};
use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::kernel::exp;
use crate::numeric::polar::exp_complex_in_place;

type C64 = Complex<f64>;

/// How a compound is transformed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scheme {
    /// θ times the length of the transform.
    tilt: f64,
    padded: bool,
}

/// Where next to nothing lies beyond the grid.
pub(super) const DIRECT: Scheme = Scheme { tilt: 6.0, padded: false };
/// Where something does.
pub(super) const PADDED: Scheme = Scheme { tilt: 6.0, padded: true };
/// Where much does: what wraps around is e⁻²⁴ of it, and rounding grows by e¹² at the end of the grid.
pub(super) const SHORT: Scheme = Scheme { tilt: 24.0, padded: true };
/// A second opinion on the first two,
pub(super) const CHECK: Scheme = Scheme { tilt: 9.0, padded: true };
/// and on the third.
pub(super) const CHECK_SHORT: Scheme = Scheme { tilt: 20.0, padded: true };

impl Scheme {
    /// Share of this scheme's aliasing that at least shows in the difference to [`CHECK`].
    pub fn seen(self) -> f64 {
        (1.0 - libm::exp(self.tilt - CHECK.tilt)).max(0.5)
    }

    /// Most probability that wraps around, given that `beyond` lies beyond the grid.
    pub fn wrapped(self, beyond: f64) -> f64 {
        let once = libm::exp(-self.tilt);
        beyond * once / (1.0 - once)
    }
}

/// Plans are costly (50 ms at 2²⁰), so the process keeps them.
fn planner() -> &'static Mutex<RealFftPlanner<f64>> {
    static PLANNER: OnceLock<Mutex<RealFftPlanner<f64>>> = OnceLock::new();
    PLANNER.get_or_init(|| Mutex::new(RealFftPlanner::new()))
}

type Plans = (Arc<dyn RealToComplex<f64>>, Arc<dyn ComplexToReal<f64>>);

fn plans(length: usize) -> Plans {
    let mut planner = planner().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    (planner.plan_fft_forward(length), planner.plan_fft_inverse(length))
}

/// Working memory of a transform.
#[derive(Default)]
struct Room {
    spectrum: Vec<C64>,
    scratch: Vec<C64>,
}

/// One room, kept: new pages cost more than the work on them. Who finds it taken makes another.
static ROOM: Mutex<Option<Room>> = Mutex::new(None);

/// Longest transform whose memory is kept: 24 MB.
const KEPT: usize = 1 << 20;

/// Probabilities of the compound on the grid of `severity` (its length is the number of buckets).
pub(super) fn compound(
    frequency: &Frequency,
    severity: Vec<f64>,
    scheme: Scheme,
    control: &Control,
) -> Result<Vec<f64>> {
    let n = severity.len();
    let length = if scheme.padded { 2 * n } else { n };
    let theta = scheme.tilt / length as f64;
    let mut values = severity;
    if length >= long::LEAST {
        values.resize(length, 0.0);
        long::Long::plan(length).there_and_back(&mut values, n, theta, control, |re, im| {
            re.iter_mut().for_each(|re| *re -= 1.0);
            of_one_less(frequency, re, im);
        })?;
        values.truncate(n);
        return Ok(values);
    }
    tilt(&mut values, -theta, 1.0);
    values.resize(length, 0.0);
    let mut room = ROOM.try_lock().ok().and_then(|mut kept| kept.take()).unwrap_or_default();
    room.spectrum.resize(length / 2 + 1, C64::default());
    let done = there_and_back(frequency, &mut values, &mut room, &plans(length));
    if let (true, Ok(mut kept)) = (length <= KEPT, ROOM.try_lock()) {
        *kept = Some(room);
    }
    done?;
    values.truncate(n);
    tilt(&mut values, theta, 1.0 / length as f64);
    Ok(values)
}

/// Tilted transforms of several severities on one grid.
pub(super) struct Spectra {
    scheme: Scheme,
    buckets: usize,
    length: usize,
}

impl Spectra {
    pub fn new(buckets: usize, scheme: Scheme) -> Self {
        Self { scheme, buckets, length: if scheme.padded { 2 * buckets } else { buckets } }
    }

    fn theta(&self) -> f64 {
        self.scheme.tilt / self.length as f64
    }

    /// Σ values[k] zᵏ on the circle of the tilt.
    pub fn forward(&self, mut values: Vec<f64>) -> Result<Vec<C64>> {
        tilt(&mut values, -self.theta(), 1.0);
        values.resize(self.length, 0.0);
        let mut spectrum = vec![C64::default(); self.length / 2 + 1];
        plans(self.length).0.process(&mut values, &mut spectrum).map_err(failed)?;
        Ok(spectrum)
    }

    /// The values of a spectrum on the grid.
    pub fn back(&self, mut spectrum: Vec<C64>) -> Result<Vec<f64>> {
        let mut values = vec![0.0; self.length];
        real_ends(&mut spectrum);
        plans(self.length).1.process(&mut spectrum, &mut values).map_err(failed)?;
        values.truncate(self.buckets);
        tilt(&mut values, self.theta(), 1.0 / self.length as f64);
        Ok(values)
    }
}

pub(super) fn failed(e: realfft::FftError) -> Error {
    Error::numeric("fft", e.to_string())
}

/// Both ends of a real spectrum are real; rounding may have left dust.
pub(super) fn real_ends(spectrum: &mut [C64]) {
    if let [first, .., last] = spectrum {
        (first.im, last.im) = (0.0, 0.0);
    }
}

fn there_and_back(
    frequency: &Frequency,
    values: &mut [f64],
    room: &mut Room,
    (forward, inverse): &Plans,
) -> Result<()> {
    let Room { spectrum, scratch } = room;
    scratch.resize(forward.get_scratch_len().max(inverse.get_scratch_len()), C64::default());
    let (there, back) = (forward.get_scratch_len(), inverse.get_scratch_len());
    forward.process_with_scratch(values, spectrum, &mut scratch[..there]).map_err(failed)?;
    for tile in spectrum.chunks_mut(TILE) {
        generate(frequency, tile);
    }
    real_ends(spectrum);
    inverse.process_with_scratch(spectrum, values, &mut scratch[..back]).map_err(failed)
}

/// Elements worked on while they stay in the first-level cache.
pub(super) const TILE: usize = 256;

/// The probability generating function of the count at each point of a spectrum, in place.
pub(super) fn generate(frequency: &Frequency, spectrum: &mut [C64]) {
    let (mut re, mut im) = ([0.0; TILE], [0.0; TILE]);
    let (re, im) = (&mut re[..spectrum.len()], &mut im[..spectrum.len()]);
    for ((z, re), im) in spectrum.iter().zip(re.iter_mut()).zip(im.iter_mut()) {
        (*re, *im) = (z.re - 1.0, z.im);
    }
    of_one_less(frequency, re, im);
    for ((z, re), im) in spectrum.iter_mut().zip(re).zip(im) {
        *z = C64::new(*re, *im);
    }
}

/// The probability generating function at 1 + re + i im, in place.
fn of_one_less(frequency: &Frequency, re: &mut [f64], im: &mut [f64]) {
    frequency.ln_pgf_in_place(re, im);
    exp_complex_in_place(re, im);
}

/// Multiplies element k by `scale`·e^{θk}: one factor for its tile, one for its place.
pub(super) fn tilt(values: &mut [f64], theta: f64, scale: f64) {
    dispatch::run(Tilt { values, theta, scale });
}

struct Tilt<'a> {
    values: &'a mut [f64],
    theta: f64,
    scale: f64,
}

impl Kernel for Tilt<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { values, theta, scale } = self;
        let places: [f64; TILE] = std::array::from_fn(|place| exp(theta * place as f64));
        for (number, tile) in values.chunks_mut(TILE).enumerate() {
            let factor = scale * exp(theta * (number * TILE) as f64);
            for (value, place) in tile.iter_mut().zip(&places) {
                *value *= factor * place;
            }
        }
    }
}
