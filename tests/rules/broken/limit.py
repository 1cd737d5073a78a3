"""What breaks a rule of the limit, each in one way, on asyncio; of threads, on threads.

Strategy: limiters of one's own are made once for all batches of a run, as a program has one limit
for one server, so what they lose in one batch is missing in the next.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from impls import on_asyncio, on_threads
from impls.contract import Batch, Endpoint, Finished, Run
from impls.contract import Call as AnyCall
from impls.on_asyncio import Call, Strategy, workers
from tests.rules.breaking import broken, enter


@broken(
    ("L1-never_more", "L1: 6 calls in progress at once; the limit is 5"),
    ("L1-while_calls_time_out", "L1: 6 calls in progress at once; the limit is 5"),
)
async def one_over_the_limit(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Count from zero to the limit."""
    return await workers(call, args, limit + 1)


@broken(
    ("L4-never_less", "L4: at most 1 calls in progress; the limit is 5"),
    ("L4-beside_a_slow_call", "L4: beside a slow call only 0 calls were answered"),
    ("E1-none_begun_after_an_error", "E1: the limit, and so the failure, never came"),
    ("C2-none_begun_after_a_cancellation", "C2: the limit, and so its abort, never came"),
)
async def one_at_a_time(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Await each call where it is made."""
    return [await call(arg) for arg in args]


@broken(("L4-beside_a_slow_call", "L4: beside a slow call only 4 calls were answered"))
async def in_chunks(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait for a whole slice before the next."""
    results, todo = [], list(args)
    while todo:
        results += await asyncio.gather(*map(call, todo[:limit]))
        del todo[:limit]
    return results


@broken(("L4-a_hundred", "L4: at most 64 calls in progress; the limit is 100"))
async def capped(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Have a cap of one's own, which nobody mentioned."""
    return await workers(call, args, min(limit, 64))


# Threads that outlast their time.


def without_waiting(target: Endpoint | AnyCall | None, batches: Sequence[Batch]) -> list[Finished]:
    """Give each call a thread of its own, and wait for it no longer than the call's time."""

    def joined(seconds: float | None, call: AnyCall, args: Iterable[int], limit: int) -> list[Any]:
        def brief(arg: int, *_ends: float) -> None:
            thread = threading.Thread(target=call, args=(arg,))
            thread.start()
            thread.join(seconds)

        return on_threads.workers(brief, args, limit)

    def finish(batch: Batch) -> Finished:
        strategy = partial(joined, batch.call_timeout)
        [finished] = on_threads.run(target, [replace(batch, call_timeout=None)], strategy=strategy)
        return finished

    return list(map(finish, batches))


enter(
    "threads_given_up",
    without_waiting,
    partial(on_threads.run, strategy=on_threads.workers),
    (
        "L2-until_the_thread_has_ended",
        r"L2: ([6-9]|10) calls in progress at once; the limit is 5",
    ),
    speaks="threads",
)


# Limiters of one's own.


class Slots(ABC):
    """What a semaphore is: so many slots, to acquire and to release."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.waiting: deque[asyncio.Event] = deque()

    @abstractmethod
    async def acquire(self) -> None:
        """Wait for a slot, and take it."""

    @abstractmethod
    def release(self) -> None:
        """Give a slot back."""


def over_one_limiter(strategy: Callable[[Slots], Strategy], make: Callable[[int], Slots]) -> Run:
    """Give a way in that makes one limiter for all of its batches."""

    def run(target: Endpoint | AnyCall | None, batches: Sequence[Batch]) -> list[Finished]:
        slots = make(batches[0].limit)
        return on_asyncio.run(target, batches, strategy=strategy(slots))

    return run


class WakesAndCounts(Slots):
    """Wakes one who waits, who then takes what is free; meanwhile another may have taken it."""

    async def acquire(self) -> None:
        """Wait until one is woken; take a slot without another look."""
        if self.free <= 0:
            await self.woken()
        self.free -= 1

    async def woken(self) -> None:
        """Wait until one is woken."""
        event = asyncio.Event()
        self.waiting.append(event)
        await event.wait()

    def release(self) -> None:
        """Wake the first who waits."""
        self.free += 1
        if self.waiting:
            self.waiting.popleft().set()


class LooksAgain(WakesAndCounts):
    """Looks again when woken."""

    async def acquire(self) -> None:
        """Wait until a slot is free."""
        while self.free <= 0:
            await self.woken()
        self.free -= 1


class ForgetsTheCancelled(Slots):
    """Hands a slot over to the first who waits, though he be cancelled."""

    async def acquire(self) -> None:
        """Take a free slot, or wait to be handed one."""
        if self.free:
            self.free -= 1
        else:
            event = asyncio.Event()
            self.waiting.append(event)
            await self.handed(event)

    async def handed(self, event: asyncio.Event) -> None:
        """Wait to be handed a slot."""
        await event.wait()

    def release(self) -> None:
        """Hand the slot over, or keep it."""
        if self.waiting:
            self.waiting.popleft().set()
        else:
            self.free += 1


class MindsTheCancelled(ForgetsTheCancelled):
    """Lets who is cancelled leave the queue, or hand on what he was handed."""

    async def handed(self, event: asyncio.Event) -> None:
        """Wait to be handed a slot; leave it to others if cancelled."""
        try:
            await event.wait()
        except asyncio.CancelledError:
            if event.is_set():
                self.release()
            else:
                self.waiting.remove(event)
            raise


def twice_the_workers(slots: Slots) -> Strategy:
    """Let more workers than slots compete for them, anew for each call."""

    async def strategy(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def behind(arg: int) -> Any:
            await slots.acquire()
            try:
                return await call(arg)
            finally:
                slots.release()

        return await workers(behind, args, 2 * limit)

    return strategy


def released_by_the_task(slots: Slots) -> Strategy:
    """Acquire a slot, then begin a task, which gives the slot back: if it ever begins."""

    async def strategy(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def one(arg: int) -> Any:
            try:
                return await call(arg)
            finally:
                slots.release()

        async with asyncio.TaskGroup() as group:
            tasks = []
            for arg in args:
                await slots.acquire()
                tasks.append(group.create_task(one(arg)))
        return [task.result() for task in tasks]

    return strategy


def released_by_a_callback(slots: Slots) -> Strategy:
    """Acquire a slot, then begin a task, whose end gives the slot back."""

    async def strategy(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def one(arg: int) -> Any:
            return await call(arg)

        async with asyncio.TaskGroup() as group:
            tasks = []
            for arg in args:
                await slots.acquire()
                tasks.append(group.create_task(one(arg)))
                tasks[-1].add_done_callback(lambda _: slots.release())
        return [task.result() for task in tasks]

    return strategy


enter(
    "slots_lost_with_their_tasks",
    over_one_limiter(released_by_the_task, MindsTheCancelled),
    over_one_limiter(released_by_a_callback, MindsTheCancelled),
    ("L5-after_batches_cut_short", "L5: at most 3 calls in progress afterwards; the limit is 5"),
)

enter(
    "slots_granted_twice",
    over_one_limiter(twice_the_workers, WakesAndCounts),
    over_one_limiter(twice_the_workers, LooksAgain),
    ("L6-just_after_a_release", r"L6: ([6-9]|10) calls had a slot at once; the limit is 5"),
)

enter(
    "slots_handed_to_the_cancelled",
    over_one_limiter(twice_the_workers, ForgetsTheCancelled),
    over_one_limiter(twice_the_workers, MindsTheCancelled),
    ("L7-all_batches_end", "L7: 1 of 20 batches hung"),
)
