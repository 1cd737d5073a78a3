"""The batch as anyio's documentation teaches it, beside the recipe.

Strategy: `limiter` is the example of "Capacity limiters", which the documentation recommends over
semaphores.  `channel` is the example of "Managing multiple producers and consumers", closed by
plain `with`, which these streams have too, and which is no checkpoint.  `amap`, `gather` and
`as_completed` take no limit, so the limiter goes into the call: look at what is shorter for it,
since the first two give the results by themselves, and at what each call costs.  What
`as_completed` gives are handles, also those of tasks that failed, whose errors its block raises.
"""

from collections.abc import Iterable
from typing import Any

import anyio
from anyio import TaskHandle
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
        with receiving:
            async for place, arg in receiving:
                results[place] = await call(arg)

    async with anyio.create_task_group() as group:
        sending, receiving = anyio.create_memory_object_stream[Numbered]()
        with sending, receiving:
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


async def as_completed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """All coroutines at once, and their handles as they end; in each the call borrows a token."""
    tokens = anyio.CapacityLimiter(limit)

    async def one(place: int, arg: int) -> tuple[int, Any]:
        async with tokens:
            return place, await call(arg)

    calls = [one(place, arg) for place, arg in enumerate(args)]
    results: list[Any] = [None] * len(calls)
    async with anyio.as_completed(*calls) as ended:
        async for handle in ended:
            if handle.status is TaskHandle.Status.FINISHED:
                place, result = handle.return_value
                results[place] = result
    return results
