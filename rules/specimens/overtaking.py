"""S4 and S6: the first result that wins, and results that overtake a slow call.

Strategy: one call is slower than the others by many rounds of the loop.  Every end is noted, and
so is what the consumer has by then: order, not time, tells who waited for whom.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.trial import PATIENCE

CALLS = range(5)
SLOW = 100
"""Rounds of the loop that a slow call takes; a fast one takes a single round."""

Checkpoint = Callable[[], Coroutine[Any, Any, None]]


async def checkpoint() -> None:
    """Let the other tasks of asyncio run, once."""
    await asyncio.sleep(0)


class Calls:
    """Calls of which some are slow, and the order in which they end."""

    def __init__(self, slow: Iterable[int], let_run: Checkpoint = checkpoint) -> None:
        self.ended: list[int] = []
        self._slow = slow
        self._let_run = let_run

    async def make(self, arg: int) -> int:
        """Make one call."""
        for _ in range(SLOW if arg in self._slow else 1):
            await self._let_run()
        self.ended.append(arg)
        return arg


# S4: one is fast, four are slow, and any result will do.


WINNER = 0


def racing(let_run: Checkpoint = checkpoint) -> Calls:
    """Give calls of which only the first is fast."""
    return Calls(CALLS[1:], let_run)


def won(calls: Calls) -> str:
    """Look which calls had ended when the winner's result was given."""
    others = len(calls.ended) - 1
    assert not others, f"S4: {others} slower calls had ended when the first result was given"
    return "the first result was given at once"


WAITS_FOR_ALL = Known("its block ends when all of its tasks have, whoever has won")


@specimen("S4", "asyncio.gather, and the first of its results", fault=WAITS_FOR_ALL)
def the_first_of_gather(origin: Origin) -> str:
    """All are asked, and the first answer is taken."""
    calls = racing()

    async def race() -> int:
        return (await asyncio.gather(*map(calls.make, CALLS)))[WINNER]

    asyncio.run(race())
    return won(calls)


@specimen("S4", "asyncio.wait(return_when=FIRST_COMPLETED), and cancel the rest")
def first_completed(origin: Origin) -> str:
    """Wait for the first, cancel the others, and wait until they have ended."""
    calls = racing()

    async def race() -> int:
        tasks = [asyncio.create_task(calls.make(arg)) for arg in CALLS]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.wait(rest)
        return done.pop().result()

    asyncio.run(race())
    return won(calls)


@specimen("S4", "asyncio.TaskGroup, and a future for the winner", fault=WAITS_FOR_ALL)
def winner_in_a_group(origin: Origin) -> str:
    """The block returns the winner's result, one would think, as soon as there is one."""
    calls = racing()

    async def race() -> int:
        winner = asyncio.get_running_loop().create_future()

        async def one(arg: int) -> None:
            result = await calls.make(arg)
            if not winner.done():
                winner.set_result(result)

        async with asyncio.TaskGroup() as group:
            for arg in CALLS:
                group.create_task(one(arg))
            first: int = await winner
            return first

    asyncio.run(race())
    return won(calls)


@specimen("S4", "trio: the winner cancels the nursery", "trio")
def winner_in_a_nursery(origin: Origin) -> str:
    """Who is first cancels the scope that all are in."""
    import trio

    calls = racing(trio.lowlevel.checkpoint)

    async def race() -> None:
        async with trio.open_nursery() as nursery:

            async def one(arg: int) -> None:
                await calls.make(arg)
                nursery.cancel_scope.cancel()

            for arg in CALLS:
                nursery.start_soon(one, arg)

    trio.run(race)
    return won(calls)


@specimen("S4", "anyio.as_completed, left at its first", "anyio")
def winner_of_anyio(origin: Origin) -> str:
    """The block cancels what is left."""
    import anyio
    import anyio.lowlevel

    calls = racing(anyio.lowlevel.checkpoint)

    async def race() -> None:
        async with anyio.as_completed(*map(calls.make, CALLS)) as results:
            await results.receive()

    anyio.run(race)
    return won(calls)


def race_on_curio(wait: Any) -> str:
    """Let a group of curio wait so, and look at what it gives."""
    import curio

    async def let_run() -> None:
        await curio.sleep(0)

    calls = racing(let_run)

    async def race() -> None:
        async with curio.TaskGroup(wait=wait) as group:
            for arg in CALLS:
                await group.spawn(calls.make, arg)
        group.completed.result  # noqa: B018 - the winner's; curio's property raises if it has none

    curio.run(race)
    return won(calls)


@specimen("S4", "curio.TaskGroup(), and the first that completed", "curio", fault=WAITS_FOR_ALL)
def winner_of_all_on_curio(origin: Origin) -> str:
    """The group knows who completed first, when it has waited for all."""
    return race_on_curio(all)


@specimen("S4", "curio.TaskGroup(wait=any)", "curio")
def winner_of_any_on_curio(origin: Origin) -> str:
    """The group waits for the first, and cancels the rest."""
    return race_on_curio(any)


def race_of_threads(*, wait: bool, longest: float) -> str:
    """Take the first result of a pool of threads, and then wait for the others, or not."""
    over = threading.Event()
    ended: list[int] = []

    def call(arg: int) -> None:
        if arg != WINNER:
            over.wait(longest)
        ended.append(arg)

    def race(pool: ThreadPoolExecutor) -> None:
        next(as_completed(pool.submit(call, arg) for arg in CALLS))
        pool.shutdown(wait)

    with ThreadPoolExecutor(len(CALLS)) as pool:
        race(pool)
        others = len(ended) - 1
        over.set()
    assert not others, f"S4: {others} slower calls had ended when the first result was given"
    return "the first result was given at once"


@specimen("S4", "the first of as_completed inside `with ThreadPoolExecutor`", fault=WAITS_FOR_ALL)
def winner_inside_a_pool(origin: Origin) -> str:
    """The first result is there, but leaving the pool's block waits for the threads."""
    return race_of_threads(wait=True, longest=0.1)


@specimen("S4", "the first of as_completed, and ThreadPoolExecutor.shutdown(wait=False)")
def winner_of_a_pool_left(origin: Origin) -> str:
    """The pool is left without waiting; its threads go on by themselves."""
    return race_of_threads(wait=False, longest=PATIENCE)


# S6: one is slow, four are fast, and no order is asked for.


def slow_first(let_run: Checkpoint = checkpoint) -> Calls:
    """Give calls of which only the first is slow."""
    return Calls(CALLS[:1], let_run)


class Consumer:
    """Takes results, and notes how many it had when the slow call ended."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.before_the_slow_one = 0

    def take(self) -> None:
        """Take one result."""
        self.before_the_slow_one += CALLS[0] not in self._calls.ended

    def overtook(self) -> str:
        """Hold the results that were given before the slow call ended against all the others."""
        others = len(CALLS) - 1
        assert self.before_the_slow_one == others, (
            f"S6: {self.before_the_slow_one} of {others} results were given "
            "before the slow call had ended"
        )
        return "all other results were given before the slow call had ended"


IN_ORDER = Known("it asks the tasks in the order of the arguments, and the first is the slow one")


def consumed(results: Callable[[Calls], AsyncIterator[Any]]) -> str:
    """Take results on asyncio, as they are given."""
    calls = slow_first()
    consumer = Consumer(calls)

    async def consume() -> None:
        async for _ in results(calls):
            consumer.take()

    asyncio.run(consume())
    return consumer.overtook()


@specimen("S6", "await one task after the other", fault=IN_ORDER)
def awaited_in_turn(origin: Origin) -> str:
    """Begin all tasks, then use the result of each."""

    async def results(calls: Calls) -> AsyncIterator[int]:
        for task in [asyncio.create_task(calls.make(arg)) for arg in CALLS]:
            yield await task

    return consumed(results)


@specimen("S6", "asyncio.as_completed")
def taken_as_completed(origin: Origin) -> str:
    """Use each result as it comes."""

    async def results(calls: Calls) -> AsyncIterator[int]:
        each: Awaitable[int]
        for each in asyncio.as_completed(map(calls.make, CALLS)):
            yield await each

    return consumed(results)


@specimen("S6", "trio memory channel", "trio")
def taken_from_a_channel(origin: Origin) -> str:
    """Each task sends its result when it has one."""
    import trio

    calls = slow_first(trio.lowlevel.checkpoint)
    consumer = Consumer(calls)

    async def consume() -> None:
        sends, takes = trio.open_memory_channel[int](0)

        async def one(arg: int) -> None:
            await sends.send(await calls.make(arg))

        async with trio.open_nursery() as nursery:
            for arg in CALLS:
                nursery.start_soon(one, arg)
            for _ in CALLS:
                await takes.receive()
                consumer.take()

    trio.run(consume)
    return consumer.overtook()


def taken_on_curio(*, in_order: bool) -> str:
    """Use the results of a group of curio, in the order of the arguments or as they come."""
    import curio

    async def let_run() -> None:
        await curio.sleep(0)

    calls = slow_first(let_run)
    consumer = Consumer(calls)

    async def consume() -> None:
        async with curio.TaskGroup() as group:
            tasks = [await group.spawn(calls.make, arg) for arg in CALLS]
            for task in tasks:
                await (task.join() if in_order else group.next_result())
                consumer.take()

    curio.run(consume)
    return consumer.overtook()


@specimen("S6", "curio: join one task after the other", "curio", fault=IN_ORDER)
def joined_in_turn(origin: Origin) -> str:
    """The same on curio."""
    return taken_on_curio(in_order=True)


@specimen("S6", "curio: TaskGroup.next_result()", "curio")
def taken_as_next_result(origin: Origin) -> str:
    """The group gives its results as they come."""
    return taken_on_curio(in_order=False)
