"""S2 and S3: a consumer of results that is slow, and one that stops.

Strategy: a call here lets others run, is noted, and lets others run again, so who runs ahead of a
consumer that does something else for many rounds has every chance to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

LIMIT = 5
CALLS = 40
ROUNDS = 20 * CALLS
"""Rounds of the loop that the consumer spends on something else."""

Checkpoint = Callable[[], Coroutine[Any, Any, None]]


async def checkpoint() -> None:
    """Let the other tasks of asyncio run, once."""
    await asyncio.sleep(0)


class Calls:
    """Calls to make, those that have begun, and how many had when the consumer stopped."""

    def __init__(self, let_run: Checkpoint = checkpoint) -> None:
        self.args = iter(range(CALLS))
        self.begun = 0
        self.at_stop = 0
        self._let_run = let_run

    async def make(self, arg: int) -> int:
        """Make one call, which has begun when it is connected."""
        await self._let_run()
        self.begun += 1
        await self._let_run()
        return arg

    async def do_something_else(self) -> None:
        """Let the others run for a long time."""
        for _ in range(ROUNDS):
            await self._let_run()

    def stop(self) -> None:
        """Note that the consumer stops here."""
        self.at_stop = self.begun


# S2: a consumer that takes three results, and then does something else.

TAKEN = 3
AHEAD = TAKEN + 3 * LIMIT

Put = Callable[[int], Awaitable[Any]]
Take = Callable[[], Awaitable[int]]


async def produce(calls: Calls, put: Put) -> None:
    """Make calls and hand over their results: what each worker does."""
    for arg in calls.args:
        await put(await calls.make(arg))


async def consume(calls: Calls, take: Take) -> None:
    """Take three results, do something else, then take the rest."""
    for _ in range(TAKEN):
        await take()
    await calls.do_something_else()
    calls.stop()
    for _ in range(CALLS - TAKEN):
        await take()


def held_back(calls: Calls) -> str:
    """Hold the calls that had begun while the consumer was busy against what is a few ahead."""
    assert calls.at_stop <= AHEAD, (
        f"S2: {calls.at_stop} of {CALLS} calls began for a consumer of {TAKEN} results"
    )
    return "the calls waited for the consumer"


UNBOUNDED = Known("nothing waits to put a result where there is always room")


def through_a_queue(size: int) -> str:
    """Hand results over by a queue of asyncio, of this size."""

    async def batch(calls: Calls) -> None:
        queue = asyncio.Queue[int](size)
        async with asyncio.TaskGroup() as group:
            for _ in range(LIMIT):
                group.create_task(produce(calls, queue.put))
            await consume(calls, queue.get)

    calls = Calls()
    asyncio.run(batch(calls))
    return held_back(calls)


@specimen("S2", "asyncio.Queue() for the results", fault=UNBOUNDED)
def through_an_unbounded_queue(origin: Origin) -> str:
    """Workers put what they get into a queue, which by default takes everything."""
    return through_a_queue(0)


@specimen("S2", "asyncio.Queue(1) for the results")
def through_a_bounded_queue(origin: Origin) -> str:
    """The same workers wait for the consumer."""
    return through_a_queue(1)


def through_a_channel_of_trio(size: float) -> str:
    """Hand results over by a memory channel of trio, of this size."""
    import trio

    async def batch(calls: Calls) -> None:
        sends, takes = trio.open_memory_channel[int](size)
        async with trio.open_nursery() as nursery:
            for _ in range(LIMIT):
                nursery.start_soon(produce, calls, sends.send)
            await consume(calls, takes.receive)

    calls = Calls(trio.lowlevel.checkpoint)
    trio.run(batch, calls)
    return held_back(calls)


@specimen("S2", "trio.open_memory_channel(math.inf) for the results", "trio", fault=UNBOUNDED)
def through_an_unbounded_channel(origin: Origin) -> str:
    """The channel's size must be said, and infinity is a size."""
    return through_a_channel_of_trio(float("inf"))


@specimen("S2", "trio.open_memory_channel(0) for the results", "trio")
def through_a_channel_without_a_buffer(origin: Origin) -> str:
    """A worker hands over its result when the consumer takes it."""
    return through_a_channel_of_trio(0)


def through_a_stream_of_anyio(size: float) -> str:
    """Hand results over by a memory object stream of anyio, of this size."""
    import anyio
    import anyio.lowlevel

    async def batch(calls: Calls) -> None:
        sends, takes = anyio.create_memory_object_stream[int](size)
        async with sends, takes, anyio.create_task_group() as group:
            for _ in range(LIMIT):
                group.start_soon(produce, calls, sends.send)
            await consume(calls, takes.receive)

    calls = Calls(anyio.lowlevel.checkpoint)
    anyio.run(batch, calls)
    return held_back(calls)


@specimen("S2", "anyio.create_memory_object_stream(math.inf)", "anyio", fault=UNBOUNDED)
def through_an_unbounded_stream(origin: Origin) -> str:
    """The same on anyio."""
    return through_a_stream_of_anyio(float("inf"))


@specimen("S2", "anyio.create_memory_object_stream(), which has no buffer", "anyio")
def through_a_stream_without_a_buffer(origin: Origin) -> str:
    """By default a stream of anyio keeps nothing."""
    return through_a_stream_of_anyio(0)


def through_a_queue_of_curio(size: int) -> str:
    """Hand results over by a queue of curio, of this size."""
    import curio

    async def let_run() -> None:
        await curio.sleep(0)

    async def batch(calls: Calls) -> None:
        queue = curio.Queue(size)
        async with curio.TaskGroup() as group:
            for _ in range(LIMIT):
                await group.spawn(produce, calls, queue.put)
            await consume(calls, queue.get)

    calls = Calls(let_run)
    curio.run(batch, calls)
    return held_back(calls)


@specimen("S2", "curio.Queue() for the results", "curio", fault=UNBOUNDED)
def through_an_unbounded_queue_of_curio(origin: Origin) -> str:
    """The same on curio."""
    return through_a_queue_of_curio(0)


@specimen("S2", "curio.Queue(1) for the results", "curio")
def through_a_bounded_queue_of_curio(origin: Origin) -> str:
    """The same workers wait for the consumer."""
    return through_a_queue_of_curio(1)


# S3: a consumer that stops at its first result.


def stopped(calls: Calls) -> str:
    """Hold the calls that began after the consumer had stopped against none."""
    late = calls.begun - calls.at_stop
    assert not late, f"S3: {late} calls began after the consumer had stopped"
    return "no call began after the consumer had stopped"


def consumer_stops(batch: Callable[[Calls], Coroutine[Any, Any, None]]) -> str:
    """Run a consumer on asyncio that stops, in a program that goes on."""

    async def program(calls: Calls) -> None:
        await batch(calls)
        await calls.do_something_else()

    calls = Calls()
    asyncio.run(program(calls))
    return stopped(calls)


def behind_a_semaphore(calls: Calls) -> list[asyncio.Task[int]]:
    """Begin a task for each call."""
    slots = asyncio.Semaphore(LIMIT)

    async def one(arg: int) -> int:
        async with slots:
            return await calls.make(arg)

    return [asyncio.create_task(one(arg)) for arg in calls.args]


WAITS_FOR_ALL = Known("the group's block waits for all of its tasks, wanted or not")


@specimen(
    "S3",
    "break out of asyncio.as_completed",
    fault=Known("as_completed only looks at the tasks; they run on when nobody looks any more"),
)
def break_out_of_as_completed(origin: Origin) -> str:
    """One looks for the first result, and leaves the loop."""

    async def batch(calls: Calls) -> None:
        for each in asyncio.as_completed(behind_a_semaphore(calls)):
            await each
            calls.stop()
            break

    return consumer_stops(batch)


@specimen("S3", "break out of asyncio.as_completed, and cancel the rest")
def cancel_after_as_completed(origin: Origin) -> str:
    """Who began the tasks cancels them, and waits until they have ended."""

    async def batch(calls: Calls) -> None:
        tasks = behind_a_semaphore(calls)
        for each in asyncio.as_completed(tasks):
            await each
            calls.stop()
            break
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    return consumer_stops(batch)


@specimen(
    "S3",
    "break within asyncio.TaskGroup",
    fault=WAITS_FOR_ALL,
)
def break_within_a_group(origin: Origin) -> str:
    """The consumer leaves the loop, and then the block."""

    async def batch(calls: Calls) -> None:
        queue = asyncio.Queue[int]()
        async with asyncio.TaskGroup() as group:
            for _ in range(LIMIT):
                group.create_task(produce(calls, queue.put))
            await queue.get()
            calls.stop()

    return consumer_stops(batch)


@specimen("S3", "trio: cancel the nursery's scope", "trio")
def cancel_a_nursery(origin: Origin) -> str:
    """The consumer cancels the scope that all workers are in."""
    import trio

    async def batch(calls: Calls) -> None:
        sends, takes = trio.open_memory_channel[int](0)
        async with trio.open_nursery() as nursery:
            for _ in range(LIMIT):
                nursery.start_soon(produce, calls, sends.send)
            await takes.receive()
            calls.stop()
            nursery.cancel_scope.cancel()
        await calls.do_something_else()

    calls = Calls(trio.lowlevel.checkpoint)
    trio.run(batch, calls)
    return stopped(calls)


@specimen("S3", "anyio: cancel the task group's scope", "anyio")
def cancel_a_group_of_anyio(origin: Origin) -> str:
    """The same on anyio."""
    import anyio
    import anyio.lowlevel

    async def batch(calls: Calls) -> None:
        sends, takes = anyio.create_memory_object_stream[int]()
        async with sends, takes, anyio.create_task_group() as group:
            for _ in range(LIMIT):
                group.start_soon(produce, calls, sends.send)
            await takes.receive()
            calls.stop()
            group.cancel_scope.cancel()
        await calls.do_something_else()

    calls = Calls(anyio.lowlevel.checkpoint)
    anyio.run(batch, calls)
    return stopped(calls)


@specimen("S3", "break out of anyio.as_completed", "anyio")
def break_out_of_anyio_as_completed(origin: Origin) -> str:
    """The stream's block cancels what is left."""
    import anyio
    import anyio.lowlevel

    async def batch(calls: Calls) -> None:
        slots = anyio.Semaphore(LIMIT)

        async def one(arg: int) -> int:
            async with slots:
                return await calls.make(arg)

        async with anyio.as_completed(*map(one, calls.args)) as results:
            await results.receive()
            calls.stop()
        await calls.do_something_else()

    calls = Calls(anyio.lowlevel.checkpoint)
    anyio.run(batch, calls)
    return stopped(calls)


def break_within_curio(slow: float, *, cancel: bool) -> str:
    """Take the result of curio's first call, while the others are slow; cancel them, or not."""
    import curio

    async def let_run() -> None:
        await curio.sleep(slow if calls.begun > 1 else 0)

    async def batch(calls: Calls) -> None:
        queue = curio.Queue()
        async with curio.TaskGroup() as group:
            for _ in range(LIMIT):
                await group.spawn(produce, calls, queue.put)
            await queue.get()
            calls.stop()
            if cancel:
                await group.cancel_remaining()

    calls = Calls(let_run)
    curio.run(batch, calls)
    return stopped(calls)


@specimen("S3", "break within curio.TaskGroup", "curio", fault=WAITS_FOR_ALL)
def break_within_a_group_of_curio(origin: Origin) -> str:
    """The same on curio."""
    return break_within_curio(0.001, cancel=False)


@specimen("S3", "curio: TaskGroup.cancel_remaining()", "curio")
def cancel_the_rest_of_curio(origin: Origin) -> str:
    """The group cancels what is left, when it is told to."""
    return break_within_curio(60, cancel=True)
