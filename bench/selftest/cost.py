"""What recording costs: the same batches with it and without, in one process, in turns.

Strategy: recording is what `bench.worker` reads before and after a round, and the stopwatch around
each batch.  Both ways run the same batches through the same recipe, one right after the other, in
random order; without recording, the stopwatch is one that never looks at a clock.  The two figures
travel as batches of their own, so this is a variant like any other.
"""

import importlib
import random
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from unittest.mock import patch

import outcome

from bench import readings
from impls.contract import Batch, Endpoint, Finished, Run, Stopwatch, Variant
from impls.registry import VARIANTS as REGISTERED

CHEAPEST = "asyncio+uvloop/workers"
"""On `null`, where a call is cheaper than anywhere else."""

RECIPE = "impls.on_asyncio"
WITH, WITHOUT = 0, 1
"""The places of the two figures."""


class NoStopwatch:
    """Times nothing."""

    def finished(self, ended: outcome.Outcome[list[object]]) -> Finished:
        """Give the batch as it ended."""
        return Finished(ended, 0.0, 0.0, 0.0, 0.0)


def recorded(run: Run, endpoint: Endpoint | None, batches: Sequence[Batch]) -> None:
    """Run the batches as a worker does."""
    before = readings.begin()
    finished = run(endpoint, batches)
    readings.spending(before.memory, before, finished, readings.read())


def bare(recipe: ModuleType, run: Run, endpoint: Endpoint | None, batches: Sequence[Batch]) -> None:
    """Run the batches, and look at nothing."""
    with patch.object(recipe, "Stopwatch", NoStopwatch):
        run(endpoint, batches)


def timed(way: Callable[[], None]) -> Finished:
    """Time all that one way takes."""
    stopwatch = Stopwatch()
    way()
    return stopwatch.finished(outcome.Value([]))


def weigh(
    recipe: ModuleType, run: Run, endpoint: Endpoint | None, batches: Sequence[Batch]
) -> list[Finished]:
    """Run the batches both ways, in random order; give what each took."""
    ways = {
        WITH: partial(recorded, run, endpoint, batches),
        WITHOUT: partial(bare, recipe, run, endpoint, batches),
    }
    took = {which: timed(ways[which]) for which in random.sample(list(ways), len(ways))}
    return [took[WITH], took[WITHOUT]]


def load() -> Run:
    """Load the cheapest variant, to be run both ways."""
    return partial(weigh, importlib.import_module(RECIPE), REGISTERED[CHEAPEST].load())


WEIGHED = Variant(f"{CHEAPEST} weighed", REGISTERED[CHEAPEST].needs, load, home=__name__)
VARIANTS = {WEIGHED.name: WEIGHED}
