//! A programme applied to losses, and what follows from it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::PyTable as ArrowTable;

use super::convert::{Horizon, Log2, Seed, Threads, Year, Years, control};
use super::origin::{Origin, with_source};
use super::table::PyTable;
use super::treaty::{PyProgramme, options};
use super::watch::{detached, watched};
use crate::aggregate::{Aggregate, Sampler};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;
use crate::measure::Estimate;
use crate::output::{Table, write_parquet};
use crate::pricing::{self, Capital, LEVELS, Loadings, Measure, Row};
use crate::simulate::Parameters;
use crate::treaty::{self, Events, Outcome, Plan, Programme, TreatyColumns, explain_source};

/// A programme applied to the years of a source.
#[pyclass(frozen, name = "Result", module = "kebao._kebao")]
pub struct PyResultCore {
    outcome: Outcome,
    plan: Plan,
    programme: Programme,
    origin: Origin,
    threads: Option<usize>,
    rows: OnceLock<Vec<Row>>,
    /// Largest events by year, gross and net, once asked for.
    largest: OnceLock<(Vec<f64>, Vec<f64>)>,
    /// Tables by group that were kept.
    kept: Vec<(String, Table)>,
}

impl PyResultCore {
    fn rows(&self) -> &[Row] {
        self.rows.get_or_init(|| pricing::summarise(&self.outcome, &self.plan, self.threads))
    }

    fn columns(&self, treaty: &str) -> Result<&TreatyColumns> {
        self.outcome.treaties.iter().find(|c| c.name == treaty).ok_or_else(|| {
            let names = self.outcome.treaties.iter().map(|c| c.name.as_str());
            Issue::unknown("result", "treaty", treaty, names).into_error()
        })
    }

    /// Largest event of each year, gross and net: where the run did not keep them, the losses are
    /// drawn or read again.
    fn largest(&self, py: Python<'_>) -> PyResult<(&[f64], &[f64])> {
        if self.plan.options().largest_events {
            return Ok((&self.outcome.largest_gross, &self.outcome.largest_net));
        }
        if self.largest.get().is_none() {
            let control = Control::new(self.threads);
            let work = || self.origin.run(&self.plan.with_largest_events(), &control);
            let again = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
            let years = self.outcome.years as usize;
            let cut = |mut column: Vec<f64>| {
                column.truncate(years);
                column
            };
            // Another thread may have been faster, with the same bits.
            let _ = self.largest.set((cut(again.largest_gross), cut(again.largest_net)));
        }
        let found = self.largest.get().map(|(gross, net)| (gross.as_slice(), net.as_slice()));
        Ok(found.unwrap_or_default())
    }

    fn all_events(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Events> {
        let control = Control::new(self.threads);
        let work = || {
            with_source!(&self.origin, self.plan, |source| {
                treaty::events(&self.plan, source, &control)
            })
        };
        watched(py, progress, &control, work, |py, _| Ok(py.None()))
    }

    fn aggregate(&self, what: &str) -> Result<(&Aggregate, u64)> {
        match &self.origin {
            Origin::Aggregate { aggregate, seed, .. } => Ok((aggregate, *seed)),
            _ => Err(Error::numeric(
                what,
                "needs a programme applied to an Aggregate: other sources have no parameters of their own",
            )),
        }
    }
}

/// Applies a programme to an aggregate (`years` and `seed` needed), a simulated book or a loss table.
#[pyfunction]
#[pyo3(signature = (programme, source, *, years=None, seed=None, attribution="event_order", horizon=None, keep=Vec::new(), threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn apply_programme(
    py: Python<'_>,
    programme: PyRef<'_, PyProgramme>,
    source: &Bound<'_, PyAny>,
    years: Option<Years>,
    seed: Option<Seed>,
    attribution: &str,
    horizon: Option<Horizon>,
    mut keep: Vec<String>,
    threads: Option<Threads>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyResultCore> {
    let years = years.map(|years| years.0);
    let origin = Origin::of(source, years, seed)?;
    let mut options = options(attribution, horizon.map(|horizon| horizon.0))?;
    options.largest_events = keep.iter().any(|what| what == "largest");
    keep.retain(|what| what != "largest");
    let plan = Plan::new(&programme.core, options)?;
    let made = |(outcome, kept): (Outcome, Vec<(String, Table)>)| PyResultCore {
        outcome,
        kept,
        largest: OnceLock::new(),
        plan: plan.clone(),
        programme: programme.core.clone(),
        origin: origin.clone(),
        threads: threads.map(|threads| threads.0),
        rows: OnceLock::new(),
    };
    let control = control(threads);
    let work = || origin.run_with_groups(&plan, &keep, &control);
    let outcome = watched(py, progress, &control, work, |py, outcome| {
        Ok(Py::new(py, made(outcome))?.into_any())
    })?;
    Ok(made(outcome))
}

#[pymethods]
impl PyResultCore {
    #[getter]
    fn years(&self) -> u64 {
        self.outcome.years
    }

    /// Whether the run was stopped before its last year.
    #[getter]
    fn interrupted(&self) -> bool {
        self.outcome.interrupted
    }

    #[getter]
    fn seed(&self) -> Option<u64> {
        match self.origin.drawn() {
            Origin::Aggregate { seed, .. } | Origin::Uncertain { seed, .. } => Some(*seed),
            Origin::Simulation { simulator, .. } => Some(simulator.options().seed),
            _ => None,
        }
    }

    /// SHA-256 of the annual columns: equal digests are equal bits.
    #[getter]
    fn digest(&self) -> String {
        self.outcome.digest()
    }

    /// Annual gross losses.
    #[getter]
    fn gross<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.outcome.gross)
    }

    /// Annual net losses: `total_ceded + net == gross` to the last bit.
    #[getter]
    fn net<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.outcome.net)
    }

    #[getter]
    fn total_ceded<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_vec(py, self.outcome.ceded())
    }

    /// Annual recoveries of one treaty.
    fn ceded<'py>(&self, py: Python<'py>, treaty: &str) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_slice(py, &self.columns(treaty)?.ceded))
    }

    /// Annual reinstatement premium of one treaty; per unit of premium where that is not known.
    fn reinstatement_premium<'py>(
        &self,
        py: Python<'py>,
        treaty: &str,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_slice(py, &self.columns(treaty)?.reinstatement_premium))
    }

    /// Largest event of each year, gross.
    #[getter]
    fn largest_gross<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_slice(py, self.largest(py)?.0))
    }

    /// The same net of the covers per risk and per event.
    #[getter]
    fn largest_net<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_slice(py, self.largest(py)?.1))
    }

    /// Premium, commission and balance of a treaty by year; None where its premium is not known.
    fn account<'py>(&self, py: Python<'py>, treaty: &str) -> PyResult<Option<Bound<'py, PyDict>>> {
        let columns = self.columns(treaty)?;
        let index = self.programme.index(treaty)?;
        let step = self.plan.steps().iter().find(|step| step.treaty == index);
        let account = step.and_then(|step| {
            let (ceded, reinstated) = (&columns.ceded, &columns.reinstatement_premium);
            treaty::account(step, ceded, reinstated, self.plan.horizon())
        });
        let Some(account) = account else { return Ok(None) };
        let all = PyDict::new(py);
        for (name, column) in account.columns() {
            all.set_item(name, PyArray1::from_slice(py, column))?;
        }
        Ok(Some(all))
    }

    /// A row for each treaty, then gross, ceded and net; standard errors end in `_se`.
    fn summary(&self, py: Python<'_>) -> PyTable {
        let rows = py.detach(|| self.rows());
        PyTable { core: summary(rows) }
    }

    /// Exceedance curves at the given return periods.
    fn curves(&self, py: Python<'_>, return_periods: Vec<f64>) -> PyResult<PyTable> {
        let largest = self.largest(py)?;
        let curves = || pricing::curves(&self.outcome, largest, &return_periods);
        Ok(PyTable { core: py.detach(curves) })
    }

    /// Means by sector, coverage, cause or risk: the losses are read or drawn again.
    #[pyo3(signature = (by, *, progress=None))]
    fn groups(
        &self,
        py: Python<'_>,
        by: &str,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        if let Some((_, kept)) = self.kept.iter().find(|(name, _)| name == by) {
            return Ok(PyTable { core: kept.clone() });
        }
        let control = Control::new(self.threads);
        let work = || {
            with_source!(&self.origin, self.plan, |source| {
                pricing::groups(&self.outcome, &self.plan, source, by, &control)
            })
        };
        Ok(PyTable { core: watched(py, progress, &control, work, |py, _| Ok(py.None()))? })
    }

    /// A tail mean of `of` allocated to groups.
    #[pyo3(signature = (measure, level, *, to, of, progress=None))]
    fn allocate(
        &self,
        py: Python<'_>,
        measure: &str,
        level: f64,
        to: &str,
        of: &str,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        let control = Control::new(self.threads);
        let work = || {
            with_source!(&self.origin, self.plan, |source| {
                pricing::allocate(
                    &self.outcome,
                    &self.plan,
                    source,
                    measure,
                    level,
                    to,
                    of,
                    &control,
                )
            })
        };
        Ok(PyTable { core: watched(py, progress, &control, work, |py, _| Ok(py.None()))? })
    }

    /// What has no variance or no mean, and why.
    #[getter]
    fn notes(&self) -> Vec<String> {
        pricing::notes(self.rows())
    }

    /// What each event costs each treaty.
    #[pyo3(signature = (*, progress=None))]
    fn events(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<PyTable> {
        let events = self.all_events(py, progress)?;
        let ceded = events.all_ceded();
        let net = events.gross.iter().zip(&ceded).map(|(gross, ceded)| gross - ceded).collect();
        let mut table = pricing::event_table(&events)
            .float("gross", events.gross.clone())
            .float("ceded", ceded)
            .float("net", net);
        for (name, column) in self.plan.names().iter().zip(events.ceded) {
            table = table.float(&format!("ceded.{name}"), column);
        }
        Ok(PyTable { core: table })
    }

    /// A table of the Open Results Data standard.
    #[pyo3(signature = (table, *, of, progress=None))]
    fn ord(
        &self,
        py: Python<'_>,
        table: &str,
        of: &str,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        if !pricing::ORD_TABLES.contains(&table) {
            let known = pricing::ORD_TABLES;
            return Err(Issue::unknown("ord", "table", table, known).into_error().into());
        }
        let events = if table == "PALT" {
            Events { ceded: vec![Vec::new(); self.plan.names().len()], ..Events::default() }
        } else {
            self.all_events(py, progress)?
        };
        let core = detached(py, || pricing::ord(table, &self.outcome, &events, of))?;
        Ok(PyTable { core })
    }

    /// Differences of other programmes from this one, over the same years and draws.
    #[pyo3(signature = (programmes, *, progress=None))]
    fn what_if(
        &self,
        py: Python<'_>,
        programmes: Vec<(String, PyRef<'_, PyProgramme>)>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        let mut plans = Vec::with_capacity(programmes.len());
        let mut faults = Faults::new();
        for (name, programme) in &programmes {
            let plan = faults.take(Plan::new(&programme.core, self.plan.options()))?;
            plans.extend(plan.map(|plan| (name.clone(), plan)));
        }
        faults.finish().map_err(PyErr::from)?;
        let control = Control::new(self.threads);
        let work = || {
            let mut rows = Vec::new();
            for (name, plan) in &plans {
                let outcome = self.origin.run(plan, &control)?;
                if outcome.years != self.outcome.years {
                    return Err(Error::Cancelled);
                }
                let found = pricing::changes(&self.outcome, &outcome);
                rows.extend(found.into_iter().map(|change| (name.clone(), change)));
            }
            Ok(rows)
        };
        let rows = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        let float = |f: fn(&pricing::Change) -> f64| {
            rows.iter().map(|(_, change)| f(change)).collect::<Vec<f64>>()
        };
        let table = Table::new("what if")
            .text("programme", rows.iter().map(|(name, _)| name.clone()).collect())
            .text("amount", rows.iter().map(|(_, c)| c.what.to_owned()).collect())
            .text("measure", rows.iter().map(|(_, c)| c.measure.clone()).collect())
            .float("base", float(|c| c.base))
            .float("value", float(|c| c.value))
            .float("difference", float(|c| c.difference.value))
            .float("standard_error", float(|c| c.difference.standard_error));
        Ok(PyTable { core: table })
    }

    /// Results without simulation where the programme allows, else the reason why not.
    #[pyo3(signature = (*, log2))]
    fn exact(&self, py: Python<'_>, log2: Log2) -> PyResult<PyTable> {
        let (aggregate, _) = self.aggregate("exact")?;
        let exact = detached(py, || pricing::exact(&self.plan, aggregate, log2.0))?;
        let rows = self.rows();
        let float = |f: &dyn Fn(usize) -> f64| (0..exact.len()).map(f).collect::<Vec<f64>>();
        let text = |f: &dyn Fn(usize) -> String| (0..exact.len()).map(f).collect::<Vec<String>>();
        let mut table = Table::new("exact")
            .text("treaty", text(&|i| exact[i].name.clone()))
            .float("expected_loss", float(&|i| exact[i].expected_loss))
            .float("simulated", float(&|i| rows[i].expected_loss.value))
            .float("standard_error", float(&|i| rows[i].expected_loss.standard_error))
            .float("z_score", float(&|i| exact[i].z_score(rows[i].expected_loss)))
            .float("sd", float(&|i| exact[i].sd))
            .float("prob_attach", float(&|i| exact[i].prob_attach))
            .float("prob_exhaust", float(&|i| exact[i].prob_exhaust))
            .float("reinstatement_rate", float(&|i| exact[i].reinstatement_rate));
        for (level, p) in LEVELS.iter().enumerate() {
            table = table
                .float(&format!("var_{}", label(*p)), float(&|i| exact[i].tail[level].0))
                .float(&format!("tvar_{}", label(*p)), float(&|i| exact[i].tail[level].1));
        }
        let table = table
            .text("method", text(&|i| exact[i].method.to_owned()))
            .text("reason", text(&|i| exact[i].reason.clone()))
            .text("grid", text(&|i| exact[i].grid.clone()));
        Ok(PyTable { core: table })
    }

    /// Derivatives of expected losses to the parameters of the aggregate.
    #[pyo3(signature = (*, progress=None))]
    fn sensitivity(
        &self,
        py: Python<'_>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        let (aggregate, seed) = self.aggregate("sensitivity")?;
        let control = Control::new(self.threads);
        let work = || pricing::sensitivity(&self.plan, &self.outcome, aggregate, seed, &control);
        let found = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        let float = |f: fn(&pricing::Sensitivity) -> f64| found.iter().map(f).collect::<Vec<f64>>();
        let table = Table::new("sensitivity")
            .text("treaty", found.iter().map(|s| s.name.clone()).collect())
            .text("parameter", found.iter().map(|s| s.parameter.clone()).collect())
            .float("value", float(|s| s.value))
            .float("derivative", float(|s| s.derivative))
            .float("standard_error", float(|s| s.standard_error))
            .float("elasticity", float(|s| s.elasticity))
            .text("method", found.iter().map(|s| s.method.to_owned()).collect());
        Ok(PyTable { core: table })
    }

    /// Process, parameter and systemic variance, from two further runs with the same draws.
    #[pyo3(signature = (*, years, progress=None))]
    fn variance(
        &self,
        py: Python<'_>,
        years: Years,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTable> {
        let years = years.0;
        let Origin::Simulation { simulator, book, library } = self.origin.drawn() else {
            return Err(Error::numeric(
                "variance",
                "needs a simulated book: other sources have no parameter uncertainty",
            )
            .into());
        };
        let control = Control::new(self.threads);
        let rerun = |parameters, systemic| {
            let years = years.clamp(1, self.outcome.years.max(1));
            let options =
                crate::simulate::Options { years, parameters, systemic, ..*simulator.options() };
            treaty::run(&self.plan, &simulator.changed(book, library, options)?, &control)
        };
        let work = || {
            let fixed = rerun(Parameters::Off, simulator.options().systemic)?;
            let attritional = rerun(Parameters::Off, false)?;
            if fixed.interrupted || attritional.interrupted {
                return Err(Error::Cancelled);
            }
            Ok(pricing::variance(&self.outcome, &fixed, &attritional))
        };
        let rows = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        let float = |f: fn(&crate::measure::VarianceSplit) -> f64| {
            rows.iter().map(|(_, split)| f(split)).collect::<Vec<f64>>()
        };
        let table = Table::new("variance")
            .text("name", rows.iter().map(|(name, _)| name.clone()).collect())
            .float("total", float(|s| s.total))
            .float("process", float(|s| s.process))
            .float("parameter", float(|s| s.parameter))
            .float("systemic", float(|s| s.systemic))
            .float("process_se", float(|s| s.process_error))
            .float("parameter_se", float(|s| s.parameter_error))
            .float("systemic_se", float(|s| s.systemic_error));
        Ok(PyTable { core: table })
    }

    /// Technical premium of each treaty.
    #[pyo3(signature = (*, expenses, brokerage, measure, level, rate))]
    fn quote(
        &self,
        py: Python<'_>,
        expenses: f64,
        brokerage: f64,
        measure: &str,
        level: f64,
        rate: f64,
    ) -> PyResult<PyTable> {
        let measure = match measure {
            "tvar" => Measure::Tvar,
            "var" => Measure::Var,
            "sd" => Measure::Sd,
            other => {
                return Err(Issue::unknown(
                    "CostOfCapital",
                    "measure",
                    other,
                    ["tvar", "var", "sd"],
                )
                .into_error()
                .into());
            }
        };
        let loadings = Loadings { expenses, brokerage, capital: Capital { measure, level, rate } };
        let quotes =
            detached(py, || pricing::quote(&self.outcome, &self.plan, self.rows(), &loadings))?;
        let float = |f: fn(&pricing::Quote) -> f64| quotes.iter().map(f).collect::<Vec<f64>>();
        let table = Table::new("quote")
            .text("treaty", quotes.iter().map(|q| q.treaty.clone()).collect())
            .float("expected_loss", float(|q| q.expected_loss))
            .float("standard_error", float(|q| q.standard_error))
            .float("capital", float(|q| q.capital))
            .float("capital_cost", float(|q| q.capital_cost))
            .float("expenses", float(|q| q.expenses))
            .float("brokerage", float(|q| q.brokerage))
            .float("commission", float(|q| q.commission))
            .float("reinstatement_rate", float(|q| q.reinstatement_rate))
            .float("reinstatement_premium", float(|q| q.reinstatement_premium))
            .float("technical_premium", float(|q| q.technical_premium))
            .float("technical_premium_se", float(|q| q.technical_premium_error))
            .float("rate_on_line", float(|q| q.rate_on_line))
            .float("premium", float(|q| q.premium));
        Ok(PyTable { core: table })
    }

    /// One treaty in one year (from 0), step by step, as JSON.
    fn explain(&self, treaty: &str, year: Year) -> PyResult<String> {
        let horizon = self.plan.options().horizon;
        let explanation = with_source!(&self.origin, self.plan, |source| {
            explain_source(&self.programme, treaty, source, year.0, horizon)
        })?;
        serde_json::to_string(&explanation)
            .map_err(|e| Error::numeric("explain", e.to_string()).into())
    }

    /// Annual results as an Arrow table: `year, treaty, gross, ceded, reinstatement_premium, net`.
    fn annual(&self, py: Python<'_>) -> PyResult<ArrowTable> {
        let batches: Vec<_> =
            detached(py, || pricing::annual(&self.outcome, &self.plan).collect::<Result<_>>())?;
        let schema = batches.first().map_or_else(
            || Arc::new(arrow_schema::Schema::empty()),
            arrow_array::RecordBatch::schema,
        );
        ArrowTable::try_new(batches, schema)
    }

    /// Writes annual results as Parquet: `year, treaty, gross, ceded, reinstatement_premium, net`.
    fn write_annual(
        &self,
        py: Python<'_>,
        path: PathBuf,
        metadata: HashMap<String, String>,
    ) -> PyResult<()> {
        detached(py, || write_parquet(&path, pricing::annual(&self.outcome, &self.plan), metadata))
    }
}

/// `99_5` for 0.995.
fn label(p: f64) -> String {
    format!("{}", (p * 1000.0).round() / 10.0).replace('.', "_")
}

/// The rows as a table.
fn summary(rows: &[Row]) -> Table {
    let value = |f: &dyn Fn(&Row) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
    let mut table =
        Table::new("result").text("treaty", rows.iter().map(|r| r.name.clone()).collect());
    let estimate = |table: Table, name: &str, error: &str, f: fn(&Row) -> Estimate| {
        table.float(name, value(&|r| f(r).value)).float(error, value(&|r| f(r).standard_error))
    };
    table = estimate(table, "expected_loss", "standard_error", |r| r.expected_loss);
    table = estimate(table, "sd", "sd_se", |r| r.sd);
    table = estimate(table, "prob_attach", "prob_attach_se", |r| r.prob_attach);
    table = estimate(table, "prob_exhaust", "prob_exhaust_se", |r| r.prob_exhaust);
    table = table.float("rate_on_line", value(&|r| r.rate_on_line));
    table = estimate(table, "reinstatement_premium", "reinstatement_premium_se", |r| {
        r.reinstatement_premium
    });
    table = table.float("reinstatement_rate", value(&|r| r.reinstatement_rate));
    for (i, p) in LEVELS.iter().enumerate() {
        let name = label(*p);
        table = table
            .float(&format!("var_{name}"), value(&|r| r.tail[i].var.value))
            .float(&format!("var_{name}_se"), value(&|r| r.tail[i].var.standard_error))
            .float(&format!("tvar_{name}"), value(&|r| r.tail[i].tvar.value))
            .float(&format!("tvar_{name}_se"), value(&|r| r.tail[i].tvar.standard_error));
    }
    table
}
