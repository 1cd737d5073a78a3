"""aiojobs, on asyncio: a Scheduler, and a job for each call.

Strategy: aiojobs has no bounded map; it is made for jobs in the background.  `spawn` starts a job,
or keeps it until one of `limit` has ended; `Job.wait` gives its result, or raises its error, and
gather hears of the first.  `close` cancels the jobs that are left; to leave the scheduler's block
would wait for them instead, for a minute by default.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiojobs import Scheduler

from impls.contract import Call


async def aiojobs(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Spawn all jobs, wait for them together, and close the scheduler."""
    scheduler = Scheduler(limit=limit)
    try:
        jobs = [await scheduler.spawn(call(arg)) for arg in args]
        return await asyncio.gather(*(job.wait() for job in jobs))
    finally:
        await scheduler.close()
