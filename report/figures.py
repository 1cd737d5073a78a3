"""From raw rounds to figures: a row for each entrant, a verdict for each pair.

Strategy: a course becomes one row for each entrant of the race, whatever befell it, so nobody can
drop out of a table unseen.  Two entrants are compared by the ratio of their figures within each
block, since what disturbs a machine disturbs a whole block; `report.comparison` says what that
ratio supports.  Verdicts, places and the words all rest on it.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from report.comparison import Comparison, Interval, Pair, Tell, compare, settled
from report.results import Course, Entrant, Kind, Mishap, Results, Sample
from report.statistics import ALPHA, FEWEST_GENERATIONS, Floats

# Above this share of its time the origin sets the pace, and the wall clock measures the origin.
BUSY = 0.8

# The first figure of a course is the one that counts.
FIGURES_OF = {"cpu": ("cpu", "wall"), "efficiency": ("efficiency", "cpu", "wall")}

DERIVED: dict[str, Callable[[Sample], float | None]] = {
    "cpu": lambda sample: 1e6 * sample.cpu / sample.calls,
    "wall": lambda sample: 1e6 * sample.wall / sample.calls,
    "efficiency": lambda sample: sample.saw.ideal / sample.wall if sample.saw else None,
}


# What a ratio above 1 means: more CPU time is slower, more efficiency is faster.
ABOVE = {"cpu": Tell.SLOWER, "efficiency": Tell.FASTER}


class State(StrEnum):
    """How an entrant came out of a course."""

    RACED = "raced"
    DISQUALIFIED = "disqualified"
    FAILED = "failed"
    HUNG = "hung"
    DIED = "died"
    MISSING = "missing"
    NOT_RACED = "not raced"


STATES = {
    Kind.BROKE_A_RULE: State.DISQUALIFIED,
    Kind.FAILED: State.FAILED,
    Kind.HUNG: State.HUNG,
    Kind.DIED: State.DIED,
}


Place = tuple[int, int]
"""Where a round stands: its generation, and the block in there."""


@dataclass(frozen=True)
class Row:
    """One entrant on one course.

    Attributes:
        state: how it came out; there are figures only if it raced.
        why: the reason, if it has no figure that counts.
        mishap: what befell it, if anything did.
        samples: its rounds that kept the rules.
        by_place: the figure that counts, of each round.
        value: the figure that counts, over all complete blocks.
        ratio: to the reference, of the figure that counts.
        told: what that ratio supports.
        place: the best and the worst place that the verdicts on all pairs allow.
    """

    entrant: str
    state: State
    why: str | None = None
    mishap: Mishap | None = None
    samples: tuple[Sample, ...] = ()
    by_place: Mapping[Place, float] = field(default_factory=dict)
    value: Interval | None = None
    ratio: Interval | None = None
    told: Tell = Tell.CANNOT_TELL
    place: tuple[int, int] | None = None

    @property
    def rounds(self) -> int:
        """How many rounds it finished by the rules."""
        return len(self.samples)

    @property
    def bound(self) -> int:
        """In how many of these the origin set the pace."""
        return sum(each.saw is not None and each.saw.busy > BUSY for each in self.samples)

    def median(self, figure: str) -> float | None:
        """Give the median of a figure over its rounds."""
        values = [value for each in self.samples if (value := DERIVED[figure](each)) is not None]
        return float(np.median(values)) if values else None


@dataclass(frozen=True)
class Standing:
    """A course with the rows of all entrants, in the order of the race.

    Attributes:
        reference: the entrant that ratios are taken against here: the race's, or without its
            figures the first that has some.
        twin: its second entry.
        generations: how many the comparison rests on.
        rows: of all entrants.
        pairs: the comparison of each two that can be compared, the earlier row over the later.
        level: at which each single comparison was made, so that all keep theirs together.
        could_tell: the smallest ratio to the reference that this race tells from 1, for a typical
            entrant.
    """

    course: Course
    reference: str
    twin: str
    generations: int
    rows: tuple[Row, ...]
    pairs: Mapping[tuple[str, str], Pair] = field(default_factory=dict)
    level: float = ALPHA
    could_tell: float | None = None

    @property
    def counts(self) -> str:
        """The name of the figure that counts here."""
        return self.course.figure

    @cached_property
    def speaking(self) -> list[Row]:
        """The rows whose main figure may be compared.

        CPU time is the entrant's own; efficiency is worth nothing when the origin set the pace.
        """
        return [
            row for row in self.rows if row.by_place and (self.counts == "cpu" or not row.bound)
        ]

    def pair(self, one: str, other: str) -> Pair | None:
        """Compare two entrants: the figure of the one over that of the other."""
        if (one, other) in self.pairs:
            return self.pairs[one, other]
        found = self.pairs.get((other, one))
        return found.inverse() if found else None


def standings(results: Results, *, intervals: bool = True) -> list[Standing]:
    """Derive all figures of a race, course by course; without intervals, there are no verdicts."""
    return [standing(results, course, intervals=intervals) for course in results.race.courses]


def standing(results: Results, course: Course, *, intervals: bool = True) -> Standing:
    """Derive the figures of one course: a row for each entrant of the race."""
    race = results.race
    rows = tuple(_row(results, course, entrant) for entrant in race.entrants)
    base = Standing(course, race.reference, race.twin, 0, rows)
    fewest = FEWEST_GENERATIONS if intervals else sys.maxsize
    return _placed(_with_comparison(base, ALPHA / race.looks, fewest))


def decided(standings: Iterable[Standing], margin: float) -> bool:
    """Say whether each pair on each course is told apart, or shown to be within the margin.

    Args:
        standings: the courses as they stand.
        margin: a ratio beyond 1, such as 0.05.
    """
    return all(
        standing.generations >= FEWEST_GENERATIONS
        and all(settled(pair.ratio, 1 + margin) for pair in standing.pairs.values())
        for standing in standings
    )


def _row(results: Results, course: Course, entrant: Entrant) -> Row:
    mine = (entrant.name, course.name)
    samples = tuple(each for each in results.samples if (each.entrant, each.course) == mine)
    mishaps = [each for each in results.mishaps if (each.entrant, each.course) == mine]
    if entrant.missing is not None:
        return Row(entrant.name, State.MISSING, entrant.missing)
    if mishaps:
        first = mishaps[0]
        return Row(entrant.name, STATES[first.kind], first.why, first, samples)
    return _raced(course, samples) if samples else _not_raced(results, entrant)


def _not_raced(results: Results, entrant: Entrant) -> Row:
    why = "the race was cut short" if results.cut_short else "the results hold no round of it"
    return Row(entrant.name, State.NOT_RACED, why)


def _raced(course: Course, samples: tuple[Sample, ...]) -> Row:
    derived = (((s.generation, s.block), DERIVED[course.figure](s)) for s in samples)
    by_place = {place: value for place, value in derived if value}
    why = None if by_place else "what the origin saw was not recorded"
    return Row(samples[0].entrant, State.RACED, why, samples=samples, by_place=by_place)


def _with_comparison(standing: Standing, alpha: float, fewest: int) -> Standing:
    names = [row.entrant for row in standing.speaking]
    generations = logarithms(standing.speaking)
    if not generations:
        return standing
    found = compare(generations, alpha, ABOVE[standing.counts], fewest)
    base = standing.reference if standing.reference in names else names[0]
    compared = replace(
        standing,
        reference=base,
        generations=len(generations),
        pairs={(names[a], names[b]): pair for (a, b), pair in found.pairs.items()},
        level=found.level,
        could_tell=_typical(found, names.index(base)),
    )
    return _rated(compared, dict(zip(names, found.values, strict=True)))


def _typical(found: Comparison, base: int) -> float | None:
    of_base = [least for pair, least in found.could_tell.items() if base in pair]
    return float(np.median(of_base)) if of_base else None


def logarithms(rows: Iterable[Row]) -> list[Floats]:
    """Give for each generation a table of its complete blocks by entrants."""
    by_entrant = [row.by_place for row in rows]
    complete = sorted(set.intersection(*map(set, by_entrant))) if by_entrant else []
    generations = dict.fromkeys(generation for generation, _ in complete)
    return [
        np.log([[each[at] for each in by_entrant] for at in complete if at[0] == generation])
        for generation in generations
    ]


def _rated(standing: Standing, values: Mapping[str, Interval]) -> Standing:
    rows = tuple(_with_ratio(row, standing, values) for row in standing.rows)
    return replace(standing, rows=rows)


def _with_ratio(row: Row, standing: Standing, values: Mapping[str, Interval]) -> Row:
    if row.entrant not in values:
        return row
    pair = standing.pair(row.entrant, standing.reference) or ITSELF
    return replace(row, value=values[row.entrant], ratio=pair.ratio, told=pair.told)


ITSELF = Pair(Interval(1.0, 1.0, 1.0), Tell.CANNOT_TELL)


def _placed(standing: Standing) -> Standing:
    places = {row.entrant: _place(row.entrant, standing) for row in standing.speaking}
    rows = (replace(row, place=places.get(row.entrant)) for row in standing.rows)
    return replace(standing, rows=tuple(rows))


def _place(entrant: str, standing: Standing) -> tuple[int, int]:
    """Place an entrant among the others; the reference and its twin are one."""
    twins = {standing.reference, standing.twin}
    itself = twins if entrant in twins else {entrant, standing.twin}
    others = [row.entrant for row in standing.speaking if row.entrant not in itself]
    told = [pair.told for other in others if (pair := standing.pair(entrant, other))]
    behind, ahead = told.count(Tell.SLOWER), told.count(Tell.FASTER)
    return 1 + behind, 1 + len(others) - ahead
