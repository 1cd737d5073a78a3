"""X7 to X9: what many calls at once cost, and what they leave to others.

Strategy: the calls do next to nothing, so what is measured is the batch, in processor time or in
memory, against what is measured beside it in the same run.
"""

import asyncio
import math
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from itertools import pairwise

from impls import on_asyncio
from origin.process import Origin
from rules.chapters.resources import uncollected
from rules.chapters.scale import MUCH, NEARLY, SMALL, TRIES, bare
from rules.known import Known
from rules.specimen import specimen

# X7 and X9: as many tasks as calls.

MANY = 5_000
A_TASK_FOR_EACH = Known("it makes a task for each call before the first begins")
Batch = Callable[[Callable[[int], Awaitable[None]]], Awaitable[object]]


async def plain_call(arg: int) -> None:
    """Never suspend."""


async def in_one_gather(call: Callable[[int], Awaitable[None]]) -> None:
    """Gather them all."""
    await asyncio.gather(*map(call, range(MANY)))


async def in_workers(call: Callable[[int], Awaitable[None]]) -> None:
    """Let five workers draw from one iterator."""
    await on_asyncio.workers(call, iter(range(MANY)), 5)


def longest_silence(batch: Batch) -> str:
    """Compare the longest time between two heartbeats with what the calls take by themselves.

    Raises:
        AssertionError: it is more than `MUCH` times that.
    """
    beats: list[float] = []

    async def heart() -> None:
        while True:
            beats.append(time.process_time())
            await asyncio.sleep(0)

    async def main() -> None:
        beating = asyncio.create_task(heart())
        await asyncio.sleep(0)
        await batch(plain_call)
        await asyncio.sleep(0)
        beating.cancel()

    alone = longest = math.inf
    for _ in range(TRIES):
        alone = min(alone, bare(plain_call, MANY))
        beats.clear()
        asyncio.run(main())
        longest = min(longest, max(later - earlier for earlier, later in pairwise(beats)))
    times = longest / alone
    assert times < MUCH, f"X7: nobody else ran for {times:.0f} times what the calls take"
    return "others run nearly as soon as between the bare calls"


@specimen("X7", "asyncio.gather", fault=A_TASK_FOR_EACH)
def starved_by_gather(_: Origin) -> str:
    """Gather thousands of quick calls."""
    return longest_silence(in_one_gather)


@specimen("X7", "workers")
def not_starved_by_workers(_: Origin) -> str:
    """Let five workers make them."""
    return longest_silence(in_workers)


def memory_of_each(batch: Batch) -> str:
    """Take the most memory in use during a batch, for each of its calls.

    Raises:
        AssertionError: it is more than `SMALL` bytes.
    """

    async def suspended(_: int) -> None:
        await asyncio.sleep(0)

    async def main() -> int:
        tracemalloc.start()
        try:
            await batch(suspended)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    each = asyncio.run(main()) / MANY
    assert each < SMALL, f"X9: {each:.0f} bytes for each call"
    return "no more than its result takes"


@specimen("X9", "asyncio.gather", fault=A_TASK_FOR_EACH)
def memory_of_gather(_: Origin) -> str:
    """Gather thousands of calls."""
    return memory_of_each(in_one_gather)


@specimen("X9", "workers")
def memory_of_workers(_: Origin) -> str:
    """Let five workers make them."""
    return memory_of_each(in_workers)


# X8: what a task costs among many.


def cost_among_many(task_group: Callable[[int], object]) -> str:
    """Take the processor time of a task among 500, and among 8,000.

    Raises:
        AssertionError: the second is more than twice the first.
    """

    def cost(size: int) -> float:
        began = time.process_time()
        task_group(size)
        return (time.process_time() - began) / size

    few = many = math.inf
    with uncollected():
        for _ in range(TRIES):
            few, many = min(few, cost(500)), min(many, cost(8_000))
    times = many / few
    assert times < NEARLY, f"X8: a task among 8000 costs {times:.1f} times what one of 500 does"
    return "a task costs about the same among many"


@specimen(
    "X8",
    "curio.TaskGroup",
    "curio",
    fault=Known(
        "the kernel asserts that no task is made ready twice, and looks through all that are; "
        "python -O leaves that out",
        "https://github.com/dabeaz/curio/issues/360",
    ),
)
def tasks_of_curio(_: Origin) -> str:
    """Spawn thousands of tasks in one group: one would expect each to cost the same."""
    import curio

    async def group(size: int) -> None:
        async with curio.TaskGroup() as tasks:
            for _ in range(size):
                await tasks.spawn(curio.sleep, 0)

    return cost_among_many(lambda size: curio.run(group, size))


@specimen("X8", "trio's nursery", "trio")
def tasks_of_trio(_: Origin) -> str:
    """Start as many in a nursery."""
    import trio

    async def nursery(size: int) -> None:
        async with trio.open_nursery() as tasks:
            for _ in range(size):
                tasks.start_soon(trio.lowlevel.checkpoint)

    return cost_among_many(lambda size: trio.run(nursery, size))
