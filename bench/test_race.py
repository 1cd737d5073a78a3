"""Run with `pytest bench/ --benchmark-only`: the race, and its figures in pytest-benchmark."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.entrants import Entrant
from bench.face import Stopwatch
from bench.scenarios import Scenario
from report.results import Results

pytestmark = [
    pytest.mark.timeout(0),  # the first item runs the whole race, which watches itself
    # Who broke a rule has no figures: its item fails before it would show them.
    pytest.mark.filterwarnings("ignore:Benchmark fixture was not used"),
]


def test_race(
    benchmark: BenchmarkFixture,
    results: Results,
    scenario: Scenario,
    entrant: Entrant,
    stopwatch: Stopwatch,
) -> None:
    """The entrant keeps the rules in every round on the scenario, in this time."""
    if entrant.missing is not None:
        pytest.skip(entrant.missing)
    for mishap in results.mishaps:
        if (mishap.entrant, mishap.course) == (entrant.name, scenario.name):
            pytest.fail(f"{entrant.name} {mishap.kind}: {mishap.why}", pytrace=False)
    samples = [
        sample
        for sample in results.samples
        if (sample.entrant, sample.course) == (entrant.name, scenario.name)
    ]
    stopwatch.replay(samples)
    benchmark.pedantic(stopwatch.lap, rounds=len(samples))
