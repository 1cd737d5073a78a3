"""The timer that shows the race to pytest-benchmark."""

import pytest

from bench.face import SHOWN, Stopwatch
from bench.scenarios import SCENARIOS, Scenario
from report.results import Figure, Sample, Saw, Spent

NULL, WEB = SCENARIOS["null"], SCENARIOS["web"]


def sample(wall: float, cpu: float, ideal: float | None = None) -> Sample:
    """Give a round of a thousand calls."""
    saw = None if ideal is None else Saw(50, 40.0, 50, 0.1, 0.1, ideal, 0.03, {}, {}, {})
    spent = Spent(0.001, 0.001, 0, (9, 9), (0, 0), [0, 0, 0])
    return Sample("asyncio/workers", "null", 0, 0, 1000, wall, 0.8 * cpu, 0.2 * cpu, spent, saw)


def laps(stopwatch: Stopwatch, count: int) -> list[float]:
    """Time so many rounds as pytest-benchmark does: the timer before, the timer after."""
    times = []
    for _ in range(count):
        before = stopwatch()
        stopwatch.lap()
        times.append(stopwatch() - before)
    return times


def test_it_replays_processor_time() -> None:
    """Where processor time counts, a round's time is that of one of its calls, in their order."""
    stopwatch = Stopwatch(NULL)
    stopwatch.replay([sample(9.0, 0.5), sample(9.0, 0.25), sample(9.0, 1.0)])
    assert laps(stopwatch, 3) == pytest.approx([0.0005, 0.00025, 0.001])


def test_it_replays_lost_time() -> None:
    """Where efficiency counts, a round's time is what it took beyond the ideal."""
    stopwatch = Stopwatch(WEB)
    stopwatch.replay([sample(3.0, 1.0, ideal=2.5), sample(4.0, 1.0, ideal=1.0)])
    assert laps(stopwatch, 2) == pytest.approx([0.5, 3.0])


def test_it_stands_still_between_laps() -> None:
    """Whatever passes on the real clock, it shows the same until the next round."""
    stopwatch = Stopwatch(NULL)
    stopwatch.replay([sample(1.0, 1.0)])
    assert stopwatch() == stopwatch() == 0.0
    stopwatch.lap()
    assert stopwatch() == stopwatch() == pytest.approx(0.001)


def test_no_more_time_than_rounds() -> None:
    """Asked for more rounds than there were, it invents none: no time passes."""
    stopwatch = Stopwatch(NULL)
    stopwatch.replay([sample(1.0, 1.0)])
    assert laps(stopwatch, 3) == pytest.approx([0.001, 0.0, 0.0])


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_its_heading(scenario: Scenario) -> None:
    """The heading of its table names the scenario and what the figures are."""
    what, _ = SHOWN[scenario.figure]
    assert Stopwatch(scenario).group == f"{scenario.name}: {what}"
    assert set(SHOWN) == set(Figure)
