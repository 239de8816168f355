//! Fitted increments, residuals and scale of the over-dispersed Poisson model of one triangle.
//!
//! England and Verrall (1999), "Analytic and bootstrap estimates of prediction errors in claims
//! reserving", Insurance: Mathematics and Economics 25; (2002), "Stochastic claims reserving in
//! general insurance", British Actuarial Journal 8(3). The fitted increments m are had backwards
//! from the latest diagonal by the development factors (Renshaw and Verrall 1998), the residuals are
//! r = (x − m) / √|m|, and the scale is φ = Σ r² / (n − p).

use super::super::development::Cells;

/// How residuals are enlarged to the variance of the errors that they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// √(n / (n − p)), the same for all; n counts cells that are fitted exactly too (England and
    /// Verrall 2002), which makes the errors of tiny triangles a little large.
    #[default]
    Freedom,
    /// 1 / √(1 − h) with the leverage h of the cell.
    Hat,
    /// None: errors come out too small.
    None,
}

impl Adjustment {
    pub const ALL: [(&str, Self); 3] =
        [("dof", Self::Freedom), ("hat", Self::Hat), ("none", Self::None)];
}

/// What is made of the residuals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Residuals {
    pub adjustment: Adjustment,
    /// Shifts the pool to mean zero.
    pub centre: bool,
    /// Group of ages with a scale of its own, by age; empty for one scale.
    pub zones: Vec<usize>,
}

/// An observed increment: the model's view of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Increment {
    pub origin: usize,
    pub age: usize,
    pub fitted: f64,
    pub observed: f64,
    /// (x − m) / √|m|; NaN where m is zero.
    pub residual: f64,
    /// Fitted without error, as the corners of a triangle are.
    pub exact: bool,
}

/// The model of one triangle.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub increments: Vec<Increment>,
    /// Standardised and adjusted residuals to draw from.
    pub pool: Vec<f64>,
    /// φ by age; the tail has that of the last age.
    pub scale: Vec<f64>,
}

/// Why there is no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No more observations than parameters.
    NoFreedom,
    /// The leverages cannot be computed: a fitted row or column is not positive.
    NoLeverage,
}

impl Model {
    /// `factor` holds the development factors by link.
    pub fn new(cells: Cells<'_>, factor: &[f64], options: &Residuals) -> Result<Self, Fault> {
        let mut increments = increments(cells, factor);
        let ages = cells.ages;
        let in_row = |origin| increments.iter().filter(|cell| cell.origin == origin).count();
        let in_column = |age| increments.iter().filter(|cell| cell.age == age).count();
        let rows: Vec<usize> = (0..cells.origins).map(in_row).collect();
        let columns: Vec<usize> = (0..ages).map(in_column).collect();
        let used = |counts: &[usize]| counts.iter().filter(|count| **count > 0).count();
        let parameters = (used(&rows) + used(&columns)).saturating_sub(1);
        for cell in &mut increments {
            // A row or column of one cell has a parameter of its own.
            cell.exact = rows[cell.origin] == 1 || columns[cell.age] == 1;
        }
        let observations = increments.len();
        if observations <= parameters {
            return Err(Fault::NoFreedom);
        }
        let freedom = (observations - parameters) as f64;
        let sound = |cell: &&Increment| !cell.residual.is_nan();
        let squares = |cell: &Increment| cell.residual * cell.residual;
        let overall = increments.iter().filter(sound).map(squares).sum::<f64>() / freedom;

        // φ of a zone: N / (N − p) times its mean squared residual (England and Verrall 2006,
        // "Predictive distributions of outstanding liabilities", Annals of Actuarial Science 1(2)).
        let zone = |age: usize| options.zones.get(age).copied().unwrap_or(0);
        let zones = options.zones.iter().copied().max().unwrap_or(0) + 1;
        let (mut sums, mut counts) = (vec![0.0; zones], vec![0.0; zones]);
        for cell in increments.iter().filter(sound) {
            sums[zone(cell.age)] += squares(cell);
            counts[zone(cell.age)] += 1.0;
        }
        let grow = observations as f64 / freedom;
        let scales: Vec<f64> = if zones == 1 {
            vec![overall]
        } else {
            sums.iter().zip(&counts).map(|(sum, count)| grow * sum / count).collect()
        };
        let scale = (0..ages).map(|age| {
            let own = scales[zone(age)];
            // A zone that tells nothing takes the scale of all.
            if own > 0.0 { own } else { overall }
        });
        let scale: Vec<f64> = scale.collect();

        let leverage = match options.adjustment {
            Adjustment::Hat => leverages(&increments, cells.origins, ages)?,
            _ => Vec::new(),
        };
        let mut pool = Vec::with_capacity(observations);
        for (at, cell) in increments.iter().enumerate() {
            if cell.exact || cell.residual.is_nan() {
                continue;
            }
            let grown = match options.adjustment {
                Adjustment::Freedom => cell.residual * grow.sqrt(),
                Adjustment::Hat => cell.residual / (1.0 - leverage[at]).sqrt(),
                Adjustment::None => cell.residual,
            };
            let unit = scale[cell.age].sqrt();
            pool.push(if unit > 0.0 { grown / unit } else { 0.0 });
        }
        if options.centre && !pool.is_empty() {
            let mean = pool.iter().sum::<f64>() / pool.len() as f64;
            for residual in &mut pool {
                *residual -= mean;
            }
        }
        if pool.is_empty() {
            return Err(Fault::NoFreedom);
        }
        Ok(Self { increments, pool, scale })
    }
}

/// Observed increments with what the factors make of them, origin by origin.
///
/// An origin that starts late, or has a gap, starts anew from the value there: what came before is
/// not known, so that cell has no increment.
fn increments(cells: Cells<'_>, factor: &[f64]) -> Vec<Increment> {
    let mut all = Vec::new();
    for origin in 0..cells.origins {
        let Some(latest) = cells.latest_age(origin) else { continue };
        let row = cells.row(origin);
        let mut fitted = vec![row[latest]; latest + 1];
        for age in (0..latest).rev() {
            fitted[age] = fitted[age + 1] / factor[age];
        }
        for age in 0..=latest {
            let before = if age == 0 { 0.0 } else { row[age - 1] };
            let observed = row[age] - before;
            if observed.is_nan() {
                continue;
            }
            let fitted = fitted[age] - if age == 0 { 0.0 } else { fitted[age - 1] };
            let residual = (observed - fitted) / fitted.abs().sqrt();
            let residual = if residual.is_finite() { residual } else { f64::NAN };
            all.push(Increment { origin, age, fitted, observed, residual, exact: false });
        }
    }
    all
}

/// h = m x' (X' W X)⁻¹ x with W = diag(m): the leverages of the log-linear model with a parameter
/// for each origin and each age.
fn leverages(increments: &[Increment], origins: usize, ages: usize) -> Result<Vec<f64>, Fault> {
    // The first age that occurs is the reference: its parameter is left out.
    let mut column = vec![None; origins + ages];
    let mut size = 0;
    let mut enter = |at: usize| {
        if column[at].is_none() {
            column[at] = Some(size);
            size += 1;
        }
    };
    let reference = increments.iter().map(|cell| cell.age).min().unwrap_or(0);
    for cell in increments {
        enter(cell.origin);
        if cell.age != reference {
            enter(origins + cell.age);
        }
    }
    let places = |cell: &Increment| [column[cell.origin], column[origins + cell.age]];
    let mut matrix = vec![0.0; size * size];
    for cell in increments {
        for i in places(cell).into_iter().flatten() {
            for j in places(cell).into_iter().flatten() {
                matrix[i * size + j] += cell.fitted;
            }
        }
    }
    if !cholesky(&mut matrix, size) {
        return Err(Fault::NoLeverage);
    }
    let mut right = vec![0.0; size];
    let leverage = |cell: &Increment| {
        right.fill(0.0);
        for i in places(cell).into_iter().flatten() {
            right[i] = 1.0;
        }
        // |L⁻¹ x|²
        let mut norm = 0.0;
        for i in 0..size {
            let before: f64 = (0..i).map(|j| matrix[i * size + j] * right[j]).sum();
            right[i] = (right[i] - before) / matrix[i * size + i];
            norm += right[i] * right[i];
        }
        cell.fitted * norm
    };
    Ok(increments.iter().map(leverage).collect())
}

/// Lower triangle of the Cholesky factor, in place; false when the matrix is not positive definite.
pub(super) fn cholesky(matrix: &mut [f64], size: usize) -> bool {
    for j in 0..size {
        for i in j..size {
            let sum: f64 = (0..j).map(|k| matrix[i * size + k] * matrix[j * size + k]).sum();
            let value = matrix[i * size + j] - sum;
            if i == j {
                if !(value > 1e-12 * matrix[i * size + i].abs()) {
                    return false;
                }
                matrix[i * size + i] = value.sqrt();
            } else {
                matrix[i * size + j] = value / matrix[j * size + j];
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leverages_of_a_saturated_row_are_one_and_all_add_up_to_the_parameters() {
        let n = 5;
        let values: Vec<f64> = (0..n * n)
            .map(|at| {
                let (origin, age) = (at / n, at % n);
                let level = 100.0 + 7.0 * origin as f64;
                if origin + age < n {
                    level * (1.0 + age as f64 + 0.3 * age as f64)
                } else {
                    f64::NAN
                }
            })
            .collect();
        let cells = Cells { origins: n, ages: n, values: &values };
        let mut links = super::super::super::links::Links::default();
        let factor = links.factors(cells, &super::super::super::Development::default());
        let increments = increments(cells, factor);
        let h = leverages(&increments, n, n).unwrap();
        assert!((h.iter().sum::<f64>() - (2 * n - 1) as f64).abs() < 1e-9);
        assert!(h.iter().all(|h| (0.0..1.0 + 1e-9).contains(h)));
        let corner = increments.iter().position(|cell| cell.origin == n - 1).unwrap();
        assert!((h[corner] - 1.0).abs() < 1e-9);
    }
}
