"""Ways of `run_in_executor`: blocking calls in a pool of threads or of processes, awaited together.

Strategy: every call is submitted at once, and the pool's size is the limiter.  The calls and their
policies are those of `impls.on_threads`: what has a time limit gives it to its socket.  What ends
the batch, a deadline or an abort, cancels it as asyncio does (`impls.on_asyncio`): calls that have
not begun never do, and the pool waits for the others.

Processes come from a fork server, as Python itself makes them on Linux from 3.14 on: to fork a
process that has threads is unsafe.  It imports this module once.  Each process has a client of its
own, and ends with its batch.
"""

import asyncio
import math
import multiprocessing
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple

from impls import on_asyncio, on_threads
from impls.contract import Batch, Endpoint, Finished
from impls.on_threads import Call

SERVED = multiprocessing.get_context("forkserver")
SERVED.set_forkserver_preload([__name__])


class Job(NamedTuple):
    """What the workers of a pool are to do.

    Attributes:
        call: the call under its policies, in this process.
        recipe: what another process needs to have the same: an endpoint, the batch without its
            arguments, and the instant of `time.monotonic()` at which its time is up.
    """

    call: Call
    recipe: tuple[Endpoint | None, Batch, float]


# The strategies: how the limit is kept.


async def threads(job: Job, args: Iterable[int], limit: int) -> list[Any]:
    """A future for each call waits for one of `limit` threads."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(limit) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, job.call, arg) for arg in args))


async def processes(job: Job, args: Iterable[int], limit: int) -> list[Any]:
    """A future for each call waits for one of `limit` processes."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(limit, SERVED, initializer=prepare, initargs=job.recipe) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, call_here, arg) for arg in args))


Strategy = Callable[[Job, Iterable[int], int], Any]


# The other process.

HERE: dict[str, Call] = {}
"""The call of a process of the pool, once it is prepared."""


def prepare(endpoint: Endpoint | None, batch: Batch, ends: float) -> None:
    """Begin a process of the pool."""
    call = on_threads.Client(endpoint).some_remote_call if endpoint else on_threads.checkpoint
    HERE["call"] = under_policies(call, batch, ends)


def call_here(arg: int) -> Any:
    """Make the call for which this process was prepared."""
    return HERE["call"](arg)


# The policies: those of calls where they are made, those of the batch around all.


def under_policies(call: Callable[..., Any], batch: Batch, ends: float) -> Call:
    """Give the call its time limits and what becomes of its errors, as `on_threads` does."""
    seconds = math.inf if batch.call_timeout is None else batch.call_timeout
    if min(seconds, ends) < math.inf:
        call = on_threads.timed(call, seconds, batch, ends)
    if batch.on_error == "collect":
        call = on_threads.collected(call)
    if ends < math.inf:
        call = on_threads.begun_in_time(call, batch, ends, threading.Event())
    return call


async def finish(
    endpoint: Endpoint | None, call: Callable[..., Any], strategy: Strategy, batch: Batch
) -> Finished:
    """Run one batch, whose abort is one more call in a thread."""
    ends = on_threads.end_of(batch)
    recipe = endpoint, replace(batch, args=()), ends
    job = Job(under_policies(call, batch, ends), recipe)

    async def all_calls(_: Any, args: Iterable[int], limit: int) -> list[Any]:
        results: list[Any] = await strategy(job, args, limit)
        return results

    async def abort(arg: int) -> Any:
        return await asyncio.to_thread(call, arg, ends)

    around = replace(batch, on_error="raise", call_timeout=None)
    return await on_asyncio.finish(abort, all_calls, around)


# The way in.


async def finish_all(
    strategy: Strategy,
    endpoint: Endpoint | None,
    call: Callable[..., Any],
    batches: Sequence[Batch],
) -> list[Finished]:
    """Run the batches one after the other, over one client or a call of one's own."""
    return [await finish(endpoint, call, strategy, batch) for batch in batches]


def run(
    target: Endpoint | Call | None, batches: Sequence[Batch], *, strategy: Strategy
) -> list[Finished]:
    """Run the batches in an event loop of their own; see `contract.Run`.

    The client outlives the loop, which at its end waits for the thread of an abort.
    """
    if not isinstance(target, Endpoint):
        call = on_threads.guarded(target) if target else on_threads.checkpoint
        return asyncio.run(finish_all(strategy, None, call, batches))
    client = on_threads.Client(target)
    try:
        return asyncio.run(finish_all(strategy, target, client.some_remote_call, batches))
    finally:
        client.close()
