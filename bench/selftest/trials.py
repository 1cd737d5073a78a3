"""What the measurement is tried on: each trial's figure from the recording, held against its aim.

Strategy: real races first.  Identical copies are judged twice: in a race of their own, and among
others that differ, where the correction for many pairs is weaker.  A slowed copy is judged in the
race of all five, as any entrant is among others.  Thorough races are made of the recorded
generations of a variant, none of them twice, since to run as many would take a day.  Whoever else
judges the same rounds gets them as we interleaved them, which is more than a user of theirs would
have; only ours makes use of their being pairs.  Aims are held against the share itself.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from bench.scenarios import PROFILES, Profile
from bench.selftest.cost import CHEAPEST, WITH, WITHOUT
from bench.selftest.drawing import Exact, by_variant, copies, disjoint, only, slowed_copy
from bench.selftest.noise import Noise, fitted, held, held_of_recorded
from bench.selftest.parts import Part
from bench.selftest.recording import Costs
from bench.selftest.shares import Share, share_of
from bench.selftest.size import COURSES, Size
from bench.selftest.verdicts import MIN_SPEED, OTHERS, Judge, by_generation, ours
from impls.contract import Kind
from impls.registry import choose
from report.comparison import Tell, compare
from report.figures import Standing, standings
from report.method import Trial
from report.results import TWIN, Results
from report.statistics import ALPHA, Floats
from report.words import counted, percent, share

MOST_ALARMS = 0.05
LEAST_POWER = {0.10: 0.95, 0.05: 0.90}
HELD = (0.92, 0.98)
MOST_COST = 0.02

ENTRANTS = len([*choose([Kind.MAIN]), TWIN])
"""Of a race of all."""

STRICT = ALPHA / ENTRANTS
"""At which each of them has the interval of its figure, so that these hold together."""

STRICTLY = f"standard, at {100 * (1 - STRICT):.2f} %"
"""The shape that is not held to the aim, which is about intervals at 95 %."""


class Pair(NamedTuple):
    """Two entrants to be judged: what is the second, compared with the first?"""

    standing: Standing
    first: str
    second: str


Pairs = Sequence[Sequence[Pair]]
"""The pairs that are judged, of each race."""


class Judged(NamedTuple):
    """How often each said what it was asked about: ours, and the words of the others' shares."""

    ours: Share
    pytest_benchmark: str
    pyperf: str

    @property
    def told(self) -> str:
        """Word ours, with the numbers that it comes from."""
        return f"{self.ours}, {self.ours.said} of {self.ours.of}"


def judged(pairs: Pairs, says: Callable[[Tell], bool]) -> Judged:
    """Let everybody judge the same pairs, and count what they say."""

    def share_by(judge: Judge) -> Share:
        return share_of([[says(judge(*pair)) for pair in race] for race in pairs])

    words = {
        who: "; ".join(f"{label}{share_by(judge)}" for label, judge in judges.items())
        for who, judges in OTHERS.items()
    }
    return Judged(share_by(ours), **words)


def alarms(races: Sequence[Results], part: Part) -> Trial:
    """Count the differences that are told where there is none, in races of copies alone."""
    found = judged(
        [identical(race, standings(only(race, copies(race)))) for race in part.each(races)], told
    )
    return Trial(
        "false alarms: verdicts on identical variants that are not “cannot tell”",
        f"{raced(races)}; three copies of one of {len(by_variant(races))} variants, compared among "
        "themselves. pytest-benchmark by --benchmark-compare-fail in both orders, since its "
        f"compare alone gives no verdict; pyperf with --min-speed={MIN_SPEED}. All judge rounds "
        "that our race interleaved, and only ours uses that they are paired",
        f"at most {share(MOST_ALARMS)}",
        found.told,
        found.ours.part <= MOST_ALARMS,
        found.pytest_benchmark,
        found.pyperf,
    )


def alarms_among_others(races: Sequence[Results], part: Part) -> Trial:
    """Count the same where most pairs differ."""
    found = judged([identical(race, standings(race)) for race in part.each(races)], told)
    return Trial(
        "false alarms among others that differ",
        "the same verdicts in races of five: two slowed copies beside, so that seven of ten pairs "
        "differ, and the correction for many pairs is weaker",
        f"at most {share(MOST_ALARMS)}",
        found.told,
        found.ours.part <= MOST_ALARMS,
        pytest_benchmark=None,
        pyperf=None,
    )


def told(tell: Tell) -> bool:
    """Say whether a difference was told."""
    return tell is not Tell.CANNOT_TELL


def identical(race: Results, standings: Iterable[Standing]) -> list[Pair]:
    """Give each two of the plain copies, on each course."""
    return [
        Pair(standing, first, second)
        for standing in standings
        for first, second in combinations(copies(race), 2)
    ]


def raced(races: Sequence[Results]) -> str:
    """Word how much was raced."""
    race = races[0].race
    amount = f"{race.generations} generations of {race.courses[0].blocks} blocks"
    return f"{counted(len(races), 'real race')} on {' and '.join(COURSES)}, {amount}"


def power(exact: Exact, part: Part) -> Trial:
    """Count the races in which a copy slowed by 10 % is called slower."""
    pairs = [with_slowed(race, 0.10) for race in part.each(exact.races)]
    how = f"the races of five; {as_known(exact, 0.10)}"
    return power_trial(exact.races[0].race.profile, how, 0.10, pairs)


def power_of_thorough(exact: Exact, part: Part) -> Iterator[Trial]:
    """Count the thorough races in which a copy slowed by 5 % is called slower, if any can be made.

    Such a race has the blocks that were recorded, which are fewer than a thorough one's.
    """
    rng = random.Random(0)
    thorough = PROFILES["thorough"]
    same = by_variant(exact.races).values()
    made = [race for each in same for race in disjoint(each, thorough.generations, rng)]
    if not made:
        return
    blocks = made[0].race.courses[0].blocks
    how = (
        f"{counted(len(made), 'race')} made of the recorded generations, {thorough.generations} of "
        f"{blocks} blocks in each and none in two; {as_known(exact, 0.05)}; min:5% has its "
        "threshold there"
    )
    pairs = [with_slowed(race, 0.05) for race in part.each(made)]
    yield power_trial(thorough.name, how, 0.05, pairs)


def with_slowed(race: Results, by: float) -> list[Pair]:
    """Give the plain copy and the slowed one, on each course."""
    slowed = slowed_copy(race, by)
    return [Pair(standing, race.race.reference, slowed) for standing in standings(race)]


def power_trial(profile: str, how: str, by: float, pairs: Pairs) -> Trial:
    """Judge pairs whose second one is slower."""
    found = judged(pairs, lambda tell: tell is Tell.SLOWER)
    return Trial(
        f"power: {profile} races in which a variant slowed by {share(by)} of CPU is called slower",
        how,
        f"at least {share(LEAST_POWER[by])}",
        found.told,
        found.ours.part >= LEAST_POWER[by],
        found.pytest_benchmark,
        found.pyperf,
    )


def as_known(exact: Exact, by: float) -> str:
    """Word how much more the slowed copies cost by what they burnt, and what was made of that."""
    found = [
        cost
        for race in exact.races
        for (entrant, _), cost in exact.cost.items()
        if entrant == slowed_copy(race, by)
    ]
    return (
        f"what the copies burnt cost {percent(min(found))} to {percent(max(found))}, and their "
        f"times are scaled to {share(by)} on average"
    )


Recorded = Mapping[tuple[str, str], list[Floats]]
"""Of each course and variant: for each generation logarithms of CPU time, blocks by copies."""


def recorded_copies(races: Sequence[Results]) -> Recorded:
    """Give the rounds of the three copies that are the same."""
    tables: dict[tuple[str, str], list[Floats]] = {}
    for race in races:
        for standing in standings(only(race, copies(race))):
            rounds = [list(by_generation(standing, each).values()) for each in copies(race)]
            of_all = tables.setdefault((standing.course.name, race.race.reference), [])
            of_all += list(np.log(np.array(rounds)).transpose(1, 2, 0))
    return tables


def coverage(races: Sequence[Results], size: Size, part: Part) -> Trial:
    """Count the intervals that hold the truth, in races in which it is known."""
    recorded = recorded_copies(races)
    noises = {which: fitted(each) for which, each in recorded.items()}
    shapes = simulated(noises, [*recorded.values()], size.simulated)
    made = ((name, holds) for name, holding in shapes.items() for holds in holding)
    came = list(part.counted(made, len(shapes) * size.simulated))
    found = {name: share_of([[holds] for of, holds in came if of == name]) for name in shapes}
    least, most = HELD
    return Trial(
        f"coverage: {share(1 - ALPHA)} intervals that hold the true ratio",
        f"{size.simulated} simulated races of each shape, with the noise of the copies of each "
        f"variant and course ({described([*noises.values()])}). Unlike: of two variants; the truth "
        "is what such generations average, found by a large simulation. Recorded: the copies' own "
        "generations, drawn, with names swapped at random, so that the truth is 1. The last shape, "
        f"beside the aim: at the level of a single figure among {ENTRANTS} entrants",
        f"{share(least)} to {share(most)}, for each shape at {share(1 - ALPHA)}",
        "; ".join(f"{name}: {each}" for name, each in found.items()),
        met=all(least <= each.part <= most for name, each in found.items() if name != STRICTLY),
        pytest_benchmark=None,
        pyperf=None,
    )


def simulated(
    noises: Mapping[tuple[str, str], Noise], recorded: Sequence[Sequence[Floats]], races: int
) -> Mapping[str, Iterable[bool]]:
    """Give for each shape whether each of its races holds the truth; they are made as they come.

    Args:
        noises: by course and variant.
        recorded: the copies that these were fitted to.
        races: of each shape.
    """
    like = [(each, each) for each in noises.values()]
    unlike = [
        (noises[one], noises[other]) for one, other in combinations(noises, 2) if one[0] == other[0]
    ]
    standard, thorough = (amount(PROFILES[name]) for name in ("standard", "thorough"))
    shapes = {
        "standard": held(like, *standard, races),
        "standard, unlike": held(unlike, *standard, races),
        "thorough, unlike": held(unlike, *thorough, races),
        "standard, recorded": held_of_recorded(recorded, standard[0], races),
        STRICTLY: held(like, *standard, races, STRICT),
    }
    return {name: each for name, each in shapes.items() if unlike or "unlike" not in name}


def amount(profile: Profile) -> tuple[int, int]:
    """Give the generations of a race, and the blocks in each, on the courses that are raced."""
    return profile.generations, profile.blocks[COURSES[0]]


def described(noises: Sequence[Noise]) -> str:
    """Word the noise: from the least to the most of what was fitted."""
    parts = {
        "processes": [each.process.whole for each in noises],
        "rounds": [each.round.whole for each in noises],
        "drift": [each.drift for each in noises],
    }
    return "standard deviations: " + ", ".join(
        f"{what} {100 * min(each):.1f}–{100 * max(each):.1f} %" for what, each in parts.items()
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
