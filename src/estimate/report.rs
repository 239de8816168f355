//! What a method says.

/// How a number is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Auto,
    Closed,
    Fft,
    Panjer,
    Simulation,
    Control,
    Stratified,
    Sobol,
    Conditional,
    Importance,
}

impl Method {
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::Closed,
        Self::Fft,
        Self::Panjer,
        Self::Simulation,
        Self::Control,
        Self::Stratified,
        Self::Sobol,
        Self::Conditional,
        Self::Importance,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Closed => "closed",
            Self::Fft => "fft",
            Self::Panjer => "panjer",
            Self::Simulation => "simulation",
            Self::Control => "control",
            Self::Stratified => "stratified",
            Self::Sobol => "sobol",
            Self::Conditional => "conditional",
            Self::Importance => "importance",
        }
    }
}

/// A number, its error, and what it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub method: Method,
    pub value: f64,
    /// NaN where the method has none, or the variance does not exist.
    pub standard_error: f64,
    /// Largest error of a method without randomness; NaN otherwise.
    pub bound: f64,
    /// Years, or points, that were drawn.
    pub years: u64,
    /// Draws that contributed.
    pub hits: u64,
    /// Variance of plain simulation of as many years over the variance of this.
    pub variance_factor: f64,
    /// (Σ w)²/Σ w² of the contributions: as many equal ones tell as much.
    pub effective: f64,
    /// What was done, and why.
    pub reason: String,
}

impl Estimate {
    /// Without randomness.
    pub(super) fn certain(method: Method, value: f64, bound: f64, reason: String) -> Self {
        Self {
            method,
            value,
            standard_error: f64::NAN,
            bound,
            years: 0,
            hits: 0,
            variance_factor: f64::NAN,
            effective: f64::NAN,
            reason,
        }
    }

    /// The same where the variance of a draw is infinite.
    pub(super) fn without_variance(mut self) -> Self {
        self.standard_error = f64::NAN;
        self.variance_factor = f64::NAN;
        self.reason.push_str("; the variance is infinite: no standard error, use conditional");
        self
    }

    /// Standard error, or bound, relative to the value.
    pub fn relative_error(&self) -> f64 {
        let error = if self.standard_error.is_nan() { self.bound } else { self.standard_error };
        if error == 0.0 { 0.0 } else { error / self.value.abs() }
    }

    /// Years of the same method whose standard error is 1% of the value.
    pub fn years_for_1pct(&self) -> f64 {
        let relative = self.standard_error / self.value.abs();
        self.years as f64 * (relative / 0.01).powi(2)
    }
}

/// Sums over draws of f and its square, merged in block order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub n: u64,
    pub hits: u64,
    pub sum: f64,
    pub squares: f64,
    /// Σ of weight times f², whose mean is E f² under the model: the variance of plain simulation.
    pub plain: f64,
}

impl Tally {
    #[inline(always)]
    pub fn add(&mut self, value: f64, plain: f64) {
        self.n += 1;
        self.hits += u64::from(value != 0.0);
        self.sum += value;
        self.squares += value * value;
        self.plain += plain;
    }

    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.hits += other.hits;
        self.sum += other.sum;
        self.squares += other.squares;
        self.plain += other.plain;
    }

    pub fn total<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        parts.into_iter().for_each(|part| all.merge(part));
        all
    }

    pub fn mean(&self) -> f64 {
        self.sum / self.n as f64
    }

    /// Variance of one draw.
    pub fn variance(&self) -> f64 {
        let n = self.n as f64;
        ((self.squares - self.sum * self.mean()) / (n - 1.0)).max(0.0)
    }

    /// (Σ w)²/Σ w².
    pub fn effective(&self) -> f64 {
        if self.squares > 0.0 { self.sum * self.sum / self.squares } else { 0.0 }
    }

    /// The estimate `factor` times the mean, of `years` draws in all.
    pub fn estimate(&self, method: Method, factor: f64, years: u64, reason: String) -> Estimate {
        let value = factor * self.mean();
        let standard_error = factor * (self.variance() / self.n as f64).sqrt();
        let plain = (factor * self.plain / self.n as f64 - value * value).max(0.0);
        Estimate {
            method,
            value,
            standard_error,
            bound: f64::NAN,
            years,
            hits: self.hits,
            variance_factor: plain / years as f64 / (standard_error * standard_error),
            effective: self.effective(),
            reason,
        }
    }
}
