"""Judgement on development, as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from .. import _kebao

Choice = str | Mapping[str, Any]
Factor = float | tuple[float, float]


class Selection:
    """How development factors are selected: averages, exclusions, judgement and tail, as data.

    The same object is replayed by every method that develops ratios: chain ladder and Mack, the
    one-year view, bootstraps on each pseudo triangle. It names origins and ages by their labels, so
    that it can be kept in a file and used on next year's triangle.

    With link ratios F of one age, starting at C, under Var[F] = sigma^2 / (w C^alpha):

    * ``volume`` (alpha 1), ``simple`` (0) and ``regression`` (2) weigh F by w C^alpha, and
      Var(f) = sigma^2 / sum(w C^alpha) (Mack 1999);
    * ``geometric`` and ``median`` stand on alpha 0; the variance of a median of three ratios or
      more is pi/2 times that of the mean (Cramer 1946, 28.5, for normal ratios);
    * highest and lowest ratios that are dropped leave the average only: sigma^2 is still that of
      all links, for they were outcomes of the process; ``medial`` is ``simple`` without one highest
      and one lowest;
    * a given factor g is blended, z f + (1 - z) g with credibility z. With its standard error e,
      Var = z^2 Var(f) + (1 - z)^2 e^2; without, judgement keeps the error of the average that it
      replaces. ``credibility="precision"`` is z = e^2 / (e^2 + Var(f)) (Gisler and Wuethrich 2008).

    Parameters
    ----------
    average : {"volume", "simple", "regression", "geometric", "median", "medial"}
        How the link ratios of an age are averaged.
    n : int, optional
        Use only the latest n usable links of each age.
    drop_high, drop_low : int, optional
        Highest and lowest ratios left out, where an age has more links than these.
    by_age : mapping of int to (str or mapping), optional
        Choices of one age (months, where the link starts): an average, or a mapping with
        ``average, n, drop_high, drop_low``; what is not said is as for all ages.
    exclude : iterable of (str, int), optional
        Links left out, by origin and the age in months where the link starts.
    exclude_diagonals : iterable of str, optional
        Valuations, such as ``"1985"`` or ``"2024Q3"``, whose links (ending there) are left out.
    weights : iterable of (str, int, float), optional
        Weights w of links, by origin and age; 1 where none is given.
    factors : mapping of int to (float or (float, float)), optional
        Factors of the user's by age, alone or with their standard error.
    credibility : float, "precision" or mapping of int to these, optional
        Weight of the average against the given factor; 0, the factor alone, by default.
    sigma : {"mack", "log-linear"}
        How sigma of an age with a single link is had; see `Mack`.
    tail : float, str, (factor, standard_error, sigma) or mapping, optional
        Development after the last age: a factor, with errors if known, or a curve through the
        selected factors: ``exponential``, ``inverse_power``, ``sherman`` and ``weibull`` (Sherman
        1984), ``bondy`` (the last factor again), ``generalized_bondy`` (ln f falls geometrically),
        ``mcclenahan`` (increments fall geometrically; McClenahan 1975), ``clark`` (loglogistic
        growth, by likelihood at average ages of k - 1/2 periods; Clark 2003). As a mapping, with
        ``curve`` and any of ``from`` and ``to`` (ages in months of the first and last factor used)
        and ``periods`` (ages for which it is continued, 100).

    Raises
    ------
    InputError
        Choices that are none; all of them are listed. Labels that a triangle does not have are told
        when it is fitted.

    Examples
    --------
    >>> import kebao as kb
    >>> picks = kb.Selection(n=5, exclude=[("1982", 12)], by_age={12: "medial"}, tail="bondy")
    >>> mack = kb.Mack(selection=picks).fit(kb.datasets.load("raa"))
    >>> kb.Selection.from_json(picks.to_json()) == picks
    True
    >>> picks
    Selection(n=5, by_age={12: 'medial'}, exclude=[('1982', 12)], tail='bondy')
    """

    __slots__ = ("_core", "_data")
    _core: _kebao.Selection
    _data: dict[str, Any]

    def __init__(
        self,
        *,
        average: str = "volume",
        n: int | None = None,
        drop_high: int | None = None,
        drop_low: int | None = None,
        by_age: Mapping[int, Choice] | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        exclude_diagonals: Iterable[str | int] | None = None,
        weights: Iterable[tuple[str, int, float]] | None = None,
        factors: Mapping[int, Factor] | None = None,
        credibility: float | str | Mapping[int, float | str] | None = None,
        sigma: str = "mack",
        tail: float | str | tuple[float, float, float] | Mapping[str, Any] | None = None,
    ) -> None:
        given = {
            "average": average,
            "n": n,
            "drop_high": drop_high,
            "drop_low": drop_low,
            "by_age": by_age,
            "exclude": exclude,
            "exclude_diagonals": exclude_diagonals,
            "weights": weights,
            "factors": factors,
            "credibility": credibility,
            "sigma": sigma,
            "tail": tail,
        }
        data = {
            name: plain(value)
            for name, value in given.items()
            if value is not None and DEFAULTS.get(name) != value
        }
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_core", _kebao.Selection("Selection", json.dumps(data)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Selection does not change; make another with replace(...)")

    def to_dict(self) -> dict[str, Any]:
        """The choices that differ from the defaults, as plain data."""
        data: dict[str, Any] = json.loads(json.dumps(self._data))
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The selection that `to_dict` wrote."""
        known = dict.fromkeys(("by_age", "factors", "credibility"))
        values: dict[str, Any] = {
            name: {number(age): each for age, each in value.items()}
            if name in known and isinstance(value, Mapping)
            else value
            for name, value in data.items()
        }
        unknown = set(values) - set(cls.__init__.__kwdefaults__ or ())
        if unknown:
            # The core tells which, with the nearest known name.
            _kebao.Selection("Selection", json.dumps({name: None for name in sorted(unknown)}))
        return cls(**values)

    def to_json(self, path: str | Path | None = None) -> str:
        """The choices as JSON; written to a file when a path is given."""
        text = json.dumps(self._data, indent=1)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    @classmethod
    def from_json(cls, source: str | Path) -> Self:
        """The selection that `to_json` wrote, from its text or its file."""
        text = str(source)
        if not text.lstrip().startswith("{"):
            text = Path(source).read_text(encoding="utf-8")
        return cls.from_dict(json.loads(text))

    def replace(self, **changes: Any) -> Self:
        """Another selection with some choices changed."""
        return type(self).from_dict({**self._data, **changes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Selection) and self._data == other._data

    def __hash__(self) -> int:
        return hash(json.dumps(self._data, sort_keys=True))

    def __reduce__(self) -> Any:
        return (type(self).from_dict, (self._data,))

    def __repr__(self) -> str:
        def shown(name: str, value: Any) -> str:
            if isinstance(value, dict) and name != "tail":
                return "{" + ", ".join(f"{age}: {each!r}" for age, each in value.items()) + "}"
            if isinstance(value, list):
                cells = [tuple(each) if isinstance(each, list) else each for each in value]
                return repr(tuple(cells) if name == "tail" else cells)
            return repr(value)

        return f"Selection({', '.join(f'{k}={shown(k, v)}' for k, v in self._data.items())})"


DEFAULTS: dict[str, Any] = {"average": "volume", "sigma": "mack"}


def plain(value: Any) -> Any:
    """Numbers, text, lists and mappings with text keys, as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, str) or value is None:
        return value
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Iterable):
        return [plain(each) for each in value]
    if isinstance(value, (int, float)):
        # NaN and infinities are no JSON; as text they are refused by name.
        return value if value - value == 0 else str(value)
    return str(value)


def number(age: Any) -> Any:
    """Ages are whole numbers; whatever else comes is left for the core to refuse."""
    try:
        return int(age)
    except (TypeError, ValueError):
        return age


def core_of(
    method: str,
    average: str,
    n: int | None,
    exclude: Iterable[tuple[str, int]] | None,
    tail: Any,
    sigma: str,
) -> _kebao.Selection:
    """The core's selection for the short form of choices."""
    if exclude is None:
        try:
            return _common(method, average, n, tail, sigma)
        except TypeError:
            pass
    return _read(method, average, n, exclude, tail, sigma)


def _read(
    method: str, average: Any, n: Any, exclude: Any, tail: Any, sigma: Any
) -> _kebao.Selection:
    choices = {"average": average, "n": n, "exclude": exclude, "tail": tail, "sigma": sigma}
    return _kebao.Selection(method, json.dumps(plain(choices)))


@lru_cache(maxsize=256, typed=True)
def _common(method: str, average: Any, n: Any, tail: Any, sigma: Any) -> _kebao.Selection:
    return _read(method, average, n, None, tail, sigma)
