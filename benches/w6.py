"""W6: 1,000,000 rows of ten components of a Gaussian and of a t copula, as uniforms.

All correlations are one half, t has 4.5 degrees of freedom. Rivals draw normals, multiply by the
factor and take the distribution function, as one writes it with NumPy and SciPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

DIM = 10
RHO = 0.5
DF = 4.5


def matrix() -> np.ndarray:
    return np.full((DIM, DIM), RHO) + (1 - RHO) * np.eye(DIM)


def _copula(df: float | None) -> Any:
    import kebao as kb

    return kb.GaussianCopula(matrix()) if df is None else kb.TCopula(matrix(), df)


def _kebao(df: float | None, rows: int, threads: int) -> Callable[[], Any]:
    copula = _copula(df)
    return lambda: copula.sample(rows, seed=7, threads=threads)


def numpy_scipy(df: float | None, rows: int) -> Callable[[], Any]:
    from scipy.special import ndtr, stdtr

    lower = np.linalg.cholesky(matrix())
    rng = np.random.default_rng(7)

    def call() -> np.ndarray:
        z = rng.standard_normal((rows, DIM)) @ lower.T
        if df is None:
            return ndtr(z, out=z)
        z *= np.sqrt(df / rng.chisquare(df, (rows, 1)))
        return stdtr(df, z, out=z)

    return call


def answer(u: np.ndarray) -> Answer:
    """Spearman's ρ, and how often two of them are beyond 99% together."""
    products = 12.0 * (u[:, 0] - 0.5) * (u[:, -1] - 0.5)
    both = ((u[:, 0] > 0.99) & (u[:, -1] > 0.99)).mean()
    root = math.sqrt(len(u))
    return {
        "Spearman": Number(float(products.mean()), float(products.std()) / root),
        "beyond 99%": Number(float(both), math.sqrt(both) / root),
    }


def exact(df: float | None) -> Answer:
    """By closed form and quadrature."""
    try:
        copula = _copula(df)
    except ImportError:
        return {}
    corner = [1.0] * DIM
    corner[0] = corner[-1] = 0.99
    both = 2 * 0.01 - 1 + copula.cdf(corner)
    return {"Spearman": Number(copula.spearman_rho()), "beyond 99%": Number(both)}


def workloads(quick: bool = False) -> list[Workload]:
    """Both copulas; a tenth of the rows when `quick`."""
    rows = 100_000 if quick else 1_000_000
    made = []
    for name, df in (("Gaussian", None), ("t", DF)):
        made.append(
            Workload(
                "W6",
                f"{rows:,} rows of a {name} copula of {DIM} components",
                [
                    Contender("kebao", lambda df=df: _kebao(df, rows, 1), answer),
                    Contender("kebao", lambda df=df: _kebao(df, rows, 2), answer, threads=2),
                    Contender(
                        "numpy, scipy",
                        lambda df=df: numpy_scipy(df, rows),
                        answer,
                        needs=("scipy",),
                    ),
                ],
                exact=exact(df),
            )
        )
    return made
