"""What a round takes besides time: read in this process, and in one that runs a variant."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import outcome
import psutil
import pytest

from bench import readings
from bench.entrants import Entrant
from bench.rounds import WARM_UP
from bench.stable import Came, Stable
from bench.worker import Job
from impls.contract import Finished, Variant
from report.results import Spent
from tests.bench.races import GOOD
from tests.bench.unlucky import LATE, LEFT_OPEN, MUCH
from tests.bench.unlucky import VARIANTS as UNLUCKY

ROOT = Path(__file__).parents[2]
MB = 1_000_000
JOB: Job = (0, 100, 10, None)


def finished(began: float, wall: float) -> Finished:
    """Give a batch."""
    return Finished(outcome.Value([]), began, wall, 0.0, 0.0)


def reading(at: float, **others: Any) -> readings.Reading:
    """Give a reading at this time, of an idle process."""
    return readings.Reading(0, 0, (0, 0), [0, 0, 0], at)._replace(**others)


# In this process.


IN_A_FRESH_PROCESS = f"""
from bench import readings
before = readings.begin()
bytearray(b"x") * {MUCH}
after, again = readings.read(), readings.begin()
print(before.memory, after.memory, again.memory, readings.read().memory)
"""


def test_memory_is_seen_and_forgotten() -> None:
    """The peak is that since the reading began, even when the memory is long given back.

    In a fresh process: one that has held much before has room, and takes none from the system.
    """
    said = subprocess.check_output([sys.executable, "-c", IN_A_FRESH_PROCESS], cwd=ROOT, text=True)
    before, after, again, later = map(int, said.split())
    assert MUCH - 2 * MB < after - before < 2 * MUCH
    assert later - again < MB
    assert again < after - MUCH + 4 * MB


def test_the_peak_is_no_less_than_what_is_held() -> None:
    """It is in bytes, and of this process."""
    readings.begin()
    held = psutil.Process().memory_info().rss
    assert 0.9 * held < readings.peak() < 2 * held


def test_descriptors() -> None:
    """They are as many as the system says, and each that is opened is one more."""
    before = readings.read().descriptors
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(LEFT_OPEN)]
    assert readings.read().descriptors == before + LEFT_OPEN
    for each in opened:
        os.close(each)
    assert readings.read().descriptors == before


def test_collections() -> None:
    """Those of garbage are counted by the collector's generations."""
    before = readings.begin()
    gc.collect()
    gc.collect(0)
    spent = Spent(
        *readings.spending(before.memory, before, [finished(before.at, 0.0)], readings.read())
    )
    assert spent.collections[0] >= 1
    assert spent.collections[2] >= 1


def test_switches() -> None:
    """Who waits gives the processor away."""
    before = readings.read()
    subprocess.run(["true"], check=True)
    assert readings.read().switches[0] > before.switches[0]


def test_spending() -> None:
    """It is what lies between the two readings, before the first batch and after the last."""
    before = reading(10.0, memory=5 * MB, descriptors=7, switches=(1, 2), collections=[3, 2, 1])
    after = reading(20.0, memory=9 * MB, descriptors=8, switches=(5, 3), collections=[9, 3, 1])
    batches = [finished(11.0, 2.0), finished(13.5, 4.0)]
    spent = Spent(*readings.spending(before.memory, before, batches, after))
    assert spent == Spent(1.0, 2.5, 4 * MB, (7, 8), (4, 1), [6, 1, 0])


def test_spending_of_nothing() -> None:
    """Who ran no batch spent all of its time on getting there."""
    assert readings.spending(0, reading(1.0), [], reading(3.0))[:2] == (2.0, 0.0)


def test_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no such books, the peak is that of the whole life of the process."""
    monkeypatch.setattr(readings, "STATUS", readings.STATUS / "nowhere")
    monkeypatch.setattr(readings, "CLEAR_REFS", readings.CLEAR_REFS / "nowhere")
    assert readings.begin().memory > MB


# In a process that runs a variant.


@pytest.fixture(scope="module")
def stable() -> Iterator[Stable]:
    """Processes that end with these tests."""
    with closing(Stable(None)) as stable:
        yield stable


def spent(variant: Variant, stable: Stable, *jobs: Job) -> Spent:
    """Give what a run of the variant spent."""
    return Spent(*run(variant, stable, *jobs).spent)


def run(variant: Variant, stable: Stable, *jobs: Job) -> Came:
    """Run these jobs without an origin."""
    return stable.worker(Entrant(variant.name, variant)).run(None, list(jobs or [JOB]), 20.0)


def test_what_a_good_round_spends(stable: Stable) -> None:
    """It takes time to start and to end, leaves nothing open, and hardly grows."""
    run(GOOD, stable)
    took = spent(GOOD, stable, (WARM_UP.start, WARM_UP.start + 10, 10, None), JOB)
    assert 0 < took.start_up < 1
    assert 0 < took.shut_down < 1
    assert took.descriptors[0] == took.descriptors[1]
    assert 0 <= took.memory < 20 * MB
    assert all(each >= 0 for each in (*took.switches, *took.collections))


def test_start_up_and_shut_down(stable: Stable) -> None:
    """All that a variant does before its first batch and after its last is told as such."""
    took = spent(UNLUCKY["takes_its_time"], stable)
    assert LATE <= took.start_up < LATE + 1
    assert LATE <= took.shut_down < LATE + 1


def test_all_of_the_time_is_told(stable: Stable) -> None:
    """Starting, running and ending together take no longer than the whole."""
    began = time.perf_counter()
    came = run(GOOD, stable)
    elapsed = time.perf_counter() - began
    took = Spent(*came.spent)
    assert took.start_up + sum(each.wall for each in came.ran) + took.shut_down <= elapsed


def test_the_memory_of_one_run_is_not_that_of_the_next(stable: Stable) -> None:
    """A run that holds much for a moment shows it, and the one after that does not."""
    much = spent(UNLUCKY["allocates"], stable, JOB, JOB)
    little = spent(UNLUCKY["allocates"], stable, JOB)
    assert much.memory > MUCH - 4 * MB
    assert little.memory < MUCH / 3


def test_descriptors_that_are_left_open(stable: Stable) -> None:
    """They are counted in the run that leaves them, and there before the next."""
    first, second = (spent(UNLUCKY["leaves_open"], stable) for _ in range(2))
    assert first.descriptors[1] - first.descriptors[0] == LEFT_OPEN
    assert second.descriptors[0] == first.descriptors[1]
