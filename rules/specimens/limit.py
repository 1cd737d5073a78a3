"""L2 to L4: threads behind a limit that does not know of them, and what stops short of it.

Strategy: the calls go to the origin, whose ledger tells how many were in progress at once.  Where
a time limit is part of the way, each call takes many times that long.  Where the limit must be
reached, the origin answers nothing before it is, and all calls give up at one common instant.
"""

import asyncio
import math
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from typing import Any

from impls import on_asyncio, on_threads
from impls.contract import CallError, Endpoint
from origin.ledger import End
from origin.plan import Plan, Seen, Step
from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.trial import PATIENCE

LIMIT = 3
CALLS = range(9)
DEADLINE = 0.01
HELD = Step(delay=0.3)
"""A call that takes thirty times its deadline, so that all rounds of calls meet."""

MANY = 100
GIVEN_UP = 3.0
"""Seconds for a hundred calls to be in progress at once."""

ThreadCall = Callable[[int], object]


def blocking_call(origin: Origin, arg: int, ends: float = math.inf) -> None:
    """Make one call, as a thread does, over a connection of its own."""
    with closing(on_threads.Client(Endpoint(*origin.calls))) as client:
        client.some_remote_call(arg, ends)


# L2: threads whose time is up.


def most_at_once(origin: Origin, run: Callable[[ThreadCall], object], each: Step = HELD) -> int:
    """Run it over calls that outlast their deadline; give the most that were in progress.

    What it has abandoned has ended by then, and calls into nobody else's plan.
    """
    origin.plan(Plan(otherwise=each))
    ended: list[Future[None]] = []

    def call(arg: int) -> None:
        mine = Future[None]()
        ended.append(mine)
        try:
            blocking_call(origin, arg)
        finally:
            mine.set_result(None)

    run(call)
    wait(ended, PATIENCE)
    return origin.ledger(PATIENCE).most_in_progress()


def slots_held(origin: Origin, run: Callable[[ThreadCall], object]) -> str:
    """Run it, and hold the most calls in progress against the limit."""
    most = most_at_once(origin, run)
    assert most <= LIMIT, f"L2: {most} calls in progress at once; the limit is {LIMIT}"
    return f"at most {most} in progress; the limit is {LIMIT}"


SLOT_GIVEN_AWAY = Known(
    "the timeout abandons the thread and leaves the semaphore; the thread goes on with its call"
)


@specimen("L2", "asyncio.to_thread behind a Semaphore", fault=SLOT_GIVEN_AWAY)
def to_thread_behind_a_semaphore(origin: Origin) -> str:
    """Each call has a slot, a thread, and a timeout: three threads at once, one would think."""

    async def batch(call: ThreadCall) -> None:
        slots = asyncio.Semaphore(LIMIT)

        async def one(arg: int) -> None:
            async with slots:
                with suppress(TimeoutError):
                    async with asyncio.timeout(DEADLINE):
                        await asyncio.to_thread(call, arg)

        await asyncio.gather(*map(one, CALLS))

    return slots_held(origin, lambda call: asyncio.run(batch(call)))


@specimen("L2", "run_in_executor on a ThreadPoolExecutor of the limit's size")
def executor_as_the_limit(origin: Origin) -> str:
    """The pool is the limiter, so a thread that hangs keeps its place in it."""

    async def batch(call: ThreadCall, pool: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()

        async def one(arg: int) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(DEADLINE):
                    await loop.run_in_executor(pool, call, arg)

        await asyncio.gather(*map(one, CALLS))

    def run(call: ThreadCall) -> None:
        with ThreadPoolExecutor(LIMIT) as pool:
            asyncio.run(batch(call, pool))

    return slots_held(origin, run)


@specimen("L2", "curio.run_in_thread behind a Semaphore", "curio", fault=SLOT_GIVEN_AWAY)
def run_in_thread_behind_a_semaphore(origin: Origin) -> str:
    """The same on curio, whose kernel is kept until the abandoned threads have ended."""
    import curio

    async def batch(call: ThreadCall) -> None:
        slots = curio.Semaphore(LIMIT)
        threads: dict[int, threading.Thread] = {}

        def noted(arg: int) -> None:
            threads[arg] = threading.current_thread()
            call(arg)

        async def one(arg: int) -> None:
            async with slots, curio.ignore_after(DEADLINE) as timer:
                await curio.run_in_thread(noted, arg)
            if not timer.expired:
                del threads[arg]

        async with curio.TaskGroup() as group:
            for arg in CALLS:
                await group.spawn(one, arg)
        while threads:
            _, abandoned = threads.popitem()
            await curio.run_in_thread(abandoned.join, PATIENCE)

    return slots_held(origin, lambda call: curio.run(batch, call))


@specimen("L2", "trio.to_thread.run_sync(abandon_on_cancel=True, limiter=...)", "trio")
def limiter_of_a_trio_thread(origin: Origin) -> str:
    """The thread itself gives the slot back, when it has really ended.

    Who has abandoned one asks for the next at once, and gives up while no slot is free.
    """
    import trio

    async def batch(call: ThreadCall) -> None:
        slots, todo = trio.CapacityLimiter(LIMIT), iter(CALLS)

        async def worker() -> None:
            for arg in todo:
                with trio.move_on_after(DEADLINE):
                    await trio.to_thread.run_sync(call, arg, abandon_on_cancel=True, limiter=slots)

        async with trio.open_nursery() as nursery:
            for _ in range(LIMIT):
                nursery.start_soon(worker)
        for ended in range(LIMIT):
            await slots.acquire_on_behalf_of(ended)

    return slots_held(origin, lambda call: trio.run(batch, call))


@specimen("L2", "a thread for each call, joined with a timeout", fault=SLOT_GIVEN_AWAY)
def thread_joined_with_a_timeout(origin: Origin) -> str:
    """Workers give each call a thread of its own, and no longer than its time."""

    def run(call: ThreadCall) -> None:
        def one(arg: int) -> None:
            thread = threading.Thread(target=call, args=(arg,))
            thread.start()
            thread.join(DEADLINE)

        with ThreadPoolExecutor(LIMIT) as pool:
            list(pool.map(one, CALLS))

    return slots_held(origin, run)


# L3: the same threads on both backends of anyio.


async def in_rounds(call: ThreadCall, *, abandon: bool) -> None:
    """Four times, begin two calls in threads of one limiter, and cancel them."""
    import anyio

    slots = anyio.CapacityLimiter(2)
    for _ in range(4):
        with anyio.move_on_after(DEADLINE):
            async with anyio.create_task_group() as group:
                for arg in range(2):
                    group.start_soon(
                        lambda arg: anyio.to_thread.run_sync(
                            call, arg, abandon_on_cancel=abandon, limiter=slots
                        ),
                        arg,
                    )


def alike(origin: Origin, each: Step, *, abandon: bool) -> str:
    """Run the rounds on both backends, and compare the most calls in progress."""
    import anyio

    async def rounds(call: ThreadCall) -> None:
        await in_rounds(call, abandon=abandon)

    asyncios = most_at_once(origin, lambda call: anyio.run(rounds, call, backend="asyncio"), each)
    trios = most_at_once(origin, lambda call: anyio.run(rounds, call, backend="trio"), each)
    assert asyncios == trios, (
        f"L3: {asyncios} calls in progress on asyncio, and {trios} on trio; the limit is 2"
    )
    return f"{trios} in progress on both; the limit is 2"


@specimen(
    "L3",
    "anyio.to_thread.run_sync(abandon_on_cancel=True, limiter=...)",
    "anyio",
    "trio",
    fault=Known(
        "on asyncio the task gives the token back as it leaves; on trio the thread does, as it ends"
    ),
)
def abandoned_on_both_backends(origin: Origin) -> str:
    """Two abandoned threads hold both tokens of a limiter, one would think, until they end."""
    return alike(origin, Step(delay=0.3), abandon=True)


@specimen("L3", "anyio.to_thread.run_sync(limiter=...)", "anyio", "trio")
def awaited_on_both_backends(origin: Origin) -> str:
    """Threads that are not abandoned are waited for, on either backend."""
    return alike(origin, Step(delay=0.03), abandon=False)


# L4: what stops short of the limit.


def a_hundred(origin: Origin, run: Callable[[ThreadCall], object]) -> str:
    """Run a hundred calls with a limit of a hundred, and look for all of them in progress."""
    origin.plan(Plan(otherwise=Step(gate=Seen(in_progress=MANY))))
    ends = time.monotonic() + GIVEN_UP

    def call(arg: int) -> None:
        with suppress(CallError, OSError):
            blocking_call(origin, arg, ends)

    run(call)
    most = origin.ledger(PATIENCE).most_in_progress()
    assert most == MANY, f"L4: at most {most} calls in progress; the limit is {MANY}"
    return f"{most} in progress"


@specimen(
    "L4",
    "a hundred asyncio.to_thread at once",
    fault=Known("the loop's default executor has min(32, processors + 4) threads"),
)
def a_hundred_to_thread(origin: Origin) -> str:
    """A hundred calls that each have a task, one would think, are a hundred calls at once."""

    async def batch(call: ThreadCall) -> None:
        await asyncio.gather(*(asyncio.to_thread(call, arg) for arg in range(MANY)))

    return a_hundred(origin, lambda call: asyncio.run(batch(call)))


@specimen("L4", "a hundred asyncio.to_thread on a default executor of a hundred")
def a_hundred_in_a_large_executor(origin: Origin) -> str:
    """The same, after the loop was given an executor that is large enough."""

    async def batch(call: ThreadCall) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MANY))
        await asyncio.gather(*(asyncio.to_thread(call, arg) for arg in range(MANY)))

    return a_hundred(origin, lambda call: asyncio.run(batch(call)))


OF_FORTY = Known("threads share a default limiter of 40 tokens")


def a_hundred_on_trio(origin: Origin, limiter: Callable[[], Any]) -> str:
    """Run them in threads of trio, under this limiter."""
    import trio

    async def batch(call: ThreadCall) -> None:
        slots = limiter()
        async with trio.open_nursery() as nursery:
            for arg in range(MANY):
                nursery.start_soon(
                    lambda arg: trio.to_thread.run_sync(call, arg, limiter=slots), arg
                )

    return a_hundred(origin, lambda call: trio.run(batch, call))


@specimen("L4", "a hundred trio.to_thread.run_sync at once", "trio", fault=OF_FORTY)
def a_hundred_threads_of_trio(origin: Origin) -> str:
    """A hundred tasks wait for a thread each, and get the limiter that nobody mentioned."""
    return a_hundred_on_trio(origin, lambda: None)


@specimen("L4", "a hundred trio.to_thread.run_sync with a limiter of a hundred", "trio")
def a_hundred_threads_of_a_trio_limiter(origin: Origin) -> str:
    """The same under a limiter of one's own."""
    import trio

    return a_hundred_on_trio(origin, lambda: trio.CapacityLimiter(MANY))


@specimen("L4", "a hundred anyio.to_thread.run_sync at once", "anyio", fault=OF_FORTY)
def a_hundred_threads_of_anyio(origin: Origin) -> str:
    """The same on anyio over asyncio."""
    import anyio

    async def batch(call: ThreadCall) -> None:
        async with anyio.create_task_group() as group:
            for arg in range(MANY):
                group.start_soon(anyio.to_thread.run_sync, call, arg)

    return a_hundred(origin, lambda call: anyio.run(batch, call))


@specimen(
    "L4",
    "a hundred curio.run_in_thread at once",
    "curio",
    fault=Known("curio keeps 64 threads at most: MAX_WORKER_THREADS"),
)
def a_hundred_threads_of_curio(origin: Origin) -> str:
    """The same on curio."""
    import curio

    async def batch(call: ThreadCall) -> None:
        async with curio.TaskGroup() as group:
            for arg in range(MANY):
                await group.spawn(curio.run_in_thread, call, arg)

    return a_hundred(origin, lambda call: curio.run(batch, call))


AsyncCall = Callable[[int], Awaitable[Any]]


def beside_a_slow_call(
    origin: Origin, batch: Callable[[AsyncCall], Coroutine[Any, Any, Any]]
) -> str:
    """Run twenty calls of which the first is answered last."""
    calls = range(20)
    origin.plan(Plan({0: Step(gate=Seen(answered=len(calls) - 1))}))

    async def run() -> None:
        client = on_asyncio.Client(Endpoint(*origin.calls))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(GIVEN_UP):
                    await batch(client.some_remote_call)
        finally:
            await client.aclose()

    asyncio.run(run())
    answered = origin.ledger(PATIENCE).count(End.ANSWERED)
    assert answered == len(calls), f"L4: beside a slow call only {answered} calls were answered"
    return f"beside a slow call all {len(calls) - 1} others were answered"


@specimen(
    "L4",
    "asyncio.gather over chunks",
    fault=Known("each chunk waits for its slowest call, while the other slots stand idle"),
)
def gather_over_chunks(origin: Origin) -> str:
    """Slices of five calls, one after the other: the limit by arithmetic."""

    async def batch(call: AsyncCall) -> None:
        for start in range(0, 20, 5):
            await asyncio.gather(*map(call, range(start, start + 5)))

    return beside_a_slow_call(origin, batch)


@specimen("L4", "asyncio.TaskGroup with a worker for each slot")
def workers_beside_a_slow_call(origin: Origin) -> str:
    """Five tasks draw from one iterator: a slot that comes free is used at once."""

    async def batch(call: AsyncCall) -> None:
        args = iter(range(20))

        async def worker(todo: Iterable[int]) -> None:
            for arg in todo:
                await call(arg)

        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(worker(args))

    return beside_a_slow_call(origin, batch)
