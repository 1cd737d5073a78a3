"""Noise shaped like a recorded race's, and how often an interval holds the truth under it.

Strategy: the logarithm of an entrant's CPU time for a call is taken to be

    truth + process + drift + round

where `process` belongs to a process and stays the same in all its rounds, `drift` is a random walk
from block to block that all entrants share, and `round` is new each time.  `process` and `round`
are normal in bulk; a share of them strays: something else ran, and cost an exponentially
distributed time beyond what the bulk reaches.  All is estimated from copies of one variant, whose
ratios hold nothing but noise: the bulk by the median absolute deviation of what does not stray.
Then races are made up in which the truth is known, and compared as any race is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from report.comparison import Tell, compare
from report.statistics import ALPHA, Floats

NORMAL = 1.4826
"""Standard deviations to a median absolute deviation of a normal distribution."""

BEYOND = 4.0
"""Standard deviations that the bulk does not reach."""

CLIPPINGS = 10
"""After so many the estimate of the bulk no longer moves."""

MEDIAN = np.pi / 2
"""The variance of a median, times the number of values, to that of one value."""

TRUTH = 1.05
"""The ratio that the intervals of made-up races are to hold; no interval depends on it."""


@dataclass(frozen=True)
class Scatter:
    """How one thing scatters, in shares of CPU time.

    Attributes:
        sd: the bulk's standard deviation.
        share: of it that strays.
        least: what a stray adds at least.
        beyond: what it adds to that on average.
    """

    sd: float
    share: float
    least: float
    beyond: float

    def drawn(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        """Draw values of this scatter."""
        strays = rng.random(shape) < self.share
        sizes = self.least + rng.exponential(self.beyond, shape)
        return rng.normal(0.0, self.sd, shape) + strays * sizes


@dataclass(frozen=True)
class Noise:
    """How the rounds of a course scatter, in shares of CPU time.

    Attributes:
        process: one process from the next.
        round: one round from the next in the same process.
        drift: the standard deviation of a step of what all entrants of a block share.
    """

    process: Scatter
    round: Scatter
    drift: float

    def made_up(self, rng: np.random.Generator, generations: int, blocks: int) -> list[Floats]:
        """Make up a race of two entrants, the first of which takes `TRUTH` times as much.

        Returns:
            For each generation a table of logarithms, blocks by entrants.
        """
        processes = self.process.drawn(rng, (generations, 1, 2))
        rounds = self.round.drawn(rng, (generations, blocks, 2))
        drift = rng.normal(0.0, self.drift, (generations * blocks, 1)).cumsum(axis=0)
        shared = drift.reshape(generations, blocks, 1)
        return list(processes + rounds + shared + [np.log(TRUTH), 0.0])


def fitted(generations: Sequence[Floats]) -> Noise:
    """Estimate the noise from copies of one variant.

    Args:
        generations: for each a table of logarithms, blocks by copies; all of the same size.
    """
    tables = np.array(generations)
    blocks, copies = tables.shape[1:]
    pairs = np.stack([tables[..., a] - tables[..., b] for a, b in combinations(range(copies), 2)])
    # A step from one block's difference to the next holds the noise of four rounds.
    rounds = spread(np.diff(pairs, axis=-1)) / 2
    medians = np.median(pairs, axis=-1, keepdims=True)
    beside = MEDIAN / blocks * rounds**2
    processes = np.sqrt(max(0.0, spread(medians) ** 2 / 2 - beside))
    drift = spread(np.diff(np.median(tables, axis=-1), axis=-1))
    return Noise(
        scatter(medians, float(processes), spread(medians)),
        scatter(pairs - medians, rounds, np.sqrt(2) * rounds),
        drift,
    )


def scatter(differences: Floats, sd: float, of_differences: float) -> Scatter:
    """Say how two things scatter whose differences these are, each with that standard deviation."""
    least = BEYOND * of_differences
    strays = np.abs(differences[np.abs(differences) > least])
    beyond = float(strays.mean() - least) if strays.size else 0.0
    return Scatter(sd, strays.size / differences.size / 2, float(least), beyond)


def spread(values: Floats) -> float:
    """Estimate the standard deviation of the bulk about zero.

    By the median absolute deviation, again and again of what lies within the bulk by the last
    estimate, since every tenth round may stray.
    """
    found = np.inf
    for _ in range(CLIPPINGS):
        within = np.abs(values)[np.abs(values) <= BEYOND * found]
        found = NORMAL * float(np.median(within))
    return found


def held(noises: Sequence[Noise], generations: int, blocks: int, races: int) -> Iterable[bool]:
    """Make up races, and say of each whether its interval holds the truth.

    Args:
        noises: to take in turn.
        generations: of each race.
        blocks: in each generation.
        races: how many.
    """
    rng = np.random.default_rng(generations)
    for number in range(races):
        race = noises[number % len(noises)].made_up(rng, generations, blocks)
        ratio = compare(race, ALPHA, Tell.SLOWER).pairs[0, 1].ratio
        yield ratio.lower <= TRUTH <= ratio.upper
