"""Intervals and verdicts: a bootstrap over generations and then blocks, for all pairs at once.

Strategy: a process is the unit of sampling, so a generation becomes one value: the median over
its blocks of the logarithm of a ratio taken within the block.  The median, since what disturbs a
shared machine comes in bursts that hit single rounds.  The estimate is the mean over generations.

Its interval comes from a studentized bootstrap (Efron and Tibshirani, "An Introduction to the
Bootstrap", 12.5; symmetric, as Hall, 1988): generations are drawn with replacement, then blocks
within each of them, and the mean of what was drawn is taken in units of its own standard error.
A percentile of plain resampled means would be too narrow for a dozen generations.  At 95 % the
draws know how far means stray, whatever shape the noise has.  Of the far tails they know nothing:
there a few draws decide, in which two generations happen to be alike.  So beyond 95 % an interval
grows as Student's t does.

Many pairs are compared, so the level is corrected by the false discovery rate (Benjamini and
Hochberg, 1995): of the differences that a course names, about one in twenty is expected to be none.
The intervals are widened to match (Benjamini and Yekutieli, "False Discovery Rate-Adjusted
Multiple Confidence Intervals", 2005), so that an interval leaves out 1 exactly where the
correction names a difference.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

ALPHA = 0.05
"""The share of named differences that may be none."""

FEWEST_GENERATIONS = 5
"""Of fewer, a resample too often holds one generation only."""

DRAWS = 4999
POWER = 0.8
"""How surely a difference is told that a race is said to be able to tell."""

MOST_AT_ONCE = 4_000_000
"""Numbers held in memory at once while resampling."""


class Resampled(NamedTuple):
    """What the bootstrap gives for each column.

    Attributes:
        generations: how many there were.
        estimate: the mean over generations.
        error: its standard error.
        stretch: by what to multiply Student's interval to make it the bootstrap's, at 95 %.
    """

    generations: int
    estimate: Floats
    error: Floats
    stretch: Floats

    def p(self) -> Floats:
        """Give for each column how often chance alone strays as far from zero as it does."""
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.nan_to_num(np.abs(self.estimate) / self._unit(), posinf=np.inf)
        both_sides: Floats = 2 * stats.t.sf(far, self.generations - 1)
        return both_sides

    def half_width(self, alpha: float) -> Floats:
        """Give half of the interval of each column that misses the truth with this chance."""
        half: Floats = stats.t.ppf(1 - alpha / 2, self.generations - 1) * self._unit()
        return half

    def could_tell(self, alpha: float) -> Floats:
        """Give for each column the difference that such a race tells four times in five."""
        reach: float = stats.t.ppf(POWER, self.generations - 1)
        return self.half_width(alpha) + reach * self.error

    def _unit(self) -> Floats:
        # Draws of what does not stray at all are infinitely far from it, or not at all.
        still = self.error == 0
        unit: Floats = np.where(still, 1.0, self.stretch) * self.error
        return unit


def resample(generations: Sequence[Floats], seed: int = 0, draws: int = DRAWS) -> Resampled:
    """Resample generations and the blocks within them.

    Args:
        generations: for each a table of blocks by columns; the number of blocks may differ.
        seed: of the draws; the same for the same figures, so that a report can be made again.
        draws: how many.

    Raises:
        ValueError: there are too few generations.
    """
    return _studentized(len(generations), _draw(generations, np.random.default_rng(seed), draws))


def resample_apart(
    earlier: Sequence[Floats], later: Sequence[Floats], seed: int = 0, draws: int = DRAWS
) -> Resampled:
    """Resample the later mean less the earlier one, of generations that are independent.

    Each side is drawn by itself, and errors add up as in Welch's test, so the two may differ in
    their generations and in their noise.  `generations` is that of the smaller side.

    Args:
        earlier: as for `resample`.
        later: the same columns, on another occasion.
        seed: as for `resample`.
        draws: how many of each.

    Raises:
        ValueError: one of them has too few generations.
    """
    rng = np.random.default_rng(seed)
    before, after = (_draw(each, rng, draws) for each in (earlier, later))
    apart = _Drawn(
        after.estimate - before.estimate,
        np.hypot(before.error, after.error),
        after.means - before.means,
        np.hypot(before.errors, after.errors),
    )
    return _studentized(min(len(earlier), len(later)), apart)


def corrected(p: Floats, alpha: float = ALPHA) -> float:
    """Give the level at which each single comparison is made, so that all together keep `alpha`.

    Who is told apart has a `p` of this or less.
    """
    told = int(np.sum(stats.false_discovery_control(p) <= alpha)) if len(p) else 0
    return alpha * max(1, told) / max(1, len(p))


class _Drawn(NamedTuple):
    """The mean and its standard error: of what was measured, and of each draw from it."""

    estimate: Floats
    error: Floats
    means: Floats
    errors: Floats


def _draw(generations: Sequence[Floats], rng: np.random.Generator, draws: int) -> _Drawn:
    count = len(generations)
    if count < FEWEST_GENERATIONS:
        raise ValueError(f"{count} generations are too few to resample")
    values = np.array([np.median(each, axis=0) for each in generations])
    size = max(1, MOST_AT_ONCE // values.size)
    parts = [
        _mean_and_error(_drawn_medians(generations, rng, min(size, draws - done)).swapaxes(0, 1))
        for done in range(0, draws, size)
    ]
    means, errors = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _Drawn(*_mean_and_error(values), means, errors)


def _studentized(generations: int, drawn: _Drawn) -> Resampled:
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.abs(drawn.means - drawn.estimate) / drawn.errors
    strays = np.nan_to_num(far, nan=0.0, posinf=np.inf)
    reach = np.quantile(strays, 1 - ALPHA, axis=0, method="higher")
    stretch = reach / stats.t.ppf(1 - ALPHA / 2, generations - 1)
    return Resampled(generations, drawn.estimate, drawn.error, stretch)


def _drawn_medians(generations: Sequence[Floats], rng: np.random.Generator, draws: int) -> Floats:
    """Draw generations, then blocks in each; give each one's median, by draw and place.

    The median of drawn blocks is one of the blocks, or between two of them: so they are sorted
    once, and only their places are drawn.
    """
    count = len(generations)
    blocks = np.array([len(each) for each in generations])
    most = int(blocks.max())
    ordered = np.full((count, most, generations[0].shape[1]), np.nan)
    for at, each in enumerate(generations):
        ordered[at, : len(each)] = np.sort(each, axis=0)
    which = rng.integers(count, size=(draws, count))
    lower, upper = _middle(rng.random((draws, count, most)), blocks[which])
    medians: Floats = (ordered[which, lower] + ordered[which, upper]) / 2
    return medians


def _middle(random: Floats, blocks: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw as many places as there are blocks, and give the two in the middle."""
    places = np.floor(random * blocks[..., None])
    places[np.arange(random.shape[-1]) >= blocks[..., None]] = np.inf
    places.sort(axis=-1)
    middle = [
        np.take_along_axis(places, at[..., None], -1) for at in ((blocks - 1) // 2, blocks // 2)
    ]
    lower, upper = (each[..., 0].astype(np.intp) for each in middle)
    return lower, upper


def _mean_and_error(values: Floats) -> tuple[Floats, Floats]:
    """Give the mean over the first axis, and its standard error."""
    return values.mean(axis=0), stats.sem(values, axis=0)
