"""Who watches a race for a person: shows each step, and how everybody stands so far.

Strategy: what stands so far are the report's own figures, of the samples so far, without verdicts:
whoever could watch for a verdict, and end the race at that moment, would be wrong more often than
the report says.
"""

from bench.entrants import Entrant
from bench.progress import Line, Step, Watch
from report.figures import Row, Standing, decided, standings
from report.results import Results


class Spectator:
    """Watches a race, and tells whether it has gone on for long enough."""

    def __init__(self, watch: Watch, margin: float | None) -> None:
        """Show it by this; enough is when all pairs are told, or within the margin beyond 1."""
        self._watch = watch
        self._margin = margin

    def gate(self, entrant: Entrant) -> None:
        """Show who is about to be held against the rules."""
        self._watch.step(Step("before the race: the rules", entrant.name, 0.0))

    def step(self, step: Step) -> None:
        """Show what is about to be done."""
        self._watch.step(step)

    def look(self, so_far: Results) -> None:
        """Show how everybody stands."""
        self._watch.standing(lines(standings(so_far, intervals=False)))

    def enough(self, so_far: Results) -> bool:
        """Say whether each pair is told apart, or shown to be within the margin."""
        return self._margin is not None and decided(standings(so_far), self._margin)


def lines(courses: list[Standing]) -> list[Line]:
    """Give a line for each entrant: its ratio to the reference, course by course."""
    rows: dict[str, dict[str, str]] = {}
    for course in courses:
        for row in course.rows:
            is_base = row.entrant == course.reference
            told = "reference" if is_base and row.ratio else cell(row)
            rows.setdefault(row.entrant, {})[course.course.name] = told
    return [Line(entrant, cells) for entrant, cells in rows.items()]


def cell(row: Row) -> str:
    """Say in a few letters how an entrant stands on a course."""
    return f"{row.ratio.estimate:.2f}×" if row.ratio else str(row.state)
