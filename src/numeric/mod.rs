//! Numbers without a domain: special functions, SIMD kernels, roots, quadrature, amounts as people
//! write them.

mod amount;
mod beta;
mod cholesky;
pub mod dispatch;
mod double;
mod gamma;
pub mod kernel;
mod normal;
pub mod polar;
mod quadrature;
mod roots;
pub mod survival;

pub use amount::{format_amount, format_percent, parse_amount};
pub use beta::{beta_density, beta_inv, beta_pq};
pub use cholesky::Cholesky;
pub use double::ln_less;
pub use gamma::{gamma_p_inv, gamma_pq, gamma_q_inv, poisson_density};
pub use kernel::{exp, ln, normal_isf};
pub use normal::{ln_norm_sf, mills, norm_cdf, norm_pdf, norm_sf};
pub use quadrature::{adaptive, gauss_legendre, legendre_20, normal_mean};
pub use roots::{brent, invert_log};
