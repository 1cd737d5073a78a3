"""The batch as curio's documentation teaches it, beside the recipe.

Strategy: a TaskGroup tells of errors only where it is asked.  `queue` never asks: its workers take
from a Queue until it is joined, and are cancelled then.  In `wait_any` the group ends with the
first task that does, be it the producer, when all is done, or a worker that failed; `group.result`
tells which.  `window` asks each task as it ends: `next_result` waits for it, and raises its error,
and the group's block cancels the rest.  The queues have room for `limit` arguments.
"""

from collections.abc import Iterable
from typing import Any

import curio

from impls.on_curio import Call


async def queue(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` workers take from a queue, until all that was put in is done."""
    results: list[Any] = []
    waiting = curio.Queue(limit)

    async def worker() -> None:
        while True:
            place, arg = await waiting.get()
            results[place] = await call(arg)
            await waiting.task_done()

    async with curio.TaskGroup() as group:
        for _ in range(limit):
            await group.spawn(worker)
        for place, arg in enumerate(args):
            results.append(None)
            await waiting.put((place, arg))
        await waiting.join()
        await group.cancel_remaining()
    return results


async def wait_any(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` workers take from a queue, until its producer has ended, or one of them has."""
    results: list[Any] = []
    waiting = curio.Queue(limit)

    async def producer() -> None:
        for place, arg in enumerate(args):
            results.append(None)
            await waiting.put((place, arg))
        await waiting.join()

    async def worker() -> None:
        while True:
            place, arg = await waiting.get()
            results[place] = await call(arg)
            await waiting.task_done()

    async with curio.TaskGroup(wait=any) as group:
        await group.spawn(producer)
        for _ in range(limit):
            await group.spawn(worker)
    group.result  # noqa: B018 - None of the producer's; curio's property raises a worker's error
    return results


async def window(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Begin a call whenever one of the last `limit` has ended."""
    results: list[Any] = []

    async def one(place: int, arg: int) -> None:
        results[place] = await call(arg)

    async with curio.TaskGroup() as group:
        for place, arg in enumerate(args):
            if place >= limit:
                await group.next_result()
            results.append(None)
            await group.spawn(one, place, arg)
        async for task in group:
            task.result  # noqa: B018 - curio's property raises the error of a task that failed
    return results
