"""A TaskGroup whose producer is held back: it draws an argument when there is room for its call.

Strategy: the group owns all tasks, so a failure or a cancellation ends them all, and the block's
own body is the producer.  What holds it back is a queue with as many places as there are workers,
or a slot that it takes before it makes the task, and that the task gives back when it is done.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from impls.contract import Call


async def queue_sentinels(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Workers take from a queue until each meets a None; from Python 3.13 on `shutdown` ends it."""
    results: list[Any] = []
    queue: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue(limit)

    async def worker() -> None:
        while (job := await queue.get()) is not None:
            place, arg = job
            results[place] = await call(arg)

    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(worker())
        for place, arg in enumerate(args):
            results.append(None)
            await queue.put((place, arg))
        for _ in range(limit):
            await queue.put(None)
    return results


async def slot_first(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take one of `limit` slots before a call's task is made; its callback gives the slot back."""
    results: list[Any] = []
    slots = asyncio.Semaphore(limit)

    async def one(place: int, arg: int) -> None:
        results[place] = await call(arg)

    async with asyncio.TaskGroup() as group:
        for place, arg in enumerate(args):
            await slots.acquire()
            results.append(None)
            task = group.create_task(one(place, arg))
            task.add_done_callback(lambda _: slots.release())
    return results
