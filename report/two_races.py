"""What changed between two races: the same entrants, on the same course, on two occasions.

Strategy: a machine is not as fast today as it was yesterday, so absolute times of two races can't
be compared.  CPU time is compared by its ratio to the reference, taken within each block of its
own race; efficiency is relative to an ideal already and is compared as it is.  The generations of
two races are independent samples, so each race is resampled by itself.  All entrants of a course
are compared at once, at one level that is corrected for their number, and a difference is named by
the same test as within a race.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from report.comparison import Interval, Tell, bare, could_tell, intervals, middle, tell
from report.figures import ABOVE, Row, Standing, State, logarithms, standings
from report.results import Course, Results
from report.statistics import ALPHA, FEWEST_GENERATIONS, Floats, corrected, resample_apart
from report.words import fate

SIDES = ("earlier", "later")

TERMS: tuple[Callable[[Course], object], ...] = (
    lambda course: f"{course.calls} calls",
    lambda course: f"limit {course.limit}",
    lambda course: f"counts {course.figure}",
)
"""What makes a course the same in two races."""


@dataclass(frozen=True)
class Change:
    """One entrant on one course, in two races.

    Attributes:
        earlier: its figure: the ratio to the reference, or the efficiency.
        later: the same in the later race.
        ratio: later over earlier.
        told: what that ratio supports.
    """

    entrant: str
    earlier: Interval
    later: Interval
    ratio: Interval
    told: Tell


@dataclass(frozen=True)
class Changes:
    """A course of two races.

    Attributes:
        reference: what ratios are taken against; None where efficiency itself is compared.
        generations: how many the earlier race has, and the later.
        entrants: those with figures in both.
        alone: those with figures in one race only, and what became of them in the other.
        could_tell: the smallest ratio that two such races tell from 1, for a typical entrant.
    """

    course: str
    reference: str | None
    generations: tuple[int, int]
    entrants: list[Change]
    alone: Mapping[str, str]
    could_tell: float | None

    @property
    def differing(self) -> list[Change]:
        """Those told to be faster or slower than they were."""
        return [each for each in self.entrants if each.told is not Tell.CANNOT_TELL]


@dataclass(frozen=True)
class TwoRaces:
    """Two races compared.

    Attributes:
        courses: those that could be compared, in the order of the earlier race.
        left_out: the others by their names, and why.
    """

    courses: list[Changes]
    left_out: dict[str, str]


def two_races(earlier: Results, later: Results) -> TwoRaces:
    """Compare two races, course by course."""
    alpha = ALPHA / max(earlier.race.looks, later.race.looks)
    before, after = (
        {each.course.name: each for each in standings(race)} for race in (earlier, later)
    )
    whys = {name: _hindrance(before.get(name), after.get(name)) for name in {**before, **after}}
    return TwoRaces(
        [_changes(each, after[name], alpha) for name, each in before.items() if not whys[name]],
        {name: why for name, why in whys.items() if why},
    )


def _hindrance(earlier: Standing | None, later: Standing | None) -> str | None:
    if earlier and later:
        return next(_hindrances(earlier, later), None)
    return f"raced in the {SIDES[earlier is None]} race only"


def _hindrances(earlier: Standing, later: Standing) -> Iterator[str]:
    """Say why two standings can't be compared; each reason holds if those before it don't."""
    for term in TERMS:
        if term(earlier.course) != term(later.course):
            yield f"not the same course: {term(earlier.course)} earlier, {term(later.course)} later"
    for side, standing in zip(SIDES, (earlier, later), strict=True):
        if not standing.generations:
            yield f"no block is complete in the {side} race"
    if _reference(earlier) != _reference(later):
        yield f"the reference is {_reference(earlier)} earlier and {_reference(later)} later"
    if not _in_both(earlier, later):
        yield "no entrant has figures in both races"


def _reference(standing: Standing) -> str | None:
    return standing.reference if standing.counts == "cpu" else None


def _in_both(earlier: Standing, later: Standing) -> list[str]:
    theirs = {row.entrant for row in later.speaking} - {_reference(later)}
    return [row.entrant for row in earlier.speaking if row.entrant in theirs]


def _changes(earlier: Standing, later: Standing, alpha: float) -> Changes:
    names = _in_both(earlier, later)
    ratios, typical = _ratios(_logarithms(earlier, names), _logarithms(later, names), alpha)
    before, after = _figures(earlier), _figures(later)
    above = ABOVE[earlier.counts]
    return Changes(
        earlier.course.name,
        _reference(earlier),
        (earlier.generations, later.generations),
        [
            Change(name, before[name], after[name], ratio, tell(ratio, above))
            for name, ratio in zip(names, ratios, strict=True)
        ],
        {**_alone(earlier, later, SIDES[1]), **_alone(later, earlier, SIDES[0])},
        typical,
    )


def _figures(standing: Standing) -> dict[str, Interval]:
    figures = {
        row.entrant: row.ratio if _reference(standing) else row.value for row in standing.speaking
    }
    return {entrant: figure for entrant, figure in figures.items() if figure}


def _logarithms(standing: Standing, names: list[str]) -> list[Floats]:
    """Give for each generation a table of what is compared, its complete blocks by entrants."""
    speaking = [row.entrant for row in standing.speaking]
    columns = [speaking.index(name) for name in names]
    reference = _reference(standing)
    tables = logarithms(standing.speaking)
    if reference is None:
        return [each[:, columns] for each in tables]
    base = [speaking.index(reference)]
    return [each[:, columns] - each[:, base] for each in tables]


def _ratios(
    earlier: list[Floats], later: list[Floats], alpha: float
) -> tuple[list[Interval], float | None]:
    """Give later over earlier for each entrant, and what could be told for a typical one."""
    if min(len(earlier), len(later)) < FEWEST_GENERATIONS:
        return bare(middle(later) - middle(earlier)), None
    resampled = resample_apart(earlier, later)
    level = corrected(resampled.p(), alpha)
    return intervals(resampled, level), float(np.median(could_tell(resampled, level)))


def _alone(here: Standing, there: Standing, side: str) -> dict[str, str]:
    """Give those with figures here only, and what became of them on the other side."""
    fates = {row.entrant: _fate(row) for row in there.rows}
    speaking = {row.entrant for row in there.speaking}
    return {
        row.entrant: f"in the {side} race {fates.get(row.entrant, 'not entered')}"
        for row in here.speaking
        if row.entrant not in speaking
    }


def _fate(row: Row) -> str:
    if row.state is State.RACED and row.by_place:
        return f"origin-bound in {row.bound} of {row.rounds} rounds"
    return fate(row)
