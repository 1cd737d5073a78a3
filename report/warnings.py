"""What may be wrong with a race or with a row of it: a closed list, each with its remedy.

Strategy: a warning is a row of a table: its mark, what it means, what helps, and a function that
finds it and says where.  The pages print the whole table, the warnings that the race deserves on
top, and those of a row in its notes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from report.comparison import Tell
from report.figures import BUSY, Row, Standing
from report.results import Results, Sample
from report.statistics import ALPHA, FEWEST_GENERATIONS
from report.words import counted, nothing_below, number, ranged, share

# Who can tell no less than this from the reference does not learn what there is to learn.
NOISY = 1.05

# By chance, the twins may differ on a course; so often in a race of three courses.
UNLUCKY = 1 - (1 - ALPHA) ** 3

# More work than this for each processor, and somebody else is measured along.
LOADED = 0.5

# The clock's step may add this share to the processor time of a round.
COARSE = 0.01

# Throughput times mean time in progress, over the number in progress.  The origin's span begins
# with a batch's first call and ends with its last, so a batch that is busy before and after gives
# less than 1; where calls take no time, that part of a batch is large.  More than 1 can't be.
AGREED = {"efficiency": (0.9, 1.02), "cpu": (0.5, 1.02)}


@dataclass(frozen=True)
class Raced:
    """A race and what came of it."""

    results: Results
    standings: list[Standing]


@dataclass(frozen=True)
class Placed:
    """A row with the course that it stands in."""

    row: Row
    standing: Standing


What = TypeVar("What")


@dataclass(frozen=True)
class Caution(Generic[What]):
    """A warning that there is.

    Attributes:
        mark: its name.
        means: what is wrong then, in a sentence or two.
        remedy: what helps.
        when: finds it, and says where or how much; several times, if need be.
    """

    mark: str
    means: str
    remedy: str
    when: Callable[[What], Iterator[str]]


@dataclass(frozen=True)
class Deserved:
    """A warning that this race deserves, and where."""

    mark: str
    where: str
    means: str
    remedy: str


def noisy(results: Results, standings: list[Standing]) -> bool:
    """Say whether a race deserves the warning that its machine was noisy."""
    return any(_noisy(Raced(results, standings)))


def of_race(results: Results, standings: list[Standing]) -> list[Deserved]:
    """Find the warnings that a race deserves as a whole."""
    raced = Raced(results, standings)
    found = ((each, list(each.when(raced))) for each in OF_RACE)
    return [Deserved(each.mark, "; ".join(w), each.means, each.remedy) for each, w in found if w]


def of_row(row: Row, standing: Standing) -> list[str]:
    """Word the warnings that a row with figures deserves; each begins with its mark."""
    placed = Placed(row, standing)
    return [f"{each.mark}{where}" for each in OF_ROW for where in each.when(placed)]


def _twins_differ(raced: Raced) -> Iterator[str]:
    for each in raced.standings:
        pair = each.pair(each.twin, raced.results.race.reference)
        if pair and pair.told is not Tell.CANNOT_TELL:
            yield f"{ranged(f'{each.counts} ratio', pair.ratio)} on {each.course.name}"


def _too_few(raced: Raced) -> Iterator[str]:
    for each in raced.standings:
        # Where the origin set everybody's pace, more generations would not help.
        bound = any(row.bound for row in each.rows) and not each.speaking
        if each.generations < FEWEST_GENERATIONS and not bound:
            yield f"{each.generations} of {FEWEST_GENERATIONS} on {each.course.name}"


def _noisy(raced: Raced) -> Iterator[str]:
    for each in raced.standings:
        if each.could_tell is not None and each.could_tell > NOISY:
            yield f"{each.course.name} could tell {nothing_below(each.could_tell)}"
    machine = raced.results.race.machine
    if machine.load > LOADED * machine.processors:
        yield f"{machine.load:.1f} at work on {counted(machine.processors, 'processor')} before it"


def _one_core(raced: Raced) -> Iterator[str]:
    machine = raced.results.race.machine
    if machine.origin is None or machine.origin == machine.workers:
        yield f"{counted(machine.processors, 'processor')}, shared"


def _scaling(raced: Raced) -> Iterator[str]:
    governor = raced.results.race.machine.governor
    if governor not in {None, "performance"}:
        yield f"the governor is {governor}"


def _coarse(raced: Raced) -> Iterator[str]:
    step = raced.results.race.machine.clock
    least = min((each.cpu for each in raced.results.samples), default=step / COARSE)
    if step > COARSE * least:
        yield f"a step of {1e3 * step:.3g} ms, the shortest round took {1e3 * least:.3g} ms"


def _cut_short(raced: Raced) -> Iterator[str]:
    if raced.results.cut_short:
        yield raced.results.cut_short


def _origin_bound(placed: Placed) -> Iterator[str]:
    if placed.row.bound:
        yield f" in {placed.row.bound} of {placed.row.rounds} rounds"


def _missing(placed: Placed) -> Iterator[str]:
    held = {each for row in placed.standing.rows for each in row.by_place}
    if lacking := len(held) - len(placed.row.by_place):
        yield f": {lacking} of {len(held)}"


def _disagree(placed: Placed) -> Iterator[str]:
    ratios = [ratio for each in placed.row.samples if (ratio := _little(each)) is not None]
    least, most = AGREED[placed.standing.counts]
    if ratios and not least <= (middle := float(np.median(ratios))) <= most:
        yield f": {number(middle)} of the calls in progress are accounted for"


def _little(sample: Sample) -> float | None:
    """Give throughput times mean time in progress, over the number in progress (Little's law)."""
    saw = sample.saw
    if saw is None or not saw.in_progress:
        return None
    return sample.calls / sample.wall * saw.held / saw.in_progress


OF_RACE: tuple[Caution[Raced], ...] = (
    Caution(
        "cut short",
        "Not everything was raced; what follows is what there is.",
        "let the race come to its end. Who ends it for what the screen shows may be ending it at "
        "a lucky moment, and then its error rates don't hold: to stop when enough is known, race "
        "with --until 5%.",
        _cut_short,
    ),
    Caution(
        "twins differ",
        "Two entries of the same code came out apart, so differences of that size between others "
        "are in doubt as well. Chance alone does this to about one course in "
        f"{1 / ALPHA:.0f}, and so to up to one race of three courses in {1 / UNLUCKY:.0f}.",
        "race again on a quieter machine, with more generations.",
        _twins_differ,
    ),
    Caution(
        "too few generations",
        f"Of fewer than {FEWEST_GENERATIONS} generations there are estimates, but no intervals "
        "and no verdicts.",
        "race more generations, such as with PROFILE=standard.",
        _too_few,
    ),
    Caution(
        "noisy machine",
        f"Only differences from the reference beyond {share(NOISY - 1)} could be told, as the "
        "generations of this race varied too much for their number; or before the race more than "
        f"{LOADED:g} processes were at work for each processor.",
        "end what else runs there, and race more generations, such as with PROFILE=thorough.",
        _noisy,
    ),
    Caution(
        "one core only",
        "The origin has no processor of its own: it interrupts the entrants, and what it leaves "
        "in the caches is charged to them.",
        "race on a machine with two processors or more.",
        _one_core,
    ),
    Caution(
        "CPU scaling",
        "The system changes the processor's frequency as it sees fit, so a microsecond is not "
        "always the same amount of work.",
        "set the governor to performance, such as with: cpupower frequency-set -g performance.",
        _scaling,
    ),
    Caution(
        "clock too coarse",
        f"The clock of processor time advances by more than {share(COARSE)} of a round at once.",
        "a system with a finer clock; or longer rounds.",
        _coarse,
    ),
)

OF_ROW: tuple[Caution[Placed], ...] = (
    Caution(
        "origin-bound",
        f"In these rounds the origin was busy for more than {share(BUSY)} of the time and set the "
        "pace, so the wall clock measures the origin: only the CPU figure speaks.",
        "a faster core, or another machine, for the origin.",
        _origin_bound,
    ),
    Caution(
        "blocks missing",
        "It has no round in some blocks that others have; these blocks are compared for nobody.",
        "let the race come to its end.",
        _missing,
    ),
    Caution(
        "clocks disagree",
        "By Little's law, throughput (the variant's clock) times the mean time in progress (the "
        "origin's clock) is the number in progress (the origin's gauge). Allowed is, over the "
        "rounds, a median from "
        f"{AGREED['efficiency'][0]:g} to {AGREED['efficiency'][1]:g} of it where calls take time, "
        f"and from {AGREED['cpu'][0]:g} to {AGREED['cpu'][1]:g} where they are answered at once: "
        "what a batch does before its first call and after its last, the origin does not see.",
        "look for a clock that is set or stepped during the race, as in a virtual machine.",
        _disagree,
    ),
)
