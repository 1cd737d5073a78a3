"""The far end of a race: one process, one variant, told over an execnet channel what to run.

Strategy: it imports the variant and nothing that the variant does not need, says that it is
ready, and then runs each round that it is sent.  It judges nothing: results go back as they are.
Messages are builtin types, since execnet carries no others; results go as JSON, which takes a
tenth of the time.
"""

import gc
import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import outcome

from bench import readings
from bench.cores import pin
from impls.contract import Batch, Endpoint, Finished
from impls.registry import housed

Job = tuple[int, int, int, float | None]
"""A batch as it travels: first argument, one after the last, limit, deadline in seconds."""


class Ran(NamedTuple):
    """A finished batch as it travels.

    Attributes:
        wall: seconds, by the variant's own clock.
        user: seconds of processor time in its own code.
        system: seconds of processor time in the system's.
        results: in JSON, if there are any.
        error: what it raised, if it did.
    """

    wall: float
    user: float
    system: float
    results: str | None
    error: str | None

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.user + self.system

    def unpacked(self) -> list[Any] | None:
        """Give the results, if there are any."""
        return None if self.results is None else json.loads(self.results)


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
    run = housed(home)[name].load()
    gc.collect()
    idle = readings.begin().memory
    channel.send(READY)
    for endpoint, jobs in channel:
        gc.collect()
        batches = [batch(*job) for job in jobs]
        before = readings.begin()
        try:
            finished = run(Endpoint(*endpoint) if endpoint else None, batches)
        except EOFError as error:  # execnet would take it for the channel's end, and be silent
            raise RuntimeError(describe(error)) from error
        spent = readings.spending(idle, before, finished, readings.read())
        channel.send(([tuple(as_sent(each)) for each in finished], spent))


def batch(first: int, stop: int, limit: int, deadline: float | None) -> Batch:
    """Unpack a job."""
    return Batch(range(first, stop), limit, deadline=deadline)


def as_sent(finished: Finished) -> Ran:
    """Pack a finished batch; what JSON can't say is a wrong result in any case."""
    times = finished.wall, finished.user, finished.system
    if isinstance(finished.outcome, outcome.Error):
        return Ran(*times, None, describe(finished.outcome.error))
    return Ran(*times, json.dumps(finished.outcome.unwrap(), default=repr), None)


def describe(error: BaseException) -> str:
    """Name what was raised, and in a group the first of it."""
    if isinstance(error, BaseExceptionGroup):
        return f"{len(error.exceptions)} in a group, first {describe(error.exceptions[0])}"
    return f"{type(error).__name__}: {error}"
