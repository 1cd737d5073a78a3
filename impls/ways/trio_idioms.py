"""The batch as trio's documentation teaches it, beside the recipe.

Strategy: `limiter` begins a task for each call, and each borrows a token for its call, as trio
keeps its own limit on threads: "run up to 40 threads at the same time, but no more".  `channel` is
the classic queue, in two ends: the workers take from one end until the other is closed, so nothing
must be counted, and a worker that fails cancels the sender too.  Look at the clones: a worker that
leaves closes its own, and the channel is closed when all are.  It closes by plain `with`, which
the reference has beside the `async with` of the examples: it is no checkpoint, so it hides no error
of a worker that is already cancelled.
"""

from collections.abc import Iterable
from typing import Any

import trio

from impls.on_trio import Call

Numbered = tuple[int, int]


async def limiter(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A task for each call borrows one of `limit` tokens."""
    results: list[Any] = []
    tokens = trio.CapacityLimiter(limit)

    async def one(place: int, arg: int) -> None:
        async with tokens:
            results[place] = await call(arg)

    async with trio.open_nursery() as nursery:
        for place, arg in enumerate(args):
            results.append(None)
            nursery.start_soon(one, place, arg)
    return results


async def channel(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` workers receive from one channel, which holds nothing."""
    results: list[Any] = []

    async def worker(receiving: trio.MemoryReceiveChannel[Numbered]) -> None:
        with receiving:
            async for place, arg in receiving:
                results[place] = await call(arg)

    async with trio.open_nursery() as nursery:
        sending, receiving = trio.open_memory_channel[Numbered](0)
        with sending, receiving:
            for _ in range(limit):
                nursery.start_soon(worker, receiving.clone())
            for place, arg in enumerate(args):
                results.append(None)
                await sending.send((place, arg))
    return results
