"""The tables of the report, as text: the same cells for both pages.

Strategy: a table is headings and rows of strings, and one function makes each.  The templates lay
them out and know no figure.
"""

from dataclasses import dataclass

from report.figures import BUSY, FIGURES_OF, Row, Standing, State
from report.results import Results
from report.words import UNITS, fate, one_line, ranged, warnings


@dataclass(frozen=True)
class Table:
    """Headings, rows of as many cells, and how many of the columns are numbers.

    Attributes:
        numbers: the columns that hold figures, by position.
        marked: the first cells of the rows to be set apart.
        empty: the first cells of the rows without figures, of which the last cell is the reason.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    marked: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


def course(standing: Standing) -> Table:
    """Lay out a course: a row for each entrant of the race, whatever befell it."""
    first, *others = FIGURES_OF[standing.counts]
    headings = ("entrant", "rounds", UNITS[first], "ratio to reference", "place")
    rows = tuple(_course_row(row, standing, others) for row in standing.rows)
    return Table(
        (*headings, *(UNITS[name] for name in others), "notes"),
        rows,
        frozenset(range(1, len(headings) + len(others))),
        frozenset({standing.reference}),
        frozenset(row.entrant for row in standing.rows if row.state is not State.RACED),
    )


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


def conditions(results: Results) -> Table:
    """List what the race was and where it was run."""
    race = results.race
    courses = [
        (
            f"course {each.name}",
            f"{each.calls:,} calls, {each.limit} at a time, {_blocks(results, each.name)}",
        )
        for each in race.courses
    ]
    about = [
        ("started", race.started),
        ("profile", race.profile),
        ("seed", str(race.seed)),
        ("reference", race.reference),
    ]
    return Table(("condition", "value"), (*about, *courses, *race.conditions.items()))


def derivations(standings: list[Standing]) -> Table:
    """Say how each figure comes from the records of the results file."""
    shown = dict.fromkeys(name for each in standings for name in FIGURES_OF[each.counts])
    figures = [(UNITS[name], DERIVATIONS[name]) for name in shown]
    return Table(("figure", "derivation"), (*figures, *GENERAL))


DERIVATIONS = {
    "cpu": "1,000,000 × cpu ÷ calls, of the records of type sample",
    "wall": "1,000,000 × wall ÷ calls: the batch's time shared out, not one call's latency",
    "efficiency": "saw.ideal ÷ wall: what an ideal scheduler needs for the same delays and limit",
}
GENERAL = (
    ("median (lower–upper)", "median and quartiles of these over the rounds; linear interpolation"),
    (
        "ratio to reference",
        "the figure ÷ the reference's in the same block, then median and quartiles",
    ),
    ("place", "from 1 + the number told to be better, to all but those told to be worse"),
    ("origin-bound", f"how many records have saw.busy > {BUSY}"),
)


def _blocks(results: Results, name: str) -> str:
    blocks = results.race.blocks.get(name, 0)
    return f"{blocks} block{'s'[: blocks != 1]}"


def _course_row(row: Row, standing: Standing, others: list[str]) -> tuple[str, ...]:
    figures = [ranged(name, row.figures.get(name)) for name in (standing.counts, *others)]
    ratio = (
        "reference"
        if row.entrant == standing.reference and row.ratio
        else ranged(f"{standing.counts} ratio", row.ratio)
    )
    return (
        row.entrant,
        str(row.rounds),
        figures[0],
        ratio,
        _place(row),
        *figures[1:],
        _notes(row, standing),
    )


def _place(row: Row) -> str:
    first, last = row.place or (0, 0)
    if not first:
        return "—"
    return str(first) if first == last else f"{first}–{last}"


def _notes(row: Row, standing: Standing) -> str:
    return "; ".join(warnings(row, standing.blocks)) if row.by_block else fate(row)
