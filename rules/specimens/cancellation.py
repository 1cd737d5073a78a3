"""C2, C5, C9, C11, C18: ways of cancelling and cleaning up, each beside one that keeps the rule.

Strategy: where calls are made, the origin answers none and tells which were hung up.  The other
programs make none: events choose the instant, and a list tells who went on.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any

from impls.contract import Endpoint
from impls.on_asyncio import Client
from origin.plan import NEVER, Plan, Seen, Step
from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.specimens.aborting import clean_up_at_length
from rules.trial import uncollected

CALLS = range(5)
ABORT, LAST = -1, -2
LONG = 60.0
A_WHILE = 1.0
"""Seconds for the origin to see a hang-up, which takes it a millisecond."""

A_FEW = 10
"""Passes of a loop; time enough for whatever else is to happen at once."""

Call = Callable[[int], Awaitable[object]]

GH_86296 = Known(
    "wait_for gives the result if that is there when the cancellation is delivered",
    "https://github.com/python/cpython/issues/86296",
    {"python": "<3.12"},
)
OWNS_NO_TASK = Known("it waits for tasks that it does not own, and leaves them as they are")
SHIELD_OWNS_NOTHING = Known("asyncio.shield lets go of what it shields, and nobody waits for it")
SUPPRESSED = Known(
    "it takes every CancelledError for that of the task which it has cancelled, and does not ask "
    "current_task().cancelling() whether it is itself cancelled",
    "https://github.com/python/cpython/issues/103486",
)
EACH_PASS = Known(
    "to anyio a cancellation is a state, as to trio: it is delivered again on each pass of the "
    "loop, until the task has left; asyncio.shield holds off one"
)
# C2: what runs on.


def hung_up(origin: Origin, way: Callable[[Call], Awaitable[object]]) -> str:
    """Cancel five calls made in this way; one more is answered when all five are hung up."""
    origin.plan(
        Plan(
            {
                ABORT: Step(gate=Seen(in_progress=len(CALLS) + 1)),
                LAST: Step(gate=Seen(hung_up=len(CALLS))),
            },
            otherwise=Step(gate=NEVER),
        )
    )

    async def program() -> None:
        client = Client(Endpoint(*origin.calls))
        task = asyncio.ensure_future(way(client.some_remote_call))
        await client.some_remote_call(ABORT)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        try:
            async with asyncio.timeout(A_WHILE):
                await client.some_remote_call(LAST)
        except TimeoutError:
            raise AssertionError("C2: calls ran on after they had been cancelled") from None
        finally:
            await client.aclose()

    with uncollected():
        asyncio.run(program())
    return f"all {len(CALLS)} calls were cut off"


@specimen("C2", "asyncio.wait", fault=OWNS_NO_TASK)
def waited_for(origin: Origin) -> str:
    """Tasks are made, and waited for."""

    async def way(call: Call) -> None:
        await asyncio.wait([asyncio.ensure_future(call(arg)) for arg in CALLS])

    return hung_up(origin, way)


@specimen("C2", "asyncio.as_completed", fault=OWNS_NO_TASK)
def taken_as_completed(origin: Origin) -> str:
    """The results are taken as they come."""

    async def way(call: Call) -> None:
        for each in asyncio.as_completed([call(arg) for arg in CALLS]):
            await each

    return hung_up(origin, way)


@specimen("C2", "asyncio.gather")
def gathered(origin: Origin) -> str:
    """The calls are gathered: a cancellation, unlike a failure, ends all of them."""

    async def way(call: Call) -> None:
        await asyncio.gather(*map(call, CALLS))

    return hung_up(origin, way)


# C5: a result in the same instant.


def cancelled_with_a_result(way: Callable[[asyncio.Future[int]], Awaitable[object]]) -> str:
    """Give what is waited for its result, and cancel who waits, on the same pass of the loop."""

    async def main() -> bool:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(way(future))
        await asyncio.sleep(0)
        future.set_result(1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(main()), "C5: the cancelled call gave its result"
    return "the cancelled call was cancelled"


@specimen("C5", "asyncio.wait_for", fault=GH_86296)
def wait_for_a_result(_: Origin) -> str:
    """The result comes as the task that waits is cancelled."""
    return cancelled_with_a_result(lambda future: asyncio.wait_for(future, LONG))


@specimen("C5", "asyncio.timeout")
def timeout_for_a_result(_: Origin) -> str:
    """The same, in the block of a timeout."""

    async def way(future: asyncio.Future[int]) -> int:
        async with asyncio.timeout(LONG):
            return await future

    return cancelled_with_a_result(way)


# C9: what waiting costs.


def woken_by_cancellation(stubborn: Callable[[list[int]], Coroutine[Any, Any, None]]) -> str:
    """Cancel what will not end before the loop has made many passes; count how often it woke."""
    import anyio

    woken: list[int] = []

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(stubborn, woken)
            await asyncio.sleep(0)
            group.cancel_scope.cancel()

    anyio.run(main)
    assert len(woken) <= 1, f"C9: a call that waits for its clean-up was woken {len(woken)} times"
    return "what waits is left alone until it is done"


async def passes() -> None:
    """Take a few passes of the loop."""
    for _ in range(A_FEW):
        await asyncio.sleep(0)


@specimen("C9", "asyncio.shield in a cancelled scope of anyio", "anyio", fault=EACH_PASS)
def shield_within_anyio(_: Origin) -> str:
    """A library written for asyncio waits for its clean-up, whoever cancels it meanwhile."""

    async def stubborn(woken: list[int]) -> None:
        clean_up = asyncio.ensure_future(passes())
        while not clean_up.done():
            try:
                await asyncio.shield(clean_up)
            except asyncio.CancelledError:
                woken.append(1)

    return woken_by_cancellation(stubborn)


@specimen("C9", "anyio.CancelScope(shield=True) in a cancelled scope", "anyio")
def scope_within_anyio(_: Origin) -> str:
    """The same, with the shield of anyio itself."""
    import anyio

    async def stubborn(woken: list[int]) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await passes()
            except asyncio.CancelledError:
                woken.append(1)

    return woken_by_cancellation(stubborn)


# C11: streams that are cleaned up.


def cancelled_in_clean_up(ended: Callable[[asyncio.Task[None]], Awaitable[object]]) -> str:
    """Cancel a consumer while its stream, closed early, waits for its producer to end."""
    cleaning, cancelled = asyncio.Event(), asyncio.Event()

    async def stream() -> AsyncGenerator[int, None]:
        producer = asyncio.create_task(clean_up_at_length(cleaning, cancelled))
        try:
            await asyncio.sleep(0)
            yield 1
        finally:
            producer.cancel()
            await ended(producer)

    async def consume() -> None:
        async with aclosing(stream()) as results:
            async for _ in results:
                break
        await asyncio.sleep(0)

    async def main() -> bool:
        consumer = asyncio.create_task(consume())
        await cleaning.wait()
        consumer.cancel()
        await asyncio.sleep(0)
        cancelled.set()
        await asyncio.wait([consumer])
        return consumer.cancelled()

    assert asyncio.run(main()), "C11: the consumer went on after it had been cancelled"
    return "the consumer was cancelled"


@specimen("C11", "a task cancelled, and awaited under suppress(CancelledError)", fault=SUPPRESSED)
def producer_suppressed(_: Origin) -> str:
    """A stream ends its producer as everybody writes it."""

    async def ended(producer: asyncio.Task[None]) -> None:
        with suppress(asyncio.CancelledError):
            await producer

    return cancelled_in_clean_up(ended)


@specimen("C11", "a task cancelled, and waited for with asyncio.wait")
def producer_waited_for(_: Origin) -> str:
    """asyncio.wait raises only the cancellation of who waits."""
    return cancelled_in_clean_up(lambda producer: asyncio.wait([producer]))


# C18: what is shielded.


def nothing_left_behind(running: int) -> str:
    """Tell that no shielded calls ran on."""
    assert not running, f"C18: {running} shielded calls went on after the batch had ended"
    return "the batch ended after what was shielded"


@specimen("C18", "asyncio.shield", fault=SHIELD_OWNS_NOTHING)
def shielded_by_asyncio(_: Origin) -> str:
    """Five calls are shielded, and cancelled."""
    done: list[int] = []

    async def shielded(arg: int) -> None:
        await passes()
        done.append(arg)

    async def main() -> int:
        group = asyncio.gather(*(asyncio.shield(shielded(arg)) for arg in CALLS))
        await asyncio.sleep(0)
        group.cancel()
        with suppress(asyncio.CancelledError):
            await group
        at_return = len(done)
        await passes()
        return len(done) - at_return

    return nothing_left_behind(asyncio.run(main()))


@specimen("C18", "trio.CancelScope(shield=True)", "trio")
def shielded_by_trio(_: Origin) -> str:
    """The same in trio, whose nursery waits for what is shielded."""
    import trio

    done: list[int] = []

    async def call(arg: int) -> None:
        with trio.CancelScope(shield=True):
            for _ in range(A_FEW):
                await trio.lowlevel.checkpoint()
            done.append(arg)

    async def main() -> int:
        async with trio.open_nursery() as nursery:
            for arg in CALLS:
                nursery.start_soon(call, arg)
            await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()
        return len(CALLS) - len(done)

    return nothing_left_behind(trio.run(main))
