"""What two entrants' figures, taken side by side, support: faster, slower, cannot tell.

Strategy: all pairs of a course are compared at once, at one level that is corrected for their
number.  There is one test for "differs": the interval leaves out 1, and the ratio is worth naming.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from report.statistics import FEWEST_GENERATIONS, Floats, Resampled, corrected, resample

WORTH_NAMING = 1.02
"""A ratio closer to 1 would change nobody's choice."""


class Tell(StrEnum):
    """What a ratio supports."""

    FASTER = "faster"
    SLOWER = "slower"
    CANNOT_TELL = "cannot tell"


OPPOSITE = {
    Tell.FASTER: Tell.SLOWER,
    Tell.SLOWER: Tell.FASTER,
    Tell.CANNOT_TELL: Tell.CANNOT_TELL,
}


@dataclass(frozen=True)
class Interval:
    """An estimate and the interval around it; of too few generations, it is everything."""

    estimate: float
    lower: float = 0.0
    upper: float = np.inf

    @property
    def bounded(self) -> bool:
        """Whether it says anything beyond the estimate."""
        return self.upper < np.inf

    def inverse(self) -> "Interval":
        """Give the same for the inverse ratio."""
        lower = 1 / self.upper if self.bounded else 0.0
        return Interval(1 / self.estimate, lower, 1 / self.lower if self.lower else np.inf)


@dataclass(frozen=True)
class Pair:
    """Two entrants compared: the first one's figure over the second one's."""

    ratio: Interval
    told: Tell

    def inverse(self) -> "Pair":
        """Give the second one's over the first one's."""
        return Pair(self.ratio.inverse(), OPPOSITE[self.told])


@dataclass(frozen=True)
class Comparison:
    """All entrants of a course, compared with each other.

    Attributes:
        values: the figure of each, with intervals that all hold together.
        pairs: each two of them by their numbers, the earlier one's figure over the later one's.
        level: at which each single comparison was made, so that all together keep theirs.
        could_tell: for each pair the smallest ratio that such a race tells from 1; it may be
            infinite, and of too few generations there is none.
    """

    values: list[Interval]
    pairs: Mapping[tuple[int, int], Pair]
    level: float
    could_tell: Mapping[tuple[int, int], float]


def compare(
    generations: Sequence[Floats], alpha: float, above: Tell, fewest: int = FEWEST_GENERATIONS
) -> Comparison:
    """Compare all entrants of a course.

    Args:
        generations: for each a table of logarithms of the figure that counts, blocks by entrants.
        alpha: the share of named differences that may be none.
        above: what a ratio above 1 means.
        fewest: of fewer generations, there are estimates alone.
    """
    entrants = generations[0].shape[1]
    pairs = list(combinations(range(entrants), 2))
    columns = [
        np.hstack([each, *(each[:, [a]] - each[:, [b]] for a, b in pairs)]) for each in generations
    ]
    enough = len(generations) >= fewest
    found = _resampled(columns, entrants, alpha) if enough else _bare(columns, entrants, alpha)
    ratios = zip(pairs, found.ratios, strict=True)
    by_pair = {pair: Pair(ratio, tell(ratio, above)) for pair, ratio in ratios}
    told_from_1 = dict(zip(pairs, found.could_tell, strict=enough))
    return Comparison(found.values, by_pair, found.level, told_from_1)


def tell(ratio: Interval, above: Tell) -> Tell:
    """Say what a ratio supports; `above` is what one above 1 means."""
    if not apart(ratio) or 1 / WORTH_NAMING < ratio.estimate < WORTH_NAMING:
        return Tell.CANNOT_TELL
    return above if ratio.estimate > 1 else OPPOSITE[above]


def apart(ratio: Interval) -> bool:
    """Say whether chance is ruled out as what takes the ratio away from 1."""
    return not ratio.lower <= 1 <= ratio.upper


def settled(ratio: Interval, most: float) -> bool:
    """Say whether two are told apart, or shown to differ by less than a ratio of `most`."""
    return apart(ratio) or within(ratio, most)


def within(ratio: Interval, most: float) -> bool:
    """Say whether two are shown to differ by less than a ratio of `most`."""
    return 1 / most < ratio.lower <= ratio.upper < most


class _Found(NamedTuple):
    values: list[Interval]
    ratios: list[Interval]
    level: float
    could_tell: list[float]


def _bare(columns: Sequence[Floats], entrants: int, alpha: float) -> _Found:
    estimates = bare(middle(columns))
    return _Found(estimates[:entrants], estimates[entrants:], alpha, [])


def middle(generations: Sequence[Floats]) -> Floats:
    """Give the estimate of each column: the mean over generations of the median over blocks."""
    return np.asarray(np.mean([np.median(each, axis=0) for each in generations], axis=0))


def bare(logarithms: Floats) -> list[Interval]:
    """Give estimates that have no interval."""
    return [Interval(float(each)) for each in np.exp(logarithms)]


def _resampled(columns: Sequence[Floats], entrants: int, alpha: float) -> _Found:
    resampled = resample(columns)
    level = corrected(resampled.p()[entrants:], alpha)
    values = intervals(resampled, alpha / entrants)[:entrants]
    ratios = intervals(resampled, level)[entrants:]
    return _Found(values, ratios, level, could_tell(resampled, level)[entrants:])


def intervals(resampled: Resampled, alpha: float) -> list[Interval]:
    """Give the interval of each column's ratio."""
    half = resampled.half_width(alpha)
    ends = (resampled.estimate, resampled.estimate - half, resampled.estimate + half)
    return [Interval(*map(float, each)) for each in _exp(ends).T]


def could_tell(resampled: Resampled, alpha: float) -> list[float]:
    """Give the smallest ratio that is told from 1, for each column; nothing below is named."""
    return [max(float(each), WORTH_NAMING) for each in _exp(resampled.could_tell(alpha))]


def _exp(logarithms: ArrayLike) -> Floats:
    with np.errstate(over="ignore"):  # what is that wide has no end
        return np.asarray(np.exp(logarithms))
