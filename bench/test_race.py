"""Run with `pytest bench/ --benchmark-only`: the race, and its figures in pytest-benchmark."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.face import Stopwatch
from bench.scenarios import Scenario
from impls.contract import Variant
from impls.registry import missing
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
    variant: Variant,
    stopwatch: Stopwatch,
) -> None:
    """The variant keeps the rules in every round on the scenario, in this time."""
    if reason := missing(variant):
        pytest.skip(reason)
    for mishap in results.mishaps:
        if (mishap.entrant, mishap.course) == (variant.name, scenario.name):
            pytest.fail(f"{variant.name} {mishap.kind}: {mishap.why}", pytrace=False)
    samples = [
        sample
        for sample in results.samples
        if (sample.entrant, sample.course) == (variant.name, scenario.name)
    ]
    stopwatch.replay(samples)
    benchmark.pedantic(stopwatch.lap, rounds=len(samples))
