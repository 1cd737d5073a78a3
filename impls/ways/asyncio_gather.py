"""gather, in the forms that people are told.

Strategy: gather makes a task of each call, and gives the results in order.  It keeps no limit, so
whoever wants one waits for a slot within the call, or gathers slice by slice.  It raises the first
error and lets go of the other tasks, which run on.
"""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import Any

from impls.contract import Call


async def gather(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Gather all calls at once: no limit is kept."""
    return await asyncio.gather(*(call(arg) for arg in args))


async def gather_tasks(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Gather tasks that `ensure_future` has made before: no limit is kept."""
    futures = [asyncio.ensure_future(call(arg)) for arg in args]
    return await asyncio.gather(*futures)


async def gather_semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Gather all calls; each waits for one of `limit` slots."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    return await asyncio.gather(*(one(arg) for arg in args))


async def gather_exceptions(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Gather as with a semaphore; the errors stand among the results."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    return await asyncio.gather(*(one(arg) for arg in args), return_exceptions=True)


async def chunks(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Gather `limit` calls, and when all of them have ended the next."""
    results: list[Any] = []
    todo = iter(args)
    while chunk := list(islice(todo, limit)):
        results += await asyncio.gather(*(call(arg) for arg in chunk))
    return results
