"""Losses of a book, simulated from its sector models."""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from os import PathLike
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import _kebao
from . import sectors as _sectors
from ._text import amount
from .portfolio import Portfolio
from .table import Table

__all__ = ["Losses", "simulate"]


class Losses:
    """Losses of a book by year, event and risk; made by `simulate`.

    Nothing is kept: a programme reads the losses block by block, and every row is made when the
    object is handed to an Arrow consumer (``pl.DataFrame(losses)``, ``pa.table(losses)``, DuckDB).
    The table has ``year`` (from 0), ``time`` (fraction of the year), ``event``, ``cause``,
    ``risk_id``, ``sector``, ``coverage``, ``loss`` (after policy terms).
    """

    __slots__ = ("_book", "_core")
    _core: _kebao.Simulation
    _book: Portfolio

    def __init__(self, core: _kebao.Simulation, book: Portfolio) -> None:
        self._core = core
        self._book = book

    @property
    def years(self) -> int:
        """Simulated years."""
        return self._core.years

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self._core.seed

    @property
    def currency(self) -> str:
        """Currency of the losses."""
        return self._core.currency

    @property
    def causes(self) -> list[str]:
        """``attritional`` and the systemic events."""
        return self._core.causes

    def expected(self) -> dict[str, NDArray[Any]]:
        """Expected annual loss of each risk in closed form.

        Returns
        -------
        dict of arrays
            ``risk_id``, ``claims`` (number), ``attritional``, ``systemic`` (amounts), and
            ``aggregate_limited``: the risk has an annual aggregate limit, which the closed form
            does not see, so that its numbers are upper bounds.
        """
        return {name: np.asarray(column) for name, column in self._core.expected().items()}

    def annual(self, *, progress: Callable[[int, int], None] | None = None) -> NDArray[np.float64]:
        """Total loss of each year, after policy terms.

        Parameters
        ----------
        progress : callable, optional
            Called as ``progress(done, total)`` in blocks of years.
        """
        return self._core.annual(progress=progress)

    def variance(self, *, progress: Callable[[int, int], None] | None = None) -> Table:
        """Split the variance of the gross loss of a year.

        Two further runs share every draw: parameters at their means, then without systemic events
        too. The parts are differences of variances and add up to the whole. Under
        ``parameters="two_level"`` also ``given_parameters`` and ``between_parameters``, from the
        analysis of variance of the groups of years.

        Returns
        -------
        Table
            ``part, variance, standard_error``.
        """
        rows = self._core.variance(progress=progress)
        names = ("part", "variance", "standard_error")
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        return Table.of("variance", columns)

    def table(self, *, progress: Callable[[int, int], None] | None = None) -> Any:
        """Every row as an Arrow table.

        Parameters
        ----------
        progress : callable, optional
            Called as ``progress(done, total)`` in blocks of years.
        """
        return self._core.table(progress=progress)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._core.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        expected = self.expected()
        claims, systemic = expected["attritional"].sum(), expected["systemic"].sum()
        limited = int(expected["aggregate_limited"].sum())
        left_out = len(self._book) - self._core.risks
        lines = [
            f"Losses of {self._core.risks:,} risks in {self.currency}, {self.years:,} years,"
            f" seed {self.seed}",
            f"  expected a year   {amount(claims + systemic)}",
            f"    claims          {amount(claims)}",
            f"    systemic        {amount(systemic)} from {len(self.causes) - 1} kinds of event",
        ]
        if limited:
            lines.append(f"  before the annual aggregate limits of {limited:,} risks")
        if left_out:
            lines.append(f"  {left_out:,} risks of other sectors are left out")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def simulate(
    book: Portfolio | Any,
    *,
    years: int,
    seed: int | None = None,
    sectors: list[_sectors.Coverage | str | PathLike[str]] | None = None,
    parameters: Literal["per_year", "off", "two_level"] = "per_year",
    inner: int = 100,
    common: Mapping[str, Mapping[str, float]] | None = None,
    systemic: bool = True,
    threads: int | None = None,
    executor: Executor | None = None,
) -> Losses:
    """Simulate a book under its sector models.

    A risk's losses depend on the seed and its own row only; the first years are the same however
    many are simulated and however many threads work.

    Parameters
    ----------
    book : Portfolio or whatever Portfolio takes
        The risks.
    years : int
        Years to simulate.
    seed : int, optional
        Seed of the draws, 0 to 2^64 - 1; by default drawn, and told by the result.
    sectors : list, optional
        Which coverages to simulate: ids and patterns (``"ic.*"``), and coverages changed by
        ``update`` or read from a file, which take the place of the book's own. By default all.
        Risks of other coverages are left out and counted.
    parameters : {"per_year", "off", "two_level"}
        Draw uncertain parameters in every year (the predictive distribution), use their means, or
        draw them once for each `inner` consecutive years (outer draws x inner years).
    inner : int, default 100
        Years that share a draw, for ``"two_level"``.
    common : mapping, optional
        Factors common to sectors, each with the sd of the logarithm it adds to the claim frequency
        of a sector: ``{"economy": {"sme_finance": 0.3, "going_global": 0.2}}``. Means stay; sectors
        under one factor have a Gaussian copula.
    systemic : bool, default True
        With systemic events, or claims alone.
    threads : int, optional
        Worker threads; by default one a core. Changes nothing but time.
    executor : concurrent.futures.Executor, optional
        Where to draw: threads, processes, or a cluster (``client.get_executor()`` of Dask). The
        losses are then drawn at once and kept, the same to the last bit.

    Returns
    -------
    Losses
        Lazy without an executor: give it to a programme or to any Arrow consumer.

    Examples
    --------
    >>> import kebao as kb
    >>> book = kb.Portfolio({"risk_id": ["A"], "coverage": ["space.launch"], "limit": [3e8],
    ...                      "sum_insured": [3e8]})
    >>> losses = kb.simulate(book, years=1000, seed=7, parameters="off", systemic=False)
    >>> losses.expected()["attritional"]
    array([11877403.84...])
    """
    if not isinstance(book, Portfolio):
        book = Portfolio(book)
    library = book._core.library
    if sectors is not None:
        patterns = []
        for item in sectors:
            if isinstance(item, str) and not item.endswith(".toml"):
                patterns.append(item)
            else:
                library, added = _sectors.with_item(library, item)
                patterns += added
        library = library.select(patterns)
    options: dict[str, Any] = {
        "partial": sectors is not None,
        "years": years,
        "seed": secrets.randbits(63) if seed is None else seed,
        "parameters": parameters,
        "inner": inner,
        "common": [(name, list(loads.items())) for name, loads in (common or {}).items()],
        "systemic": systemic,
        "threads": threads,
    }
    core = _kebao.Simulation(book._core, library=library, **options)
    if executor is not None:
        recipe = _recipe(book, library, options)
        starts = range(0, core.blocks, _TASK)
        drawn = executor.map(_draw, [recipe] * len(starts), starts)
        core = core.with_blocks([block for part in drawn for block in part])
    return Losses(core, book)


#: Blocks of 4,096 years in a task.
_TASK = 16

#: What a worker needs to draw: columns of the book, its currency, coverages, options.
_Recipe = tuple[dict[str, Any], str, tuple[tuple[str, str], ...], dict[str, Any]]


def _recipe(book: Portfolio, library: _kebao.Library, options: dict[str, Any]) -> _Recipe:
    columns: dict[str, Any] = {}
    for name in book._core.columns:
        column = book._core.column(name)
        if isinstance(column, np.ndarray):
            # Without bound is what an empty cell says.
            column = np.where(np.isfinite(column), column, np.nan)
        columns[name] = column
    coverages = tuple((id, library.toml(id)) for id in library.names())
    return columns, book.currency, coverages, options


def _draw(recipe: _Recipe, first: int) -> Any:
    """Draw one task's blocks, on a worker."""
    columns, currency, coverages, options = recipe
    library = _kebao.Library.shipped()
    for id, text in coverages:
        library, _ = library.with_toml(id, text)
    book = _kebao.Portfolio(columns, library=library, strict=False, currency=currency)
    core = _kebao.Simulation(book, library=library.select([id for id, _ in coverages]), **options)
    return core.draw(first, first + _TASK)
