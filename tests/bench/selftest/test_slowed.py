"""Slowed variants: the same results, for a known share of CPU time more."""

from functools import partial
from typing import Any

import outcome
import pytest

from bench.selftest import slowed as slowed_variants
from bench.selftest.recording import PROBE, PROBED, turns
from bench.selftest.size import COURSES
from bench.selftest.slowed import Turns, slowed
from bench.selftest.verdicts import Unmeasured
from impls.contract import Batch, Endpoint
from impls.field import RUNTIMES
from impls.registry import REFERENCE, VARIANTS, missing
from origin.plan import Plan
from origin.process import Origin
from tests.report.conftest import Make

CALLS, LIMIT = 103, 10


@pytest.mark.parametrize("runtime", RUNTIMES, ids=[runtime.name for runtime in RUNTIMES])
def test_a_slowed_variant_gives_the_same_results(runtime: Any) -> None:
    """Only its time is another, on every runtime."""
    variant = VARIANTS[f"{runtime.name}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    batch = Batch(range(CALLS), LIMIT, deadline=30.0)
    [finished] = slowed(variant, Turns(1, 1)).load()(None, [batch])
    assert finished.outcome == outcome.Value(list(range(CALLS)))


def test_a_batch_burns_for_each_of_its_calls(
    monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    """As many turns as its calls need, which depends on whether they go to the origin."""
    burnt: list[int] = []
    monkeypatch.setattr(slowed_variants, "burn", burnt.append)
    run = slowed(VARIANTS[REFERENCE], Turns(checkpoint=2.5, remote=70)).load()
    run(None, [Batch(range(100), LIMIT), Batch(range(10), LIMIT)])
    origin.plan(Plan())
    run(Endpoint(*origin.calls), [Batch(range(10), LIMIT)])
    assert burnt == [250, 25, 700]


def test_a_worker_finds_a_slowed_variant_by_its_name() -> None:
    """The name is all that it is told."""
    variant = slowed(VARIANTS[REFERENCE], Turns(3.25, 41.5))
    found = slowed_variants.VARIANTS[variant.name]
    assert (found.name, found.home) == (variant.name, slowed_variants.__name__)
    found_run = found.load()
    assert isinstance(found_run, partial)
    assert found_run.args[1] == Turns(3.25, 41.5)


def test_turns_are_what_the_calibration_says(make: Make) -> None:
    """A variant that costs three times as much with the probe needs a twentieth of its turns."""
    figures = {
        "null": {REFERENCE: [1.0] * 5, REFERENCE + PROBED: [3.0] * 5},
        "loopback": {REFERENCE: [20.0] * 5, REFERENCE + PROBED: [30.0] * 5},
    }
    found = turns(REFERENCE, 0.1, make(figures).results)
    assert found == pytest.approx((PROBE.checkpoint / 20, PROBE.remote / 5))


def test_a_probe_that_costs_nothing_is_no_calibration(make: Make) -> None:
    """From noise alone no share can be found."""
    figures = {course: {REFERENCE: [2.0] * 5, REFERENCE + PROBED: [1.9] * 5} for course in COURSES}
    with pytest.raises(Unmeasured, match="calibration on null: asyncio/workers"):
        turns(REFERENCE, 0.1, make(figures).results)
