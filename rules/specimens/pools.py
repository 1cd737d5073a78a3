"""asyncio-pool and aiojobs beside their bounded maps, and the limits that libraries take.

Strategy: each that breaks a rule stands beside one that keeps it, of the same library if it has
one.  Where time matters, a time limit is far shorter than a call, so that the order of the two is
sure on however busy a machine.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from impls.contract import Call
from origin.process import Origin
from rules.chapters.cancellation import none_begun_after_a_cancellation
from rules.chapters.errors import none_begun_by_the_failure
from rules.known import Known
from rules.specimen import specimen
from rules.specimens.refusals import HANGS, WATCHDOG, refused, tried
from rules.specimens.rivals import held_against

ARGS = (30, 10, 20)
"""Arguments, each the number of rounds of the loop that its call takes."""


async def rounds(arg: int, *_others: int) -> int:
    """Take so many rounds of the loop; aiostream's types would have it take more arguments."""
    for _ in range(arg):
        await asyncio.sleep(0)
    return arg


# asyncio-pool: its two maps, and how they are cancelled.


def in_order(results: list[int]) -> str:
    """Hold the results against the order of the arguments."""
    assert results == list(ARGS), f"R1: of the calls {ARGS} the results are {results}"
    return "the results are in the order of the arguments"


@specimen(
    "R1",
    "AioPool.itermap",
    "asyncio_pool",
    fault=Known(
        "it gives results as asyncio.wait does: as they come, or by default in the order of a "
        "set, and does not tell which argument one belongs to"
    ),
)
def iterated_over_a_pool(_: Origin) -> str:
    """By its name, a map that is iterated over."""
    from asyncio_pool import AioPool

    async def main() -> list[int]:
        results = AioPool(size=3).itermap(rounds, ARGS, yield_when=asyncio.FIRST_COMPLETED)
        return [result async for result in results]

    return in_order(asyncio.run(main()))


@specimen("R1", "AioPool.map", "asyncio_pool")
def mapped_in_a_pool(_: Origin) -> str:
    """The same calls, whose results come as a list."""
    from asyncio_pool import AioPool

    async def main() -> list[int]:
        results: list[int] = await AioPool(size=3).map(rounds, ARGS)
        return results

    return in_order(asyncio.run(main()))


def cancelled_in_a_pool(batch: Callable[[Call], Awaitable[list[Any]]]) -> str:
    """Cancel a batch, one call at a time, while its first call is in progress.

    Raises:
        AssertionError: the batch went on.
    """

    async def main() -> asyncio.Task[list[Any]]:
        begun, cancelled = asyncio.Event(), asyncio.Event()

        async def call(arg: int) -> int:
            begun.set()
            await cancelled.wait()
            return arg

        task = asyncio.ensure_future(batch(call))
        await begun.wait()
        task.cancel()
        await asyncio.sleep(0)
        cancelled.set()
        await asyncio.wait([task])
        return task

    task = asyncio.run(main())
    assert task.cancelled(), f"C1: the cancelled batch gave {task.result()}"
    return "the batch was cancelled, and said so"


@specimen(
    "C1",
    "AioPool.map",
    "asyncio_pool",
    fault=Known(
        "a cancellation that comes while `map` waits for a place in the pool is taken for the end "
        "of the call that it waits with, and stands among the results"
    ),
)
def map_cancelled(_: Origin) -> str:
    """A pool of one, with three calls to make."""
    from asyncio_pool import AioPool

    return cancelled_in_a_pool(lambda call: AioPool(size=1).map(call, ARGS))


@specimen("C1", "AioPool.map_n, gathered, with AioPool.cancel() in finally", "asyncio_pool")
def map_n_cancelled(_: Origin) -> str:
    """The pool's tasks wait for their places in the background, and are cancelled at the end."""
    from asyncio_pool import AioPool

    async def batch(call: Call) -> list[Any]:
        pool = AioPool(size=1)
        try:
            return await asyncio.gather(*pool.map_n(call, ARGS))
        finally:
            await pool.cancel()

    return cancelled_in_a_pool(batch)


# aiojobs: leaving the block of a scheduler.

IN_THE_BACKGROUND = Known(
    "leaving its block lets the jobs that are left begin and end, for a minute by default, since "
    "they are meant for the background; close() cancels them"
)
SOON, LATER = 0.01, 0.1
"""Seconds that a scheduler waits for its jobs, and of a job."""


@held_against(
    none_begun_by_the_failure,
    "E2",
    "async with aiojobs.Scheduler, whose jobs are asked in turn",
    "aiojobs",
    IN_THE_BACKGROUND,
)
@held_against(
    none_begun_after_a_cancellation,
    "C2",
    "async with aiojobs.Scheduler, whose jobs are asked in turn",
    "aiojobs",
    IN_THE_BACKGROUND,
)
async def left_by_its_block(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The block of its documentation: what begins in it ends in it, one would think."""
    from aiojobs import Scheduler

    async with Scheduler(limit=limit) as scheduler:
        jobs = [await scheduler.spawn(call(arg)) for arg in args]
        return [await job.wait() for job in jobs]


def ended_jobs(wait_timeout: float | None) -> str:
    """Spawn four jobs, two at a time, and leave the block.

    Raises:
        AssertionError: some were dropped.
    """
    from aiojobs import Scheduler

    ended: list[int] = []

    async def job(arg: int) -> None:
        await asyncio.sleep(LATER)
        ended.append(arg)

    async def main() -> None:
        async with Scheduler(limit=2, wait_timeout=wait_timeout) as scheduler:
            for arg in range(4):
                await scheduler.spawn(job(arg))

    asyncio.run(main())
    dropped = 4 - len(ended)
    assert not dropped, f"X11: {dropped} of 4 jobs were dropped, and nothing was said"
    return "all jobs ended"


@specimen(
    "X11",
    "async with aiojobs.Scheduler(wait_timeout=…), a minute by default",
    "aiojobs",
    fault=Known("leaving its block waits so long, and then cancels what is left, without an error"),
)
def dropped_by_a_timer(_: Origin) -> str:
    """Work that takes longer than the time that a scheduler has for it, here one of 10 ms."""
    return ended_jobs(SOON)


@specimen("X11", "async with aiojobs.Scheduler(wait_timeout=None)", "aiojobs")
def waited_for_without_a_timer(_: Origin) -> str:
    """The same, with all the time that it takes."""
    return ended_jobs(None)


# L8: limits of zero.


async def ends_soon(batch: Awaitable[object]) -> bool:
    """Tell whether a batch ends before the watchdog barks."""
    task = asyncio.ensure_future(batch)
    done, _ = await asyncio.wait([task], timeout=WATCHDOG)
    task.cancel()
    return bool(done)


@specimen("L8", "AioPool(0)", "asyncio_pool", fault=HANGS)
def zero_places_of_a_pool(_: Origin) -> str:
    """A pool without a place."""
    from asyncio_pool import AioPool

    async def attempt() -> bool:
        return await ends_soon(AioPool(size=0).map(rounds, [1]))

    return refused(lambda: tried(lambda: asyncio.run(attempt())))


@specimen("L8", "aiojobs.Scheduler(limit=0)", "aiojobs", fault=HANGS)
def zero_jobs(_: Origin) -> str:
    """A scheduler that starts no job."""
    from aiojobs import Scheduler

    async def attempt() -> bool:
        scheduler = Scheduler(limit=0)
        job = await scheduler.spawn(rounds(1))
        ended = await ends_soon(job.wait())
        await scheduler.close()
        return ended

    return refused(lambda: tried(lambda: asyncio.run(attempt())))


@specimen("L8", "aiometer.run_all(max_at_once=0)", "aiometer")
def zero_at_once_of_aiometer(_: Origin) -> str:
    """It refuses, and so do all of its functions."""
    import aiometer

    async def attempt() -> bool:
        return bool(await aiometer.run_all([partial(rounds, 1)], max_at_once=0))

    return refused(lambda: tried(lambda: asyncio.run(attempt())))


@specimen("L8", "aiostream: stream.map(task_limit=0)", "aiostream")
def zero_tasks_of_aiostream(_: Origin) -> str:
    """The stream refuses when it begins."""
    from aiostream import stream

    async def attempt() -> bool:
        return bool(await stream.map(stream.iterate([1]), rounds, task_limit=0))

    return refused(lambda: tried(lambda: asyncio.run(attempt())))


@specimen("L8", "quattro.TaskGroup(concurrency_limit=0)", "quattro")
def zero_tasks_of_quattro(_: Origin) -> str:
    """The group refuses where it is made, and so does quattro.gather."""
    from quattro import TaskGroup

    async def attempt() -> bool:
        async with TaskGroup(concurrency_limit=0) as group:
            group.create_task(rounds(1))
        return True

    return refused(lambda: tried(lambda: asyncio.run(attempt())))
