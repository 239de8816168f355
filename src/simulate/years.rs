//! What a year does to all risks of a coverage: multipliers of frequency and severity.

use super::model::{CoverageModel, Parameters};
use crate::losses::BLOCK_YEARS;
use crate::numeric::kernel;
use crate::random::{Purpose, Stream, entity_id};
use crate::sector::process::{Octaves, unit_lognormal};

/// Largest time of a year.
pub(super) const LAST: f64 = 1.0 - 1.0 / (1u64 << 40) as f64;

/// Slices of the sum of frequency multipliers, in the guide.
const SLICES: usize = 4 * BLOCK_YEARS;

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Sum of the frequency multipliers of earlier years.
    before: f64,
    /// 1 / frequency multiplier.
    inverse: f64,
    severity: f64,
}

/// Multipliers of the years of one block.
#[derive(Debug, Default)]
pub(super) struct Years {
    pub frequency: Vec<f64>,
    pub severity: Vec<f64>,
    /// What finding a year needs, side by side; one more slot than years.
    slots: Vec<Slot>,
    /// First year to look at for each of equally wide slices of the sum.
    guide: Vec<u16>,
    /// Sum of the frequency multipliers.
    pub total: f64,
    /// The frequency multipliers for trials; of what has arrivals only, they are not made.
    pub trials: Octaves,
}

impl Years {
    /// The block is always drawn whole, so that a shorter run is a prefix of a longer one.
    pub fn draw(&mut self, model: &CoverageModel, seed: u64, block: u64, parameters: Parameters) {
        let uncertain = |out: &mut Vec<f64>, cv: f64, what: &str| {
            out.clear();
            out.resize(BLOCK_YEARS, 1.0);
            if parameters != Parameters::Off && cv > 0.0 {
                let name = entity_id(&format!("{}/{what}", model.id));
                parameters.uniforms(seed, name, block, out);
                let (mu, sigma) = unit_lognormal(cv);
                kernel::lognormal_in_place(out, mu, sigma);
            }
        };
        uncertain(&mut self.frequency, model.cv_of_mean, "frequency");
        uncertain(&mut self.severity, model.cv_of_scale, "severity");
        if let Some(shape) = model.mixing_shape {
            let mut stream = Stream::new(seed, Purpose::Mixing, entity_id(&model.id), block);
            for m in &mut self.frequency {
                *m *= stream.gamma(shape) / shape;
            }
        }
        for (factor, sd) in &model.common {
            let mut z = vec![0.0; BLOCK_YEARS];
            Stream::new(seed, Purpose::Dependence, *factor, block).fill(&mut z);
            kernel::lognormal_in_place(&mut z, -0.5 * sd * sd, *sd);
            self.frequency.iter_mut().zip(&z).for_each(|(m, f)| *m *= f);
        }
        self.slots.clear();
        self.total = 0.0;
        for (&m, &severity) in self.frequency.iter().zip(&self.severity) {
            self.slots.push(Slot { before: self.total, inverse: 1.0 / m, severity });
            self.total += m;
        }
        // No uniform reaches the end.
        self.slots.push(Slot { before: f64::INFINITY, inverse: 1.0, severity: 1.0 });
        if model.has_trials() {
            self.trials = Octaves::new(self.frequency.clone());
        }
        self.guide.clear();
        let mut year = 0;
        for slice in 0..SLICES {
            let x = self.total * (slice as f64 / SLICES as f64);
            while self.slots[year + 1].before <= x {
                year += 1;
            }
            self.guide.push(year as u16);
        }
    }

    /// Turns a uniform into a year, drawn in proportion to its frequency multiplier, a fraction of
    /// the year, and the severity multiplier of the year.
    #[inline(always)]
    pub fn locate(&self, u: f64) -> (usize, f64, f64) {
        let x = u * self.total;
        // The slice below or at u: adding 1.5 · 2⁵² rounds to a whole number held by the low bits.
        let slice = (u * SLICES as f64 - 0.5 + (3u64 << 51) as f64).to_bits() as usize % SLICES;
        let mut year = usize::from(self.guide[slice]);
        // One step is as often wanted as not, so without a branch; more are rare.
        year += usize::from(self.slots[year + 1].before <= x);
        while self.slots[year + 1].before <= x {
            year += 1;
        }
        let slot = self.slots[year];
        // In this order a NaN, from a year that cannot have claims, becomes 0.
        let within = ((x - slot.before) * slot.inverse).max(0.0);
        (year, if within < LAST { within } else { LAST }, slot.severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sector::Library;

    #[test]
    fn uniforms_land_in_years_in_proportion() {
        let library = Library::shipped().unwrap();
        let coverage = library.get("ai.output_liability").unwrap();
        let model = CoverageModel {
            cv_of_mean: 0.6,
            cv_of_scale: 0.5,
            mixing_shape: Some(1.5),
            ..crate::simulate::model::empty(coverage).unwrap()
        };
        let mut years = Years::default();
        years.draw(&model, 1, 0, Parameters::PerYear);
        let n = 400_000;
        let mut mass = vec![0.0; BLOCK_YEARS];
        for i in 0..n {
            let (year, time, severity) = years.locate((f64::from(i) + 0.5) / f64::from(n));
            assert!((0.0..1.0).contains(&time) && (year as f64 + time) as usize == year);
            assert_eq!(severity, years.severity[year]);
            mass[year] += 1.0 / f64::from(n);
        }
        for (m, f) in mass.iter().zip(&years.frequency) {
            assert!((m - f / years.total).abs() < 1.1 / f64::from(n));
        }
        // Mean 1; variance (1 + 0.6²)(1 + 1/1.5) − 1.
        let mean = years.total / BLOCK_YEARS as f64;
        let variance: f64 = 1.36 * (1.0 + 1.0 / 1.5) - 1.0;
        assert!((mean - 1.0).abs() < 4.0 * (variance / BLOCK_YEARS as f64).sqrt(), "{mean}");
        let again = years.frequency.clone();
        years.draw(&model, 1, 0, Parameters::PerYear);
        assert_eq!(again, years.frequency);
        assert_eq!(years.locate(f64::MIN_POSITIVE).0, 0);
        assert_eq!(years.locate(1.0 - f64::EPSILON).0, BLOCK_YEARS - 1);
    }
}
