//! From reserves to the balance sheet, for Python.

use std::collections::BTreeMap;

use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

use super::convert::{Seed, map};
use super::severity::Severity;
use super::table::PyTable;
use super::watch::detached;
use crate::balance::{
    self, Basis, Earning, GmmPeriod, LicPeriod, Line, LrcPeriod, Projection, SciTech,
};
use crate::error::{Faults, Issue};
use crate::output::Table;

/// Discount factors.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct Curve(balance::Curve);

#[pymethods]
impl Curve {
    #[staticmethod]
    fn from_spot(times: Vec<f64>, rates: Vec<f64>) -> PyResult<Self> {
        Ok(Self(balance::Curve::from_spot(&times, &rates)?))
    }

    #[staticmethod]
    fn from_forward(times: Vec<f64>, rates: Vec<f64>) -> PyResult<Self> {
        Ok(Self(balance::Curve::from_forward(&times, &rates)?))
    }

    /// Price now of 1 at a time, or at each of an array.
    fn discount<'py>(&self, time: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(time, |t| self.0.discount(t))
    }

    fn spot<'py>(&self, time: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(time, |t| self.0.spot(t))
    }

    fn forward(&self, start: f64, end: f64) -> f64 {
        self.0.forward(start, end)
    }
}

/// Times and amounts of the payments of reserves by origin, (age in months, reserve).
#[pyfunction]
pub fn flows_from_pattern(
    ages: Vec<f64>,
    cumulative: Vec<f64>,
    reserves: Vec<(f64, f64)>,
    tail_years: f64,
) -> PyResult<Vec<(f64, f64)>> {
    let object = "CashFlows.from_pattern";
    let mut faults = Faults::new();
    let rising = ages.windows(2).all(|pair| pair[0] < pair[1]) && ages.iter().all(|age| *age > 0.0);
    faults.check(rising && !ages.is_empty() && ages.len() == cumulative.len(), || {
        Issue::new("wrong_shape", object, "pattern").allowed("rising ages, with a share for each")
    });
    for (age, reserve) in &reserves {
        faults.non_negative(object, "age", *age);
        faults.finite(object, "reserve", *reserve);
    }
    faults.check((0.0..=200.0).contains(&tail_years), || {
        Issue::new("out_of_range", object, "tail_years")
            .value(tail_years)
            .allowed("years from 0 to 200")
    });
    faults.check(cumulative.iter().all(|share| share.is_finite()), || {
        Issue::new("not_finite", object, "pattern").allowed("finite shares")
    });
    faults.finish().map_err(PyErr::from)?;
    let flows = balance::from_pattern(&ages, &cumulative, &reserves, tail_years);
    Ok(flows.into_iter().map(|flow| (flow.time, flow.amount)).collect())
}

/// VaR or TVaR less the mean, and its standard error.
#[pyfunction]
pub fn risk_margin(
    py: Python<'_>,
    outcomes: PyReadonlyArray1<'_, f64>,
    level: f64,
    tail_mean: bool,
) -> PyResult<(f64, f64)> {
    let mut faults = Faults::new();
    faults.fraction("risk_adjustment", "level", level);
    faults.check(outcomes.len().is_ok_and(|n| n > 0), || {
        Issue::new("empty", "risk_adjustment", "outcomes").allowed("at least one outcome")
    });
    faults.finish().map_err(PyErr::from)?;
    let outcomes = outcomes.as_array().to_vec();
    let found = py.detach(|| balance::margin(&outcomes, level, tail_mean));
    Ok((found.value, found.standard_error))
}

#[pyfunction]
#[pyo3(signature = (capital, rate, curve=None))]
pub fn cost_of_capital(
    capital: Vec<f64>,
    rate: f64,
    curve: Option<PyRef<'_, Curve>>,
) -> PyResult<f64> {
    let mut faults = Faults::new();
    faults.fraction("cost_of_capital", "rate", rate);
    for held in &capital {
        faults.non_negative("cost_of_capital", "capital", *held);
    }
    faults.finish().map_err(PyErr::from)?;
    Ok(balance::cost_of_capital(&capital, rate, curve.as_ref().map(|curve| &curve.0)))
}

/// Unearned premium of each policy; `used` and `expected` make it by use, `risk` by risk.
#[pyfunction]
#[pyo3(signature = (premium, elapsed, used=None, expected=None, risk=None))]
pub fn unearned_premium(
    py: Python<'_>,
    premium: Vec<f64>,
    elapsed: Vec<f64>,
    used: Option<Vec<f64>>,
    expected: Option<Vec<f64>>,
    risk: Option<Vec<f64>>,
) -> PyResult<Bound<'_, PyArray1<f64>>> {
    let object = "unearned_premium";
    let mut faults = Faults::new();
    let n = premium.len();
    let columns =
        [("elapsed", Some(&elapsed)), ("used", used.as_ref()), ("expected", expected.as_ref())];
    for (field, column) in columns {
        let length = column.map_or(n, Vec::len);
        faults.check(length == n, || {
            Issue::new("unequal_lengths", object, field)
                .value(format!("{length} values"))
                .allowed(format!("{n} values, one for each premium"))
        });
    }
    for value in &premium {
        faults.finite(object, "premium", *value);
    }
    for value in expected.iter().flatten() {
        faults.positive(object, "expected", *value);
    }
    for value in used.iter().flatten() {
        faults.non_negative(object, "used", *value);
    }
    faults.check(elapsed.iter().all(|share| !share.is_nan()), || {
        Issue::new("not_finite", object, "elapsed").allowed("shares of the term")
    });
    faults.check(used.is_some() == expected.is_some(), || {
        Issue::new("contradiction", object, "used, expected").allowed("both or neither")
    });
    if let Some(shares) = &risk {
        let rising = shares.windows(2).all(|pair| pair[0] <= pair[1]);
        let whole = shares.last().is_some_and(|last| (last - 1.0).abs() < 1e-9);
        faults.check(rising && whole && shares[0] >= 0.0, || {
            Issue::new("out_of_range", object, "risk").allowed("cumulative shares that rise to 1")
        });
    }
    faults.finish().map_err(PyErr::from)?;
    let by_risk = risk.map(Earning::Risk);
    let values = (0..n).map(|at| {
        let own;
        let earning = match (&by_risk, &used, &expected) {
            (Some(earning), _, _) => earning,
            (None, Some(used), Some(expected)) => {
                own = Earning::Usage { used: used[at], expected: expected[at] };
                &own
            }
            _ => &Earning::Time,
        };
        balance::unearned(premium[at], elapsed[at], earning)
    });
    Ok(PyArray1::from_vec(py, values.collect()))
}

#[pyfunction]
pub fn premium_deficiency(unearned: f64, deferred_costs: f64, expected_outgo: f64) -> f64 {
    balance::deficiency(unearned, deferred_costs, expected_outgo)
}

/// Ratio and reserve: the classical method, or with `reported` Kittel's.
#[pyfunction]
#[pyo3(signature = (paid_ulae, paid, case, ibnr, reported=None))]
pub fn ulae_ratio(
    paid_ulae: f64,
    paid: f64,
    case: f64,
    ibnr: f64,
    reported: Option<f64>,
) -> PyResult<(f64, f64)> {
    Ok(match reported {
        None => balance::paid_to_paid(paid_ulae, paid, case, ibnr)?,
        Some(reported) => balance::kittel(paid_ulae, paid, reported, case, ibnr)?,
    })
}

/// Ratio and reserve after Conger and Nolibos; `effort` opens, maintains, closes.
#[pyfunction]
#[pyo3(signature = (paid_ulae, effort, reported_ultimate, paid, closed_ultimate, ultimate, ratio, projection))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn conger_nolibos(
    paid_ulae: f64,
    effort: (f64, f64, f64),
    reported_ultimate: f64,
    paid: f64,
    closed_ultimate: f64,
    ultimate: f64,
    ratio: Option<f64>,
    projection: &str,
) -> PyResult<(f64, f64)> {
    let projection = match projection {
        "bornhuetter_ferguson" => Projection::BornhuetterFerguson,
        "expected" => Projection::Expected,
        "development" => Projection::Development,
        other => {
            let names = ["bornhuetter_ferguson", "expected", "development"];
            return Err(Issue::unknown("ulae", "projection", other, names).into_error().into());
        }
    };
    let basis = Basis {
        opening: effort.0,
        maintaining: effort.1,
        closing: effort.2,
        reported_ultimate,
        paid,
        closed_ultimate,
    };
    Ok(balance::conger_nolibos(paid_ulae, &basis, ultimate, ratio, projection)?)
}

macro_rules! table {
    ($name:literal, $rows:expr; $($column:ident),*) => {{
        let rows = $rows;
        let table = Table::new($name)
            .integer("period", (1..=rows.len() as i64).collect());
        $(let table = table.float(stringify!($column), rows.iter().map(|row| row.$column).collect());)*
        PyTable { core: table }
    }};
}

/// Remaining coverage; rows are premiums received, revenue, acquisition paid and amortised, and the
/// fulfilment cash flows where known.
#[pyfunction]
pub fn lrc_roll(
    opening: f64,
    loss_component: f64,
    periods: Vec<(f64, f64, f64, f64, Option<f64>)>,
) -> PyTable {
    let periods: Vec<LrcPeriod> = periods
        .into_iter()
        .map(|(premiums_received, revenue, acquisition_paid, acquisition_amortised, fulfilment)| {
            LrcPeriod {
                premiums_received,
                revenue,
                acquisition_paid,
                acquisition_amortised,
                fulfilment,
            }
        })
        .collect();
    table!("lrc", balance::lrc_roll(opening, loss_component, &periods);
        opening, premiums_received, revenue, acquisition_paid, acquisition_amortised, onerous,
        closing, loss_component)
}

/// Incurred claims; rows are incurred, past service, finance, risk adjustment and paid.
#[pyfunction]
pub fn lic_roll(opening: f64, periods: Vec<(f64, f64, f64, f64, f64)>) -> PyTable {
    let periods: Vec<LicPeriod> = periods
        .into_iter()
        .map(|(incurred, past_service, finance, risk_adjustment, paid)| LicPeriod {
            incurred,
            past_service,
            finance,
            risk_adjustment,
            paid,
        })
        .collect();
    table!("lic", balance::lic_roll(opening, &periods);
        opening, incurred, past_service, finance, risk_adjustment, paid, closing)
}

/// Contractual service margin; rows are new business, rate, change of future service, units and
/// units to come.
#[pyfunction]
pub fn csm_roll(
    opening: f64,
    loss_component: f64,
    periods: Vec<(f64, f64, f64, f64, f64)>,
) -> PyTable {
    let periods: Vec<GmmPeriod> = periods
        .into_iter()
        .map(|(new_business, rate, future_service, units, units_to_come)| GmmPeriod {
            new_business,
            rate,
            future_service,
            units,
            units_to_come,
        })
        .collect();
    table!("csm", balance::csm_roll(opening, loss_component, &periods);
        opening, new_business, accretion, future_service, release, closing, loss_component)
}

/// A line of business as the face gives it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct CRossLine {
    line: String,
    premium: f64,
    reserve: f64,
    combined_ratio: Option<f64>,
    cession: Option<f64>,
    deviation: Option<f64>,
    premium_k: f64,
    reserve_k: f64,
    sci_tech: String,
}

/// Capital by line and in total.
#[pyfunction]
pub fn c_ross_capital(
    lines: Vec<CRossLine>,
    correlation: Vec<(String, String, f64)>,
) -> PyResult<PyTable> {
    let mut faults = Faults::new();
    let mut known = Vec::new();
    for line in lines {
        let names = SciTech::ALL;
        let found = names.iter().find(|(name, _)| *name == line.sci_tech);
        if found.is_none() {
            let names = names.map(|(name, _)| name);
            faults.push(Issue::unknown("c_ross", "sci_tech", &line.sci_tech, names));
        }
        known.push(Line {
            line: line.line,
            premium: line.premium,
            reserve: line.reserve,
            combined_ratio: line.combined_ratio,
            cession: line.cession,
            deviation: line.deviation,
            premium_k: line.premium_k,
            reserve_k: line.reserve_k,
            sci_tech: found.map_or(SciTech::No, |(_, read)| *read),
        });
    }
    let mut given = BTreeMap::new();
    for (a, b, rho) in correlation {
        faults.check((-1.0..=1.0).contains(&rho), || {
            Issue::new("out_of_range", "c_ross", "correlation").value(rho).allowed("in [−1, 1]")
        });
        given.insert((a, b), rho);
    }
    faults.finish().map_err(PyErr::from)?;
    let (all, total) = balance::factors()?.capital(&known, &given)?;
    let column = |f: fn(&balance::Capital) -> f64, last: f64| -> Vec<f64> {
        all.iter().map(f).chain([last]).collect()
    };
    let names = all.iter().map(|line| line.line.clone()).chain(["total".to_owned()]);
    let table = Table::new("c_ross")
        .text("line", names.collect())
        .float("premium_risk", column(|line| line.premium_risk, f64::NAN))
        .float("reserve_risk", column(|line| line.reserve_risk, f64::NAN))
        .float("capital", column(|line| line.capital, total));
    Ok(PyTable { core: table })
}

/// Capital of financing guarantee insurance.
#[pyfunction]
pub fn c_ross_guarantee(kind: &str, exposure: f64, micro_share: f64, k: f64) -> PyResult<f64> {
    Ok(balance::factors()?.guarantee(kind, exposure, micro_share, k)?)
}

/// Place (origin × outcome, row by row) and size of the claims that reserves are split into.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "two columns")]
pub fn split_into_claims<'py>(
    py: Python<'py>,
    reserves: PyReadonlyArray2<'py, f64>,
    severity: PyRef<'py, Severity>,
    seed: Seed,
) -> PyResult<(Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f64>>)> {
    let values: Vec<f64> = reserves.as_array().iter().copied().collect();
    let core = severity.core.clone();
    let (places, sizes) = detached(py, || balance::split(&values, &core, seed.0))?;
    Ok((PyArray1::from_vec(py, places), PyArray1::from_vec(py, sizes)))
}
