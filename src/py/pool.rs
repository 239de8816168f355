//! Pools: settled by party, their special reserve, premium subsidies.

use std::sync::OnceLock;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Amount, Horizon, Seed, Threads, Years, control};
use super::origin::{Origin, with_source};
use super::table::PyTable;
use super::watch::watched;
use crate::aggregate::Sampler;
use crate::error::{Issue, Result};
use crate::exec::Control;
use crate::losses::TailWeight;
use crate::measure::{Estimate, Moments, Tail};
use crate::output::Table;
use crate::pricing::{self, mean_of, sd_of};
use crate::treaty::pool::{
    self, OverCap, Policy, Pool, Rationing, Settlement, SpecialReserve, Subsidy,
};

/// A checked pool.
#[pyclass(frozen, eq, name = "Pool", module = "kebao._kebao")]
#[derive(PartialEq)]
pub struct PyPool {
    pub core: Pool,
}

#[pymethods]
impl PyPool {
    #[staticmethod]
    fn from_toml(text: &str) -> PyResult<Self> {
        Ok(Self { core: Pool::from_toml(text)? })
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        Ok(Self { core: Pool::from_json(text)? })
    }

    fn to_toml(&self) -> PyResult<String> {
        Ok(self.core.to_toml()?)
    }

    fn to_json(&self) -> PyResult<String> {
        Ok(self.core.to_json()?)
    }

    /// Settles the losses of an aggregate (`years` needed), a loss table or a simulated book.
    #[pyo3(signature = (source, *, seed, years=None, horizon=None, events=false, threads=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
    fn settle(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        seed: Seed,
        years: Option<Years>,
        horizon: Option<Horizon>,
        events: bool,
        threads: Option<Threads>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PySettlement> {
        let years = years.map(|years| years.0);
        let (seed, horizon) = (seed.0, horizon.map(|horizon| horizon.0));
        let origin = Origin::of(source, years, Some(Seed(seed)))?;
        let control = control(threads);
        let work = || {
            with_source!(&origin, Dated, |source| {
                pool::settle(&self.core, source, seed, horizon, events, &control)
            })
        };
        let core = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        let pool = self.core.clone();
        let threads = threads.map(|threads| threads.0);
        Ok(PySettlement { core, pool, origin, horizon, threads, summary: OnceLock::new() })
    }
}

/// Losses are dated: the reinsurance may ask for it.
struct Dated;

impl Dated {
    #[expect(clippy::unused_self, reason = "called as a plan is")]
    fn needs_time(&self) -> bool {
        true
    }
}

/// Losses of every party of a pool by year.
#[pyclass(frozen, name = "Settlement", module = "kebao._kebao")]
pub struct PySettlement {
    core: Settlement,
    pool: Pool,
    origin: Origin,
    horizon: Option<u64>,
    threads: Option<usize>,
    summary: OnceLock<Table>,
}

#[pymethods]
impl PySettlement {
    #[getter]
    fn years(&self) -> u64 {
        self.core.years
    }

    #[getter]
    fn interrupted(&self) -> bool {
        self.core.interrupted
    }

    /// Parties as (name, role).
    #[getter]
    fn parties(&self) -> Vec<(String, String)> {
        self.core.parties.iter().map(|p| (p.name.clone(), p.role.to_owned())).collect()
    }

    /// Losses of a party by year.
    fn losses<'py>(&self, py: Python<'py>, party: &str) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let found = self.core.parties.iter().find(|p| p.name == party).ok_or_else(|| {
            let names = self.core.parties.iter().map(|p| p.name.as_str());
            Issue::unknown("settlement", "party", party, names).into_error()
        })?;
        Ok(PyArray1::from_slice(py, &found.losses))
    }

    #[getter]
    fn gross<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.gross)
    }

    /// What the members owe, paid or not.
    #[getter]
    fn retained<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.retained)
    }

    /// Largest event of each year that the pool retains; empty unless asked for.
    #[getter]
    fn largest<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.largest)
    }

    #[getter]
    fn suspended<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<bool>> {
        PyArray1::from_slice(py, &self.core.suspended)
    }

    /// A row a party, then the total.
    fn summary(&self, py: Python<'_>) -> PyTable {
        let core = py.detach(|| self.summary.get_or_init(|| summary(&self.core)).clone());
        PyTable { core }
    }

    /// A row a group of the losses, a column a party: the losses are read or drawn again.
    #[pyo3(signature = (by, *, progress=None))]
    fn groups(
        &self,
        py: Python<'_>,
        by: &str,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        let control = Control::new(self.threads);
        let work = || {
            with_source!(&self.origin, Dated, |source| {
                let (what, labels) = pricing::find(source, by)?;
                let columns =
                    pool::settle_by(&self.pool, &self.core, source, what, self.horizon, &control)?;
                let rows = columns.first().map_or(0, |(_, column)| column.len());
                let table = Table::new(by).text(by, pricing::names(labels, rows));
                Ok(columns
                    .into_iter()
                    .fold(table, |table, (name, column)| table.float(&name, column)))
            })
        };
        Ok(PyTable { core: watched(py, progress, &control, work, |py, _| Ok(py.None()))? })
    }

    /// What each event costs each party.
    #[pyo3(signature = (*, progress=None))]
    fn events(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<PyTable> {
        let control = Control::new(self.threads);
        let work = || {
            with_source!(&self.origin, Dated, |source| {
                let (events, parties) =
                    pool::settle_events(&self.pool, &self.core, source, self.horizon, &control)?;
                let table = pricing::event_table(&events).float("gross", events.gross.clone());
                Ok(parties
                    .into_iter()
                    .fold(table, |table, (name, column)| table.float(&name, column)))
            })
        };
        Ok(PyTable { core: watched(py, progress, &control, work, |py, _| Ok(py.None()))? })
    }

    /// The special reserve over paths of `years` consecutive years.
    fn special_reserve(&self, years: Years) -> PyResult<PySpecialReserve> {
        let years = usize::try_from(years.0).unwrap_or(usize::MAX);
        let (Some(rule), Some(premium)) = (&self.pool.special_reserve, self.pool.premium) else {
            return Err(Issue::new("missing", "pool", "special_reserve")
                .value("none stated")
                .hint("add a table [special_reserve] with its triggers")
                .into_error()
                .into());
        };
        let most = self.core.gross.len();
        if years == 0 || years > most {
            return Err(Issue::new("out_of_range", "special_reserve", "years")
                .value(years)
                .allowed(format!("1 to {most}, the years settled"))
                .into_error()
                .into());
        }
        let none = vec![0.0; if self.core.largest.is_empty() { most } else { 0 }];
        let events = if none.is_empty() { &self.core.largest } else { &none };
        let (retained, expenses) = (&self.core.retained, self.pool.expenses);
        let core = pool::special_reserve(rule, retained, events, premium, expenses, years);
        Ok(PySpecialReserve { core })
    }
}

/// A special reserve over paths of years.
#[pyclass(frozen, name = "SpecialReserve", module = "kebao._kebao")]
pub struct PySpecialReserve {
    core: SpecialReserve,
}

#[pymethods]
impl PySpecialReserve {
    /// Paths and years of each.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.core.paths, self.core.years)
    }

    /// `balance`, `accrual`, `interest` and `release` by path and year, flat.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for (name, column) in [
            ("balance", &self.core.balance),
            ("accrual", &self.core.accrual),
            ("interest", &self.core.interest),
            ("release", &self.core.release),
        ] {
            all.set_item(name, PyArray1::from_slice(py, column))?;
        }
        Ok(all)
    }

    /// Balance by year over the paths: mean, its error, quantiles at `levels`, P(release).
    fn fan(&self, py: Python<'_>, levels: Vec<f64>) -> PyTable {
        PyTable { core: py.detach(|| fan(&self.core, &levels)) }
    }
}

fn summary(core: &Settlement) -> Table {
    let mut names: Vec<String> = core.parties.iter().map(|p| p.name.clone()).collect();
    let mut roles: Vec<String> = core.parties.iter().map(|p| p.role.to_owned()).collect();
    names.push("total".into());
    roles.push("total".into());
    let all: Vec<&[f64]> = core
        .parties
        .iter()
        .map(|party| party.losses.as_slice())
        .chain(std::iter::once(core.gross.as_slice()))
        .collect();
    let moments: Vec<Moments> = all.iter().map(|losses| Moments::of(losses)).collect();
    let parties = core.parties.iter().map(|party| party.weight);
    let weights: Vec<TailWeight> = parties.chain([core.weight]).collect();
    let alone = |value: f64| Estimate { value, standard_error: f64::NAN };
    let mean = |(m, weight): (&Moments, &TailWeight)| {
        let found = Estimate { standard_error: m.standard_error(), ..alone(m.mean) };
        mean_of(*weight, found)
    };
    let means: Vec<Estimate> = moments.iter().zip(&weights).map(mean).collect();
    let total = moments.last().map_or(f64::NAN, |m| m.mean);
    let tails: Vec<Tail> = all.iter().map(|losses| Tail::new(losses, 0.99)).collect();
    let float = |f: &dyn Fn(usize) -> f64| (0..all.len()).map(f).collect::<Vec<f64>>();
    let hits =
        |i: usize| all[i].iter().filter(|x| **x > 0.0).count() as f64 / all[i].len().max(1) as f64;
    Table::new("settlement")
        .text("party", names)
        .text("role", roles)
        .float("expected_loss", float(&|i| means[i].value))
        .float("standard_error", float(&|i| means[i].standard_error))
        .float("share_of_loss", float(&|i| moments[i].mean / total))
        .float("sd", float(&|i| sd_of(weights[i], alone(moments[i].sd)).value))
        .float("prob_loss", float(&hits))
        .float("var_99", float(&|i| tails[i].var(0.99).value))
        .float("var_99_se", float(&|i| tails[i].var(0.99).standard_error))
        .float("tvar_99", float(&|i| mean_of(weights[i], tails[i].tvar(0.99)).value))
        .float("tvar_99_se", float(&|i| mean_of(weights[i], tails[i].tvar(0.99)).standard_error))
}

fn fan(core: &SpecialReserve, levels: &[f64]) -> Table {
    let of_year = |column: &[f64], year: usize| -> Vec<f64> {
        column.iter().skip(year).step_by(core.years.max(1)).copied().collect()
    };
    let years = 0..core.years;
    let balances: Vec<Vec<f64>> = years.clone().map(|year| of_year(&core.balance, year)).collect();
    let moments: Vec<Moments> = balances.iter().map(|column| Moments::of(column)).collect();
    let lowest = levels.iter().copied().fold(0.5, f64::min);
    let tails: Vec<Tail> = balances.iter().map(|column| Tail::new(column, lowest)).collect();
    let release = |year: usize| {
        let column = of_year(&core.release, year);
        column.iter().filter(|x| **x > 0.0).count() as f64 / column.len().max(1) as f64
    };
    let mut table = Table::new("special reserve")
        .integer("year", years.clone().map(|year| year as i64 + 1).collect())
        .float("mean", moments.iter().map(|m| m.mean).collect())
        .float("standard_error", moments.iter().map(Moments::standard_error).collect())
        .float("prob_release", years.map(release).collect());
    for level in levels {
        let name = format!("q{}", format!("{}", (level * 1000.0).round() / 10.0).replace('.', "_"));
        table = table.float(&name, tails.iter().map(|tail| tail.var(*level).value).collect());
    }
    table
}

/// Applies a premium subsidy to the policies of one year.
#[pyfunction]
#[pyo3(signature = (rates, sums_insured, years, *, rate_cap, share, max_years, budget, over_cap, rationing))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn subsidise(
    rates: Vec<f64>,
    sums_insured: Vec<f64>,
    years: Vec<u32>,
    rate_cap: Amount,
    share: Amount,
    max_years: u32,
    budget: Amount,
    over_cap: &str,
    rationing: &str,
) -> PyResult<PyTable> {
    Ok(PyTable {
        core: subsidy(
            (&rates, &sums_insured, &years),
            [rate_cap.0, share.0, budget.0],
            max_years,
            over_cap,
            rationing,
        )?,
    })
}

fn subsidy(
    (rates, sums, years): (&[f64], &[f64], &[u32]),
    [rate_cap, share, budget]: [f64; 3],
    max_years: u32,
    over_cap: &str,
    rationing: &str,
) -> Result<Table> {
    let over_cap = match over_cap {
        "up_to_cap" => OverCap::UpToCap,
        "ineligible" => OverCap::Ineligible,
        other => {
            let known = ["up_to_cap", "ineligible"];
            return Err(Issue::unknown("Subsidy", "over_cap", other, known).into_error());
        }
    };
    let rationing = match rationing {
        "first_come" => Rationing::FirstCome,
        "pro_rata" => Rationing::ProRata,
        other => {
            let known = ["first_come", "pro_rata"];
            return Err(Issue::unknown("Subsidy", "rationing", other, known).into_error());
        }
    };
    let rule = Subsidy { rate_cap, share, years: max_years, budget, over_cap, rationing };
    rule.check()?;
    if rates.len() != sums.len() || rates.len() != years.len() {
        return Err(Issue::new("length_mismatch", "Subsidy", "rates, sums_insured, years")
            .value(format!("{}, {}, {}", rates.len(), sums.len(), years.len()))
            .allowed("of one length")
            .into_error());
    }
    let policies: Vec<Policy> = (rates.iter().zip(sums).zip(years))
        .map(|((rate, sum), year)| Policy { rate: *rate, sum_insured: *sum, year: *year })
        .collect();
    let paid = rule.apply(&policies)?;
    Ok(Table::new("subsidy")
        .float("premium", paid.iter().map(|row| row.premium).collect())
        .float("claimed", paid.iter().map(|row| row.claimed).collect())
        .float("subsidy", paid.iter().map(|row| row.subsidy).collect())
        .float("insured", paid.iter().map(|row| row.insured).collect()))
}
