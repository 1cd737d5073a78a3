"""A queue and its workers, as the documentation of asyncio.Queue shows them.

Strategy: all arguments are put into the queue; `limit` workers take from it without end, and say
of each when it is done.  `join` waits until all are, and then the workers are cancelled.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from impls.contract import Call


async def queue_join(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Workers take from a queue until it is joined, and then are cancelled."""
    results: list[Any] = []
    queue: asyncio.Queue[tuple[int, int]] = asyncio.Queue()

    async def worker() -> None:
        while True:
            place, arg = await queue.get()
            results[place] = await call(arg)
            queue.task_done()

    for place, arg in enumerate(args):
        results.append(None)
        queue.put_nowait((place, arg))
    workers = [asyncio.create_task(worker()) for _ in range(limit)]
    await queue.join()
    for each in workers:
        each.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return results
