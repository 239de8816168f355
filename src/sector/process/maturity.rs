//! Maturity: a staged project succeeds, or stops with what was spent.
//!
//! The frequency of the file is the probability p that a project stops within its term; relativities,
//! stage and the year's multiplier m act on it, p m at most 1. Its cumulative hazard −ln(1 − p m) is
//! spread over the phases in proportion to their hazard shares and evenly within each, so that a
//! project that would stop anyway stops early. The sum insured follows the spend: all of it, the spend
//! up to the stop, or up to the last milestone that was verified. The loss is the severity times that.

use super::claims::{claim_cost, unit_lognormal};
use super::{Cost, LossProcess, Sources, Strike, Unit, YearState};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{exp, legendre_20, normal_mean};
use crate::random::{Purpose, Stream};
use crate::sector::coverage::Status;
use crate::severity::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is insured when a project stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Insured {
    /// The whole sum insured, whenever it stops.
    Whole,
    /// What was spent up to the stop.
    Spend,
    /// What was spent up to the last milestone reached.
    Milestones,
}

/// A phase of a project, ending in a milestone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    pub name: String,
    /// Length in years.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub years: f64,
    /// Share of the project's hazard that falls in this phase; any positive scale.
    #[schemars(range(min = 0.0))]
    pub hazard: f64,
    /// Share of the sum insured spent in this phase; the shares sum to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub spend: f64,
}

/// The phases of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Maturity {
    pub insured: Insured,
    pub phases: Vec<Phase>,
    pub status: Status,
    pub source: String,
    #[serde(default, skip_serializing_if = "Sources::is_empty")]
    pub sources: Sources,
}

impl Maturity {
    pub(in crate::sector) fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(!self.phases.is_empty(), || {
            Issue::new("missing_value", path, "phases").allowed("at least one phase")
        });
        let hazard: f64 = self.phases.iter().map(|p| p.hazard).sum();
        faults.check(self.phases.is_empty() || hazard > 0.0, || {
            Issue::new("out_of_range", path, "phases.hazard")
                .value(hazard)
                .allowed("greater than 0 in some phase")
        });
        let spend: f64 = self.phases.iter().map(|p| p.spend).sum();
        faults.check(self.phases.is_empty() || (spend - 1.0).abs() < 1e-9, || {
            Issue::new("out_of_range", path, "phases.spend")
                .value(spend)
                .allowed("1 in sum: the phases spend the sum insured")
        });
    }

    /// Length of the project in years.
    pub fn term(&self) -> f64 {
        self.phases.iter().map(|p| p.years).sum()
    }
}

/// Phases with the frequency and severity of their coverage.
#[derive(Debug, Clone)]
pub struct Project {
    insured: Insured,
    cv_of_mean: f64,
    cv_of_scale: f64,
    severity: Severity,
    steps: Vec<Step>,
}

/// A phase on the scale of the cumulative hazard.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Share of the hazard before the phase, and within.
    before: f64,
    hazard: f64,
    /// Share of the sum insured spent before the phase, and within.
    spent: f64,
    spend: f64,
    /// Share of the term gone before the phase, and within.
    start: f64,
    span: f64,
}

impl Project {
    pub fn new(maturity: &Maturity, cv_of_mean: f64, cv_of_scale: f64, severity: Severity) -> Self {
        let hazard: f64 = maturity.phases.iter().map(|p| p.hazard).sum();
        let term = maturity.term();
        let (mut before, mut spent, mut start) = (0.0, 0.0, 0.0);
        let steps = maturity
            .phases
            .iter()
            .map(|p| {
                let step = Step {
                    before,
                    hazard: p.hazard / hazard,
                    spent,
                    spend: p.spend,
                    start,
                    span: p.years / term,
                };
                (before, spent, start) =
                    (before + step.hazard, spent + step.spend, start + step.span);
                step
            })
            .collect();
        Self { insured: maturity.insured, cv_of_mean, cv_of_scale, severity, steps }
    }

    /// Insured part of the spend at a fraction of a phase.
    fn part(&self, step: &Step, within: f64) -> f64 {
        match self.insured {
            Insured::Whole => 1.0,
            Insured::Spend => step.spent + step.spend * within,
            Insured::Milestones => step.spent,
        }
    }

    /// The moment of the stop, as part of the term, and the insured part of the sum insured, given a
    /// uniform and the probability to stop at all.
    fn stop(&self, u: f64, probability: f64) -> (f64, f64) {
        // Share of the cumulative hazard at the stop: ln(1 − u p) / ln(1 − p).
        let whole = -libm::log1p(-probability.min(1.0 - 1e-15));
        let at = if probability > 0.0 { -libm::log1p(-u * probability) / whole } else { u };
        let step = self
            .steps
            .iter()
            .rev()
            .find(|s| s.hazard > 0.0 && s.before <= at)
            .or_else(|| self.steps.iter().find(|s| s.hazard > 0.0));
        let Some(step) = step else { return (0.0, 0.0) };
        let within = ((at - step.before) / step.hazard).clamp(0.0, 1.0);
        (step.start + step.span * within, self.part(step, within))
    }

    /// Expected part of the sum insured at the stop, given that the project stops.
    pub fn mean_part(&self, probability: f64) -> f64 {
        let nodes = self.nodes(|share| density(share, probability));
        nodes.iter().map(|(part, weight)| part * weight).sum::<f64>()
            / nodes.iter().map(|(_, weight)| weight).sum::<f64>()
    }

    /// Insured parts at the nodes of a quadrature over the hazard, with their weights.
    fn nodes(&self, density: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let mut nodes = Vec::with_capacity(20 * self.steps.len());
        for step in self.steps.iter().filter(|s| s.hazard > 0.0) {
            for (x, w) in legendre_20() {
                let within = 0.5 * (1.0 + x);
                let weight = 0.5 * w * step.hazard * density(step.before + step.hazard * within);
                nodes.push((self.part(step, within), weight));
            }
        }
        nodes
    }
}

/// Density of stopping at a share of the cumulative hazard, its integral being the probability.
fn density(share: f64, probability: f64) -> f64 {
    let hazard = -libm::log1p(-probability.min(1.0 - 1e-15));
    hazard * exp(-hazard * share)
}

impl LossProcess for Project {
    fn draw(&self, unit: &Unit<'_>, years: &mut YearState<'_>, out: &mut Vec<Strike>) {
        let mut counts = Stream::new(years.seed, Purpose::Count, unit.entity, years.block);
        let mut stops = Stream::new(years.seed, Purpose::Stage, unit.entity, years.block);
        let multiplier = &years.frequency.multiplier;
        years.frequency.thin(unit.rate, unit.trials, &mut counts, |year| {
            let probability = (unit.rate * multiplier[year]).min(1.0);
            let (time, part) = self.stop(stops.uniform(), probability);
            if part > 0.0 {
                out.push(Strike { year: year as u16, time, part, times: 1.0 });
            }
            true
        });
    }

    fn expected(&self, unit: &Unit<'_>, uncertain: bool) -> Result<Cost> {
        let (cv_m, cv_s) = if uncertain { (self.cv_of_mean, self.cv_of_scale) } else { (0.0, 0.0) };
        let claims = super::claims::expected_probability(unit.rate, cv_m)? * unit.trials as f64;
        if self.insured == Insured::Whole {
            return Ok(Cost { claims, loss: claims * claim_cost(&self.severity, cv_s, unit, 1.0) });
        }
        let (mu, sigma) = unit_lognormal(cv_m);
        let over = |share: f64| {
            let at = |m: f64| density(share, (unit.rate * m).min(1.0));
            if cv_m > 0.0 { normal_mean(|z| at(exp(mu + sigma * z))) } else { at(1.0) }
        };
        let mut loss = 0.0;
        let mut last = (f64::NAN, 0.0);
        for (part, weight) in self.nodes(over) {
            if part != last.0 {
                last = (part, claim_cost(&self.severity, cv_s, unit, part));
            }
            loss += weight * last.1;
        }
        Ok(Cost { claims, loss: loss * unit.trials as f64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::Beta;

    fn project(insured: Insured) -> Project {
        let phase = |name: &str, years, hazard, spend| Phase {
            name: name.to_owned(),
            years,
            hazard,
            spend,
        };
        let maturity = Maturity {
            insured,
            phases: vec![
                phase("design", 1.0, 0.5, 0.2),
                phase("build", 1.0, 0.3, 0.5),
                phase("test", 0.5, 0.2, 0.3),
            ],
            status: Status::Expert,
            source: "test".to_owned(),
            sources: Sources::default(),
        };
        Project::new(&maturity, 0.5, 0.0, Beta::new(3.0, 2.0, 0.0).unwrap().into())
    }

    /// By hand: hazard H = −ln 0.7, phases of 0.5 H, 0.3 H and 0.2 H; at milestones 0, 0.2 and 0.7
    /// of the sum insured are spent.
    #[test]
    fn the_milestones_by_hand() {
        let h = -(0.7f64).ln();
        let s = |x: f64| (-h * x).exp();
        let want = (0.2 * (s(0.5) - s(0.8)) + 0.7 * (s(0.8) - s(1.0))) / 0.3;
        let got = project(Insured::Milestones).mean_part(0.3);
        assert!((got - want).abs() < 1e-12, "{got} {want}");
        // Nearly no hazard: uniform over the hazard.
        let flat = project(Insured::Spend).mean_part(1e-9);
        assert!((flat - (0.5 * 0.1 + 0.3 * 0.45 + 0.2 * 0.85)).abs() < 1e-8, "{flat}");
        assert_eq!(project(Insured::Whole).mean_part(0.3), 1.0);
    }

    #[test]
    fn stops_have_the_law_of_the_closed_form() {
        for p in [0.02, 0.3, 0.9, 1.0] {
            for insured in [Insured::Spend, Insured::Milestones] {
                let project = project(insured);
                let n = 100_000;
                let mean: f64 = (0..n)
                    .map(|i| project.stop((f64::from(i) + 0.5) / f64::from(n), p).1)
                    .sum::<f64>()
                    / f64::from(n);
                let want = project.mean_part(p);
                assert!((mean - want).abs() < 2e-3 * want.max(0.01), "{p}: {mean} {want}");
            }
        }
        // A project that stops halfway through the build is 1.5 of 2.5 years old.
        let (time, part) = project(Insured::Spend).stop(0.65, 1e-12);
        assert!((time - 0.6).abs() < 1e-9 && (part - 0.45).abs() < 1e-9);
    }
}
