"""The far end of a race: one process, one variant, told over an execnet channel what to run.

Strategy: it imports the variant and nothing that the variant does not need, says that it is
ready, and then runs each round that it is sent.  It judges nothing: results go back as they are.
Messages are plain lists and numbers, since execnet carries only builtin types.
"""

import gc
import importlib
import os
from collections.abc import Iterator
from typing import Any, Protocol

import outcome

from bench.cores import pin
from impls.contract import Batch, Endpoint, Finished

Job = tuple[int, int, int, float | None]
"""A batch as it travels: first argument, one after the last, limit, deadline in seconds."""

Ran = tuple[float, float, list[Any] | None, str | None]
"""A finished batch as it travels: wall and CPU seconds, then its results or its error."""


READY = "ready"
"""What a worker says once its variant is loaded."""


class Channel(Protocol):
    """What we use of an execnet channel."""

    def send(self, item: object) -> None:
        """Send builtin data."""

    def receive(self) -> Any:
        """Wait for what the other end sends."""

    def __iter__(self) -> Iterator[Any]:
        """Give what the other end sends, until it closes."""


def age_heap() -> None:
    """Free one large block, as any program that has held a large body did.

    asyncio's own transports receive into 256 KiB each time.  In a young process glibc maps and
    unmaps that much memory for each receive, until the first large block is freed; from then on
    it keeps it.  A call on asyncio costs twice as much before as after (`make yardsticks` shows
    both), and which of the two a process is in hangs on what it happened to do: so we choose.
    """
    bytearray(4 << 20)


def serve(channel: Channel, *, aged: bool = True) -> None:
    """Run what the race asks for, until it closes the channel; with an aged heap or a young one."""
    if aged:
        age_heap()
    channel.send(os.getpid())
    home, name, core = channel.receive()
    pin(core)
    run = importlib.import_module(home).VARIANTS[name].load()
    channel.send(READY)
    for endpoint, jobs in channel:
        gc.collect()
        batches = [batch(*job) for job in jobs]
        finished = run(Endpoint(*endpoint) if endpoint else None, batches)
        channel.send([as_sent(each) for each in finished])


def batch(first: int, stop: int, limit: int, deadline: float | None) -> Batch:
    """Unpack a job."""
    return Batch(range(first, stop), limit, deadline=deadline)


def as_sent(finished: Finished) -> Ran:
    """Pack a finished batch."""
    if isinstance(finished.outcome, outcome.Error):
        return finished.wall, finished.cpu, None, describe(finished.outcome.error)
    return finished.wall, finished.cpu, finished.outcome.unwrap(), None


def describe(error: BaseException) -> str:
    """Name what was raised, and in a group the first of it."""
    if isinstance(error, BaseExceptionGroup):
        return f"{len(error.exceptions)} in a group, first {describe(error.exceptions[0])}"
    return f"{type(error).__name__}: {error}"
