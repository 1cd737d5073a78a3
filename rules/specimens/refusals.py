"""L8 and L9: limits that can only hang, and what becomes of who asks them for a slot.

Strategy: nothing else runs, so whoever still waits when the watchdog barks would wait for ever.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from impls.contract import Batch
from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

WATCHDOG = 0.1
"""Seconds after which what waits for a slot is said to hang."""


# L8: limits of zero.

HANGS = Known("a limit of zero is taken, and who asks for a slot waits for ever")
CLOSED = "a limit of zero is taken, to be raised later; who asks for a slot meanwhile waits"
HUNG = "taken, and the first call waits for ever"


def refused(attempt: Callable[[], str]) -> str:
    """Make an attempt with a limit of zero, which gives what became of it."""
    try:
        seen = attempt()
    except ValueError as error:
        return f"refused: {error}"
    raise AssertionError(f"L8: a limit of zero is {seen}")


def tried(acquire: Callable[[], bool]) -> str:
    """Tell what becomes of one who asks for a slot."""
    return "taken, and lets calls through" if acquire() else HUNG


@specimen("L8", "asyncio.Semaphore(0)", fault=HANGS)
def zero_slots_of_asyncio(origin: Origin) -> str:
    """One expects a limit of zero to be refused, as a negative one is."""

    async def attempt() -> bool:
        slots = asyncio.Semaphore(0)
        with suppress(TimeoutError):
            async with asyncio.timeout(WATCHDOG):
                return await slots.acquire()
        return False

    return refused(lambda: tried(lambda: asyncio.run(attempt())))


async def acquired_on_trio(limiter: Callable[[int], Any]) -> bool:
    """Ask a limiter of trio's without slots for one."""
    import trio

    slots = limiter(0)
    with trio.move_on_after(WATCHDOG) as watchdog:
        await slots.acquire()
    return not watchdog.cancelled_caught


@specimen(
    "L8",
    "trio.CapacityLimiter(0)",
    "trio",
    fault=Known(CLOSED, "https://github.com/python-trio/trio/issues/3243"),
)
def zero_tokens_of_trio(origin: Origin) -> str:
    """The same on trio, whose limiter can be enlarged later."""
    import trio

    return refused(lambda: tried(lambda: trio.run(acquired_on_trio, trio.CapacityLimiter)))


@specimen("L8", "trio.Semaphore(0)", "trio", fault=HANGS)
def zero_slots_of_trio(origin: Origin) -> str:
    """The same with trio's semaphore."""
    import trio

    return refused(lambda: tried(lambda: trio.run(acquired_on_trio, trio.Semaphore)))


async def acquired_on_anyio(limiter: Callable[[int], Any]) -> bool:
    """Ask a limiter of anyio's without slots for one."""
    import anyio

    slots = limiter(0)
    with anyio.move_on_after(WATCHDOG) as watchdog:
        await slots.acquire()
    return not watchdog.cancelled_caught


@specimen(
    "L8",
    "anyio.CapacityLimiter(0)",
    "anyio",
    fault=Known(CLOSED, "https://github.com/agronholm/anyio/pull/1183"),
)
def zero_tokens_of_anyio(origin: Origin) -> str:
    """The same on anyio, whose limiter can be enlarged later."""
    import anyio

    return refused(lambda: tried(lambda: anyio.run(acquired_on_anyio, anyio.CapacityLimiter)))


@specimen("L8", "anyio.Semaphore(0)", "anyio", fault=HANGS)
def zero_slots_of_anyio(origin: Origin) -> str:
    """The same with anyio's semaphore."""
    import anyio

    return refused(lambda: tried(lambda: anyio.run(acquired_on_anyio, anyio.Semaphore)))


@specimen("L8", "curio.Semaphore(0)", "curio", fault=HANGS)
def zero_slots_of_curio(origin: Origin) -> str:
    """The same on curio."""
    import curio

    async def attempt() -> bool:
        slots = curio.Semaphore(0)
        async with curio.ignore_after(WATCHDOG) as watchdog:
            await slots.acquire()
        return not watchdog.expired

    return refused(lambda: tried(lambda: curio.run(attempt)))


@specimen("L8", "threading.BoundedSemaphore(0)", fault=HANGS)
def zero_slots_of_threads(origin: Origin) -> str:
    """The same among threads; the bound does not mind either."""
    return refused(lambda: tried(lambda: threading.BoundedSemaphore(0).acquire(timeout=WATCHDOG)))


@specimen(
    "L8",
    "asyncio.TaskGroup with no workers",
    fault=Known("no worker draws no argument: an empty result, as of an empty batch"),
)
def zero_workers(origin: Origin) -> str:
    """A limit of zero begins no worker, and nothing says so."""
    called: list[int] = []

    async def attempt(limit: int) -> None:
        async def worker(args: Iterable[int]) -> None:
            called.extend(args)

        args = iter(range(3))
        async with asyncio.TaskGroup() as group:
            for _ in range(limit):
                group.create_task(worker(args))

    def ran() -> str:
        asyncio.run(attempt(0))
        return f"taken, and {len(called)} of 3 calls are made"

    return refused(ran)


@specimen("L8", "ThreadPoolExecutor(0)")
def zero_threads(origin: Origin) -> str:
    """The pool refuses it where it is made."""

    def attempt() -> str:
        ThreadPoolExecutor(0)
        return "taken"

    return refused(attempt)


@specimen("L8", "the Batch of this project")
def zero_of_our_own(origin: Origin) -> str:
    """The batch itself refuses, so no variant is ever asked, and none can hang."""

    def attempt() -> str:
        Batch(range(3), 0)
        return "taken"

    return refused(attempt)


# L9: a batch within a batch, on one limiter (a trait: what is given is the value).


def told_or_hung(ended: bool) -> str:
    """Word the trait's value."""
    return "nests" if ended else "hangs: the outer call holds the slot that the inner one waits for"


@specimen("L9", "asyncio.Semaphore(1), nested")
def nested_on_asyncio(origin: Origin) -> str:
    """A call that holds the slot makes another, which asks the same semaphore."""

    async def nested() -> bool:
        slots = asyncio.Semaphore(1)
        with suppress(TimeoutError):
            async with asyncio.timeout(WATCHDOG), slots, slots:
                return True
        return False

    return told_or_hung(asyncio.run(nested()))


def told_by(nested: Callable[[], bool]) -> str:
    """Give how who asks a second time is told, if it is."""
    try:
        return told_or_hung(nested())
    except RuntimeError as error:
        return f"is told: RuntimeError: {error}"


async def in_one_task_of_trio(slots: Any) -> bool:
    """Take a slot of this limiter, and then another, in one task."""
    import trio

    with trio.move_on_after(WATCHDOG) as watchdog:
        async with slots, slots:
            pass
    return not watchdog.cancelled_caught


async def in_two_tasks_of_trio(slots: Any) -> bool:
    """Take a slot of this limiter, and then another in a task of its own."""
    import trio

    async def inner() -> None:
        async with slots:
            pass

    with trio.move_on_after(WATCHDOG) as watchdog:
        async with slots, trio.open_nursery() as nursery:
            nursery.start_soon(inner)
    return not watchdog.cancelled_caught


async def in_one_task_of_anyio(limiter: Callable[[int], Any]) -> bool:
    """Take a slot of this limiter, and then another, in one task."""
    import anyio

    slots = limiter(1)
    with anyio.move_on_after(WATCHDOG) as watchdog:
        async with slots, slots:
            pass
    return not watchdog.cancelled_caught


async def in_two_tasks_of_anyio(limiter: Callable[[int], Any]) -> bool:
    """Take a slot of this limiter, and then another in a task of its own."""
    import anyio

    slots = limiter(1)

    async def inner() -> None:
        async with slots:
            pass

    with anyio.move_on_after(WATCHDOG) as watchdog:
        async with slots, anyio.create_task_group() as group:
            group.start_soon(inner)
    return not watchdog.cancelled_caught


@specimen("L9", "trio.CapacityLimiter(1), nested in one task", "trio")
def nested_limiter_of_trio(origin: Origin) -> str:
    """The limiter knows who borrows, so it can tell a task that asks twice."""
    import trio

    return told_by(lambda: trio.run(in_one_task_of_trio, trio.CapacityLimiter(1)))


@specimen("L9", "trio.CapacityLimiter(1), nested in a task of its own", "trio")
def nested_limiter_of_two_tasks_of_trio(origin: Origin) -> str:
    """A batch within a batch has its own tasks, so the limiter sees two borrowers."""
    import trio

    return told_by(lambda: trio.run(in_two_tasks_of_trio, trio.CapacityLimiter(1)))


@specimen("L9", "trio.Semaphore(1), nested", "trio")
def nested_semaphore_of_trio(origin: Origin) -> str:
    """A semaphore does not know who holds it."""
    import trio

    return told_by(lambda: trio.run(in_one_task_of_trio, trio.Semaphore(1)))


@specimen("L9", "anyio.CapacityLimiter(1), nested in one task", "anyio")
def nested_limiter_of_anyio(origin: Origin) -> str:
    """The limiter knows who borrows, so it can tell a task that asks twice."""
    import anyio

    return told_by(lambda: anyio.run(in_one_task_of_anyio, anyio.CapacityLimiter))


@specimen("L9", "anyio.CapacityLimiter(1), nested in a task of its own", "anyio")
def nested_limiter_of_two_tasks_of_anyio(origin: Origin) -> str:
    """A batch within a batch has its own tasks, so the limiter sees two borrowers."""
    import anyio

    return told_by(lambda: anyio.run(in_two_tasks_of_anyio, anyio.CapacityLimiter))


@specimen("L9", "anyio.Semaphore(1), nested", "anyio")
def nested_semaphore_of_anyio(origin: Origin) -> str:
    """A semaphore does not know who holds it."""
    import anyio

    return told_by(lambda: anyio.run(in_one_task_of_anyio, anyio.Semaphore))


@specimen("L9", "curio.Semaphore(1), nested", "curio")
def nested_semaphore_of_curio(origin: Origin) -> str:
    """The same on curio."""
    import curio

    async def nested() -> bool:
        slots = curio.Semaphore(1)
        async with curio.ignore_after(WATCHDOG) as watchdog, slots, slots:
            pass
        return not watchdog.expired

    return told_by(lambda: curio.run(nested))


@specimen("L9", "threading.Semaphore(1), nested")
def nested_semaphore_of_threads(origin: Origin) -> str:
    """The same in a thread."""
    slots = threading.Semaphore(1)
    with slots:
        return told_by(lambda: slots.acquire(timeout=WATCHDOG))


@specimen("L9", "ThreadPoolExecutor(1), nested")
def nested_in_a_pool_of_threads(origin: Origin) -> str:
    """A job of the pool submits another and waits for it."""

    def outer(pool: ThreadPoolExecutor) -> bool:
        inner = pool.submit(bool, 1)
        with suppress(TimeoutError):
            return inner.result(WATCHDOG)
        return False

    with ThreadPoolExecutor(1) as pool:
        return told_by(lambda: pool.submit(outer, pool).result())
