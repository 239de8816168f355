"""Development patterns."""

from __future__ import annotations

import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """How much of an ultimate amount has emerged by each age.

    Attributes
    ----------
    ages : tuple of int
        Ages in months from the start of the origin period.
    cumulative : tuple of float
        Share of the ultimate at each age.
    source : str
        Where the pattern comes from.

    Examples
    --------
    >>> import kebao as kb
    >>> pattern = kb.ChainLadder().fit(kb.datasets.load("ukmotor")).pattern()
    >>> [round(share, 3) for share in pattern.cumulative[:3]]
    [0.304, 0.574, 0.736]
    """

    ages: tuple[int, ...]
    cumulative: tuple[float, ...]
    source: str = ""

    @property
    def incremental(self) -> tuple[float, ...]:
        """Share that emerges between an age and the one before; what is left comes after."""
        before = (0.0, *self.cumulative[:-1])
        return tuple(
            share - earlier for share, earlier in zip(self.cumulative, before, strict=True)
        )

    @property
    def mean_term(self) -> float:
        """Mean time in years from the start of the origin period to payment.

        Each share is placed in the middle of its period; what remains after the last age, at that
        age.
        """
        start = 2 * self.ages[0] - self.ages[1] if len(self.ages) > 1 else 0
        edges = (max(start, 0), *self.ages)
        middles = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
        paid = sum(share * at for share, at in zip(self.incremental, middles, strict=True))
        return (paid + (1 - self.cumulative[-1]) * self.ages[-1]) / 12
