//! Numbers without a domain: special functions, sums, roots, quadrature, amounts as people write them.

mod amount;
mod beta;
mod gamma;
mod normal;
mod quadrature;
mod roots;

pub use amount::{format_amount, parse_amount};
pub use beta::{beta_density, beta_inv, beta_pq};
pub use gamma::{gamma_p_inv, gamma_pq, gamma_q_inv, poisson_density};
pub use normal::{ln_norm_sf, norm_cdf, norm_pdf, norm_sf};
pub use quadrature::{adaptive, gauss_legendre, normal_mean};
pub use roots::{brent, invert_log};
