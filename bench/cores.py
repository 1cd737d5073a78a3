"""Which processor is whose: the origin and the variants must not share one.

Strategy: the first and the last of those that this process may use, since neighbours by number may
be two threads of one processor.  One for all variants: they run one at a time, and where two
processors differ, all meet the same.
"""

import os
from typing import NamedTuple


class Cores(NamedTuple):
    """Processors by number; None leaves it to the operating system."""

    origin: int | None
    worker: int | None


def usable() -> list[int]:
    """Give the processors that this process may use; where the system won't say, all."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def share() -> Cores:
    """Give the origin the first processor and the variants the last, where there are two."""
    ours = usable()
    pins = hasattr(os, "sched_setaffinity")
    return Cores(ours[0], ours[-1]) if pins and len(ours) > 1 else Cores(None, None)


def pin(core: int | None) -> None:
    """Keep this process on that processor."""
    if core is not None:
        os.sched_setaffinity(0, {core})
