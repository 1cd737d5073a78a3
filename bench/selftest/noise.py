"""Noise shaped like a recorded race's, and how often an interval holds the truth under it.

Strategy: the logarithm of an entrant's CPU time for a call is taken to be

    level + process + drift + round

where `process` belongs to a process and stays the same in all its rounds, `drift` is a random walk
from each round to the next, whoever's that is, and `round` is new each time.  `process` and `round`
are normal in bulk; a share of them strays: something else ran, and cost an exponentially
distributed time beyond what the bulk reaches.  All is estimated from copies of one variant, whose
ratios hold nothing but noise: the bulk by the median absolute deviation of what does not stray.
Then races are made up in which the truth is known, and compared as any race is.

Beside that, without any model: of recorded copies, drawn generations with their names swapped at
random, so that the truth is 1 and the noise is what it was.
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

RATIO = 1.05
"""What the first entrant takes more by its level; no interval depends on it."""

PLACES = 5
"""Rounds in a block, as in a recorded race: two of them are those of a made-up one."""

WITHIN = (PLACES + 1) / (6 * PLACES)
"""Of what a machine drifts from block to block: half the variance between two of a block's rounds,
whose places are (PLACES + 1) / 3 steps apart on average."""

MANY = 50_000
"""Generations whose mean is the truth: it is then known to a tenth of what an interval spans."""


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

    @property
    def whole(self) -> float:
        """The standard deviation with what strays."""
        mean = self.least + self.beyond
        strays = self.share * (mean**2 + self.beyond**2) - (self.share * mean) ** 2
        return float(np.sqrt(self.sd**2 + strays))

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
        drift: the standard deviation of what is common to all entrants, from block to block.
    """

    process: Scatter
    round: Scatter
    drift: float


Two = tuple[Noise, Noise]
"""The noise of each of two entrants."""


def made_up(rng: np.random.Generator, noises: Two, generations: int, blocks: int) -> Floats:
    """Make up a race of two entrants, the first of which takes `RATIO` times as much.

    Returns:
        Logarithms, generations by blocks by entrants.
    """
    each = [
        noise.process.drawn(rng, (generations, 1)) + noise.round.drawn(rng, (generations, blocks))
        for noise in noises
    ]
    drift = drifting(rng, max(noise.drift for noise in noises), generations, blocks)
    made: Floats = np.stack(each, axis=-1) + drift + [np.log(RATIO), 0.0]
    return made


def drifting(rng: np.random.Generator, drift: float, generations: int, blocks: int) -> Floats:
    """Let the machine drift from round to round; give what two entrants meet, in random order."""
    steps = rng.normal(0.0, drift / np.sqrt(PLACES), generations * blocks * PLACES)
    walk = steps.cumsum().reshape(generations, blocks, PLACES)
    return rng.permuted(walk, axis=-1)[..., :2]


def truth(noises: Two, blocks: int) -> float:
    """Give the ratio that such generations have on average, which an estimate is to estimate.

    Beyond `RATIO` if the first one strays more than the second, since strays only ever cost.
    """
    made = made_up(np.random.default_rng(0), noises, MANY, blocks)
    return float(np.exp(np.median(made[..., 0] - made[..., 1], axis=1).mean()))


def fitted(generations: Sequence[Floats]) -> Noise:
    """Estimate the noise from copies of one variant.

    Args:
        generations: for each a table of logarithms, blocks by copies; all of the same size.
    """
    tables = np.array(generations)
    blocks, copies = tables.shape[1:]
    pairs = np.stack([tables[..., a] - tables[..., b] for a, b in combinations(range(copies), 2)])
    # A step from one block's difference to the next holds the noise of four rounds.
    apart = spread(np.diff(pairs, axis=-1)) / 2
    medians = np.median(pairs, axis=-1, keepdims=True)
    processes = less(spread(medians) / np.sqrt(2), np.sqrt(of_median(blocks)) * apart)
    steps = spread(np.diff(np.median(tables, axis=-1), axis=-1))
    drift = less(steps, np.sqrt(2 * of_median(copies)) * apart)
    return Noise(
        scatter(medians, processes, spread(medians)),
        scatter(pairs - medians, less(apart, np.sqrt(WITHIN) * drift), np.sqrt(2) * apart),
        drift,
    )


def less(whole: float, part: float) -> float:
    """Give what is left of a standard deviation without a part that is independent of the rest."""
    return float(np.sqrt(max(0.0, whole**2 - part**2)))


def of_median(values: int) -> float:
    """Give the variance of the median of so many normal values, each of variance 1."""
    drawn = np.random.default_rng(0).normal(size=(MANY, values))
    return float(np.median(drawn, axis=1).var())


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


def held(
    noises: Sequence[Two], generations: int, blocks: int, races: int, alpha: float = ALPHA
) -> Iterable[bool]:
    """Make up races, and say of each whether its interval holds the truth.

    Args:
        noises: to take in turn.
        generations: of each race.
        blocks: in each generation.
        races: how many.
        alpha: the share of intervals that may miss.
    """
    rng = np.random.default_rng(generations)
    truths = [truth(two, blocks) for two in noises]
    for number in range(races):
        which = number % len(noises)
        yield holds(made_up(rng, noises[which], generations, blocks), truths[which], alpha)


def held_of_recorded(
    recorded: Sequence[Sequence[Floats]], generations: int, races: int
) -> Iterable[bool]:
    """Draw races of two copies from recorded ones, and say of each whether its interval holds 1.

    Args:
        recorded: to take in turn; for each generation a table of logarithms, blocks by copies.
        generations: of each race, none of them twice; fewer, if there are no more.
        races: how many.
    """
    rng = np.random.default_rng(generations)
    for number in range(races):
        tables = recorded[number % len(recorded)]
        drawn = rng.permutation(len(tables))[:generations]
        swapped = [rng.permutation(tables[each], axis=1)[:, :2] for each in drawn]
        yield holds(swapped, 1.0, ALPHA)


def holds(race: Sequence[Floats] | Floats, ratio: float, alpha: float) -> bool:
    """Say whether the interval of the ratio of two entrants holds this one."""
    found = compare(list(race), alpha, Tell.SLOWER).pairs[0, 1].ratio
    return found.lower <= ratio <= found.upper
