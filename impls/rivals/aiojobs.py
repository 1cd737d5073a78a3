"""aiojobs, on asyncio: a Scheduler, and a job for each call.

Strategy: aiojobs has no bounded map; it is made for jobs in the background.  `spawn` starts a job,
or keeps it until one of `limit` has ended; once `pending_limit` are kept, by default 10,000, it
waits, so of more calls than that no error is heard before the last is spawned.  `Job.wait` gives
its result, or raises its error, and gather hears of the first.  `close` cancels the jobs that are
left, and once more those that have not ended `close_timeout` later, a tenth of a second by default:
so it bounds what a stubborn call can do, and cuts off any longer clean-up that is not shielded.  To
leave the scheduler's block would wait for the jobs instead, for a minute by default.
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
