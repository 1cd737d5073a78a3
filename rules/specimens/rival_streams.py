"""Streams of libraries: the order of results, a limit of one, and leaving a stream.

Strategy: as in `rivals`.  A stream gives results one by one to whoever iterates, so here are also
the options that no variant takes since it needs all results in order.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.specimens.aborting import LONG
from rules.specimens.errors_within import FEW, HANGS, cancels_itself, must_fail
from rules.specimens.overtaking import CALLS, Calls, consumed
from rules.specimens.resources import apart, looking
from rules.specimens.streams import LIMIT, consume, consumer_stops, held_back
from rules.specimens.streams import Calls as Streamed

ONE_CONTEXT = Known(
    "with a limit of one the consumer's own task makes the calls, in its one context"
)

# aiostream: the order of results, a limit of one, and leaving a stream.


def mapped(calls: Streamed | Calls, args: Iterable[int], **options: bool) -> Any:
    """Give a stream of aiostream over the calls of these arguments, with these options."""
    from aiostream import stream

    async def call(arg: int, *_: int) -> int:
        return await calls.make(arg)

    return stream.map(stream.iterate(args), call, task_limit=LIMIT, **options)


@specimen("S2", "aiostream: stream.map(ordered=False, task_limit=…)", "aiostream")
def ahead_by_a_stream(_: Origin) -> str:
    """A pipeline runs as far as somebody asks it for results."""

    async def batch(calls: Streamed) -> None:
        async with mapped(calls, calls.args, ordered=False).stream() as results:
            await consume(calls, results.__anext__)

    calls = Streamed()
    asyncio.run(batch(calls))
    return held_back(calls)


@specimen("S3", "break out of aiostream's stream.map, within its block", "aiostream")
def break_out_of_a_stream(_: Origin) -> str:
    """Its block cancels what is left."""

    async def batch(calls: Streamed) -> None:
        async with mapped(calls, calls.args, ordered=False).stream() as results:
            async for _ in results:
                calls.stop()
                break

    return consumer_stops(batch)


async def in_a_stream(calls: Calls, **options: bool) -> AsyncIterator[int]:
    """Give the results of aiostream, in the order that these options choose."""
    async with mapped(calls, CALLS, **options).stream() as results:
        async for result in results:
            yield result


@specimen(
    "S6",
    "aiostream: stream.map(task_limit=…), ordered by default",
    "aiostream",
    fault=Known("results are given in the order of the arguments, and the first is the slow one"),
)
def taken_in_order(_: Origin) -> str:
    """Nothing is said of an order, and so there is one."""
    return consumed(in_a_stream)


@specimen("S6", "aiostream: stream.map(ordered=False)", "aiostream")
def taken_as_they_come(_: Origin) -> str:
    """The order is let go of."""
    return consumed(partial(in_a_stream, ordered=False))


def contexts_of_a_stream(limit: int) -> str:
    """Let two calls in a stream look into a context variable, and set it."""
    from aiostream import pipe, stream

    look = looking()

    async def call(arg: int, *_: int) -> Any:
        return look(arg)

    async def main() -> list[int | None]:
        found: list[int | None] = await (
            stream.iterate(range(2)) | pipe.map(call, task_limit=limit) | pipe.list()
        )
        return found

    return apart(asyncio.run(main()))


@specimen(
    "X6",
    "aiostream: stream.map(task_limit=1)",
    "aiostream",
    fault=ONE_CONTEXT,
)
def contexts_one_at_a_time(_: Origin) -> str:
    """One call at a time: one would expect a context for each, as with two."""
    return contexts_of_a_stream(1)


@specimen("X6", "aiostream: stream.map(task_limit=2)", "aiostream")
def contexts_two_at_a_time(_: Origin) -> str:
    """Each call has a task, and so a context."""
    return contexts_of_a_stream(2)


@specimen(
    "C11",
    "aiostream: leaving the block of a stream",
    "aiostream",
    fault=Known(
        "it takes every CancelledError for that of the task which it has cancelled, and does not "
        "ask current_task().cancelling() whether it is itself cancelled",
        "https://github.com/python/cpython/issues/103486",
    ),
)
def stream_left(_: Origin) -> str:
    """A consumer leaves its stream, and is cancelled while the stream ends its tasks."""
    from aiostream import stream

    async def consume_one(cleaning: asyncio.Event, cancelled: asyncio.Event) -> None:
        both = asyncio.Event()

        async def call(arg: int, *_: int) -> Any:
            if arg == 0:
                await both.wait()
                return arg
            both.set()
            try:
                await asyncio.sleep(LONG)
            finally:
                cleaning.set()
                await cancelled.wait()
            return arg

        calls = stream.map(stream.iterate(range(2)), call, ordered=False, task_limit=LIMIT)
        async with calls.stream() as results:
            async for _ in results:
                break
        await asyncio.sleep(0)

    async def main() -> bool:
        cleaning, cancelled = asyncio.Event(), asyncio.Event()
        consumer = asyncio.create_task(consume_one(cleaning, cancelled))
        await cleaning.wait()
        consumer.cancel()
        await asyncio.sleep(0)
        cancelled.set()
        await asyncio.wait([consumer])
        return consumer.cancelled()

    assert asyncio.run(main()), "C11: the consumer went on after it had been cancelled"
    return "the consumer was cancelled"


# streamable: results as they are done, and a limit of one.


def streamed(call: Callable[[int], Coroutine[Any, Any, Any]], **options: Any) -> list[Any]:
    """Give what a stream of streamable gives of these calls, with these options, if it ends."""
    from streamable import stream

    async def batch() -> list[Any]:
        async with asyncio.timeout(HANGS):
            return [result async for result in stream(FEW).map(call, **options)]

    return asyncio.run(batch())


@specimen(
    "E9",
    "streamable: map(as_completed=True)",
    "streamable",
    fault=Known(
        "a task that was cancelled gives no result to the queue that its callback should put it "
        "into, and the stream waits there for one result of each"
    ),
)
def cancelled_as_completed(_: Origin) -> str:
    """Results come as they are done, and so does that which went wrong, one would think."""
    return must_fail(
        "E9", lambda: streamed(cancels_itself, concurrency=len(FEW), as_completed=True)
    )


@specimen("E9", "streamable: map", "streamable")
def cancelled_in_turn(_: Origin) -> str:
    """In the order of the arguments it awaits each task, and so meets the cancellation."""
    return must_fail("E9", lambda: streamed(cancels_itself, concurrency=len(FEW)))


def contexts_of_streamable(concurrency: int) -> str:
    """Tell whether the calls of a stream, so many at once, keep their contexts apart."""
    look = looking()

    async def call(arg: int) -> int | None:
        return look(arg)

    return apart(streamed(call, concurrency=concurrency))


@specimen(
    "X6",
    "streamable: map(concurrency=1)",
    "streamable",
    fault=ONE_CONTEXT,
)
def contexts_of_streamable_one_at_a_time(_: Origin) -> str:
    """One call at a time: one would expect a context for each, as with two."""
    return contexts_of_streamable(1)


@specimen("X6", "streamable: map(concurrency=2)", "streamable")
def contexts_of_streamable_two_at_a_time(_: Origin) -> str:
    """Each call has a task, and so a context."""
    return contexts_of_streamable(2)
