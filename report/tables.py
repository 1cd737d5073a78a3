"""The tables of the report, as text: the same cells for both pages.

Strategy: a table is headings and rows of strings, and one function makes each.  A column that can
be said in one line is a row of a table here.  The templates lay them out and know no figure.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import compress

import numpy as np

from report.comparison import WORTH_NAMING
from report.figures import BUSY, FIGURES_OF, Row, Standing, State
from report.method import SelfTest
from report.results import Results, Sample, Saw, Spent
from report.statistics import FEWEST_GENERATIONS
from report.times import SHORTEST, Times, percentile, together
from report.warnings import of_row
from report.words import (
    NO_END,
    NOTHING,
    UNITS,
    counted,
    digits,
    fate,
    number,
    one_line,
    ranged,
    share,
)


@dataclass(frozen=True)
class Table:
    """Headings, rows of as many cells, and how many of the columns are numbers.

    Attributes:
        numbers: the columns that hold figures and other short things, by position.
        marked: the first cells of the rows to be set apart.
        empty: the first cells of the rows without figures, of which the last cell is the reason.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    marked: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cell:
    """Two entrants compared: the row's figure over the column's, and what that supports."""

    ratio: str
    interval: str
    told: str


@dataclass(frozen=True)
class Pairwise:
    """Everybody against everybody: a row of cells for each name, in the order of the names.

    An entrant against itself has no cell.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]


def course(standing: Standing) -> Table:
    """Lay out a course: a row for each entrant of the race, whatever befell it."""
    first, *others = FIGURES_OF[standing.counts]
    headings = ("entrant", "rounds", UNITS[first], "ratio to reference", "verdict", "place")
    rows = tuple(_course_row(row, standing, others) for row in standing.rows)
    return Table(
        (*headings, *(f"{UNITS[name]}, median" for name in others), "notes"),
        rows,
        frozenset(range(1, len(headings) + len(others))),
        frozenset({standing.reference}),
        frozenset(row.entrant for row in standing.rows if row.state is not State.RACED),
    )


def took(standing: Standing) -> Table:
    """Say what else a round took, of every entrant that raced."""
    rows = tuple((row.entrant, *_medians(row)) for row in _with_figures(standing))
    return Table(
        ("entrant", *ELSE),
        rows,
        frozenset(range(1, 1 + len(ELSE))),
        frozenset({standing.reference}),
    )


def times(standing: Standing) -> Table | None:
    """Give percentiles of the times of the calls, as the origin saw them; None if it saw too few.

    A percentile that stands beside nobody has no column.
    """
    shown = {what: of for what, of in TIMES.items() if _measured(standing, of)}
    headings = [f"{what} {_rank(rank)}" for what in shown for rank in RANKS]
    seen = {
        row.entrant: [cell for of in shown.values() for cell in _percentiles(row, of)]
        for row in _with_figures(standing)
        if any(each.saw for each in row.samples)
    }
    told = [any(cell != NOTHING for cell in column) for column in zip(*seen.values(), strict=True)]
    rows = tuple((entrant, *compress(cells, told)) for entrant, cells in seen.items())
    numbers = frozenset(range(1, 1 + sum(told)))
    marked = frozenset({standing.reference})
    titles = ("entrant", *compress(headings, told))
    return Table(titles, rows, numbers, marked) if any(told) else None


def pairwise(standing: Standing) -> Pairwise | None:
    """Compare everybody with everybody; None if there are no two to compare."""
    compared = tuple(row.entrant for row in standing.speaking if row.value)
    if not standing.pairs:
        return None
    rows = tuple(tuple(_cell(standing, one, other) for other in compared) for one in compared)
    return Pairwise(compared, rows)


def out(standings: list[Standing]) -> Table:
    """List who is without figures somewhere: a line for each entrant and fate."""
    fates: dict[tuple[str, str, str], list[str]] = {}
    for standing in standings:
        for row in standing.rows:
            if row.state is not State.RACED:
                words = one_line(fate(row)).removeprefix(f"{row.state}").lstrip(": ")
                fates.setdefault((row.entrant, row.state, words), []).append(standing.course.name)
    rows = tuple((who, what, ", ".join(on), why) for (who, what, why), on in fates.items())
    return Table(("entrant", "what befell it", "on", "why"), rows)


def unable(results: Results) -> Table:
    """List what entrants declare that they cannot do, with all who say the same in one line."""
    who: dict[tuple[str, str], list[str]] = {}
    for entrant in results.race.entrants:
        for what, why in entrant.cannot.items():
            who.setdefault((what, why), []).append(entrant.name)
    rows = tuple((what, ", ".join(all_), why) for (what, why), all_ in who.items())
    return Table(("what", "who cannot", "why"), rows)


def conditions(results: Results, standings: list[Standing]) -> Table:
    """List what the race was and where it was run."""
    rows = (*_about(results), *_raced(standings), *_machine(results), *_elsewhere(results))
    return Table(("condition", "value"), (*rows, *results.race.conditions.items()))


def self_test(test: SelfTest) -> Table:
    """List what the measurement was tried on, and what came of it."""
    rows = tuple(
        (
            *(each.what, each.how, each.aim, each.ours, "yes" if each.met else "no"),
            *(each.pytest_benchmark or NOTHING, each.pyperf or NOTHING),
        )
        for each in test.trials
    )
    others = ("pytest-benchmark compare", "pyperf compare_to")
    return Table(("what", "how", "aim", "ours", "met", *others), rows)


def derivations(standings: list[Standing]) -> Table:
    """Say how each figure comes from the records of the results file."""
    shown = dict.fromkeys(name for each in standings for name in FIGURES_OF[each.counts])
    figures = [(UNITS[name], DERIVATIONS[name]) for name in shown]
    return Table(("figure", "derivation"), (*figures, *GENERAL))


DERIVATIONS = {
    "cpu": "1,000,000 × (user + system) ÷ calls, of the records of type sample",
    "wall": "1,000,000 × wall ÷ calls: the batch's time shared out, not one call's latency",
    "efficiency": "saw.ideal ÷ wall: what an ideal scheduler needs for the same delays and limit",
}
GENERAL = (
    ("estimate (lower–upper)", "the median over a generation's blocks, its mean over generations"),
    ("estimate (lower or more)", f"the upper end is above {NO_END} and {NO_END} × the estimate"),
    ("estimate (no bounds)", "and the lower end is next to 0"),
    ("efficiency (lower–1.000)", "the upper end is 1 or more, which nobody can exceed"),
    ("ratio to reference", "the same of the figure ÷ the reference's in the same block"),
    ("verdict", f"the interval leaves out 1, and the ratio is {share(WORTH_NAMING - 1)} from it"),
    ("place", "from 1 + the number told to be better, to all but those worse; twins are one"),
    ("median", "over all rounds of the entrant, whatever their generation"),
    ("what else a round took", "spent, of the whole process for the round, its warm-up included"),
    ("times of calls", "saw.took, saw.since, saw.idle: bucket n is 1.02**n to 1.02**(n+1) µs"),
    ("origin-bound", f"how many records have saw.busy > {BUSY}"),
)

NUM = ",.1f"

# By heading: the figure of a round, and how the median is written.
ELSE: dict[str, tuple[Callable[[Sample], float], str]] = {
    "start-up, ms": (lambda sample: 1e3 * sample.spent.start_up, ".2f"),
    "shut-down, ms": (lambda sample: 1e3 * sample.spent.shut_down, ".2f"),
    "calls in a round": (lambda sample: sample.calls, ",.0f"),
    "peak memory over idle, MB": (lambda sample: sample.spent.memory / 1e6, ".2f"),
    "descriptors left open": (lambda sample: _left_open(sample.spent), "g"),
    "switches asked for, per 1,000 calls": (
        lambda each: _per_1000(each, each.spent.switches[0]),
        NUM,
    ),
    "switches forced, per 1,000 calls": (lambda each: _per_1000(each, each.spent.switches[1]), NUM),
    "garbage collections, per 1,000 calls": (
        lambda each: _per_1000(each, sum(each.spent.collections)),
        NUM,
    ),
    "CPU time in the system, %": (lambda sample: 100 * sample.system / sample.cpu, ".0f"),
}


def _per_1000(sample: Sample, count: int) -> float:
    return 1000 * count / sample.calls


TIMES: dict[str, Callable[[Saw], Times]] = {
    "call": lambda saw: saw.took,
    "since": lambda saw: saw.since,
    "idle": lambda saw: saw.idle,
}

RANKS = (500, 900, 990, 999)
"""Percentiles, in thousandths: as whole numbers, since a share of 0.9 is not exactly that."""

STARTED, ON_ITSELF = ", how it is started", "popen"
"""How a condition's name ends that says how an interpreter is started, and its value if here."""

ELSEWHERE = (
    "on another machine, reached by ssh, and left to its system; the processors, the governor, the "
    "clock and the load above are not its own"
)

BEYOND = 10
"""Of fewer calls beyond a percentile, it is the time of a few that happened to be slow."""


def _course_row(row: Row, standing: Standing, others: list[str]) -> tuple[str, ...]:
    return (
        row.entrant,
        str(row.rounds),
        ranged(standing.counts, row.value),
        *_against(row, standing),
        _place(row),
        *(number(row.median(name)) for name in others),
        "; ".join(of_row(row, standing)) if row.by_place else fate(row),
    )


def _against(row: Row, standing: Standing) -> tuple[str, str]:
    """Word the ratio to the reference, and what it supports."""
    if row.ratio is None:
        return NOTHING, NOTHING
    if row.entrant == standing.reference:
        return "reference", NOTHING
    return ranged(f"{standing.counts} ratio", row.ratio), row.told


def _place(row: Row) -> str:
    first, last = row.place or (0, 0)
    if not first:
        return NOTHING
    return str(first) if first == last else f"{first}–{last}"


def _with_figures(standing: Standing) -> list[Row]:
    return [row for row in standing.rows if row.state is State.RACED]


def _medians(row: Row) -> Iterator[str]:
    for of, form in ELSE.values():
        yield format(float(np.median([of(each) for each in row.samples])), form)


def _left_open(spent: Spent) -> int:
    before, after = spent.descriptors
    return after - before


def _measured(standing: Standing, of: Callable[[Saw], Times]) -> bool:
    """Say whether any of these times was long enough for the origin's clock to tell it."""
    seen = (of(each.saw) for row in _with_figures(standing) for each in row.samples if each.saw)
    return any(some and percentile(some, 1) > SHORTEST for some in seen)


def _percentiles(row: Row, of: Callable[[Saw], Times]) -> Iterator[str]:
    """Give each percentile in ms, if in enough generations there are enough calls beyond it."""
    seen = [(each.generation, of(each.saw)) for each in row.samples if each.saw]
    calls: Counter[int] = Counter()
    for generation, some in seen:
        calls[generation] += sum(some.values())
    all_calls = together(some for _, some in seen)
    for rank in RANKS:
        supporting = sum(count * (1000 - rank) >= BEYOND * 1000 for count in calls.values())
        enough = supporting >= FEWEST_GENERATIONS
        yield digits(1e3 * percentile(all_calls, rank / 1000)) if enough else NOTHING


def _rank(rank: int) -> str:
    return f"{rank / 10:g} %"


def _cell(standing: Standing, one: str, other: str) -> Cell | None:
    pair = standing.pair(one, other)
    if pair is None:
        return None
    words = ranged(f"{standing.counts} ratio", pair.ratio)
    return Cell(words.partition(" ")[0], words, pair.told)


def _about(results: Results) -> Iterator[tuple[str, str]]:
    race = results.race
    yield "started", race.started
    yield "profile", race.profile
    yield "seed", str(race.seed)
    yield "reference", race.reference
    yield "its twin", race.twin
    most = "at most " if race.until else ""
    yield "generations", f"{most}{race.generations}"
    if race.until:
        looks = counted(race.looks, "look")
        yield "until", f"all are told apart or within {share(race.until)}; at most {looks}"
    yield "order of each block", "random, from the seed; in the results file, records of type block"


def _raced(standings: list[Standing]) -> Iterator[tuple[str, str]]:
    for each in standings:
        about = each.course
        size = f"{about.calls:,} calls, {about.limit} at a time"
        blocks = f"{counted(about.blocks, 'block')} in {_every(about.every)}"
        compared = f"compared over {counted(each.generations, 'generation')}"
        yield f"course {about.name}", f"{size}; {blocks}; {compared}"


def _every(every: int) -> str:
    return "each generation" if every == 1 else f"one of {every} generations"


def _machine(results: Results) -> Iterator[tuple[str, str]]:
    machine = results.race.machine
    left = "left to the system"
    yield "processors", str(machine.processors)
    yield "processor of the origin", left if machine.origin is None else str(machine.origin)
    yield "processor of the entrants", left if machine.workers is None else str(machine.workers)
    yield "governor", machine.governor or "the system does not say"
    yield "smallest step of the clock of CPU time", f"{1e6 * machine.clock:.3g} µs"
    yield "processes at work in the minute before", f"{machine.load:.2f}"


def _elsewhere(results: Results) -> Iterator[tuple[str, str]]:
    """Name the interpreters to which the rows about processors do not apply."""
    for name, spec in results.race.conditions.items():
        if name.endswith(STARTED) and not spec.startswith(ON_ITSELF):
            label = name.removesuffix(STARTED)
            yield f"processor of the entrants of {label}", ELSEWHERE
