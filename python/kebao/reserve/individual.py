"""Individual claims by simulation: those reported and open, and those not yet reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from .. import _kebao, sectors
from ..errors import InputError, Issue
from ..table import Table
from .bootstrap import LEVELS, _distribution, _measures
from .estimator import Choices, Floats

PARTS = ("total", "rbns", "ibnr")


class IndividualClaims(Choices):
    """Reserves claim by claim: reported but not settled (RBNS), incurred but not reported (IBNR).

    For thin lines whose triangles say little: the number of claims, their size and their delays are
    the sector's own, the number updated by what was reported. Every claim passes from unreported to
    open to settled at rates by which, in the mean, claims are reported and paid exactly as the
    pattern has it; it is settled by one payment. In every outcome

    - an open claim costs its case estimate times a lognormal error of mean 1 or, without a case
      estimate, a draw of the severity given that it exceeds what was paid;
    - the number of unreported claims of an origin is drawn given those reported, by the sector's
      frequency and its uncertainty; each has a size, a report and a settlement date.

    Parameters
    ----------
    coverage : str or Coverage
        Id such as ``"bio.clinical_trial"``, or a coverage that was read or updated.
    n : int
        Outcomes.
    seed : int
    pattern : object with ``reported_cumulative`` and ``paid_cumulative``, optional
        Shares by year of development; the coverage's own by default.
    tail_years : float
        Years over which what the pattern leaves over follows evenly (expert prior: 5).
    severity : Severity, optional
        Ground-up size of a claim in amounts; the coverage's own, with its cap, by default.
    limit, sum_insured : float or str, optional
        Most that a claim costs, paid and outstanding together, also where there is a case estimate;
        what a severity in fractions is a fraction of.
    case_cv : float, optional
        Coefficient of variation of outstanding cost over case estimate; needed where there are case
        estimates.
    uncertain : bool
        Draw the parameters in every outcome; else the sector's means are taken as true.
    keep : {"origins", "claims"}
        Sums, or every claim of every outcome too.
    threads : int, optional

    Notes
    -----
    Norberg (1993), Prediction of outstanding liabilities in non-life insurance, ASTIN Bulletin
    23(1); Hesselager (1994), A Markov model for loss reserving, ASTIN Bulletin 24(2). Draws are
    those of (seed, claim) and (seed, origin, outcome): a claim has the same whoever stands beside.

    Examples
    --------
    >>> import kebao as kb
    >>> claims = {
    ...     "claim": ["a", "b", "c"],
    ...     "origin": [2024, 2024, 2025],
    ...     "open": [False, True, True],
    ...     "paid": [90_000.0, 20_000.0, 0.0],
    ... }
    >>> fit = kb.IndividualClaims("bio.clinical_trial", n=2_000, seed=1).fit(
    ...     claims, exposure={2024: 900, 2025: 1_100}, ages={2024: 24, 2025: 12}
    ... )
    >>> fit.rbns_.shape, bool(abs(fit.total_ / fit.expected_["total"][-1] - 1) < 0.1)
    ((2,), True)
    """

    _found: dict[str, Any] | None = None
    _columns: dict[str, Any]

    def __init__(
        self,
        coverage: str | sectors.Coverage,
        *,
        n: int = 10_000,
        seed: int = 0,
        pattern: Any = None,
        tail_years: float = 5.0,
        severity: Any = None,
        limit: float | str | None = None,
        sum_insured: float | str | None = None,
        case_cv: float | None = None,
        uncertain: bool = True,
        keep: str = "origins",
        threads: int | None = None,
    ) -> None:
        self.coverage = coverage
        self.n = n
        self.seed = seed
        self.pattern = pattern
        self.tail_years = tail_years
        self.severity = severity
        self.limit = limit
        self.sum_insured = sum_insured
        self.case_cv = case_cv
        self.uncertain = uncertain
        self.keep = keep
        self.threads = threads

    def fit(
        self,
        claims: Any,
        *,
        exposure: Mapping[Any, float],
        ages: Mapping[Any, float] | Sequence[float],
        progress: Callable[[int, int], object] | None = None,
    ) -> Self:
        """Simulate what is still to be paid.

        Parameters
        ----------
        claims : mapping of columns or data frame
            The claims reported so far: ``origin``, ``open`` (true or false), ``paid`` and, if they
            are known, ``case`` (outstanding estimate; missing where there is none) and ``claim``
            (identifier; the row number by default). Closed claims count for the frequency.
        exposure : mapping
            Units of exposure by origin, in the order in which origins are shown.
        ages : mapping or sequence
            Months from the start of each origin to the valuation.
        progress : callable, optional
            Called with blocks done and in all.

        Returns
        -------
        self

        Raises
        ------
        InputError
            With every fault of choices, origins and claims.
        """
        kind = type(self).__name__
        issues: list[Issue] = []
        if self.keep not in ("origins", "claims"):
            issues.append(
                Issue("unknown_name", kind, "keep", f"'{self.keep}'", "one of origins, claims")
            )
        if not isinstance(exposure, Mapping):
            allowed = "a mapping from origin to units of exposure"
            found = type(exposure).__name__
            raise InputError(
                issues=[*issues, Issue("wrong_type", kind, "exposure", found, allowed)]
            )
        labels = [str(label) for label in exposure]
        issues += [
            Issue("duplicate", kind, "exposure", f"'{label}'", "each origin once")
            for label in sorted({label for label in labels if labels.count(label) > 1})
        ]
        if isinstance(ages, Mapping):
            known = {str(label): age for label, age in ages.items()}
            months = [known.get(label) for label in labels]
        else:
            months = list(ages)
        if len(months) != len(labels) or any(month is None for month in months):
            issues.append(Issue("missing", kind, "ages", "", "an age in months for every origin"))
            months = [0.0] * len(labels)
        columns = _columns(claims, kind, issues)
        columns |= {
            "origins": labels,
            "exposure": _numbers(exposure.values(), kind, "exposure", issues),
            "ages": _numbers(months, kind, "ages", issues),
        }
        if issues:
            raise InputError(issues=issues)
        coverage = self.coverage
        if isinstance(coverage, str):
            coverage = sectors.Coverage(sectors.shipped(), coverage)
        pattern = coverage.pattern if self.pattern is None else self.pattern
        choices = {
            "simulations": self.n,
            "seed": self.seed,
            "keep": self.keep == "claims",
            "threads": self.threads,
            "tail_years": self.tail_years,
            "case_cv": self.case_cv,
            "limit": self.limit,
            "sum_insured": self.sum_insured,
            "uncertain": self.uncertain,
            "reported": list(pattern.reported_cumulative),
            "paid": list(pattern.paid_cumulative),
        }
        self._found = _kebao.simulate_individual_claims(
            coverage._library, coverage.id, self.severity, columns, choices, progress
        )
        self._columns = columns
        return self

    def _result(self, name: str) -> Any:
        if self._found is None:
            raise AttributeError(f"this {type(self).__name__} is not fitted; call fit(claims)")
        return self._found[name]

    @property
    def origins_(self) -> list[str]:
        """Labels of the origins."""
        self._result("rbns")
        return list(self._columns["origins"])

    @property
    def rbns_by_origin_(self) -> Floats:
        """Outstanding of open claims, origin × outcome."""
        return np.asarray(self._result("rbns"))

    @property
    def ibnr_by_origin_(self) -> Floats:
        """Cost of unreported claims, origin × outcome."""
        return np.asarray(self._result("ibnr"))

    @property
    def by_origin_(self) -> Floats:
        """Reserve, origin × outcome: RBNS + IBNR."""
        return self.rbns_by_origin_ + self.ibnr_by_origin_

    @property
    def count_by_origin_(self) -> Floats:
        """Number of unreported claims, origin × outcome."""
        return np.asarray(self._result("count"))

    @property
    def cash_flows_(self) -> Floats:
        """Payments by future year and outcome; they sum to the reserve."""
        return np.asarray(self._result("by_year"))

    @property
    def rbns_(self) -> Floats:
        """Mean outstanding of the open claims of each origin."""
        return np.asarray(self.rbns_by_origin_.mean(axis=1))

    @property
    def ibnr_(self) -> Floats:
        """Mean cost of the unreported claims of each origin."""
        return np.asarray(self.ibnr_by_origin_.mean(axis=1))

    @property
    def totals_(self) -> Floats:
        """Reserve of every outcome."""
        return np.asarray(self.by_origin_.sum(axis=0))

    @property
    def total_(self) -> float:
        """Mean reserve."""
        return float(self.totals_.mean())

    @property
    def simulation_error_(self) -> float:
        """Standard error of `total_` for the number of outcomes."""
        totals = self.totals_
        return float(totals.std(ddof=1) / np.sqrt(len(totals)))

    @property
    def beyond_(self) -> int:
        """Open claims of which more was paid than the severity can cost: nothing more is drawn."""
        return int(self._result("beyond"))

    @property
    def expected_(self) -> Table:
        """Means without simulation, by origin and in total: ``count, rbns, ibnr, total``.

        Exact but for the 32-point rule over the uncertain scale and a fine grid over the frequency.
        """
        columns: dict[str, list[Any]] = {"origin": [*self.origins_, "total"]}
        for name, key in (("count", "count"), ("rbns", "rbns"), ("ibnr", "ibnr")):
            values = self._result(f"expected_{key}")
            columns[name] = [*values.tolist(), float(values.sum())]
        columns["total"] = [a + b for a, b in zip(columns["rbns"], columns["ibnr"], strict=True)]
        return Table.of("expected", columns)

    @property
    def expected_cash_flows_(self) -> Floats:
        """Mean payment of each future year, without simulation."""
        return np.asarray(self._result("expected_by_year"))

    @property
    def claims_(self) -> dict[str, Any]:
        """Every claim still to be settled, in columns; needs ``keep="claims"``.

        ``simulation``, ``origin`` (both from 0), ``row`` of the reported claim (-1 for an
        unreported one), ``amount`` to be paid, and the years from now until it is ``reported`` and
        ``settled``.
        """
        self._kept()
        names = ("simulation", "origin", "row", "amount", "reported", "settled")
        return {name: self._result(name) for name in names}

    def _kept(self) -> None:
        self._result("amount")
        if self.keep != "claims":
            raise AttributeError("not kept; fit with keep='claims'")

    def to_claims(self) -> dict[str, Any]:
        """All claims of all outcomes as `kebao.balance.net_reserves` takes them.

        Returns
        -------
        dict of arrays
            ``simulation, origin, ultimate, paid``; closed claims stand in every outcome, so that
            what they used of annual terms is used.
        """
        claims = self.claims_
        paid = np.asarray(self._columns["paid"])
        before = np.where(claims["row"] >= 0, paid[claims["row"]] if len(paid) else 0.0, 0.0)
        closed = np.flatnonzero(~np.asarray(self._columns["open"], dtype=bool))
        number = {label: at for at, label in enumerate(self.origins_)}
        origin = np.array([number[self._columns["origin"][at]] for at in closed], dtype=np.int64)
        n = self.totals_.size
        return {
            "simulation": np.concatenate(
                [np.repeat(np.arange(n), len(closed)), claims["simulation"]]
            ),
            "origin": np.concatenate([np.tile(origin, n), claims["origin"]]),
            "ultimate": np.concatenate([np.tile(paid[closed], n), before + claims["amount"]]),
            "paid": np.concatenate([np.tile(paid[closed], n), before]),
        }

    def distribution(self, part: str = "total", *, levels: Sequence[float] = LEVELS) -> Table:
        """Mean, standard deviation and quantiles with their errors, by origin and in total.

        Parameters
        ----------
        part : {"total", "rbns", "ibnr"}
        levels : sequence of float

        Returns
        -------
        Table
            ``origin, mean, mean_se, sd``, and ``q50, q50_se, ...`` for each level.
        """
        if part not in PARTS:
            allowed = f"one of {', '.join(PARTS)}"
            kind = type(self).__name__
            raise InputError(issues=[Issue("unknown_name", kind, "part", f"'{part}'", allowed)])
        values = {
            "total": lambda: self.by_origin_,
            "rbns": lambda: self.rbns_by_origin_,
            "ibnr": lambda: self.ibnr_by_origin_,
        }[part]()
        rows = [*zip(self.origins_, values, strict=True), ("total", values.sum(axis=0))]
        return _distribution("origin", rows, levels)

    def quantile(self, p: float | Sequence[float]) -> Table:
        """Quantiles (VaR) and tail means (TVaR) of the reserve, with standard errors."""
        return _measures(self.totals_, np.atleast_1d(p).tolist())

    def to_table(self) -> Table:
        """Means by origin and in total, beside those without simulation."""
        found = self.origins_
        expected = self.expected_
        opened = np.zeros(len(found))
        number = {label: at for at, label in enumerate(found)}
        for label, is_open in zip(self._columns["origin"], self._columns["open"], strict=True):
            opened[number[label]] += is_open
        columns: dict[str, list[Any]] = {"origin": [*found, "total"]}
        for name, values in (
            ("open", opened),
            ("unreported", self.count_by_origin_.mean(axis=1)),
            ("rbns", self.rbns_),
            ("ibnr", self.ibnr_),
            ("reserve", self.rbns_ + self.ibnr_),
        ):
            columns[name] = [*values.tolist(), float(values.sum())]
        columns["expected"] = expected["total"]
        spread = [*self.by_origin_, self.totals_]
        columns["sd"] = [float(row.std(ddof=1)) if row.size > 1 else float("nan") for row in spread]
        return Table.of("individual_claims", columns)

    def __repr__(self) -> str:
        if self._found is None:
            return self._call()
        return f"{self._call()}\n{self.to_table()!r}"


def _numbers(values: Any, kind: str, field: str, issues: list[Issue]) -> list[float]:
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError) as error:
        issues.append(Issue("not_a_number", kind, field, str(error), "a number for each origin"))
        return []


def _columns(claims: Any, kind: str, issues: list[Issue]) -> dict[str, Any]:
    names = getattr(claims, "column_names", None)
    names = list(names if names is not None else getattr(claims, "columns", claims))
    rows = len(claims[names[0]]) if names else 0
    for name in ("origin", "open", "paid"):
        if name not in names:
            allowed = "a column of the claims"
            issues.append(Issue("missing", f"{kind}, claims", name, "", allowed))
    found: dict[str, Any] = {"claim": [str(row) for row in range(rows)], "case": [np.nan] * rows}
    for name in ("claim", "origin"):
        if name in names:
            found[name] = [str(value) for value in np.asarray(claims[name]).tolist()]
    for name in ("paid", "case"):
        if name in names:
            try:
                found[name] = np.asarray(claims[name], dtype=float).tolist()
            except (TypeError, ValueError) as error:
                issues.append(Issue("not_a_number", f"{kind}, claims", name, str(error), "amounts"))
    if "open" in names:
        values = np.asarray(claims["open"])
        if not all(value in (True, False) for value in values.tolist()):
            issues.append(Issue("wrong_type", f"{kind}, claims", "open", "", "true or false"))
        else:
            found["open"] = values.astype(bool).tolist()
    lengths = {name: len(values) for name, values in found.items()}
    if len(set(lengths.values())) > 1:
        issues.append(Issue("wrong_shape", kind, "claims", str(lengths), "columns of one length"))
    return found
