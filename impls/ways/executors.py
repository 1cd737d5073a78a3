"""Ways of `run_in_executor`: blocking calls in a pool of threads or of processes, awaited together.

Strategy: every call is submitted at once, and the pool's size is the limiter.  gather raises the
first error and cancels none of the others; the error leaves the block of the pool, which first
makes every queued call, and the event loop stands still meanwhile.  What ends the batch from
outside, a deadline or an abort, does cancel the calls: those that have not begun never do, and the
pool waits for the others, as long standing still.  The calls and their policies are those of
`impls.on_threads`, the policies of the batch those of `impls.on_asyncio`.

A pool serves all batches of a run until one fails, and is there before a batch's clock starts.
Processes come from a fork server, as Python itself makes them on Linux from 3.14 on: to fork a
process that has threads is unsafe.  It imports this module once.  Each process has a client of its
own.  The policies of a batch travel with each call, and with each result the processor time that
its process has spent since the one before: to the system it is no child of ours, but of the fork
server.  A batch that fails has no results, and so only the time of this process.
"""

import asyncio
import math
import multiprocessing
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from multiprocessing.synchronize import Barrier
from typing import Any, Literal, NamedTuple

from impls import on_asyncio, on_threads
from impls.contract import Batch, Endpoint, Finished, processor_time
from impls.on_threads import Call

SERVED = multiprocessing.get_context("forkserver")
SERVED.set_forkserver_preload([__name__])

Spent = tuple[float, float]
"""Seconds of processor time: in the code of a process, in the system's."""


class Terms(NamedTuple):
    """The policies of a batch as they travel: `ends` is the instant at which its time is up."""

    on_error: Literal["raise", "collect"]
    call_timeout: float | None
    deadline: float | None
    ends: float


class Job(NamedTuple):
    """What the workers of a pool are to do.

    Attributes:
        call: the call under its policies, in this process.
        terms: what another process needs to have the same.
        spent: takes what other processes spend on it.
    """

    call: Call
    terms: Terms
    spent: list[Spent]


# The strategies: how the limit is kept.


async def threads(pool: Executor, job: Job, args: Iterable[int]) -> list[Any]:
    """A future for each call waits for one of `limit` threads."""
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(pool, job.call, arg) for arg in args))


async def processes(pool: Executor, job: Job, args: Iterable[int]) -> list[Any]:
    """A future for each call waits for one of `limit` processes."""
    loop = asyncio.get_running_loop()
    call = partial(call_here, job.terms)
    answers = await asyncio.gather(*(loop.run_in_executor(pool, call, arg) for arg in args))
    job.spent.extend(spent for _, spent in answers)
    return [result for result, _ in answers]


Strategy = Callable[[Executor, Job, Iterable[int]], Awaitable[list[Any]]]


# The pools.


def thread_pool(limit: int, _: Endpoint | None) -> Executor:
    """Give a pool of so many threads."""
    return ThreadPoolExecutor(limit)


def process_pool(limit: int, endpoint: Endpoint | None) -> Executor:
    """Give a pool of so many processes, all of which have begun.

    By itself a pool starts one when a call comes and none is free; none is before all are there.
    """
    begun = SERVED.Barrier(limit)
    pool = ProcessPoolExecutor(limit, SERVED, initializer=begin_here, initargs=(endpoint, begun))
    wait([pool.submit(processor_time) for _ in range(limit)])
    return pool


NEW_POOL: dict[Strategy, Callable[[int, Endpoint | None], Executor]] = {
    threads: thread_pool,
    processes: process_pool,
}


class Pools:
    """The pools of a run, one for each limit."""

    def __init__(self, strategy: Strategy, endpoint: Endpoint | None) -> None:
        """Begin without any."""
        self._new, self._endpoint = NEW_POOL[strategy], endpoint
        self._pools: dict[int, Executor] = {}

    def get_ready(self, limit: int) -> None:
        """See to it that there is one for this limit."""
        if limit not in self._pools:
            self._pools[limit] = self._new(limit, self._endpoint)

    @contextmanager
    def block(self, limit: int) -> Iterator[Executor]:
        """Lend the pool for a block, which ends it if it is left by an error, as `with` does."""
        try:
            yield self._pools[limit]
        except BaseException:
            self._pools.pop(limit).shutdown()
            raise

    def close(self) -> None:
        """End all that there are."""
        while self._pools:
            self._pools.popitem()[1].shutdown()


# The other process.


class Here:
    """What a process of a pool keeps: how it calls, and what it had spent when it last told."""

    call: Callable[..., Any]
    spent: Spent


def begin_here(endpoint: Endpoint | None, begun: Barrier) -> None:
    """Begin a process of a pool, and wait until all have begun."""
    begun.wait()
    Here.call = on_threads.Client(endpoint).some_remote_call if endpoint else on_threads.checkpoint
    Here.spent = processor_time()


@lru_cache(maxsize=1)
def prepared(terms: Terms) -> Call:
    """Give this process's call under a batch's policies."""
    on_error, call_timeout, deadline, ends = terms
    return under_policies(Here.call, Batch((), 1, on_error, call_timeout, deadline), ends)


def call_here(terms: Terms, arg: int) -> tuple[Any, Spent]:
    """Make the call; give its result, and what this process has spent since it last told."""
    result = prepared(terms)(arg)
    (user, system), now = Here.spent, processor_time()
    Here.spent = now
    return result, (now[0] - user, now[1] - system)


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
    pools: Pools, call: Callable[..., Any], strategy: Strategy, batch: Batch
) -> Finished:
    """Run one batch, whose abort is one more call in a thread."""
    pools.get_ready(batch.limit)
    ends = on_threads.end_of(batch)
    terms = Terms(batch.on_error, batch.call_timeout, batch.deadline, ends)
    job = Job(under_policies(call, batch, ends), terms, [])

    async def all_calls(_: Any, args: Iterable[int], limit: int) -> list[Any]:
        with pools.block(limit) as pool:
            return await strategy(pool, job, args)

    async def abort(arg: int) -> Any:
        return await asyncio.to_thread(call, arg, ends)

    around = replace(batch, on_error="raise", call_timeout=None)
    finished = await on_asyncio.finish(abort, all_calls, around)
    user, system = map(sum, zip((finished.user, finished.system), *job.spent, strict=True))
    return replace(finished, user=user, system=system)


# The way in.


async def finish_all(
    strategy: Strategy,
    endpoint: Endpoint | None,
    call: Callable[..., Any],
    batches: Sequence[Batch],
) -> list[Finished]:
    """Run the batches one after the other, over one client or a call of one's own."""
    pools = Pools(strategy, endpoint)
    try:
        return [await finish(pools, call, strategy, batch) for batch in batches]
    finally:
        pools.close()


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
