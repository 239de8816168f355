//! Claims of single risks.

use super::model::{CoverageModel, Risk};
use super::rows::{Moment, Sink};
use super::years::Years;
use crate::error::Result;
use crate::exec::Control;
use crate::numeric::{CHOICE, choose};
use crate::random::{Purpose, Stream};
use crate::sector::FrequencyFamily;

/// Claims drawn before their severities are sampled together.
const BATCH: usize = 1 << 11;

/// Claims of several risks of one coverage, waiting for their severities.
#[derive(Debug, Default)]
pub(super) struct Claims {
    when: Vec<Moment>,
    /// Uniforms, to become moments.
    uniform: Vec<f64>,
    /// Severity multiplier of the year.
    scale: Vec<f64>,
    /// Survival probabilities, then losses.
    size: Vec<f64>,
    /// Risk of the coverage and end of its claims.
    ends: Vec<(usize, usize)>,
}

impl Claims {
    /// Ends a run of claims of one risk: their survival probabilities come from its `sizes`.
    fn close(&mut self, place: usize, sizes: &mut Stream) {
        let (start, end) = (self.size.len(), self.when.len());
        if end > start {
            self.size.resize(end, 0.0);
            sizes.fill(&mut self.size[start..]);
            self.ends.push((place, end));
        }
    }
}

/// Where claims go: a coverage, in the years of a block.
struct Draw<'a, S: Sink> {
    model: &'a CoverageModel,
    years: &'a Years,
    address: (u64, u64),
    claims: &'a mut Claims,
    rows: &'a mut S,
    control: &'a Control,
}

/// Draws the claims of all risks of the coverage.
pub(super) fn draw<S: Sink>(
    model: &CoverageModel,
    years: &Years,
    address: (u64, u64),
    claims: &mut Claims,
    rows: &mut S,
    control: &Control,
) -> Result<()> {
    let mut draw = Draw { model, years, address, claims, rows, control };
    for (place, risk) in model.risks.iter().enumerate() {
        match model.family {
            FrequencyFamily::Bernoulli => draw.trials(place, risk)?,
            _ => draw.arrivals(place, risk)?,
        }
    }
    draw.settle();
    Ok(())
}

impl<S: Sink> Draw<'_, S> {
    fn stream(&self, purpose: Purpose, risk: &Risk) -> Stream {
        Stream::new(self.address.0, purpose, risk.entity, self.address.1)
    }

    /// Poisson arrivals over the block, each given a year in proportion to its multiplier.
    fn arrivals(&mut self, place: usize, risk: &Risk) -> Result<()> {
        let mean = risk.rate * self.years.total;
        let mut left = self.stream(Purpose::Count, risk).poisson(mean);
        if left == 0 {
            return Ok(());
        }
        let mut times = self.stream(Purpose::Time, risk);
        let mut sizes = self.stream(Purpose::Severity, risk);
        let whole = risk.window.span == 1.0;
        while left > 0 {
            let claims = &mut *self.claims;
            let start = claims.when.len();
            let count = left.min((BATCH - start) as u64) as usize;
            left -= count as u64;
            claims.uniform.resize(count, 0.0);
            times.fill(&mut claims.uniform);
            claims.when.resize(start + count, Moment::default());
            claims.scale.resize(start + count, 1.0);
            let places = claims.when[start..].iter_mut().zip(&mut claims.scale[start..]);
            for ((when, scale), u) in places.zip(&claims.uniform) {
                let (year, within, severity) = self.years.locate(*u);
                *when = Moment::new(year, if whole { within } else { risk.window.at(within) });
                *scale = severity;
            }
            claims.close(place, &mut sizes);
            self.settle_if_full()?;
        }
        Ok(())
    }

    /// One trial per unit and year.
    fn trials(&mut self, place: usize, risk: &Risk) -> Result<()> {
        let mut stream = self.stream(Purpose::Count, risk);
        let mut times = self.stream(Purpose::Time, risk);
        let mut sizes = self.stream(Purpose::Severity, risk);
        let years = self.years;
        let mut fault = None;
        years.trials.thin(risk.rate, risk.trials, &mut stream, |year| {
            self.claims.when.push(Moment::new(year, risk.window.at(times.uniform())));
            self.claims.scale.push(years.severity[year]);
            if self.claims.when.len() >= BATCH {
                self.claims.close(place, &mut sizes);
                fault = self.settle_if_full().err();
            }
            fault.is_none()
        });
        self.claims.close(place, &mut sizes);
        fault.map_or(Ok(()), Err)
    }

    fn settle_if_full(&mut self) -> Result<()> {
        if self.claims.when.len() >= BATCH {
            self.settle();
            self.control.check()?;
        }
        Ok(())
    }

    /// Samples the severities of the waiting claims and applies the policy terms.
    fn settle(&mut self) {
        let Self { model, claims, rows, .. } = self;
        if let Some(sampler) = &model.sampler {
            sampler.sample(&mut claims.size);
        }
        let (mut wanted, mut indices) = ([0; CHOICE], [0; CHOICE + 8]);
        let mut start = 0;
        for &(place, end) in &claims.ends {
            let risk = &model.risks[place];
            let (unit, ceiling, terms) = (risk.scale, risk.ceiling, risk.terms);
            let sizes = claims.size[start..end].iter_mut().zip(&claims.scale[start..end]);
            for (size, scale) in sizes {
                *size = terms.apply((*size * (scale * unit)).min(ceiling));
            }
            let losses = claims.size[start..end].chunks(CHOICE);
            for (losses, when) in losses.zip(claims.when[start..end].chunks(CHOICE)) {
                // Whether a loss exceeds its deductible nobody can guess.
                let groups = losses.len().next_multiple_of(8);
                wanted[losses.len()..groups].fill(0);
                for (wanted, loss) in wanted.iter_mut().zip(losses) {
                    *wanted = u8::from(*loss > 0.0);
                }
                let count = choose(&wanted[..groups], &mut indices);
                for at in &indices[..count] {
                    let at = usize::from(*at);
                    rows.push(when[at], losses[at], risk.index, risk.event);
                }
            }
            start = end;
        }
        claims.when.clear();
        claims.scale.clear();
        claims.size.clear();
        claims.ends.clear();
    }
}
