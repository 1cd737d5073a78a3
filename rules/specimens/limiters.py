"""L5 to L7: the limiters themselves, without calls.

Strategy: a limiter is asked for slots in the one order of events that shows its fault.  No clock
is asked, but to give up on what waits for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.trial import PATIENCE

PERMITS = 2


# L5: tasks that are cancelled before their first step.


def none_lost(free: int) -> str:
    """Hold the permits that are free in the end against those that there were."""
    assert free == PERMITS, f"L5: {free} of {PERMITS} permits are left"
    return f"{PERMITS} of {PERMITS} permits are left"


async def cancelled_at_once(begin: Callable[[asyncio.Semaphore], Awaitable[Any]]) -> int:
    """Begin two tasks and cancel them before their first step; count the permits that are left."""
    slots = asyncio.Semaphore(PERMITS)
    tasks = [await begin(slots) for _ in range(PERMITS)]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    free = 0
    while not slots.locked():
        await slots.acquire()
        free += 1
    return free


@specimen(
    "L5",
    "asyncio: the producer acquires, the task releases",
    fault=Known(
        "asyncio never enters the body of a task that is cancelled before its first step, "
        "so its `finally` never runs"
    ),
)
def acquired_by_the_producer(origin: Origin) -> str:
    """The producer waits for a slot, then begins a task whose `finally` gives the slot back."""

    async def holding(slots: asyncio.Semaphore) -> None:
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            slots.release()

    async def begin(slots: asyncio.Semaphore) -> asyncio.Task[None]:
        await slots.acquire()
        return asyncio.create_task(holding(slots))

    return none_lost(asyncio.run(cancelled_at_once(begin)))


@specimen("L5", "asyncio: the producer acquires, a done callback releases")
def released_by_a_callback(origin: Origin) -> str:
    """A callback runs whether or not the task's body was entered."""

    async def begin(slots: asyncio.Semaphore) -> asyncio.Task[None]:
        await slots.acquire()
        task = asyncio.create_task(asyncio.sleep(PATIENCE))
        task.add_done_callback(lambda _: slots.release())
        return task

    return none_lost(asyncio.run(cancelled_at_once(begin)))


@specimen("L5", "asyncio: the task acquires and releases")
def acquired_by_the_task(origin: Origin) -> str:
    """Who never began never had a slot."""

    async def holding(slots: asyncio.Semaphore) -> None:
        async with slots:
            await asyncio.sleep(PATIENCE)

    async def begin(slots: asyncio.Semaphore) -> asyncio.Task[None]:
        return asyncio.create_task(holding(slots))

    return none_lost(asyncio.run(cancelled_at_once(begin)))


@specimen("L5", "trio: the producer acquires, the task releases", "trio")
def acquired_by_the_producer_on_trio(origin: Origin) -> str:
    """A task of trio runs up to its first checkpoint, cancelled or not."""
    import trio

    async def holding(slots: trio.Semaphore) -> None:
        try:
            await trio.sleep_forever()
        finally:
            slots.release()

    async def batch() -> int:
        slots = trio.Semaphore(PERMITS)
        async with trio.open_nursery() as nursery:
            for _ in range(PERMITS):
                await slots.acquire()
                nursery.start_soon(holding, slots)
            nursery.cancel_scope.cancel()
        return slots.value

    return none_lost(trio.run(batch))


@specimen("L5", "anyio: the producer acquires, the task releases", "anyio")
def acquired_by_the_producer_on_anyio(origin: Origin) -> str:
    """Over asyncio, too, anyio delivers no cancellation to a task before its first step."""
    import anyio

    async def holding(slots: anyio.Semaphore) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            slots.release()

    async def batch() -> int:
        slots = anyio.Semaphore(PERMITS)
        async with anyio.create_task_group() as group:
            for _ in range(PERMITS):
                await slots.acquire()
                group.start_soon(holding, slots)
            group.cancel_scope.cancel()
        return slots.value

    return none_lost(anyio.run(batch))


@specimen("L5", "curio: the producer acquires, the task releases", "curio")
def acquired_by_the_producer_on_curio(origin: Origin) -> str:
    """The same on curio."""
    import curio

    async def holding(slots: Any) -> None:
        try:
            await curio.sleep(PATIENCE)
        finally:
            await slots.release()

    async def batch() -> int:
        slots = curio.Semaphore(PERMITS)
        tasks = []
        for _ in range(PERMITS):
            await slots.acquire()
            tasks.append(await curio.spawn(holding, slots))
        for task in tasks:
            await task.cancel()
        free: int = slots.value
        return free

    return none_lost(curio.run(batch))


# L6: slots taken without waiting, just after a release.


def one_granted(holders: int) -> str:
    """Hold those who have a slot against the one that there is."""
    assert holders == 1, f"L6: {holders} hold the limiter's only slot"
    return "1 holds the only slot"


@specimen(
    "L6",
    "anyio.CapacityLimiter on asyncio, acquire_on_behalf_of_nowait() after a release",
    "anyio",
    fault=Known(
        "the slot that a release gives to one who waits looks free until that one has run",
        "https://github.com/agronholm/anyio/issues/1170",
        {"anyio": "<=4.14.1"},
    ),
)
def limiter_of_anyio(origin: Origin) -> str:
    """One holds the slot, another waits, and a third asks the moment the first has left."""
    import anyio

    async def race() -> int:
        limiter = anyio.CapacityLimiter(1)
        limiter.acquire_on_behalf_of_nowait("the first")
        async with anyio.create_task_group() as group:
            group.start_soon(limiter.acquire_on_behalf_of, "the second")
            await anyio.wait_all_tasks_blocked()
            limiter.release_on_behalf_of("the first")
            with suppress(anyio.WouldBlock):
                limiter.acquire_on_behalf_of_nowait("the third")
        return int(limiter.borrowed_tokens)

    return one_granted(anyio.run(race))


@specimen("L6", "trio.CapacityLimiter, acquire_on_behalf_of_nowait() after a release", "trio")
def limiter_of_trio(origin: Origin) -> str:
    """The same on trio, which gives the slot away within the release."""
    import trio
    import trio.testing

    async def race() -> int:
        limiter = trio.CapacityLimiter(1)
        limiter.acquire_on_behalf_of_nowait("the first")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(limiter.acquire_on_behalf_of, "the second")
            await trio.testing.wait_all_tasks_blocked()
            limiter.release_on_behalf_of("the first")
            with suppress(trio.WouldBlock):
                limiter.acquire_on_behalf_of_nowait("the third")
        return int(limiter.borrowed_tokens)

    return one_granted(trio.run(race))


@specimen("L6", "asyncio.Semaphore, locked() after a release")
def semaphore_of_asyncio(origin: Origin) -> str:
    """The third asks whether the semaphore is locked, and acquires it if it is not."""

    async def race() -> int:
        slots, holders = asyncio.Semaphore(1), 1
        await slots.acquire()
        second = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        slots.release()
        if not slots.locked():
            await slots.acquire()
            holders += 1
        await second
        return holders

    return one_granted(asyncio.run(race()))


# L7: one who waits is cancelled at the moment of a release.


def none_stranded(got_it: bool) -> str:
    """Tell whether the next in line got the slot."""
    assert got_it, "L7: the slot is free, and the next in line waits for ever"
    return "the next in line got the slot"


@specimen("L7", "asyncio.Semaphore, a waiter cancelled as the slot comes free")
def cancelled_waiter_of_asyncio(origin: Origin) -> str:
    """Two wait; the first of them is cancelled in the step in which the slot is released."""

    async def race() -> bool:
        slots = asyncio.Semaphore(1)
        await slots.acquire()
        first, second = (asyncio.create_task(slots.acquire()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        slots.release()
        done, _ = await asyncio.wait([second], timeout=PATIENCE)
        second.cancel()
        return bool(done)

    return none_stranded(asyncio.run(race()))


@specimen(
    "L7",
    "anyio.Semaphore on asyncio, asked anew as a waiter is cancelled and the slot comes free",
    "anyio",
    fault=Known(
        "a newcomer queues behind the waiter that is being cancelled, and nobody wakes it then",
        "https://github.com/agronholm/anyio/pull/1145",
        {"anyio": "<4.14"},
    ),
)
def newcomer_of_anyio(origin: Origin) -> str:
    """One waits and is cancelled, the slot is released, and another asks for it, in one step."""
    import anyio

    async def race() -> bool:
        slots, scope = anyio.Semaphore(1), anyio.CancelScope()
        await slots.acquire()

        async def waiter() -> None:
            with scope:
                await slots.acquire()

        async with anyio.create_task_group() as group:
            group.start_soon(waiter)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
            slots.release()
            with anyio.move_on_after(PATIENCE) as patience:
                await slots.acquire()
        return not patience.cancelled_caught

    return none_stranded(anyio.run(race))


@specimen("L7", "asyncio.Semaphore, asked anew as a waiter is cancelled and the slot comes free")
def newcomer_of_asyncio(origin: Origin) -> str:
    """The same on asyncio."""

    async def race() -> bool:
        slots = asyncio.Semaphore(1)
        await slots.acquire()
        waiter = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        waiter.cancel()
        slots.release()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                return await slots.acquire()
        return False

    return none_stranded(asyncio.run(race()))


@specimen("L7", "trio.Semaphore, a waiter cancelled as the slot comes free", "trio")
def cancelled_waiter_of_trio(origin: Origin) -> str:
    """The same on trio."""
    import trio
    import trio.testing

    async def race() -> bool:
        slots = trio.Semaphore(1)
        await slots.acquire()
        scope = trio.CancelScope()

        async def first() -> None:
            with scope:
                await slots.acquire()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(first)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(slots.acquire)
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
            slots.release()
            await trio.testing.wait_all_tasks_blocked()
            waiting = slots.statistics().tasks_waiting
            nursery.cancel_scope.cancel()
        return not waiting

    return none_stranded(trio.run(race))


@specimen("L7", "trio.CapacityLimiter, a borrower cancelled as the token comes free", "trio")
def cancelled_borrower_of_trio(origin: Origin) -> str:
    """Two wait; the first of them is cancelled in the step in which the token is released."""
    import trio
    import trio.testing

    async def race() -> bool:
        limiter, scope = trio.CapacityLimiter(1), trio.CancelScope()
        limiter.acquire_on_behalf_of_nowait("the holder")

        async def first() -> None:
            with scope:
                await limiter.acquire_on_behalf_of("the first")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(first)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(limiter.acquire_on_behalf_of, "the second")
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
            limiter.release_on_behalf_of("the holder")
            await trio.testing.wait_all_tasks_blocked()
            waiting = limiter.statistics().tasks_waiting
            nursery.cancel_scope.cancel()
        return not waiting

    return none_stranded(trio.run(race))


@specimen(
    "L7", "anyio.CapacityLimiter on asyncio, a borrower cancelled as the token comes free", "anyio"
)
def cancelled_borrower_of_anyio(origin: Origin) -> str:
    """The same on anyio."""
    import anyio

    async def race() -> bool:
        limiter, scope = anyio.CapacityLimiter(1), anyio.CancelScope()
        limiter.acquire_on_behalf_of_nowait("the holder")

        async def first() -> None:
            with scope:
                await limiter.acquire_on_behalf_of("the first")

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(limiter.acquire_on_behalf_of, "the second")
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
            limiter.release_on_behalf_of("the holder")
            await anyio.wait_all_tasks_blocked()
            waiting = limiter.statistics().tasks_waiting
            group.cancel_scope.cancel()
        return not waiting

    return none_stranded(anyio.run(race))


@specimen("L7", "curio.Semaphore, a waiter cancelled as the slot comes free", "curio")
def cancelled_waiter_of_curio(origin: Origin) -> str:
    """The same on curio."""
    import curio

    async def race() -> bool:
        slots = curio.Semaphore(1)
        await slots.acquire()
        first = await curio.spawn(slots.acquire)
        second = await curio.spawn(slots.acquire)
        await curio.sleep(0)
        await first.cancel(blocking=False)
        await slots.release()
        await curio.ignore_after(PATIENCE, second.wait)
        got_it: bool = second.terminated
        await second.cancel()
        return got_it

    return none_stranded(curio.run(race))
