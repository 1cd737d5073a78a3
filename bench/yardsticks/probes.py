"""Variants that tell what a run took of the machine's memory.

Strategy: a probe is a way in around another.  What it saw travels as the results of one more
batch, so it needs nothing that a worker does not have.
"""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from typing import Any

import outcome

from bench import readings
from impls.contract import Batch, Endpoint, Finished, Run, Variant
from impls.field import RUNTIMES
from impls.registry import REFERENCE
from impls.registry import VARIANTS as REGISTERED

Probe = Callable[[Run, Endpoint | None, Sequence[Batch]], list[Finished]]


def page_faults(run: Run, endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
    """Run, and tell how many minor page faults it took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    finished = run(endpoint, batches)
    return [*finished, told(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)]


def peak(run: Run, endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
    """Run with one and the same small argument, drawn lazily; tell only the most memory held."""
    lazy = [replace(batch, args=repeat(0, count(batch))) for batch in batches]
    for finished in run(endpoint, lazy):
        finished.outcome.unwrap()
    return [told(readings.peak())]


def count(batch: Batch) -> int:
    """Count the arguments without holding them: that would be the peak."""
    return sum(1 for _ in batch.args)


def told(figure: int) -> Finished:
    """Give a figure as a batch whose one result it is."""
    return Finished(outcome.Value([figure]), time.perf_counter(), 0.0, 0.0, 0.0)


def probed(probe: Probe, inner: Variant) -> Variant:
    """Put the probe around the variant."""

    def load() -> Any:
        return partial(probe, inner.load())

    return Variant(f"{inner.name} {probe.__name__}", inner.needs, load, home=__name__)


FAULTS = probed(page_faults, REGISTERED[REFERENCE])
PEAKS = {runtime.name: probed(peak, REGISTERED[f"{runtime.name}/workers"]) for runtime in RUNTIMES}
VARIANTS = {variant.name: variant for variant in (FAULTS, *PEAKS.values())}
