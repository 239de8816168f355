//! Draws of the classical distributions, for loops that need a few at a time.
//!
//! Every method advances its stream only; rejection methods take as many uniforms as they need.
//! Columns of one distribution are better drawn by [`Stream::fill`] and a kernel of
//! [`numeric::kernel`](crate::numeric::kernel). Parameters are the caller's to validate: outside the
//! stated range the result is the nearest limit, never a panic or an endless loop.

use super::Stream;
use crate::numeric::{exp, ln, normal_isf};

impl Stream {
    /// A standard normal deviate, by inversion of one uniform.
    pub fn normal(&mut self) -> f64 {
        normal_isf(self.uniform())
    }

    /// A standard exponential deviate (mean 1), by inversion of one uniform.
    pub fn exponential(&mut self) -> f64 {
        -ln(self.uniform())
    }

    /// A gamma deviate of scale 1, `shape` > 0; 0 for a shape that is not.
    ///
    /// Marsaglia and Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26(3);
    /// below shape 1 their boost G(a) = G(a + 1) U^(1/a).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape.is_nan() || shape <= 0.0 {
            return 0.0;
        }
        if shape == f64::INFINITY {
            return shape;
        }
        if shape >= 1.0 {
            return self.gamma_above_one(shape);
        }
        let boost = exp(ln(self.uniform()) / shape);
        boost * self.gamma_above_one(shape + 1.0)
    }

    /// A beta deviate in [0, 1], `a`, `b` > 0, as X / (X + Y) of two gammas.
    ///
    /// Small shapes are combined by their logarithms, where the gammas themselves would underflow.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        if a.is_nan() || a <= 0.0 {
            return 0.0;
        }
        if b.is_nan() || b <= 0.0 {
            return 1.0;
        }
        if a >= 1.0 && b >= 1.0 {
            let x = self.gamma_above_one(a);
            let y = self.gamma_above_one(b);
            return x / (x + y);
        }
        let x = self.ln_gamma_boosted(a);
        let y = self.ln_gamma_boosted(b);
        1.0 / (1.0 + exp(y - x))
    }

    /// ln of a gamma deviate, through shape + 1.
    fn ln_gamma_boosted(&mut self, shape: f64) -> f64 {
        let boost = ln(self.uniform()) / shape;
        ln(self.gamma_above_one(shape + 1.0)) + boost
    }

    fn gamma_above_one(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = self.uniform();
            let x2 = x * x;
            if u < 1.0 - 0.0331 * (x2 * x2) || ln(u) < 0.5 * x2 + d * (1.0 - v + ln(v)) {
                return d * v;
            }
        }
    }

    /// A Poisson count of the given mean (0 for a mean that is not positive); the top is u64::MAX.
    ///
    /// Below a mean of 10 by inversion of one uniform (sequential search, monotone in it); above by
    /// PTRS, Hörmann (1993), "The transformed rejection method for generating Poisson random
    /// variables", Insurance: Mathematics and Economics 12, with the probabilities of [`ln_poisson`].
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean.is_nan() || mean <= 0.0 {
            0
        } else if mean < 10.0 {
            self.poisson_inversion(mean)
        } else {
            self.poisson_rejection(mean)
        }
    }

    fn poisson_inversion(&mut self, mean: f64) -> u64 {
        let mut left = self.uniform();
        let mut p = exp(-mean);
        let mut k = 0_u64;
        // What is left after the probabilities fall below the spacing of uniforms is rounding.
        while left > p && (p > SPACING || (k as f64) < mean) {
            left -= p;
            k += 1;
            p *= mean / k as f64;
        }
        k
    }

    fn poisson_rejection(&mut self, mean: f64) -> u64 {
        if mean >= MAX_COUNT {
            return u64::MAX;
        }
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let squeeze = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let edge = 0.5 - u.abs();
            let k = ((2.0 * a / edge + b) * u + mean + 0.43).floor();
            if edge >= 0.07 && v <= squeeze {
                return k as u64;
            }
            if k < 0.0 || (edge < 0.013 && v > edge) {
                continue;
            }
            if ln(v * inverse_alpha / (a / (edge * edge) + b)) <= ln_poisson(k, mean) {
                return k as u64;
            }
        }
    }

    /// Successes in `n` trials of probability `p`.
    ///
    /// With fewer than 10 expected of the rarer outcome by inversion of one uniform, otherwise by
    /// BTRS, Hörmann (1993), "The generation of binomial random variates", J. Statist. Comput.
    /// Simul. 46.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if n == 0 || p.is_nan() || p <= 0.0 {
            return 0;
        }
        if p >= 1.0 {
            return n;
        }
        if p > 0.5 {
            return n - self.binomial(n, 1.0 - p);
        }
        if n as f64 * p < 10.0 {
            self.binomial_inversion(n, p)
        } else {
            self.binomial_rejection(n, p)
        }
    }

    fn binomial_inversion(&mut self, n: u64, p: f64) -> u64 {
        let trials = n as f64;
        let odds = p / (1.0 - p);
        let mut left = self.uniform();
        let mut probability = exp(trials * ln_one_plus(-p));
        let mut k = 0_u64;
        while left > probability && k < n && (probability > SPACING || (k as f64) < trials * p) {
            left -= probability;
            k += 1;
            probability *= odds * ((trials - k as f64 + 1.0) / k as f64);
        }
        k
    }

    fn binomial_rejection(&mut self, n: u64, p: f64) -> u64 {
        let trials = n as f64;
        let deviation = (trials * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let centre = trials * p + 0.5;
        let squeeze = 0.92 - 4.2 / b;
        let alpha = (2.83 + 5.1 / b) * deviation;
        let mut at_mode = None;
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let edge = 0.5 - u.abs();
            let k = ((2.0 * a / edge + b) * u + centre).floor();
            if edge >= 0.07 && v <= squeeze {
                return (k as u64).min(n);
            }
            if k < 0.0 || k > trials {
                continue;
            }
            let mode = || ln_binomial(((trials + 1.0) * p).floor(), trials, p);
            let bound = ln_binomial(k, trials, p) - *at_mode.get_or_insert_with(mode);
            if ln(v * alpha / (a / (edge * edge) + b)) <= bound {
                return (k as u64).min(n);
            }
        }
    }

    /// Failures before the first success of probability `p`, by inversion of one uniform: how many
    /// to skip when walking through a long list in which each is struck with probability `p`.
    pub fn geometric(&mut self, p: f64) -> u64 {
        if p >= 1.0 {
            return 0;
        }
        if p.is_nan() || p <= 0.0 {
            return u64::MAX;
        }
        (ln(self.uniform()) / ln_one_plus(-p)) as u64
    }
}

/// Spacing of the uniforms.
const SPACING: f64 = f64::EPSILON / 4.0;
/// Beyond it a count may not fit 64 bits.
const MAX_COUNT: f64 = 1.8e19;

// What follows is part of the frozen streams, hence here and of own kernels, whatever becomes of
// the special functions in `numeric`.

/// ln(1 + x), exact where 1 + x rounds (Goldberg 1991, theorem 4).
fn ln_one_plus(x: f64) -> f64 {
    let y = 1.0 + x;
    if y == 1.0 { x } else { ln(y) * (x / (y - 1.0)) }
}

/// ln P(N = k) of a Poisson count, without cancellation for large means.
///
/// Loader (2000), "Fast and accurate computation of binomial probabilities": the saddle-point form.
fn ln_poisson(k: f64, mean: f64) -> f64 {
    if k == 0.0 {
        return -mean;
    }
    -stirling_error(k) - deviance(k, mean) - 0.5 * ln(TWO_PI * k)
}

/// ln P(N = k) of a binomial count, after Loader (2000).
fn ln_binomial(k: f64, n: f64, p: f64) -> f64 {
    if k == 0.0 {
        return n * ln_one_plus(-p);
    }
    if k == n {
        return n * ln(p);
    }
    let rest = n - k;
    stirling_error(n)
        - stirling_error(k)
        - stirling_error(rest)
        - deviance(k, n * p)
        - deviance(rest, n * (1.0 - p))
        - 0.5 * ln(TWO_PI * k * (rest / n))
}

const TWO_PI: f64 = std::f64::consts::TAU;

/// ln n! − [½ ln(2πn) + n ln n − n] for a whole n > 0.
fn stirling_error(n: f64) -> f64 {
    const EXACT: [f64; 15] = [
        0.08106146679532726,
        0.0413406954559093,
        0.02767792568499834,
        0.020790672103765093,
        0.016644691189821193,
        0.013876128823070748,
        0.01189670994589177,
        0.010411265261972096,
        0.009255462182712733,
        0.00833056343336287,
        0.007573675487951841,
        0.00694284010720953,
        0.006408994188004207,
        0.0059513701127588475,
        0.005554733551962801,
    ];
    if n < 16.0 {
        return EXACT[(n as usize).clamp(1, 15) - 1];
    }
    let r = 1.0 / (n * n);
    let series = 1.0 / 12.0
        - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r * (1.0 / 1188.0))));
    series / n
}

/// x ln(x / m) + m − x, by its series in (x − m)/(x + m) when the terms would cancel.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * ln(x / m) - difference;
    }
    let v = difference / (x + m);
    let v2 = v * v;
    let mut sum = difference * v;
    let mut power = 2.0 * x * v;
    for j in 1..1000 {
        power *= v2;
        let next = sum + power / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}
