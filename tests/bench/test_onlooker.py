"""Who watches a race for a person: what is shown, how often, and when it is enough."""

from collections.abc import Sequence

import pytest

from bench import onlooker
from bench.onlooker import Spectator, cell, lines
from bench.progress import Line, Step
from report.comparison import Interval, Tell
from report.figures import Row, Standing, State
from report.results import Course, Figure, Results
from tests.bench.races import ANYWHERE, GOOD, OTHER, TWIN, enter

EMPTY = Results(enter([GOOD, OTHER], ["null"]).header(ANYWHERE), [], [], None, ended=False)


class Screen:
    """Keeps what is shown."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.standings: list[Sequence[Line]] = []

    def step(self, step: Step) -> None:
        self.steps.append(step)

    def standing(self, lines: Sequence[Line]) -> None:
        self.standings.append(lines)


def row(name: str, ratio: Interval | None, told: Tell = Tell.CANNOT_TELL) -> Row:
    """Give a row with this ratio."""
    return Row(name, State.RACED if ratio else State.HUNG, ratio=ratio, told=told)


def standing(course: str, *rows: Row) -> Standing:
    """Give a course with these rows, of which `a` is the reference."""
    return Standing(Course(course, "?", 1000, 50, Figure.CPU), "a", "a (twin)", 5, rows)


ITSELF = row("a", Interval(1.0, 1.0, 1.0))
SLOWER = row("b", Interval(1.4712, 1.4, 1.5), Tell.SLOWER)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (SLOWER, "1.47×"),
        (row("b", Interval(0.996, 0.9, 1.1)), "1.00×"),
        (row("b", Interval(1.25)), "1.25×"),
        (row("b", None), "hung"),
        (Row("b", State.MISSING, "not installed"), "missing"),
        (Row("b", State.NOT_RACED), "not raced"),
    ],
)
def test_a_cell(shown: Row, text: str) -> None:
    """It says the ratio and never a verdict, or else why there is none."""
    assert cell(shown) == text


def test_a_line_for_each_entrant() -> None:
    """Each has a cell for each course; the reference is named as such where it raced."""
    told = lines([standing("null", ITSELF, SLOWER), standing("web", row("a", None), SLOWER)])
    assert told == [
        Line("a", {"null": "reference", "web": "hung"}),
        Line("b", {"null": "1.47×", "web": "1.47×"}),
    ]


def test_a_step_is_shown() -> None:
    """Each is passed on as it is."""
    screen, step = Screen(), Step("what", "who", 0.5)
    Spectator(screen, None).step(step)
    assert screen.steps == [step]


def test_everybody_is_shown_before_anything_is_measured() -> None:
    """Who has no sample yet has a line, the twin too."""
    screen = Screen()
    Spectator(screen, None).look(EMPTY)
    [shown] = screen.standings
    assert [each.entrant for each in shown] == [GOOD.name, TWIN, OTHER.name]


@pytest.mark.parametrize("decided", [True, False])
def test_enough(decided: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is enough when all pairs are told or within the margin."""
    asked = []

    def decide(standings: list[Standing], margin: float) -> bool:
        asked.append((standings, margin))
        return decided

    shown = [standing("null", ITSELF, SLOWER)]
    monkeypatch.setattr(onlooker, "standings", lambda _: shown)
    monkeypatch.setattr(onlooker, "decided", decide)
    assert Spectator(Screen(), 0.05).enough(EMPTY) is decided
    assert asked == [(shown, 0.05)]


def test_never_enough_without_a_margin() -> None:
    """A race that was given its length goes on to its end."""
    assert not Spectator(Screen(), None).enough(EMPTY)


def test_nothing_is_enough_of_nothing() -> None:
    """Without a sample nothing is told, whatever the margin."""
    assert not Spectator(Screen(), 1.0).enough(EMPTY)
