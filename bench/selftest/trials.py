"""What the measurement is tried on: each trial's figure from the recording, held against its aim.

Strategy: real races first.  Copies of one variant are a race of their own, in which nothing is to
be told; a slowed copy is judged in the race of all five, as any entrant is among others.
Thorough races are drawn from the recorded generations of a variant, none of them twice in a race,
since to run as many would take a day.  Whoever else judges the same rounds gets them as we
interleaved them, which is more than a user of theirs would have.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from bench.scenarios import PROFILES
from bench.selftest.cost import CHEAPEST, WITH, WITHOUT
from bench.selftest.drawing import (
    by_variant,
    copies,
    costs,
    drawn,
    exactly,
    only,
    slowed_copy,
)
from bench.selftest.noise import Noise, fitted, held
from bench.selftest.parts import Part
from bench.selftest.recording import Costs
from bench.selftest.size import COURSES, Size
from bench.selftest.verdicts import JUDGES, REGRESSED, by_generation
from report.comparison import Tell, compare
from report.figures import Standing, standings
from report.method import Trial
from report.results import Results
from report.statistics import ALPHA, Floats
from report.words import percent, share

MOST_ALARMS = 0.05
LEAST_POWER = {0.10: 0.95, 0.05: 0.90}
HELD = (0.92, 0.98)
MOST_COST = 0.02


class Pair(NamedTuple):
    """Two entrants to be judged: what is the second, compared with the first?"""

    standing: Standing
    first: str
    second: str


class Verdicts(NamedTuple):
    """How often each said what it was asked about, of so many verdicts."""

    ours: int
    pytest_benchmark: int
    pyperf: int
    of: int

    def trial(self, what: str, how: str, aim: str, is_met: Callable[[float], bool]) -> Trial:
        """Give the trial that was decided by them."""
        figures = (f"{share(said / self.of)} ({said} of {self.of})" for said in self[:3])
        ours, *others = figures
        return Trial(what, how, aim, ours, is_met(self.ours / self.of), *others)


def judged(pairs: Sequence[Pair], says: Callable[[Tell], bool]) -> Verdicts:
    """Let everybody judge the same pairs, and count what they say."""
    said = {name: sum(says(judge(*pair)) for pair in pairs) for name, judge in JUDGES.items()}
    return Verdicts(**said, of=len(pairs))


def alarms(races: Sequence[Results], part: Part) -> Trial:
    """Count the differences that are told where there is none."""
    pairs = [
        Pair(standing, first, second)
        for race in part.each(races)
        for standing in standings(only(race, copies(race)))
        for first, second in combinations(copies(race), 2)
    ]
    return judged(pairs, lambda tell: tell is not Tell.CANNOT_TELL).trial(
        "false alarms: verdicts on identical variants that are not “cannot tell”",
        f"{raced(races)}, each of three copies of one of {len(by_variant(races))} variants; "
        f"pytest-benchmark by --benchmark-compare-fail={REGRESSED}, since its compare alone gives "
        "no verdict; the others judge the rounds as we interleaved them",
        f"at most {share(MOST_ALARMS)}",
        lambda told: told <= MOST_ALARMS,
    )


def raced(races: Sequence[Results]) -> str:
    """Word how much was raced."""
    race = races[0].race
    amount = f"{race.generations} generations of {race.courses[0].blocks} blocks"
    return f"{len(races)} real races on {' and '.join(COURSES)}, {amount}"


def power(races: Sequence[Results], part: Part) -> Trial:
    """Count the races in which a copy slowed by 10 % is called slower."""
    pairs = slowed_pairs(part.each(exactly(races, 0.10)), 0.10)
    how = f"the same races, with two slowed copies beside; {as_known(races, 0.10)}"
    return power_trial(races[0].race.profile, how, 0.10, pairs)


def power_of_thorough(races: Sequence[Results], size: Size, part: Part) -> Trial:
    """Count the thorough races in which a copy slowed by 5 % is called slower."""
    rng = random.Random(0)
    thorough = PROFILES["thorough"]
    variants = by_variant(exactly(races, 0.05)).values()
    made = (drawn(each, thorough.generations, rng) for each in variants for _ in range(size.drawn))
    count = len(variants) * size.drawn
    pairs = slowed_pairs(part.counted(made, count), 0.05)
    recorded = sum(each.race.generations for each in races) // len(variants)
    how = (
        f"resampled: {count} races of {thorough.generations} generations, drawn without "
        f"replacement from the {recorded} recorded of one variant; {as_known(races, 0.05)}"
    )
    return power_trial(thorough.name, how, 0.05, pairs)


def slowed_pairs(races: Iterable[Results], by: float) -> list[Pair]:
    """Give the plain copy and the slowed one of each race, on each course."""
    return [
        Pair(standing, race.race.reference, slowed_copy(race, by))
        for race in races
        for standing in standings(race)
    ]


def power_trial(profile: str, how: str, by: float, pairs: Sequence[Pair]) -> Trial:
    """Judge pairs whose second one is slower."""
    return judged(pairs, lambda tell: tell is Tell.SLOWER).trial(
        f"power: {profile} races in which a variant slowed by {share(by)} of CPU is called slower",
        how,
        f"at least {share(LEAST_POWER[by])}",
        lambda told: told >= LEAST_POWER[by],
    )


def as_known(races: Sequence[Results], by: float) -> str:
    """Word how much more the slowed copies cost by what they burnt, and what was made of that."""
    some = [costs(same, by) for same in by_variant(races).values()]
    all_ = sorted(cost for each in some for cost in each.values())
    return (
        f"by what they burnt these cost {percent(all_[0])} to {percent(all_[-1])} more, and their "
        f"times are scaled to {share(by)} exactly"
    )


def noises(races: Sequence[Results]) -> list[Noise]:
    """Estimate the noise of each variant on each course."""
    tables: dict[tuple[str, str], list[Floats]] = {}
    for race in races:
        for standing in standings(only(race, copies(race))):
            rounds = [list(by_generation(standing, each).values()) for each in copies(race)]
            of_both = tables.setdefault((race.race.reference, standing.course.name), [])
            of_both += list(np.log(np.array(rounds)).transpose(1, 2, 0))
    return [fitted(each) for each in tables.values()]


def coverage(races: Sequence[Results], size: Size, part: Part) -> Trial:
    """Count the intervals of made-up races that hold the truth."""
    shapes = noises(races)
    blocks = races[0].race.courses[0].blocks
    made = (
        (generations, holds)
        for generations, count in size.simulated.items()
        for holds in held(shapes, generations, blocks, count)
    )
    holding = [each for each in part.counted(made, sum(size.simulated.values())) if each[1]]
    found = {
        generations: holding.count((generations, True)) / count
        for generations, count in size.simulated.items()
    }
    (generations, first), *others = found.items()
    least, most = HELD
    return Trial(
        f"coverage: {share(1 - ALPHA)} intervals that hold the true ratio",
        f"{size.simulated[generations]} simulated races of {generations} generations of {blocks} "
        f"blocks, with the noise of each variant and course as recorded ({described(shapes)})",
        f"{share(least)} to {share(most)}",
        "; ".join([share(first), *(f"{share(each)} with {count}" for count, each in others)]),
        met=least <= first <= most,
        pytest_benchmark=None,
        pyperf=None,
    )


def described(shapes: Sequence[Noise]) -> str:
    """Word the noise, each part of it by its median over all that were recorded."""
    parts = {
        "between processes": [each.process.sd for each in shapes],
        "between rounds": [each.round.sd for each in shapes],
        "of the rounds in bursts": [each.round.share for each in shapes],
        "drift from block to block": [each.drift for each in shapes],
    }
    return "typically " + ", ".join(
        f"{share(float(np.median(each)))} {what}" for what, each in parts.items()
    )


def cost(costs: Costs) -> Trial:
    """Compare rounds with recording and without."""
    ratio = compare([np.log(each) for each in costs], ALPHA, Tell.SLOWER).pairs[WITH, WITHOUT].ratio
    return Trial(
        "cost of measuring: CPU that recording adds to a call of the cheapest variant",
        f"{CHEAPEST} on null; {len(costs)} processes, in each {len(costs[0])} rounds of 50 ms with "
        "recording and as many without, in turns; all of the interval must keep the aim",
        f"less than {share(MOST_COST)}",
        f"{percent(ratio.estimate)} ({percent(ratio.lower)} to {percent(ratio.upper)})",
        met=ratio.upper < 1 + MOST_COST,
        pytest_benchmark=None,
        pyperf=None,
    )
