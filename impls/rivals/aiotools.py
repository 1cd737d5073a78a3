"""aiotools, on asyncio: `as_completed_safe`, with a semaphore in each call.

Strategy: nothing in aiotools takes a limit, so the calls wait for a slot of asyncio's Semaphore.
`gather_safe` has the results in order, but gives errors as results, when all calls have ended.
`as_completed_safe` gives each task as it ends, so an error is heard of at once, and owns them: who
leaves its block, in whatever way, cancels those that are left.
"""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any

from aiotools import as_completed_safe

from impls.contract import Call


async def aiotools(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Put each result in its place as it comes."""
    slots = asyncio.Semaphore(limit)

    async def one(place: int, arg: int) -> tuple[int, Any]:
        async with slots:
            return place, await call(arg)

    results: dict[int, Any] = {}
    async with aclosing(as_completed_safe(one(*each) for each in enumerate(args))) as completed:
        async for task in completed:
            place, result = await task
            results[place] = result
    return [results[place] for place in range(len(results))]
