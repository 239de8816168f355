//! A programme compiled for application: numbers only, in an order that can be run.

use super::annual::{Annual, Attribution};
use super::layer::Layer;
use super::premium::{Premiums, participation};
use super::programme::Programme;
use super::reinstatement::Reinstatement;
use super::terms::{Basis, ProRata, Treaty, Unit};
use super::tower;
use crate::error::{Faults, Issue, Result};

/// What to compute beside the annual columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Largest event of each year, gross and net of the covers per risk and per event.
    pub largest_events: bool,
    /// How annual terms are given back to events.
    pub attribution: Attribution,
}

impl Default for Options {
    fn default() -> Self {
        Self { largest_events: true, attribution: Attribution::EventOrder }
    }
}

/// A treaty resolved to numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Position in the programme.
    pub treaty: usize,
    pub basis: Basis,
    /// Positions of the treaties whose recoveries are taken off.
    pub net_of: Vec<usize>,
    pub layer: Layer,
    /// Infinite when there is none.
    pub event_limit: f64,
    pub annual: Annual,
    /// Fraction of recoveries and premium that reinsurers take.
    pub participation: f64,
    /// Its premium is 1 where the treaty's is not known.
    pub reinstatement: Option<Reinstatement>,
    pub premiums: Premiums,
    /// Ceding commission, a fraction of the ceded premium.
    pub commission: f64,
    /// Whether its recoveries are wanted row by row.
    pub by_row: bool,
}

impl Resolved {
    /// A cover of everything in the year, without terms.
    pub fn whole(treaty: usize) -> Self {
        Self {
            treaty,
            basis: Basis::Annual,
            net_of: Vec::new(),
            layer: Layer { limit: f64::INFINITY, attachment: 0.0, franchise: 0.0 },
            event_limit: f64::INFINITY,
            annual: Annual { deductible: 0.0, limit: f64::INFINITY },
            participation: 1.0,
            reinstatement: None,
            premiums: Premiums::default(),
            commission: 0.0,
            by_row: false,
        }
    }
}

/// A compiled programme; apply it with [`Plan::apply`] or [`super::run`].
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) names: Vec<String>,
    /// In an order that can be run.
    pub(super) steps: Vec<Resolved>,
    pub(super) options: Options,
    /// Whether the one-pass path applies: see `tower`.
    pub(super) tower: bool,
}

impl Plan {
    /// Resolves premiums, loss ratios and caps, and finds out which recoveries are wanted by row.
    ///
    /// # Errors
    /// Terms that refer to a premium which the programme does not know, all at once.
    pub fn new(programme: &Programme, options: Options) -> Result<Self> {
        let net_of = programme.net_of();
        let order = programme.order();
        let premiums = programme.premiums();
        let mut faults = Faults::new();
        let mut steps = Vec::with_capacity(order.len());
        for &index in &order {
            let treaty = &programme.treaties()[index];
            let known = premiums[index];
            let place = format!("programme.{}", treaty.name);
            let subject = |field: &str, faults: &mut Faults| {
                known.subject.unwrap_or_else(|| {
                    faults.push(missing_premium(&place, field, "programme's premium"));
                    1.0
                })
            };
            let unit = match treaty.unit {
                Unit::Amount => 1.0,
                Unit::LossRatio => subject("loss ratio", &mut faults),
            };
            if treaty.rate.is_some() {
                subject("rate", &mut faults);
            }
            let limit = treaty.limit.amount() * unit;
            let mut capacity = treaty.aal.amount();
            if let Some(terms) = &treaty.reinstatements {
                capacity = capacity.min(terms.capacity(limit));
            }
            if let Some(cap) = treaty.loss_ratio_cap {
                match known.treaty {
                    Some(premium) => capacity = capacity.min(cap * premium),
                    None => faults.push(missing_premium(
                        &place,
                        "loss_ratio_cap",
                        if treaty.is_proportional() {
                            "programme's premium"
                        } else {
                            "treaty's premium or rate"
                        },
                    )),
                }
            }
            steps.push(Resolved {
                treaty: index,
                basis: treaty.basis,
                net_of: net_of[index].clone(),
                layer: Layer {
                    limit,
                    attachment: treaty.attachment * unit,
                    franchise: treaty.franchise,
                },
                event_limit: treaty.event_limit.amount(),
                annual: Annual { deductible: treaty.aad, limit: capacity },
                participation: participation(treaty),
                reinstatement: reinstatement(treaty, limit, known),
                premiums: known,
                commission: treaty.commission.unwrap_or(0.0),
                by_row: false,
            });
        }
        faults.finish()?;
        let occurrence = |step: &Resolved| step.basis != Basis::Annual;
        let tower = tower::applies(&steps, options);
        // The largest net event of a tower follows from its largest gross event.
        let every_row = options.largest_events && !tower;
        let wanted: Vec<usize> =
            steps.iter().filter(|s| occurrence(s)).flat_map(|s| s.net_of.clone()).collect();
        for step in &mut steps {
            step.by_row = every_row || wanted.contains(&step.treaty);
        }
        let names = programme.treaties().iter().map(|treaty| treaty.name.clone()).collect();
        Ok(Self { names, steps, options, tower })
    }

    /// The plan with every recovery given back to its rows.
    #[must_use]
    pub(super) fn by_row(&self) -> Self {
        let mut plan = self.clone();
        plan.tower = false;
        plan.options.largest_events = false;
        plan.steps.iter_mut().for_each(|step| step.by_row = true);
        plan
    }

    /// Names of the treaties, as in the programme.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The treaties in the order in which they are applied.
    pub fn steps(&self) -> &[Resolved] {
        &self.steps
    }

    pub fn options(&self) -> Options {
        self.options
    }

    /// Whether a reinstatement premium needs the dates of events.
    pub fn needs_time(&self) -> bool {
        self.steps.iter().any(|s| s.reinstatement.as_ref().is_some_and(|r| r.pro_rata_time))
    }
}

fn missing_premium(place: &str, field: &str, which: &str) -> Issue {
    Issue::new("missing_premium", place, field)
        .value(format!("refers to the {which}, which is not stated"))
        .hint("state it: `Programme(…, premium=\"90m\")`, `premium 2m`")
}

fn reinstatement(treaty: &Treaty, limit: f64, premiums: Premiums) -> Option<Reinstatement> {
    let terms = treaty.reinstatements.clone()?;
    Some(Reinstatement {
        limit,
        // Without a premium the charge is per unit of it, for a quote to multiply; `diagnose` says so.
        premium: premiums.treaty.unwrap_or(1.0),
        terms,
        pro_rata_time: treaty.pro_rata == ProRata::Time,
    })
}
