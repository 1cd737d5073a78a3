"""From raw rounds to figures: spreads, ratios, places.

Strategy: a course becomes one row for each entrant of the race, whatever befell it, so nobody can
drop out of a table unseen.  Two entrants are compared by the ratio of their figures within each
block, since what disturbs a machine disturbs a whole block.  There is one test for "differs", and
ratios, places and the verdict in words all rest on it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from report.results import Course, Entrant, Kind, Mishap, Results, Sample

# Above this share of its time the origin sets the pace, and the wall clock measures the origin.
BUSY = 0.8

# Two copies of the same code, each in a process of its own, have been seen 6% apart.
WORTH_NAMING = 1.06

# The quartiles of fewer pairs are hardly more than the pairs themselves.
FEWEST_PAIRS = 5

# The first figure of a course is the one that counts.
FIGURES_OF = {"cpu": ("cpu", "wall"), "efficiency": ("efficiency", "cpu", "wall")}

DERIVED: dict[str, Callable[[Sample], float | None]] = {
    "cpu": lambda sample: 1e6 * sample.cpu / sample.calls,
    "wall": lambda sample: 1e6 * sample.wall / sample.calls,
    "efficiency": lambda sample: sample.saw.ideal / sample.wall if sample.saw else None,
}


class Tell(StrEnum):
    """What a ratio supports."""

    LESS = "less"
    MORE = "more"
    CANNOT_TELL = "cannot tell"


BETTER = {"cpu": Tell.LESS, "efficiency": Tell.MORE}
WORSE = {"cpu": Tell.MORE, "efficiency": Tell.LESS}


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


@dataclass(frozen=True)
class Spread:
    """Where the values of some rounds lie; lower and upper are the quartiles."""

    count: int
    least: float
    lower: float
    median: float
    upper: float
    most: float


@dataclass(frozen=True)
class Row:
    """One entrant on one course.

    Attributes:
        state: how it came out; there are figures only if it raced.
        why: the reason, if it has no figure that counts.
        block: the block of its mishap, if it had one.
        rounds: how many it finished by the rules.
        bound: in how many of these the origin set the pace.
        figures: the spread of each figure of the course.
        by_block: the figure that counts, in each block.
        ratio: to the reference, of the figure that counts.
        place: the best and the worst place that the spread allows.
    """

    entrant: str
    state: State
    why: str | None = None
    block: int | None = None
    rounds: int = 0
    bound: int = 0
    figures: Mapping[str, Spread | None] = field(default_factory=dict)
    by_block: Mapping[int, float] = field(default_factory=dict)
    ratio: Spread | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class Standing:
    """A course with the rows of all entrants, in the order of the race."""

    course: Course
    reference: str
    blocks: int
    rows: tuple[Row, ...]

    @property
    def counts(self) -> str:
        """The name of the figure that counts here."""
        return self.course.figure

    @property
    def speaking(self) -> list[Row]:
        """The rows whose main figure may be compared.

        CPU time is the entrant's own; efficiency is worth nothing when the origin set the pace.
        """
        return [
            row for row in self.rows if row.by_block and (self.counts == "cpu" or not row.bound)
        ]


def standings(results: Results) -> list[Standing]:
    """Derive all figures of a race, course by course."""
    return [standing(results, course) for course in results.race.courses]


def standing(results: Results, course: Course) -> Standing:
    """Derive the figures of one course: a row for each entrant of the race."""
    race = results.race
    rows = [_row(results, course, entrant) for entrant in race.entrants]
    blocks = race.blocks.get(course.name, 0)
    return _placed(_rated(Standing(course, race.reference, blocks, tuple(rows))))


def spread(values: Iterable[float]) -> Spread | None:
    """Say where the values lie; None if there are none."""
    array = np.fromiter(values, dtype=float)
    if not array.size:
        return None
    return Spread(array.size, *(float(cut) for cut in np.quantile(array, [0, 0.25, 0.5, 0.75, 1])))


def paired(row: Row, other: Row) -> Spread | None:
    """The ratio of two entrants' main figures, taken within each block that both have."""
    theirs = other.by_block
    return spread(value / theirs[at] for at, value in row.by_block.items() if theirs.get(at))


def tell(ratio: Spread | None) -> Tell:
    """Say what a ratio supports: its quartiles must clear 1 by what is worth naming."""
    if ratio is None or ratio.count < FEWEST_PAIRS:
        return Tell.CANNOT_TELL
    if ratio.upper < 1 / WORTH_NAMING:
        return Tell.LESS
    return Tell.MORE if ratio.lower > WORTH_NAMING else Tell.CANNOT_TELL


def _row(results: Results, course: Course, entrant: Entrant) -> Row:
    mine = (entrant.name, course.name)
    samples = [each for each in results.samples if (each.entrant, each.course) == mine]
    mishaps = [each for each in results.mishaps if (each.entrant, each.course) == mine]
    if entrant.missing is not None:
        return Row(entrant.name, State.MISSING, entrant.missing)
    if mishaps:
        return _out(mishaps[0], len(samples))
    return _raced(course, samples) if samples else _not_raced(results, entrant)


def _out(mishap: Mishap, rounds: int) -> Row:
    return Row(mishap.entrant, STATES[mishap.kind], mishap.why, mishap.block, rounds)


def _not_raced(results: Results, entrant: Entrant) -> Row:
    why = "the race was cut short" if results.cut_short else "the results hold no round of it"
    return Row(entrant.name, State.NOT_RACED, why)


def _raced(course: Course, samples: list[Sample]) -> Row:
    names = FIGURES_OF[course.figure]
    by_block = _by_block(course.figure, samples)
    return Row(
        samples[0].entrant,
        State.RACED,
        None if by_block else "what the origin saw was not recorded",
        rounds=len(samples),
        bound=sum(each.saw is not None and each.saw.busy > BUSY for each in samples),
        figures={name: spread(_by_block(name, samples).values()) for name in names},
        by_block=by_block,
    )


def _by_block(name: str, samples: list[Sample]) -> dict[int, float]:
    derived = ((each.block, DERIVED[name](each)) for each in samples)
    return {block: value for block, value in derived if value is not None}


def _rated(standing: Standing) -> Standing:
    reference = next((row for row in standing.rows if row.entrant == standing.reference), None)
    if reference is None:
        return standing
    rows = (replace(row, ratio=paired(row, reference)) for row in standing.rows)
    return replace(standing, rows=tuple(rows))


def _placed(standing: Standing) -> Standing:
    places = {row.entrant: _place(row, standing) for row in standing.speaking}
    rows = (replace(row, place=places.get(row.entrant)) for row in standing.rows)
    return replace(standing, rows=tuple(rows))


def _place(row: Row, standing: Standing) -> tuple[int, int]:
    told = [tell(paired(row, other)) for other in standing.speaking]
    behind, ahead = told.count(WORSE[standing.counts]), told.count(BETTER[standing.counts])
    return 1 + behind, len(told) - ahead
