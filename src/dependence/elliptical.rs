//! Gaussian, t and grouped t copulas: normal deviates, a lower factor, and mixing variables.

use serde::{Deserialize, Serialize};

use super::bivariate::joint;
use super::mixing::{Mixing, rank_measures, tail_dependence};
use super::{Correlation, Draws, Family, Scratch};
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::StudentColumn;
use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::kernel::normal_isf_in_place;
use crate::numeric::survival::normal_sf_in_place;
use crate::severity::QuantileTable;

/// Least degrees of freedom: below it mixing variables leave the range of numbers.
const LEAST_DF: f64 = 0.2;
/// Above it the mixing variable is 1 to rounding.
const MOST_DF: f64 = 1e12;

/// The copula of normal variables: C(u) = Φ_R(Φ⁻¹(u₁), …).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "PlainGaussian", try_from = "PlainGaussian")]
pub struct GaussianCopula {
    pub correlation: Correlation,
}

/// The copula of Student's t variables with one mixing variable for all.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "PlainT", try_from = "PlainT")]
pub struct TCopula {
    pub correlation: Correlation,
    pub df: f64,
    law: Law,
}

/// The grouped t copula (Daul, De Giorgi, Lindskog and McNeil 2003, RISK 16): a number of degrees of freedom for
/// each group of components, the mixing variables of all groups comonotone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "PlainGrouped", try_from = "PlainGrouped")]
pub struct GroupedTCopula {
    pub correlation: Correlation,
    /// Group of each component.
    pub groups: Vec<usize>,
    /// Degrees of freedom of each group.
    pub df: Vec<f64>,
    laws: Vec<Law>,
}

/// Tables of a number of degrees of freedom.
#[derive(Debug, Clone)]
struct Law {
    df: f64,
    half_chi2: QuantileTable,
    student: StudentColumn,
}

impl Law {
    fn new(df: f64) -> Self {
        Self { df, half_chi2: QuantileTable::gamma(0.5 * df), student: StudentColumn::new(df) }
    }

    /// Turns uniforms into what normal deviates are to be multiplied by: √(df / χ²).
    fn factors(&self, uniform: &mut [f64]) {
        self.half_chi2.sample(uniform);
        let half = 0.5 * self.df;
        for x in uniform {
            *x = (half / *x).sqrt();
        }
    }
}

impl PartialEq for TCopula {
    fn eq(&self, other: &Self) -> bool {
        self.df == other.df && self.correlation == other.correlation
    }
}

impl PartialEq for GroupedTCopula {
    fn eq(&self, other: &Self) -> bool {
        (&self.df, &self.groups, &self.correlation)
            == (&other.df, &other.groups, &other.correlation)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainGaussian {
    correlation: Vec<Vec<f64>>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainT {
    correlation: Vec<Vec<f64>>,
    df: f64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainGrouped {
    correlation: Vec<Vec<f64>>,
    groups: Vec<usize>,
    df: Vec<f64>,
}

impl From<GaussianCopula> for PlainGaussian {
    fn from(copula: GaussianCopula) -> Self {
        Self { correlation: copula.correlation.rows() }
    }
}

impl TryFrom<PlainGaussian> for GaussianCopula {
    type Error = Error;
    fn try_from(plain: PlainGaussian) -> Result<Self> {
        Ok(Self::new(Correlation::new(&plain.correlation, "GaussianCopula")?))
    }
}

impl From<TCopula> for PlainT {
    fn from(copula: TCopula) -> Self {
        Self { correlation: copula.correlation.rows(), df: copula.df }
    }
}

impl TryFrom<PlainT> for TCopula {
    type Error = Error;
    fn try_from(plain: PlainT) -> Result<Self> {
        Self::new(Correlation::new(&plain.correlation, "TCopula")?, plain.df)
    }
}

impl From<GroupedTCopula> for PlainGrouped {
    fn from(copula: GroupedTCopula) -> Self {
        Self { correlation: copula.correlation.rows(), groups: copula.groups, df: copula.df }
    }
}

impl TryFrom<PlainGrouped> for GroupedTCopula {
    type Error = Error;
    fn try_from(plain: PlainGrouped) -> Result<Self> {
        let correlation = Correlation::new(&plain.correlation, "GroupedTCopula")?;
        Self::new(correlation, plain.groups, plain.df)
    }
}

fn check_df(faults: &mut Faults, object: &str, df: f64) {
    faults.check((LEAST_DF..=MOST_DF).contains(&df), || {
        let issue = Issue::new("out_of_range", object, "df").value(df);
        let issue = issue.allowed(format!("from {LEAST_DF} to {MOST_DF:e}"));
        if df > MOST_DF { issue.hint("that is a GaussianCopula") } else { issue }
    });
}

impl GaussianCopula {
    pub fn new(correlation: Correlation) -> Self {
        Self { correlation }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as in every family")]
    pub(super) fn validated(self) -> Result<Self> {
        Ok(self)
    }
}

impl TCopula {
    /// # Errors
    /// Degrees of freedom out of range.
    pub fn new(correlation: Correlation, df: f64) -> Result<Self> {
        let mut faults = Faults::new();
        check_df(&mut faults, "TCopula", df);
        faults.finish()?;
        Ok(Self { correlation, df, law: Law::new(df) })
    }

    #[expect(clippy::unnecessary_wraps, reason = "as in every family")]
    pub(super) fn validated(self) -> Result<Self> {
        Ok(self)
    }
}

impl GroupedTCopula {
    /// # Errors
    /// Degrees of freedom out of range, groups that do not exist.
    pub fn new(correlation: Correlation, groups: Vec<usize>, df: Vec<f64>) -> Result<Self> {
        let mut faults = Faults::new();
        let object = "GroupedTCopula";
        for df in &df {
            check_df(&mut faults, object, *df);
        }
        faults.check(groups.len() == correlation.size(), || {
            Issue::new("wrong_shape", object, "groups")
                .value(format!("{} components", groups.len()))
                .allowed(format!("{}, as in the correlation matrix", correlation.size()))
        });
        for (at, group) in groups.iter().enumerate() {
            faults.check(*group < df.len(), || {
                Issue::new("out_of_range", object, format!("groups[{at}]"))
                    .value(group)
                    .allowed(format!("a group from 0 to {}", df.len().saturating_sub(1)))
            });
        }
        faults.finish()?;
        let laws = df.iter().map(|df| Law::new(*df)).collect();
        Ok(Self { correlation, groups, df, laws })
    }

    #[expect(clippy::unnecessary_wraps, reason = "as in every family")]
    pub(super) fn validated(self) -> Result<Self> {
        Ok(self)
    }

    fn mixing(&self, i: usize, j: usize) -> [Mixing; 2] {
        [i, j].map(|at| Mixing::of(self.df[self.groups[at]]))
    }
}

/// Correlated normal deviates in the columns; survival probabilities follow.
fn normals(draws: &Draws, correlation: &Correlation, columns: &mut [&mut [f64]]) {
    for (at, column) in columns.iter_mut().enumerate() {
        draws.uniform(at, column);
        normal_isf_in_place(column);
    }
    dispatch::run(Correlate { lower: correlation.lower(), columns });
}

/// Rows worked on together.
const LANES: usize = 32;

/// Multiplies each row by the lower factor, in place.
struct Correlate<'a, 'b> {
    lower: &'a [f64],
    columns: &'a mut [&'b mut [f64]],
}

impl Kernel for Correlate<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let dim = self.columns.len();
        let rows = self.columns.first().map_or(0, |column| column.len());
        let whole = rows / LANES * LANES;
        for start in (0..whole).step_by(LANES) {
            // The last component first: each needs the deviates before it.
            for i in (0..dim).rev() {
                let mut sums = [0.0; LANES];
                for (weight, column) in
                    self.lower[i * dim..=i * dim + i].iter().zip(self.columns.iter())
                {
                    let (chunk, _) = column[start..].split_at(LANES);
                    for (sum, z) in sums.iter_mut().zip(chunk) {
                        *sum += weight * z;
                    }
                }
                self.columns[i][start..start + LANES].copy_from_slice(&sums);
            }
        }
        for row in whole..rows {
            for i in (0..dim).rev() {
                let weights = &self.lower[i * dim..=i * dim + i];
                let terms = weights.iter().zip(self.columns.iter());
                let sum = terms.fold(0.0, |sum, (weight, column)| sum + weight * column[row]);
                self.columns[i][row] = sum;
            }
        }
    }
}

fn scale(column: &mut [f64], factors: &[f64]) {
    for (z, factor) in column.iter_mut().zip(factors) {
        *z *= factor;
    }
}

/// The cdf of two of the components where the others are 1, or why there is none.
fn pair_cdf(object: &str, correlation: &Correlation, u: &[f64], df: f64) -> Result<f64> {
    let inside: Vec<usize> = (0..u.len()).filter(|i| u[*i] < 1.0).collect();
    match inside[..] {
        [i, j] => joint(u[i], u[j], correlation.at(i, j), df),
        _ => Err(Error::numeric(
            object,
            "the cdf of more than two components has no closed form: sample, or set all but two to 1",
        )),
    }
}

impl Family for GaussianCopula {
    fn dim(&self) -> usize {
        self.correlation.size()
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], _: &mut Scratch) -> Result<()> {
        normals(draws, &self.correlation, columns);
        for column in columns.iter_mut() {
            normal_sf_in_place(column);
        }
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        pair_cdf("GaussianCopula", &self.correlation, u, f64::INFINITY)
    }

    fn kendall_tau(&self, i: usize, j: usize) -> Result<f64> {
        Ok(libm::asin(self.correlation.at(i, j)) * std::f64::consts::FRAC_2_PI)
    }

    fn spearman_rho(&self, i: usize, j: usize) -> Result<f64> {
        Ok(libm::asin(0.5 * self.correlation.at(i, j)) * 6.0 / std::f64::consts::PI)
    }

    fn tail_dependence(&self, i: usize, j: usize) -> Result<(f64, f64)> {
        let lambda = f64::from(u8::from(self.correlation.at(i, j) == 1.0));
        Ok((lambda, lambda))
    }
}

impl Family for TCopula {
    fn dim(&self) -> usize {
        self.correlation.size()
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], scratch: &mut Scratch) -> Result<()> {
        normals(draws, &self.correlation, columns);
        let rows = columns.first().map_or(0, |column| column.len());
        let factors = &mut scratch.columns(1, rows)[0];
        draws.uniform(columns.len(), factors);
        self.law.factors(factors);
        for column in columns.iter_mut() {
            scale(column, factors);
            self.law.student.sf_in_place(column);
        }
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        pair_cdf("TCopula", &self.correlation, u, self.df)
    }

    fn kendall_tau(&self, i: usize, j: usize) -> Result<f64> {
        // Lindskog, McNeil and Schmock 2003: as for all elliptical copulas.
        Ok(libm::asin(self.correlation.at(i, j)) * std::f64::consts::FRAC_2_PI)
    }

    fn spearman_rho(&self, i: usize, j: usize) -> Result<f64> {
        let mixing = [Mixing::of(self.df), Mixing::of(self.df)];
        Ok(rank_measures("TCopula", &mixing, self.correlation.at(i, j))?.spearman)
    }

    fn tail_dependence(&self, i: usize, j: usize) -> Result<(f64, f64)> {
        let lambda = tail_dependence([self.df; 2], self.correlation.at(i, j));
        Ok((lambda, lambda))
    }
}

impl Family for GroupedTCopula {
    fn dim(&self) -> usize {
        self.correlation.size()
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], scratch: &mut Scratch) -> Result<()> {
        normals(draws, &self.correlation, columns);
        let rows = columns.first().map_or(0, |column| column.len());
        let factors = scratch.columns(self.laws.len(), rows);
        for (law, factors) in self.laws.iter().zip(factors.iter_mut()) {
            // The same uniforms for all groups: comonotone.
            draws.uniform(columns.len(), factors);
            law.factors(factors);
        }
        for (column, group) in columns.iter_mut().zip(&self.groups) {
            scale(column, &factors[*group]);
            self.laws[*group].student.sf_in_place(column);
        }
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        let groups: Vec<usize> =
            (0..u.len()).filter(|i| u[*i] < 1.0).map(|i| self.groups[i]).collect();
        if groups.windows(2).all(|pair| pair[0] == pair[1]) {
            return pair_cdf("GroupedTCopula", &self.correlation, u, self.df[groups[0]]);
        }
        Err(Error::numeric("GroupedTCopula", "the cdf across groups has no closed form: sample"))
    }

    fn kendall_tau(&self, i: usize, j: usize) -> Result<f64> {
        let rho = self.correlation.at(i, j);
        if self.groups[i] == self.groups[j] {
            return Ok(libm::asin(rho) * std::f64::consts::FRAC_2_PI);
        }
        Ok(rank_measures("GroupedTCopula", &self.mixing(i, j), rho)?.kendall)
    }

    fn spearman_rho(&self, i: usize, j: usize) -> Result<f64> {
        let rho = self.correlation.at(i, j);
        Ok(rank_measures("GroupedTCopula", &self.mixing(i, j), rho)?.spearman)
    }

    fn tail_dependence(&self, i: usize, j: usize) -> Result<(f64, f64)> {
        let df = [i, j].map(|at| self.df[self.groups[at]]);
        let lambda = tail_dependence(df, self.correlation.at(i, j));
        Ok((lambda, lambda))
    }
}
