//! Numbers without a domain: special functions, SIMD kernels, roots, quadrature, amounts as people
//! write them.

mod amount;
mod bessel;
mod beta;
mod cholesky;
mod choose;
mod complex;
mod derivatives;
pub mod dispatch;
mod double;
mod eigen;
mod gamma;
mod hazard;
mod inverse_gaussian;
pub mod kernel;
mod normal;
pub mod polar;
mod quadrature;
mod roots;
mod student;
mod student_column;
pub mod survival;

pub use amount::{format_amount, format_percent, parse_amount};
pub use bessel::{bessel_k_step, ln_bessel_k_ratio, saddle_integral};
pub use beta::{beta_density, beta_inv, beta_pq};
pub use cholesky::Cholesky;
pub(crate) use choose::{TILE as CHOICE, choose};
pub use complex::{C64, complex_expm1, complex_ln1p, expm1_less};
pub use derivatives::{beta_c_by_parameters, digamma, gamma_q_by_shape};
pub(crate) use double::Double;
pub use double::ln_less;
pub use eigen::SymmetricEigen;
pub use gamma::{
    gamma_p_inv, gamma_pq, gamma_q_inv, ln_gamma_1p, ln_poisson_density, log1pmx, poisson_density,
};
pub(crate) use hazard::{Hazard, expm1_over};
pub(crate) use inverse_gaussian::inverse_gaussian;
pub use kernel::{exp, ln, normal_isf};
pub use normal::{ln_norm_sf, mills, norm_cdf, norm_pdf, norm_sf};
pub use quadrature::{adaptive, gauss_legendre, legendre_20, normal_mean, normal_nodes};
pub use roots::{brent, invert_log};
pub use student::{t_isf, t_pdf, t_sf};
pub use student_column::StudentColumn;
