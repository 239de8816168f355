//! The bindings: they convert, and know no numbers.

mod aggregate;
mod amount;
mod balance;
mod convert;
mod coupling;
mod credibility;
mod dependence;
mod errors;
mod estimate;
mod fit;
mod frame;
mod frequency;
mod frequency_fit;
mod lines;
mod losses;
mod machine;
mod measure;
mod origin;
mod pool;
mod portfolio;
mod pricing;
mod probe;
mod reserve;
mod sector;
mod severity;
mod simulate;
mod table;
mod treaty;
mod uncertain;
mod watch;

use pyo3::prelude::*;

#[pymodule]
mod _kebao {
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "a Python dunder name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use super::aggregate::Aggregate;
    #[pymodule_export]
    use super::amount::parse_amount;
    #[pymodule_export]
    use super::balance::{
        Curve, c_ross_capital, c_ross_guarantee, conger_nolibos, cost_of_capital, csm_roll,
        flows_from_pattern, lic_roll, lrc_roll, premium_deficiency, risk_margin, split_into_claims,
        ulae_ratio, unearned_premium,
    };
    #[pymodule_export]
    use super::coupling::{
        dependence_aggregate, dependence_correlation, dependence_iman_conover, dependence_nearest,
        dependence_reorder,
    };
    #[pymodule_export]
    use super::credibility::{
        BetaBernoulli, GammaPareto, GammaPoisson, NormalInverseGamma, buhlmann_straub,
        exposure_needed, zero_claims,
    };
    #[pymodule_export]
    use super::dependence::{
        ClaytonCopula, ComonotoneCopula, Copula, EmpiricalCopula, FrankCopula, GaussianCopula,
        GroupedTCopula, GumbelCopula, IndependenceCopula, JoeCopula, NestedCopula, TCopula,
    };
    #[pymodule_export]
    use super::estimate::{Evaluation, evaluate, evaluate_all, evaluate_sensitivity};
    #[pymodule_export]
    use super::fit::{GoodnessOfFit, LossSample, MixtureFit, SeverityFit, SpliceFit, fit_families};
    #[pymodule_export]
    use super::frequency::{
        Bernoulli, BetaBinomial, Binomial, CompoundCount, Delaporte, EmpiricalCount, Frequency,
        Geometric, Logarithmic, MixedPoisson, NegativeBinomial, NeymanA, Poisson,
        PoissonInverseGaussian, Sichel, ZeroModified, ZeroTruncated,
    };
    #[pymodule_export]
    use super::frequency_fit::{PyCountFit, fit_frequency};
    #[pymodule_export]
    use super::lines::{Bivariate, Lines};
    #[pymodule_export]
    use super::losses::{PyLossScan, PyLossTable};
    #[pymodule_export]
    use super::machine::instruction_set;
    #[pymodule_export]
    use super::measure::{
        Distortion, Histogram, measure_allocation, measure_bounds, measure_curve, measure_spectral,
        measure_tails,
    };
    #[pymodule_export]
    use super::pool::{PyPool, PySettlement, PySpecialReserve, subsidise};
    #[pymodule_export]
    use super::portfolio::PyPortfolio;
    #[pymodule_export]
    use super::pricing::{PyResultCore, apply_programme};
    #[pymodule_export]
    use super::probe::_probe;
    #[pymodule_export]
    use super::reserve::{
        BootstrapFit, OneYearFit, PySelection, PyTriangle, ReserveFit, bootstrap_triangles,
        run_bootstrap, run_one_year, score_lognormal, score_sample, tail_measures,
        triangle_combine, triangle_first, triangle_from_parts, triangle_on_level, triangle_period,
        triangle_residuals, triangle_scaled, triangle_to_grain, triangle_trended,
        triangle_valued_at,
    };
    #[pymodule_export]
    use super::reserve::{
        MethodFit, bornhuetter_ferguson, cape_cod, clark, increment_glm, incremental_additive,
        mack_tests, munich,
    };
    #[pymodule_export]
    use super::reserve::{
        berquist_sherman, case_outstanding, frequency_severity, meyers, nowcast, paid_incurred,
        simulate_individual_claims, trend_family,
    };
    #[pymodule_export]
    use super::sector::{
        PyLearningCurve, PyLibrary, PySurvival, PyVasicek, basis_risk, coverage_schema, index_burn,
        sector_names,
    };
    #[pymodule_export]
    use super::severity::{
        Beta, Burr, Capped, Empirical, Exponential, Franchise, Frechet, GB2, GEV, GPD, Gamma,
        InverseGamma, InverseGaussian, Layered, LogGamma, LogLogistic, LogNormal, LogPareto, LogT,
        Lomax, MBBEFD, Maximum, Minimum, MixedErlang, Mixture, Pareto, Piecewise, PiecewisePareto,
        Scaled, Severity, Shifted, Spliced, Truncated, Uniform, Weibull,
    };
    #[pymodule_export]
    use super::simulate::PySimulation;
    #[pymodule_export]
    use super::table::{PyTable, write_sheets};
    #[pymodule_export]
    use super::treaty::{PyProgramme, clauses, treaty_terms};
    #[pymodule_export]
    use super::uncertain::UncertainAggregate;
}
