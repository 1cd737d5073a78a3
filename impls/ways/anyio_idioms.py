"""The batch as anyio's documentation teaches it, beside the recipe.

Strategy: `limiter` is the example of "Capacity limiters", which the documentation recommends over
semaphores.  `channel` is the example of "Managing multiple producers and consumers".  `amap` and
`gather` take no limit, so the limiter goes into the call: look at what is shorter for it, since
both give the results by themselves, and at what each call costs.
"""

from collections.abc import Iterable
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from impls.on_anyio import Call

Numbered = tuple[int, int]


async def limiter(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A task for each call borrows one of `limit` tokens."""
    results: list[Any] = []
    tokens = anyio.CapacityLimiter(limit)

    async def one(place: int, arg: int) -> None:
        async with tokens:
            results[place] = await call(arg)

    async with anyio.create_task_group() as group:
        for place, arg in enumerate(args):
            results.append(None)
            group.start_soon(one, place, arg)
    return results


async def channel(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` workers receive from one stream of objects, which holds nothing."""
    results: list[Any] = []

    async def worker(receiving: MemoryObjectReceiveStream[Numbered]) -> None:
        async with receiving:
            async for place, arg in receiving:
                results[place] = await call(arg)

    sending, receiving = anyio.create_memory_object_stream[Numbered]()
    async with anyio.create_task_group() as group, sending, receiving:
        for _ in range(limit):
            group.start_soon(worker, receiving.clone())
        for place, arg in enumerate(args):
            results.append(None)
            await sending.send((place, arg))
    return results


async def amap(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A map of all arguments; each call borrows one of `limit` tokens."""
    tokens = anyio.CapacityLimiter(limit)

    async def one(arg: int) -> Any:
        async with tokens:
            return await call(arg)

    return await anyio.amap(one, args)


async def gather(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """All coroutines at once; in each the call borrows one of `limit` tokens."""
    tokens = anyio.CapacityLimiter(limit)

    async def one(arg: int) -> Any:
        async with tokens:
            return await call(arg)

    return list(await anyio.gather(*(one(arg) for arg in args)))
