//! The bindings: they convert, and know no numbers.

mod aggregate;
mod amount;
mod convert;
mod errors;
mod frame;
mod frequency;
mod losses;
mod machine;
mod measure;
mod portfolio;
mod pricing;
mod probe;
mod reserve;
mod sector;
mod severity;
mod simulate;
mod table;
mod treaty;
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
    use super::frequency::{Bernoulli, Frequency, NegativeBinomial, Poisson};
    #[pymodule_export]
    use super::losses::PyLossTable;
    #[pymodule_export]
    use super::machine::instruction_set;
    #[pymodule_export]
    use super::measure::{
        Distortion, measure_allocation, measure_bounds, measure_curve, measure_spectral,
        measure_tails,
    };
    #[pymodule_export]
    use super::portfolio::PyPortfolio;
    #[pymodule_export]
    use super::pricing::{PyResultCore, apply_programme};
    #[pymodule_export]
    use super::probe::_probe;
    #[pymodule_export]
    use super::reserve::{
        MethodFit, bornhuetter_ferguson, cape_cod, clark, increment_glm, incremental_additive,
        mack_tests, munich,
    };
    #[pymodule_export]
    use super::reserve::{
        OneYearFit, PySelection, PyTriangle, ReserveFit, score_lognormal, score_sample,
        triangle_combine, triangle_first, triangle_from_parts, triangle_on_level, triangle_period,
        triangle_residuals, triangle_scaled, triangle_to_grain, triangle_trended,
        triangle_valued_at,
    };
    #[pymodule_export]
    use super::reserve::{
        berquist_sherman, case_outstanding, frequency_severity, meyers, nowcast, paid_incurred,
        trend_family,
    };
    #[pymodule_export]
    use super::sector::PyLibrary;
    #[pymodule_export]
    use super::severity::{
        Beta, Capped, Gamma, Layered, LogNormal, MBBEFD, Pareto, Piecewise, Scaled, Severity,
        Spliced,
    };
    #[pymodule_export]
    use super::simulate::PySimulation;
    #[pymodule_export]
    use super::table::{PyTable, write_sheets};
    #[pymodule_export]
    use super::treaty::{PyOutcome, PyProgramme, apply, clauses, explain, treaty_terms};
}
