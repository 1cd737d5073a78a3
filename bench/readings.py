"""What a round takes of a worker besides time: read before and after it, never during it.

Strategy: everything comes from the system's own books.  On Linux the peak of the memory in use is
reset before each round; elsewhere it is that of the whole process so far, which can only grow.
"""

import gc
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

from impls.contract import Finished

STATUS = Path("/proc/self/status")
OPEN = Path("/dev/fd")
CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_PEAK = "5"
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024

Spending = tuple[float, float, int, tuple[int, int], tuple[int, int], list[int]]
"""What a round took, as it travels: the fields of `report.results.Spent`."""


class Reading(NamedTuple):
    """What the system's books say of this process.

    Attributes:
        memory: bytes in use at the peak since the last `begin`; right after it, those in use.
        descriptors: how many are open.
        switches: context switches that it asked for, and those forced on it.
        collections: of garbage, of each of the collector's generations.
        at: when, by `time.perf_counter`.
    """

    memory: int
    descriptors: int
    switches: tuple[int, int]
    collections: list[int]
    at: float


def begin() -> Reading:
    """Forget the peak of memory, read the books, and the clock last."""
    with suppress(OSError):  # where it can't be reset, it is that of the process so far
        CLEAR_REFS.write_text(RESET_PEAK)
    return read()._replace(at=time.perf_counter())


def read() -> Reading:
    """Read the clock first, then the books."""
    at = time.perf_counter()
    usage = getrusage(RUSAGE_SELF)
    return Reading(
        peak(),
        sum(1 for _ in OPEN.iterdir()),
        (usage.ru_nvcsw, usage.ru_nivcsw),
        [each["collections"] for each in gc.get_stats()],
        at,
    )


def peak() -> int:
    """Give the most bytes that this process has held in memory since the peak was reset.

    On Linux `ru_maxrss` would not do: a process inherits it from the one that started it.
    """
    if STATUS.exists():
        return 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", STATUS.read_text())[0])
    return MAXRSS_UNIT * getrusage(RUSAGE_SELF).ru_maxrss


def spending(idle: int, before: Reading, finished: Sequence[Finished], after: Reading) -> Spending:
    """Give what the run of these batches took, between two readings.

    Args:
        idle: bytes in use before the process ran anything; what earlier rounds left is not free.
        before: the first reading.
        finished: the batches.
        after: the second reading.
    """
    began = [each.began for each in finished] or [after.at]
    ended = [each.began + each.wall for each in finished] or [after.at]
    return (
        began[0] - before.at,
        after.at - ended[-1],
        after.memory - idle,
        (before.descriptors, after.descriptors),
        (after.switches[0] - before.switches[0], after.switches[1] - before.switches[1]),
        [now - then for then, now in zip(before.collections, after.collections, strict=True)],
    )
