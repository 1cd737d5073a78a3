"""A share of what was counted, with its 95 % interval: `2.1 % (0.7–4.8)`.

Strategy: exact binomial (Clopper and Pearson, 1934).  Verdicts of one race are not independent, so
it is taken of as many as the scatter between the shares of single races says there are (Korn and
Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts
Estimated from Survey Data", 1998); without any scatter, of all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from report.statistics import ALPHA


class Share(NamedTuple):
    """How many of so many, and the interval of the share that they are."""

    said: int
    of: int
    lower: float
    upper: float

    @property
    def part(self) -> float:
        """The share itself."""
        return self.said / self.of

    def __str__(self) -> str:
        """Word it and its interval in per cent."""
        lower, upper = 100 * self.lower, 100 * self.upper
        return f"{100 * self.part:.1f} % ({lower:.1f}–{upper:.1f})"


def share_of(races: Sequence[Sequence[bool]]) -> Share:
    """Give the share of what is true.

    Args:
        races: for each what was said in it; as much in one as in any other.
    """
    said, of = int(np.sum(races)), int(np.size(races))
    independent = _independent(np.mean(races, axis=1), of)
    true = said / of * independent
    lower = stats.beta.ppf(ALPHA / 2, true, independent - true + 1) if said else 0.0
    upper = stats.beta.ppf(1 - ALPHA / 2, true + 1, independent - true) if said < of else 1.0
    return Share(said, of, float(lower), float(upper))


def _independent(shares: "np.ndarray[tuple[int], np.dtype[np.float64]]", of: int) -> float:
    """Say how many independent verdicts would scatter as much."""
    if len(shares) == 1 or np.ptp(shares) == 0:
        return float(of)
    part = shares.mean()
    as_many = of / (of - 1) * part * (1 - part) / stats.sem(shares) ** 2
    few = stats.t.ppf(1 - ALPHA / 2, [of - 1, len(shares) - 1])
    return float(min(of, as_many * (few[0] / few[1]) ** 2))
