//! A programme compiled for application: numbers only, in an order that can be run.

use std::sync::Arc;

use super::account::AccountTerms;
use super::annual::{Annual, Attribution};
use super::attaching::Attaches;
use super::hours::HOURS_A_YEAR;
use super::layer::Layer;
use super::nth_event::{Counted, NthEvent};
use super::premium::{Premiums, participation};
use super::programme::Programme;
use super::proportional::Cession;
use super::reinstatement::Reinstatement;
use super::stability::Stability;
use super::term::Term;
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
    /// Years of a run: consecutive years that share what is carried from one to the next. None: the
    /// shortest that holds every term of years of the programme.
    pub horizon: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { largest_events: true, attribution: Attribution::EventOrder, horizon: None }
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
    /// How the ceded share of a risk follows from its sum insured.
    pub cession: Option<Cession>,
    /// Ceded share by risk, once the plan knows the risks.
    pub shares: Arc<[f64]>,
    pub event_franchise: f64,
    /// Second-event covers and drops.
    pub counted: Option<Counted>,
    /// Treaty whose recoveries lost to a used-up annual limit are the subject.
    pub backup_of: Option<usize>,
    /// Whether a treaty backs this one up.
    pub backed_up: bool,
    pub term: Option<Term>,
    /// Yearly growth of all amounts.
    pub indexed: f64,
    /// Length of an occurrence as a fraction of the year.
    pub window: Option<f64>,
    pub attaches: Attaches,
    pub interlocking: bool,
    /// Date at which each risk's policy is renewed, once the plan knows the risks.
    pub renewals: Arc<[f64]>,
    pub account: AccountTerms,
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
            annual: Annual::NONE,
            participation: 1.0,
            reinstatement: None,
            premiums: Premiums::default(),
            commission: 0.0,
            by_row: false,
            cession: None,
            shares: Arc::from([]),
            event_franchise: 0.0,
            counted: None,
            backup_of: None,
            backed_up: false,
            term: None,
            indexed: 0.0,
            window: None,
            attaches: Attaches::default(),
            interlocking: false,
            renewals: Arc::from([]),
            account: AccountTerms::default(),
        }
    }

    /// Whether each occurrence stands for itself: a layer of its loss, then the terms of one year.
    pub fn is_plain(&self) -> bool {
        self.why_not_plain().is_none()
    }

    /// The clause that makes a recovery more than a layer of the loss and the terms of one year.
    pub fn why_not_plain(&self) -> Option<&'static str> {
        let found = [
            (self.cession.is_some(), "the ceded share depends on the risk"),
            (self.event_franchise > 0.0, "an event franchise makes the recovery jump"),
            (self.counted.is_some(), "the cover depends on the number of events of the year"),
            (self.backup_of.is_some(), "a backup depends on the year so far"),
            (self.backed_up, "a backup follows it"),
            (self.term.is_some(), "a term of years depends on the years before"),
            (self.indexed != 0.0, "indexed amounts differ from year to year"),
            (self.window.is_some(), "the hours clause regroups the events of the year"),
            (self.is_attaching(), "the treaty's years are those of its policies or reports"),
            (!self.annual.is_plain(), "a loss corridor takes back a share of the year"),
        ];
        found.into_iter().find_map(|(there, why)| there.then_some(why))
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
    /// Years of a run.
    pub(super) horizon: u64,
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
            let indexation = treaty.stability.as_ref().map_or(1.0, Stability::factor);
            let unit = unit * indexation;
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
            if treaty.drop.is_some_and(|drop| drop.top)
                && treaty.reinstatements.is_none()
                && treaty.aal.is_unlimited()
            {
                capacity = capacity.min(limit);
            }
            let corridor = treaty.corridor.map(|corridor| {
                let premium = known.treaty.unwrap_or_else(|| {
                    faults.push(missing_premium(&place, "corridor", "treaty's premium or rate"));
                    1.0
                });
                corridor.of(premium)
            });
            let priced = !treaty.sliding.is_empty()
                || treaty.profit_commission.is_some()
                || treaty.no_claims_bonus != 0.0;
            faults.check(!priced || known.treaty.is_some() || treaty.swing.is_some(), || {
                missing_premium(&place, "commission", "treaty's premium or rate")
            });
            if treaty.swing.is_some() {
                subject("swing", &mut faults);
            }
            let layer =
                Layer { limit, attachment: treaty.attachment * unit, franchise: treaty.franchise };
            steps.push(Resolved {
                treaty: index,
                basis: treaty.basis,
                net_of: net_of[index].clone(),
                layer,
                event_limit: treaty.event_limit.amount(),
                annual: Annual {
                    deductible: treaty.aad,
                    limit: capacity,
                    corridor,
                    ..Annual::NONE
                },
                participation: participation(treaty),
                reinstatement: reinstatement(treaty, limit, known),
                premiums: known,
                commission: treaty.commission.unwrap_or(0.0),
                by_row: false,
                cession: Cession::of(treaty),
                shares: Arc::from([]),
                event_franchise: treaty.event_franchise,
                counted: counted(treaty, layer, indexation),
                backup_of: treaty.backup_of.as_deref().and_then(|name| programme.index(name).ok()),
                backed_up: programme
                    .treaties()
                    .iter()
                    .any(|other| other.backup_of.as_ref() == Some(&treaty.name)),
                term: treaty.term.map(|years| Term {
                    years: u64::from(years),
                    deductible: treaty.term_deductible,
                    limit: treaty.term_limit.amount(),
                }),
                indexed: treaty.indexed,
                window: treaty.hours.map(|hours| hours / HOURS_A_YEAR),
                attaches: treaty.attaches.unwrap_or_default(),
                interlocking: treaty.interlocking,
                renewals: Arc::from([]),
                account: AccountTerms {
                    sliding: treaty.sliding.clone(),
                    profit: treaty.profit_commission,
                    deficit_carried: treaty.deficit_carried,
                    credit_carried: treaty.credit_carried,
                    swing: treaty.swing,
                    no_claims_bonus: treaty.no_claims_bonus,
                },
            });
        }
        let terms = steps.iter().filter_map(|step: &Resolved| step.term.map(|term| term.years));
        let horizon = options.horizon.unwrap_or_else(|| terms.fold(1, lcm));
        faults.check(horizon > 0 && horizon <= MOST_YEARS, || {
            Issue::new("out_of_range", "apply", "horizon")
                .value(horizon)
                .allowed(format!("1 to {MOST_YEARS} years"))
        });
        for step in steps.iter().filter(|step| step.indexed != 0.0 || step.is_attaching()) {
            faults.check(options.horizon.is_some(), || {
                let place = format!("programme.{}", programme.treaties()[step.treaty].name);
                let (field, what) = if step.is_attaching() {
                    (step.attaches.words(), "a treaty year meets losses of several years")
                } else {
                    ("indexed", "amounts grow from year to year")
                };
                Issue::new("missing_horizon", place, field)
                    .value(format!("{what}, and the years of a run are not stated"))
                    .hint("state them: `apply(…, horizon=5)`")
            });
        }
        faults.finish()?;
        let names = programme.treaties().iter().map(|treaty| treaty.name.clone()).collect();
        Ok(Self::of_steps(names, steps, Options { horizon: Some(horizon), ..options }))
    }

    /// A plan of steps that are resolved and in order: finds out which recoveries are wanted by row.
    pub(super) fn of_steps(names: Vec<String>, mut steps: Vec<Resolved>, options: Options) -> Self {
        let horizon = options.horizon.unwrap_or(1);
        let occurrence = |step: &Resolved| step.basis != Basis::Annual || step.is_attaching();
        let tower = tower::applies(&steps, options);
        // The largest net event of a tower follows from its largest gross event.
        let every_row = options.largest_events && !tower;
        let mut wanted: Vec<usize> = Vec::new();
        for step in steps.iter().rev() {
            if occurrence(step) || wanted.contains(&step.treaty) {
                wanted.extend(&step.net_of);
            }
        }
        for step in &mut steps {
            // The largest net event takes a plain cover per event by event.
            let by_event = step.basis == Basis::Event && step.is_plain();
            step.by_row = (every_row && !by_event && step.basis != Basis::Annual)
                || wanted.contains(&step.treaty);
        }
        Self { names, steps, options, tower, horizon }
    }

    /// The plan that finds the largest events as well.
    #[must_use]
    pub fn with_largest_events(&self) -> Self {
        let options = Options { largest_events: true, ..self.options };
        let steps = self.steps.clone();
        Self { horizon: self.horizon, ..Self::of_steps(self.names.clone(), steps, options) }
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

    /// Whether a reinstatement premium or an hours clause needs the dates of events.
    pub fn needs_time(&self) -> bool {
        self.steps.iter().any(|s| {
            s.window.is_some() || s.reinstatement.as_ref().is_some_and(|r| r.pro_rata_time)
        })
    }

    /// Years of a run: consecutive years that share what is carried from one to the next.
    pub fn horizon(&self) -> u64 {
        self.horizon
    }

    /// Whether what one year leaves of a term matters to the next.
    pub(super) fn carries(&self) -> bool {
        self.steps.iter().any(|step| step.term.is_some() || step.is_attaching())
    }

    /// Whether it matters which year of its run a year is.
    pub(super) fn knows_its_year(&self) -> bool {
        self.carries() || self.steps.iter().any(|step| step.indexed != 0.0)
    }

    /// Year of the run that year `year` of the source (from 0) is.
    pub(super) fn year_of_run(&self, year: u64) -> u64 {
        year % self.horizon
    }
}

/// Most years of a run.
const MOST_YEARS: u64 = 10_000;

fn lcm(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}

fn counted(treaty: &Treaty, layer: Layer, indexation: f64) -> Option<Counted> {
    if let Some(drop) = treaty.drop {
        let then = Layer { attachment: drop.to * indexation, ..layer };
        let over = drop.over.unwrap_or(then.attachment);
        return Some(Counted { number: drop.number, over, first: Some(layer), then });
    }
    let NthEvent { number, over } = treaty.from_event?;
    let over = over.unwrap_or(layer.attachment);
    Some(Counted { number, over, first: None, then: layer })
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
        prepaid: treaty.prepaid,
    })
}
