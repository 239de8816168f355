//! Premiums of many risks at once, without simulation: what [`Simulator::expected`](super::Simulator)
//! says risk by risk, from one curve a coverage.
//!
//! Over the uncertain scale s the expected cost of a claim is scale · [L(top/scale) − L(d/scale)], L(x) =
//! E s · LEV(x/s) the limited mean of the predictive severity. L is read by Hermite's cubic from its values
//! and slopes P(sX > x) at the ends of the cells of a [`Curve`]; where a layer is too thin for that, and for the
//! processes that are no counts of claims, the closed form itself is asked, once for risks alike.

use super::curve::{Curve, Used};
use super::expected::{Expected, struck};
use super::model::{Build, CoverageModel, Options, Parameters, Risk};
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::portfolio::Portfolio;
use crate::sector::process::Claims;
use crate::sector::{Coverage, Library, Process};
use std::collections::HashMap;

/// Risks rated by one thread before it looks up.
const CHUNK: usize = 1 << 14;
/// Layers thinner than this part of the limited mean are computed, not interpolated.
const THIN: f64 = 1e-3;

/// The ends of what a claim of a risk can cost, on the scale of the severity.
fn ends(risk: &Risk) -> (f64, f64) {
    let top = (risk.terms.deductible + risk.terms.limit).min(risk.ceiling);
    (risk.terms.deductible / risk.scale, top / risk.scale)
}

/// A coverage ready to rate.
struct Rater<'a> {
    model: CoverageModel,
    coverage: &'a Coverage,
    claims: Option<Claims>,
    curve: Option<Curve>,
}

/// Costs of like risks, per unit of their largest loss.
type Known = HashMap<[u64; 5], (f64, f64)>;

impl Rater<'_> {
    fn rate(&self, risk: &Risk, options: &Options, known: &mut Known) -> Result<Expected> {
        let uncertain = options.parameters != Parameters::Off;
        let unit = risk.unit();
        let (claims, attritional) = match (&self.claims, &self.curve) {
            (Some(law), Some(curve)) => {
                let (low, high) = ends(risk);
                let claims = law.claims(&unit, uncertain)?;
                let (a, b) = (curve.at(low), curve.at(high));
                if high <= low {
                    (claims, 0.0)
                } else if b - a > THIN * b {
                    (claims, claims * risk.terms.share * risk.scale * (b - a))
                } else {
                    let cost = self.model.law.expected(&unit, uncertain)?;
                    (cost.claims, cost.loss)
                }
            }
            _ => {
                let c = risk.ceiling;
                if !c.is_finite() {
                    let cost = self.model.law.expected(&unit, uncertain)?;
                    return self.with_events(cost.claims, cost.loss, risk, options, known);
                }
                let key =
                    [risk.rate, risk.scale / c, risk.terms.deductible / c, risk.terms.limit / c]
                        .map(f64::to_bits);
                let key = [key[0], key[1], key[2], key[3], u64::MAX];
                let trials = if self.model.process == Process::Index {
                    risk.exposure
                } else {
                    risk.trials as f64
                };
                let per = trials * c * risk.terms.share;
                let (claims, loss) = match known.get(&key) {
                    Some(found) => *found,
                    None => {
                        let cost = self.model.law.expected(&unit, uncertain)?;
                        *known.entry(key).or_insert((cost.claims / trials, cost.loss / per))
                    }
                };
                (claims * trials, loss * per)
            }
        };
        self.with_events(claims, attritional, risk, options, known)
    }

    /// Adds what systemic events cost.
    fn with_events(
        &self,
        claims: f64,
        attritional: f64,
        risk: &Risk,
        options: &Options,
        known: &mut Known,
    ) -> Result<Expected> {
        let mut rated = Expected { claims, attritional, ..Expected::default() };
        if options.systemic {
            for (k, event) in self.coverage.systemic.iter().enumerate() {
                let (stake, terms) = (risk.at_stake, risk.terms);
                let key =
                    [stake / terms.limit, terms.deductible / stake, 0.0, 0.0].map(f64::to_bits);
                let key = [key[0], key[1], key[2], key[3], k as u64];
                let per = stake * terms.share * risk.units * risk.window.span;
                let (_, cost) = match known.get(&key) {
                    Some(found) => *found,
                    None => *known.entry(key).or_insert((0.0, struck(event, risk)? / per)),
                };
                rated.systemic += cost * per;
            }
        }
        Ok(rated)
    }
}

/// Expected annual loss of each risk of the book, in its order; zero where the library lacks the
/// coverage and [`Options::partial`] is set.
pub fn rate(
    book: &Portfolio,
    library: &Library,
    options: &Options,
    control: &Control,
) -> Result<Vec<Expected>> {
    let build = Build::new(book, library, options)?;
    let chunks = book.len().div_ceil(CHUNK) as u64;
    let risks = |chunk: u64| {
        let first = chunk as usize * CHUNK;
        first..(first + CHUNK).min(book.len())
    };
    let used = run_blocks(0..chunks, control, |(): &mut (), chunk| {
        let mut used = vec![Used::default(); library.coverages().len()];
        for (k, risk) in risks(chunk).flat_map(|risk| build.risks_unnamed(risk)) {
            let (low, high) = ends(&risk);
            used[k].add(low);
            used[k].add(high);
        }
        Ok(used)
    })?
    .complete()?;
    let raters = run_blocks(0..library.coverages().len() as u64, control, |(): &mut (), k| {
        control.check()?;
        let coverage = &library.coverages()[k as usize];
        let uncertain = options.parameters != Parameters::Off;
        let claims = coverage.claims();
        let curve = claims.as_ref().map(|law| {
            let cv = if uncertain { law.cv_of_scale } else { 0.0 };
            let used = used.iter().map(|part| &part[k as usize]);
            Curve::new(&law.severity, cv, &Used::all(used))
        });
        Ok(Rater { model: super::model::empty(coverage)?, coverage, claims, curve })
    })?
    .complete()?;
    let rated = run_blocks(0..chunks, control, |(): &mut (), chunk| {
        control.check()?;
        let mut known: Vec<Known> = vec![Known::new(); raters.len()];
        risks(chunk)
            .map(|risk| {
                let mut total = Expected {
                    aggregate_limited: book.aggregate_limit[risk].is_finite(),
                    ..Expected::default()
                };
                for (k, part) in build.risks_unnamed(risk) {
                    let cost = raters[k].rate(&part, options, &mut known[k])?;
                    total.claims += cost.claims;
                    total.attritional += cost.attritional;
                    total.systemic += cost.systemic;
                }
                Ok(total)
            })
            .collect::<Result<Vec<_>>>()
    })?
    .complete()?;
    Ok(rated.concat())
}
