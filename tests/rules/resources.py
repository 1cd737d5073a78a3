"""X: what a batch leaves behind."""

import gc
import random
from collections.abc import Iterator

import psutil

from impls.contract import Batch
from origin.plan import Plan, Step
from tests.rules.catalogue import LIMIT, PATIENCE, Trial, rule

BATCHES = 40
SIZE = 10
LONGEST = 0.006
"""Seconds of the longest delay; the time limit of a call is half of it."""


@rule("X2", "no descriptor leaks under random cancellations")
def no_descriptor_left(trial: Trial) -> None:
    """Of 400 calls half run out of time and many are aborted; we count from within, and after."""
    draw = random.Random(2).uniform
    calls = range(BATCHES * SIZE)
    steps = {arg: Step(delay=draw(0, LONGEST)) for arg in range(-BATCHES, len(calls))}
    within: list[int] = []
    gc.collect()  # what earlier tests left to the collector is none of ours
    before = open_files()
    trial(Plan(steps), counting(within), *map(cancelled, range(BATCHES)), counting(within))
    first, last = within
    assert last <= first + LIMIT, f"X2: {last - first} more descriptors after {len(calls)} calls"
    after = open_files()
    assert after == before, f"X2: {after - before} more descriptors after the end"


def cancelled(number: int) -> Batch:
    """Give a batch of which something is cancelled."""
    return Batch(
        range(number * SIZE, (number + 1) * SIZE),
        LIMIT,
        on_error="collect",
        call_timeout=LONGEST / 2,
        deadline=PATIENCE,
        abort_on=-1 - number if number % 2 else None,
    )


def counting(into: list[int]) -> Batch:
    """Give a batch of no calls that counts descriptors as its arguments are drawn."""

    def nothing() -> Iterator[int]:
        into.append(open_files())
        yield from ()

    return Batch(nothing(), 1)


def open_files() -> int:
    """Count this process's descriptors."""
    count: int = psutil.Process().num_fds()
    return count
