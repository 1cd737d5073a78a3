"""S5: a stream that is closed after its first result.

Strategy: an async generator gives the results of workers, and is closed by `aclosing`, as its
documentation teaches.  Calls are nothing but a round of the loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

LIMIT = 5
CALLS = 20
LONG = 60.0
"""Seconds of a call that only a cancellation ends."""


def closed(run: Callable[[], object]) -> str:
    """Run a consumer that closes its stream."""
    try:
        run()
    except BaseExceptionGroup as group:
        raise AssertionError(f"S5: aclose() raised {group!r}") from group
    return "aclose() raised nothing"


async def produce(args: Iterator[int], queue: asyncio.Queue[int]) -> None:
    """Make calls, and hand over their results: what each worker does."""
    for arg in args:
        await asyncio.sleep(0)
        await queue.put(arg)


async def take_one(stream: AsyncGenerator[int, None]) -> None:
    """Take the first result, and close the stream."""
    async with aclosing(stream):
        async for _ in stream:
            break


WRAPPED = "the group takes the GeneratorExit of aclose() for a failure of its block, and wraps it"


@specimen(
    "S5",
    "asyncio.TaskGroup inside an async generator",
    fault=Known(WRAPPED, "https://github.com/python/cpython/issues/135736"),
)
def group_in_a_generator(origin: Origin) -> str:
    """A generator owns its tasks by a group around its `yield`."""

    async def stream() -> AsyncGenerator[int, None]:
        args = iter(range(CALLS))
        queue = asyncio.Queue[int](1)
        async with asyncio.TaskGroup() as group:
            for _ in range(LIMIT):
                group.create_task(produce(args, queue))
            for _ in range(CALLS):
                yield await queue.get()

    return closed(lambda: asyncio.run(take_one(stream())))


@specimen("S5", "asyncio: tasks cancelled in the async generator's finally")
def tasks_in_a_generator(origin: Origin) -> str:
    """A generator owns its tasks by a list, and cancels them as it ends."""

    async def stream() -> AsyncGenerator[int, None]:
        args = iter(range(CALLS))
        queue = asyncio.Queue[int](1)
        tasks = [asyncio.create_task(produce(args, queue)) for _ in range(LIMIT)]
        try:
            for _ in range(CALLS):
                yield await queue.get()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    return closed(lambda: asyncio.run(take_one(stream())))


@specimen("S5", "trio nursery inside an async generator", "trio", fault=Known(WRAPPED))
def nursery_in_a_generator(origin: Origin) -> str:
    """The same on trio."""
    import trio

    async def stream() -> AsyncGenerator[int, None]:
        sends, takes = trio.open_memory_channel[int](0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sends.send, 1)
            yield await takes.receive()

    return closed(lambda: trio.run(take_one, stream()))


@specimen("S5", "trio.as_safe_channel over an async generator", "trio")
def safe_channel_of_trio(origin: Origin) -> str:
    """Trio runs the generator in a task of its own, and gives its results by a channel."""
    import trio

    @trio.as_safe_channel
    async def stream() -> AsyncGenerator[int, None]:
        sends, takes = trio.open_memory_channel[int](0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sends.send, 1)
            yield await takes.receive()

    async def take_one_of_it() -> None:
        async with stream() as results:
            async for _ in results:
                break

    return closed(lambda: trio.run(take_one_of_it))


@specimen("S5", "anyio task group inside an async generator", "anyio", fault=Known(WRAPPED))
def anyio_group_in_a_generator(origin: Origin) -> str:
    """The same on anyio."""
    import anyio

    async def stream() -> AsyncGenerator[int, None]:
        sends, takes = anyio.create_memory_object_stream[int]()
        async with sends, takes, anyio.create_task_group() as group:
            group.start_soon(sends.send, 1)
            yield await takes.receive()

    return closed(lambda: anyio.run(take_one, stream()))


@specimen("S5", "anyio.as_completed, left at its first result", "anyio")
def anyio_as_completed_left(origin: Origin) -> str:
    """A context manager owns the tasks, and gives a stream that is no generator."""
    import anyio

    async def batch() -> None:
        async with anyio.as_completed(*map(anyio.sleep, (0, LONG))) as results:
            await results.receive()

    return closed(lambda: anyio.run(batch))


@specimen("S5", "curio.TaskGroup inside an async generator", "curio")
def curio_group_in_a_generator(origin: Origin) -> str:
    """A group of curio lets pass what leaves its block, and cancels its tasks."""
    import curio

    async def stream() -> AsyncGenerator[int, None]:
        queue = curio.Queue()
        async with curio.TaskGroup() as group:
            await group.spawn(queue.put, 1)
            await group.spawn(curio.sleep, LONG)
            yield await queue.get()

    return closed(lambda: curio.run(take_one, stream()))
