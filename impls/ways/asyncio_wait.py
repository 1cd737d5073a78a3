"""wait and as_completed: tasks that are waited for, and asked for their results.

Strategy: both wait for tasks that they do not own.  An error is heard of when a task is asked for
its result; a cancellation ends the waiting, and no task.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from impls.contract import Call


async def wait_all(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait for all tasks, then ask each: no limit is kept."""
    futures = [asyncio.ensure_future(call(arg)) for arg in args]
    await asyncio.wait(futures)
    return [future.result() for future in futures]


async def as_completed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take the results as they come, each with its place; each call waits for a slot."""
    slots = asyncio.Semaphore(limit)

    async def one(place: int, arg: int) -> tuple[int, Any]:
        async with slots:
            return place, await call(arg)

    tasks = [asyncio.create_task(one(place, arg)) for place, arg in enumerate(args)]
    results: list[Any] = [None] * len(tasks)
    for earliest in asyncio.as_completed(tasks):
        place, result = await earliest
        results[place] = result
    return results


async def wait_first(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Keep a window of `limit` tasks; whenever the first of them is done, begin another."""
    results: list[Any] = []
    pending: set[asyncio.Task[None]] = set()

    async def one(place: int, arg: int) -> None:
        results[place] = await call(arg)

    async def some_done() -> set[asyncio.Task[None]]:
        done, left = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # or its error would not be heard of
        return left

    for place, arg in enumerate(args):
        if len(pending) == limit:
            pending = await some_done()
        results.append(None)
        pending.add(asyncio.create_task(one(place, arg)))
    while pending:
        pending = await some_done()
    return results
