"""What the charts of a course are drawn over: an axis, where values stand on it, and its ticks.

Strategy: what counts on a course decides what its axis is about, and a table says all that this
changes.  An axis holds all dots and estimates, and follows intervals only within reason: one
without measure would press everything else together.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from report.comparison import WORTH_NAMING, Interval
from report.figures import Row, Standing
from report.words import possible

# Where the ticks of an axis may stand: at these figures of each power of ten, or at multiples.
FIGURES = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8))
POWERS = range(-9, 9)
STEPS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
TICKS_APART = 40.0
PADDING = 0.03


def _generations(row: Row, base: Row) -> list[float]:
    """Give for each generation the ratio to the reference; the reference itself has none."""
    ratios: dict[int, list[float]] = {}
    for place, value in row.by_place.items():
        if place in base.by_place and row is not base:
            ratios.setdefault(place[0], []).append(value / base.by_place[place])
    return [median(each) for each in ratios.values()]


@dataclass(frozen=True)
class Axis:
    """What the axis of a course is about.

    Attributes:
        title: as it is written below.
        shown: the estimate of a row, and its interval.
        dots: the raw figures of a row behind it, given the row of the reference.
        along: how far along the axis a value stands, in any unit.
        back: the value that stands so far along.
        holds: what the axis shows in any case.
        reach: how far at least intervals are followed beyond all dots and estimates, in that unit.
        caption: what the dots, the bars and the marks are.
        told: when two are told apart.
    """

    title: str
    shown: Callable[[Row], Interval | None]
    dots: Callable[[Row, Row], list[float]]
    along: Callable[[float], float]
    back: Callable[[float], float]
    holds: tuple[float, float]
    reach: float
    caption: str
    told: str


AXES = {
    "cpu": Axis(
        "CPU time ÷ the reference’s · less is better · log scale",
        lambda row: row.ratio,
        _generations,
        math.log,
        math.exp,
        (1 / WORTH_NAMING, WORTH_NAMING),
        math.log(1.25),
        "Each small dot is a generation of processes, the bar the interval of the ratio, the "
        "larger mark the estimate",
        "the whole bar is on one side of the line",
    ),
    "efficiency": Axis(
        "efficiency = ideal time ÷ time taken · 1 is ideal",
        lambda row: row.value and possible("efficiency", row.value),
        lambda row, _: list(row.by_place.values()),
        float,
        float,
        (0.9, 1.0),
        0.1,
        "Each small dot is a round, the bar the interval of the efficiency, the larger mark the "
        "estimate",
        "the interval of their ratio, taken within each block, is on one side of 1",
    ),
}


@dataclass(frozen=True)
class Scale:
    """Where values stand: what the axis is about, and its ends, in the unit of `Axis.along`."""

    axis: Axis
    first: float
    last: float

    def share(self, value: float) -> float:
        """Say how far along a value stands: 0 is the left end, 1 the right one."""
        return (self.axis.along(value) - self.first) / (self.last - self.first)

    def ticks(self, width: float) -> list[float]:
        """Choose as many round numbers as have room on an axis of so many pixels."""
        fitting = [each for each in self._choices(width) if self._apart(each, width)]
        return max(fitting, key=len)

    def _choices(self, width: float) -> Iterator[list[float]]:
        for figures in FIGURES:
            yield self._within(each * 10.0**power for power in POWERS for each in figures)
        least, most = self.axis.back(self.first), self.axis.back(self.last)
        for step in STEPS:
            if (most - least) / step < width / TICKS_APART:
                counts = range(math.floor(least / step), math.ceil(most / step))
                yield self._within(round(step * each, 3) for each in counts)

    def _within(self, ticks: Iterable[float]) -> list[float]:
        return [each for each in ticks if each > 0 and 0 <= self.share(each) <= 1]

    def _apart(self, ticks: list[float], width: float) -> bool:
        at = [width * self.share(each) for each in ticks]
        return all(right - left >= TICKS_APART for left, right in pairwise(at))


def scale(standing: Standing) -> Scale:
    """Choose an axis that holds all dots and estimates of a course, and intervals within reason."""
    axis = AXES[standing.counts]
    held = sorted([*axis.holds, *_held(standing, axis)])
    least, most = axis.along(held[0]), axis.along(held[-1])
    reach = max(axis.reach, (most - least) / 4)
    reached = [axis.along(end) for end in ends(standing, axis)]
    first = max(min([least, *reached]), least - reach)
    last = min(max([most, *reached]), most + reach)
    spare = PADDING * (last - first)
    return Scale(axis, first - spare, last + spare)


def _held(standing: Standing, axis: Axis) -> Iterator[float]:
    for row in standing.rows:
        if found := axis.shown(row):
            yield from (found.estimate, *axis.dots(row, base_of(standing)))


def ends(standing: Standing, axis: Axis) -> Iterator[float]:
    """Give both ends of each interval that has any."""
    for row in standing.rows:
        if (found := axis.shown(row)) and found.bounded:
            yield from (found.lower, found.upper)


def base_of(standing: Standing) -> Row:
    """Give the row of the reference; there is one wherever anything is compared."""
    return next(row for row in standing.rows if row.entrant == standing.reference)
