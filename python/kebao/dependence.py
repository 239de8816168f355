"""Dependence: copulas, samples coupled by rearranging them, correlation matrices.

A copula says how variables move together; `reorder` gives its ranks to samples of any margins,
`iman_conover` a rank correlation, `aggregate` a tree of copulas. Values of a column never change,
only their rows, so every margin stays exactly what it was.

>>> import numpy as np
>>> import kebao as kb
>>> motor = kb.LogNormal(10, 1).sample(50_000, seed=1)
>>> fire = kb.Pareto(1.8, 2e4).sample(50_000, seed=2)
>>> both = kb.dependence.reorder({"motor": motor, "fire": fire}, kb.GumbelCopula(2), seed=3)
>>> bool(abs(both.spearman[0, 1] - kb.GumbelCopula(2).spearman_rho()) < 0.01)
True
>>> bool((np.sort(both["fire"]) == np.sort(fire)).all())
True
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _kebao
from ._kebao import (
    ClaytonCopula,
    ComonotoneCopula,
    Copula,
    EmpiricalCopula,
    FrankCopula,
    GaussianCopula,
    GroupedTCopula,
    GumbelCopula,
    IndependenceCopula,
    JoeCopula,
    NestedCopula,
    TCopula,
)
from .errors import InputError, Issue, NumericError
from .table import Table

__all__ = [
    "ClaytonCopula",
    "ComonotoneCopula",
    "Copula",
    "Coupled",
    "EmpiricalCopula",
    "FrankCopula",
    "GaussianCopula",
    "GroupedTCopula",
    "GumbelCopula",
    "IndependenceCopula",
    "JoeCopula",
    "NearestCorrelation",
    "NestedCopula",
    "TCopula",
    "aggregate",
    "correlation",
    "iman_conover",
    "nearest_correlation",
    "reorder",
]


class NearestCorrelation(NamedTuple):
    """The nearest correlation matrix and how far it is."""

    matrix: Any
    """Positive semidefinite, ones on the diagonal."""
    distance: float
    """Frobenius norm of the difference."""
    iterations: int
    """Projections that it took."""


class Coupled:
    """Samples that were rearranged, with the correlations that they reached.

    An array wherever one is expected; a column by its name or number.

    Attributes
    ----------
    samples : array of shape (n, d)
        In Fortran order: each column is contiguous.
    names : list of str
        Of the columns.
    target_kind : {"spearman", "pearson"}
        What the target is a correlation of; "pearson" of normal scores.
    target_distance : float
        Frobenius distance that the target was moved to be a correlation matrix (``repair=True``).
    score_distance : float
        The same for the correlation of normal scores that the target asks for.

    Examples
    --------
    >>> import numpy as np
    >>> import kebao as kb
    >>> rng = np.random.default_rng(1)
    >>> found = kb.dependence.iman_conover(rng.exponential(size=(10_000, 2)), 0.6, seed=4)
    >>> found.samples.shape, abs(found.spearman[0, 1] - 0.6).round(2).item()
    ((10000, 2), 0.0)
    """

    def __init__(
        self,
        samples: Any,
        names: list[str],
        target: Any,
        target_kind: str = "spearman",
        target_distance: float = 0.0,
        score_distance: float = 0.0,
    ) -> None:
        self.samples = samples
        self.names = names
        self._target = target
        self.target_kind = target_kind
        self.target_distance = target_distance
        self.score_distance = score_distance

    @functools.cached_property
    def target(self) -> Any:
        """What was asked for: the matrix, or Spearman's ρ of a copula of 20 components at most."""
        if not isinstance(copula := self._target, Copula):
            return copula
        if copula.dim > 20:
            return None
        target = np.eye(copula.dim)
        for i in range(copula.dim):
            for j in range(i):
                try:
                    target[i, j] = target[j, i] = copula.spearman_rho(i, j)
                except NumericError:
                    target[i, j] = target[j, i] = np.nan
        return target

    @functools.cached_property
    def spearman(self) -> Any:
        """Spearman's rank correlations reached, ties sharing ranks; NaN for a constant column."""
        return correlation(self.samples, "spearman")

    @functools.cached_property
    def pearson(self) -> Any:
        """Pearson's correlations reached; NaN for a constant column."""
        return correlation(self.samples, "pearson")

    @property
    def gap(self) -> float:
        """Largest distance between the target and what was reached; NaN without a target.

        Samples with many ties, such as mostly zeros, cannot reach every target. A target of normal
        scores is held against Pearson's correlations, as normal margins have.
        """
        if self.target is None:
            return float("nan")
        reached = self.pearson if self.target_kind == "pearson" else self.spearman
        return float(np.max(np.abs(np.asarray(self.target) - reached)))

    @property
    def total(self) -> Any:
        """Sum of the columns, a number a row."""
        return self.samples.sum(axis=1)

    @property
    def table(self) -> Table:
        """A row for each pair: ``a, b, target, spearman, pearson``."""
        pairs = [(i, j) for j in range(len(self.names)) for i in range(j)]
        target = np.full_like(self.spearman, np.nan) if self.target is None else self.target
        columns: dict[str, list[Any]] = {
            "a": [self.names[i] for i, _ in pairs],
            "b": [self.names[j] for _, j in pairs],
            "target": [float(target[pair]) for pair in pairs],
            "spearman": [float(self.spearman[pair]) for pair in pairs],
            "pearson": [float(self.pearson[pair]) for pair in pairs],
        }
        return Table.of("correlations", columns)

    def __getitem__(self, column: str | int) -> Any:
        at = column if isinstance(column, int) else self.names.index(column)
        return self.samples[:, at]

    def __len__(self) -> int:
        return len(self.samples)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.samples, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        return f"{len(self):,} rows of {len(self.names)} columns\n{self.table}"


def _columns(samples: Mapping[str, ArrayLike] | ArrayLike, object_: str) -> tuple[Any, list[str]]:
    """Samples as an array in Fortran order, and the names of its columns."""
    if isinstance(samples, Mapping):
        names = [str(name) for name in samples]
        columns = [np.asarray(column, dtype=np.float64) for column in samples.values()]
        shapes = {column.shape for column in columns}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            found = ", ".join(map(str, sorted(shapes))) or "no columns"
            allowed = "columns of one length"
            raise InputError(issues=[Issue("wrong_shape", object_, "samples", found, allowed)])
        table = np.empty((len(columns[0]), len(columns)), order="F")
        for at, column in enumerate(columns):
            table[:, at] = column
        return table, names
    table = np.asfortranarray(samples, dtype=np.float64)
    if table.ndim != 2:
        found, allowed = f"shape {table.shape}", "an array of shape (rows, columns)"
        raise InputError(issues=[Issue("wrong_shape", object_, "samples", found, allowed)])
    return table, [str(at) for at in range(table.shape[1])]


def _uniforms(copula: Any, rows: int, columns: int, seed: int, threads: int | None) -> Any:
    """A sample of a copula, of a foreign one that draws rows, or an array of one."""
    if isinstance(copula, Copula):
        found = copula.sample(rows, seed=seed, threads=threads)
    elif not hasattr(copula, "__array__") and (draw := _drawing(copula)) is not None:
        found = np.asfortranarray(draw(rows, **_seeds(draw, seed)), dtype=np.float64)
    else:
        try:
            found = np.asfortranarray(copula, dtype=np.float64)
        except (TypeError, ValueError):
            found = np.empty(0)
    if found.ndim == 2 and found.shape == (rows, columns):
        return found
    value = f"{type(copula).__name__}" + (f" of shape {found.shape}" if found.ndim == 2 else "")
    allowed = f"a copula, an object with a method sample(n), or an array, of {columns} columns"
    if found.ndim == 2 and found.shape[1:] == (columns,):
        allowed = f"{rows} rows, as the samples"
    raise InputError(issues=[Issue("wrong_shape", "reorder", "copula", value, allowed)])


def _drawing(copula: Any) -> Any:
    """What draws rows: ``sample``, in older versions of pyvinecopulib ``simulate``."""
    found = (getattr(copula, name, None) for name in ("sample", "simulate"))
    return next((method for method in found if callable(method)), None)


def _seeds(draw: Any, seed: int) -> dict[str, Any]:
    """The seed as pyvinecopulib takes it, if the method does."""
    try:
        named = "seeds" in inspect.signature(draw).parameters
    except (TypeError, ValueError):
        named = False
    # Compiled methods tell their arguments in their first line only.
    first = (getattr(draw, "__doc__", None) or "").split("\n")[0]
    parts = [seed & 0x7FFFFFFF, (seed >> 31) & 0x7FFFFFFF, seed >> 62]
    return {"seeds": parts} if named or "seeds" in first else {}


def reorder(
    samples: Mapping[str, ArrayLike] | ArrayLike,
    copula: Any,
    *,
    seed: int,
    threads: int | None = None,
) -> Coupled:
    """Rearrange each column so that its ranks are those of a sample of a copula.

    Parameters
    ----------
    samples : mapping of names to arrays, or array of shape (n, d)
        Independent samples of each margin: losses, annual totals. Values are kept, rows change.
    copula : Copula, object with ``sample(n)`` or ``simulate(n)``, or array of shape (n, d)
        A vine of pyvinecopulib is such an object; an array holds uniforms, or anything whose ranks
        count. Ties in it are broken at random.
    seed : int
        Of the copula and of ties.
    threads : int, optional
        The result does not depend on it.

    Returns
    -------
    Coupled
        ``target`` is Spearman's ρ of the copula, not known for a vine or an array.

    Examples
    --------
    >>> import kebao as kb
    >>> lines = {"a": [1, 2, 3, 4], "b": [10, 20, 30, 40]}
    >>> kb.dependence.reorder(lines, kb.ComonotoneCopula(2), seed=1).spearman[0, 1].item()
    1.0
    """
    table, names = _columns(samples, "reorder")
    rows, columns = table.shape
    uniforms = _uniforms(copula, rows, columns, seed, threads)
    found = _kebao.dependence_reorder(table, uniforms, seed=seed, threads=threads)
    return Coupled(found, names, copula if isinstance(copula, Copula) else None)


def iman_conover(
    samples: Mapping[str, ArrayLike] | ArrayLike,
    correlation: ArrayLike | float,
    *,
    seed: int,
    scores: bool = False,
    repair: bool = False,
    threads: int | None = None,
) -> Coupled:
    """Rearrange columns to a target rank correlation (Iman and Conover 1982).

    Normal scores, permuted at random and given the wanted correlation exactly, lead the ranks of
    the columns. The dependence is that of a Gaussian copula: none in the tails.

    Parameters
    ----------
    samples : mapping of names to arrays, or array of shape (n, d)
        Values are kept, rows change.
    correlation : array of shape (d, d), or float
        Spearman's rank correlation; a number for two columns.
    seed : int
        Of the permutations.
    scores : bool
        Take ``correlation`` as that of the normal scores, as the paper does; then it is Pearson's
        correlation of normal margins. Otherwise scores get 2 sin(πρ/6), so that ranks get ρ.
    repair : bool
        Take the nearest correlation matrix where the target is none.
    threads : int, optional
        The result does not depend on it.

    Returns
    -------
    Coupled
        With what was reached beside the target: ties keep columns from reaching it.

    Examples
    --------
    >>> import numpy as np
    >>> import kebao as kb
    >>> mostly_zero = np.where(np.arange(1000) < 900, 0, np.arange(1000))
    >>> found = kb.dependence.iman_conover({"a": mostly_zero, "b": range(1000)}, 0.9, seed=1)
    >>> bool(found.gap > 0.3)
    True
    """
    table, names = _columns(samples, "iman_conover")
    found, target, moved, score_moved = _kebao.dependence_iman_conover(
        table, correlation, scores=scores, seed=seed, repair=repair, threads=threads
    )
    return Coupled(found, names, target, "pearson" if scores else "spearman", moved, score_moved)


def aggregate(
    samples: Mapping[str, ArrayLike] | ArrayLike,
    tree: tuple[Copula, Sequence[Any]],
    *,
    seed: int,
    threads: int | None = None,
) -> Coupled:
    """Couple columns by a tree: lines into groups, groups into the whole, by their totals.

    At each node the children's rows, taken whole, get the ranks of a sample of the node's copula by
    the children's totals (Arbenz, Hummel and Mainik 2012).

    Parameters
    ----------
    samples : mapping of names to arrays, or array of shape (n, d)
        Independent samples of each column.
    tree : pair (copula, children)
        A child is the name or number of a column, or a pair of its own; the copula has as many
        components as the node has children.
    seed : int
        Of all copulas; each node has streams of its own.
    threads : int, optional
        The result does not depend on it.

    Returns
    -------
    Coupled
        ``total`` is the aggregate.

    Examples
    --------
    >>> import kebao as kb
    >>> lines = {name: kb.Exponential(1).sample(5_000, seed=at) for at, name in enumerate("abc")}
    >>> tree = (kb.GaussianCopula(0.2), ["a", (kb.GumbelCopula(3), ["b", "c"])])
    >>> found = kb.dependence.aggregate(lines, tree, seed=1)
    >>> bool(found.spearman[1, 2] > 0.8 > found.spearman[0, 1])
    True
    """
    table, names = _columns(samples, "aggregate")
    places = {name: at for at, name in enumerate(names)}

    def numbered(node: Any, depth: int = 0) -> Any:
        if isinstance(node, str):
            if node not in places:
                issue = Issue("unknown_name", "aggregate", "tree", repr(node), ", ".join(names))
                raise InputError(issues=[issue])
            return places[node]
        if isinstance(node, tuple) and len(node) == 2 and depth < 64:
            return (node[0], [numbered(child, depth + 1) for child in node[1]])
        return node

    found = _kebao.dependence_aggregate(table, numbered(tree), seed=seed, threads=threads)
    return Coupled(found, names, None)


def correlation(
    samples: ArrayLike | Coupled, kind: str = "spearman", *, threads: int | None = None
) -> Any:
    """Correlations of the columns of an array, a matrix.

    Parameters
    ----------
    samples : array of shape (n, d)
        Finite numbers.
    kind : {"spearman", "pearson", "kendall"}
        Ties share their ranks; Kendall's is τ_b (Knight 1966).
    threads : int, optional
        The result does not depend on it.

    Returns
    -------
    array of shape (d, d)
        NaN for a column that does not vary.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.dependence.correlation([[1, 1], [2, 3], [3, 2], [4, 9]], "kendall")[0, 1].round(4).item()
    0.6667
    """
    table, _ = _columns(np.asarray(samples), "correlation")
    return _kebao.dependence_correlation(table, kind, threads=threads)


def nearest_correlation(matrix: ArrayLike) -> NearestCorrelation:
    """The correlation matrix nearest in the Frobenius norm (Higham 2002, algorithm 3.3).

    Parameters
    ----------
    matrix : array of shape (d, d)
        Symmetric; diagonal and bounds do not matter.

    Returns
    -------
    NearestCorrelation
        The matrix, its distance, and the iterations.

    Examples
    --------
    >>> import kebao as kb
    >>> found = kb.dependence.nearest_correlation([[1, 1, 0], [1, 1, 1], [0, 1, 1]])
    >>> found.matrix.round(4)[0].tolist(), round(found.distance, 4)
    ([1.0, 0.7607, 0.1573], 0.5278)
    """
    return NearestCorrelation(*_kebao.dependence_nearest(matrix))
