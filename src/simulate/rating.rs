//! Premiums of many risks at once, without simulation: what [`Simulator::expected`](super::Simulator)
//! says risk by risk, from one curve a coverage.
//!
//! Over the uncertain scale s the expected cost of a claim is scale · [L(top/scale) − L(d/scale)], L(x) =
//! E s · LEV(x/s) the limited mean of the predictive severity. L is tabulated on a logarithmic grid with
//! its slope x · P(sX > x) and read by Hermite's cubic; where a layer is too thin for that, and for the
//! processes that are no counts of claims, the closed form itself is asked, once for risks alike.

use super::expected::{Expected, struck};
use super::model::{Build, CoverageModel, Options, Parameters, Risk};
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::numeric::{exp, ln, normal_mean};
use crate::portfolio::Portfolio;
use crate::sector::process::{Claims, unit_lognormal};
use crate::sector::{Coverage, Library, Process};
use crate::severity::{Family, Severity};
use std::collections::HashMap;

/// Risks rated by one thread before it looks up.
const CHUNK: usize = 1 << 14;
/// Nodes of a curve, from 10⁻⁸ of its largest use.
const NODES: usize = 1536;
const DECADES: f64 = 9.0;
/// Layers thinner than this part of the limited mean are computed, not interpolated.
const THIN: f64 = 1e-3;

/// Limited means of the predictive severity.
struct Curve {
    low: f64,
    step: f64,
    /// L and dL/d ln x.
    nodes: Vec<(f64, f64)>,
}

impl Curve {
    fn new(severity: &Severity, cv: f64, largest: f64) -> Self {
        let step = DECADES * std::f64::consts::LN_10 / (NODES - 1) as f64;
        let low = ln(largest) - step * (NODES - 1) as f64;
        let (mu, sigma) = unit_lognormal(cv);
        let over = |f: &dyn Fn(f64) -> f64| {
            if cv > 0.0 { normal_mean(|z| f(exp(mu + sigma * z))) } else { f(1.0) }
        };
        let nodes = (0..NODES).map(|i| {
            let x = exp(low + step * i as f64);
            (over(&|s| s * severity.lev(x / s)), x * over(&|s| severity.sf(x / s)))
        });
        Self { low, step, nodes: nodes.collect() }
    }

    /// L(x), none outside of the grid.
    fn at(&self, x: f64) -> Option<f64> {
        if x <= 0.0 {
            return Some(0.0);
        }
        let place = (ln(x) - self.low) / self.step;
        let i = place.floor();
        if !(0.0..(NODES - 1) as f64).contains(&place) {
            // The last node itself.
            return (place - (NODES - 1) as f64).abs().lt(&1e-9).then(|| self.nodes[NODES - 1].0);
        }
        let (t, i) = (place - i, i as usize);
        let ((y0, d0), (y1, d1)) = (self.nodes[i], self.nodes[i + 1]);
        let (d0, d1, rise) = (d0 * self.step, d1 * self.step, y1 - y0);
        Some(y0 + t * (d0 + t * ((3.0 * rise - 2.0 * d0 - d1) + t * (d0 + d1 - 2.0 * rise))))
    }
}

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
                match (curve.at(low), curve.at(high)) {
                    _ if high <= low => (claims, 0.0),
                    (Some(a), Some(b)) if b - a > THIN * b => {
                        (claims, claims * risk.terms.share * risk.scale * (b - a))
                    }
                    _ => {
                        let cost = self.model.law.expected(&unit, uncertain)?;
                        (cost.claims, cost.loss)
                    }
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
    let most = run_blocks(0..chunks, control, |(): &mut (), chunk| {
        let mut most = vec![0.0f64; library.coverages().len()];
        for risk in risks(chunk) {
            for (k, risk) in build.risks_unnamed(risk) {
                let high = ends(&risk).1;
                if high.is_finite() {
                    most[k] = most[k].max(high);
                }
            }
        }
        Ok(most)
    })?
    .complete()?;
    let largest = |k: usize| most.iter().map(|part| part[k]).fold(0.0, f64::max);
    let raters = run_blocks(0..library.coverages().len() as u64, control, |(): &mut (), k| {
        let coverage = &library.coverages()[k as usize];
        let uncertain = options.parameters != Parameters::Off;
        let largest = largest(k as usize);
        let claims = coverage.claims();
        let curve = claims.as_ref().filter(|_| largest > 0.0).map(|law| {
            Curve::new(&law.severity, if uncertain { law.cv_of_scale } else { 0.0 }, largest)
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
