"""C6, C12 to C15: ways of limiting time, each beside the way that keeps the rule.

Strategy: what the same few lines do in each runtime's own words.  A time limit is short, and what
outlasts it would take for ever, or many times as long; a verdict never depends on how long it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from impls import on_threads
from impls.contract import Batch, Endpoint
from origin.plan import Plan
from origin.process import Address, Origin
from rules.known import Known
from rules.specimen import specimen

SHORT = 0.01
LONG = 60.0
CALLS = range(10)
LIMIT = 2

Way = Callable[[], Awaitable[object]]

IF_CAUGHT = Known(
    "it tells that time is up by a cancellation that it catches; one that was swallowed is none"
)
IF_CAUGHT_BY_ASYNCIO = Known(IF_CAUGHT.reason, "https://github.com/python/cpython/pull/98518")
SUCCESS_LATE = Known(
    f"{IF_CAUGHT.reason}, on purpose: a result that came late is not lost",
    "https://github.com/agronholm/anyio/issues/589",
)
SWALLOWED_BUT_LOGGED = Known(f"{IF_CAUGHT.reason}; curio logs that it took too long")
CLOCK_BEFORE_SLOT = Known("the time limit is around the semaphore, so it counts the waiting, too")
NEXT_PASS = Known(
    "a deadline that has passed cancels only on the loop's next pass; what needs none is done"
)
NEXT_PASS_OF_ASYNCIO = Known(NEXT_PASS.reason, "https://github.com/python/cpython/issues/95051")
ONE_CLASS = Known(
    "it raises the class that the call may raise, and keeps no record of which it was"
)
NO_EXCEPTION = Known("curio.TaskTimeout is a cancellation, and so a BaseException")
A_CLASS_OF_ITS_OWN = Known("trio.TooSlowError is no TimeoutError")


# C6: a cancellation that the call swallowed.


def reported(run: Callable[[], object]) -> str:
    """Run what outlasts its time; something must be raised."""
    try:
        run()
    except BaseException as error:  # noqa: BLE001 - curio's is no Exception
        return f"{type(error).__name__} was raised"
    raise AssertionError("C6: after its deadline the call was reported as a success")


async def swallow() -> None:
    """Be cancelled, and say nothing of it."""
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(LONG)


@specimen("C6", "asyncio.wait_for", fault=IF_CAUGHT_BY_ASYNCIO)
def swallowed_in_wait_for(_: Origin) -> str:
    """The call swallows its cancellation, and wait_for gives its result."""

    async def main() -> None:
        await asyncio.wait_for(swallow(), SHORT)

    return reported(lambda: asyncio.run(main()))


@specimen("C6", "asyncio.timeout", fault=IF_CAUGHT_BY_ASYNCIO)
def swallowed_in_timeout(_: Origin) -> str:
    """The same in the block of a timeout."""

    async def main() -> None:
        async with asyncio.timeout(SHORT):
            await swallow()

    return reported(lambda: asyncio.run(main()))


@specimen("C6", "asyncio.timeout, then expired()")
def asked_whether_expired(_: Origin) -> str:
    """The same, and then the timeout is asked."""

    async def main() -> None:
        async with asyncio.timeout(SHORT) as limit:
            await swallow()
        if limit.expired():
            raise TimeoutError

    return reported(lambda: asyncio.run(main()))


@specimen("C6", "trio.fail_after", "trio", fault=Known(SUCCESS_LATE.reason))
def swallowed_in_trio(_: Origin) -> str:
    """The same in trio."""
    import trio

    async def main() -> None:
        with trio.fail_after(SHORT):
            with suppress(trio.Cancelled):
                await trio.sleep(LONG)

    return reported(lambda: trio.run(main))


@specimen("C6", "anyio.fail_after", "anyio", fault=SUCCESS_LATE)
def swallowed_in_anyio(_: Origin) -> str:
    """The same in anyio."""
    import anyio

    async def main() -> None:
        with anyio.fail_after(SHORT):
            await swallow()

    return reported(lambda: anyio.run(main))


@specimen("C6", "curio.timeout_after", "curio", fault=SWALLOWED_BUT_LOGGED)
def swallowed_in_curio(_: Origin) -> str:
    """The same in curio."""
    import curio

    async def main() -> None:
        async with curio.timeout_after(SHORT):
            with suppress(curio.CancelledError):
                await curio.sleep(LONG)

    return reported(lambda: curio.run(main))


# C12: when the clock starts.


def late_before_they_began(way: Callable[[Way, asyncio.Semaphore], Awaitable[object]]) -> str:
    """Let ten calls wait for two slots; count those that ran out of time before they had begun."""

    async def one(slots: asyncio.Semaphore) -> bool:
        mine: list[int] = []

        async def call() -> None:
            mine.append(1)
            await asyncio.sleep(SHORT)

        with suppress(TimeoutError):
            await way(call, slots)
        return bool(mine)

    async def main() -> int:
        slots = asyncio.Semaphore(LIMIT)
        return (await asyncio.gather(*(one(slots) for _ in CALLS))).count(False)

    late = asyncio.run(main())
    assert not late, f"C12: {late} of {len(CALLS)} calls ran out of time before they had begun"
    return "each call began, and then had its time"


@specimen("C12", "asyncio.wait_for around the semaphore", fault=CLOCK_BEFORE_SLOT)
def clock_before_the_slot(_: Origin) -> str:
    """The limit is around all that a call takes, its turn too."""

    async def way(call: Way, slots: asyncio.Semaphore) -> None:
        async def in_turn() -> None:
            async with slots:
                await call()

        await asyncio.wait_for(in_turn(), 2 * SHORT)

    return late_before_they_began(way)


@specimen("C12", "asyncio.wait_for within the semaphore")
def clock_after_the_slot(_: Origin) -> str:
    """The limit is around the call alone."""

    async def way(call: Way, slots: asyncio.Semaphore) -> None:
        async with slots:
            await asyncio.wait_for(call(), 2 * SHORT)

    return late_before_they_began(way)


# C13: a deadline that has passed.


def one_call(origin: Origin) -> None:
    """Make a call, by a connection of its own: the origin then knows of all earlier ones."""
    on_threads.run(Endpoint(*origin.calls), [Batch([0], 1)], strategy=on_threads.workers)


def opened(origin: Origin, run: Callable[[Address], object]) -> str:
    """Run what connects after its deadline; the origin counts the connections."""
    origin.plan(Plan())
    one_call(origin)
    origin.plan(Plan())
    with suppress(Exception):
        run(origin.calls)
    one_call(origin)
    connections = origin.ledger().opened - 1
    assert not connections, f"C13: {connections} connection opened after the deadline"
    return "no connection was opened"


@specimen("C13", "asyncio.timeout(0)", fault=NEXT_PASS_OF_ASYNCIO)
def connected_in_no_time(origin: Origin) -> str:
    """A connection is opened in the block of a timeout that has passed."""

    async def connect(where: Address) -> None:
        async with asyncio.timeout(0):
            await asyncio.open_connection(*where)

    return opened(origin, lambda where: asyncio.run(connect(where)))


@specimen("C13", "asyncio.wait_for(..., 0)")
def waited_for_no_time(origin: Origin) -> str:
    """wait_for of no time at all begins nothing."""

    async def connect(where: Address) -> None:
        await asyncio.wait_for(asyncio.open_connection(*where), 0)

    return opened(origin, lambda where: asyncio.run(connect(where)))


@specimen("C13", "anyio.fail_after(0) on asyncio", "anyio", fault=NEXT_PASS)
def anyio_connected_in_no_time(origin: Origin) -> str:
    """The same in anyio."""
    import anyio

    async def connect(where: Address) -> None:
        with anyio.fail_after(0):
            await anyio.connect_tcp(*where)

    return opened(origin, lambda where: anyio.run(connect, where))


@specimen("C13", "trio.fail_after(0)", "trio")
def trio_connected_in_no_time(origin: Origin) -> str:
    """The same in trio."""
    import trio

    async def connect(where: Address) -> None:
        with trio.fail_after(0):
            await trio.open_tcp_stream(*where)

    return opened(origin, lambda where: trio.run(connect, where))


# C14: whose TimeoutError it is.


async def time_out() -> None:
    """Raise what a remote end calls a timeout."""
    raise TimeoutError


async def take_for_ever() -> None:
    """Take longer than any deadline."""
    await asyncio.sleep(LONG)


def told_apart(way: Callable[[Way], Coroutine[Any, Any, str]]) -> str:
    """Let a call raise its own TimeoutError, and another outlast its time."""
    own, ours = asyncio.run(way(time_out)), asyncio.run(way(take_for_ever))
    assert own != ours, f"C14: a call's own TimeoutError and the deadline were both {own!r}"
    return f"{own!r} and {ours!r}"


async def said_of(raised: Awaitable[object]) -> str:
    """Say what is raised."""
    try:
        await raised
    except TimeoutError as error:
        return repr(error)
    return "nothing"


@specimen("C14", "asyncio.wait_for", fault=ONE_CLASS)
def whose_in_wait_for(_: Origin) -> str:
    """wait_for raises TimeoutError, and so does the call."""

    async def way(call: Way) -> str:
        return await said_of(asyncio.wait_for(call(), SHORT))

    return told_apart(way)


@specimen("C14", "asyncio.timeout, then expired()")
def whose_in_timeout(_: Origin) -> str:
    """A timeout knows whether it was the one."""

    async def way(call: Way) -> str:
        try:
            async with asyncio.timeout(SHORT) as limit:
                await call()
        except TimeoutError:
            return "the deadline" if limit.expired() else "the call's own"
        return "nothing"

    return told_apart(way)


# C15: what is raised when time is up.


def timed_out(run: Callable[[], object]) -> str:
    """Run what outlasts its time; it must raise a TimeoutError."""
    try:
        run()
    except TimeoutError as error:
        return f"{type(error).__name__} was raised"
    except BaseException as error:  # noqa: BLE001 - that is what is shown
        raise AssertionError(f"C15: {error!r} is no TimeoutError") from None
    raise AssertionError("C15: nothing was raised")


@specimen("C15", "curio.timeout_after", "curio", fault=NO_EXCEPTION)
def class_in_curio(_: Origin) -> str:
    """A sleep outlasts its time in curio."""
    import curio

    async def main() -> None:
        async with curio.timeout_after(SHORT):
            await curio.sleep(LONG)

    return timed_out(lambda: curio.run(main))


@specimen("C15", "trio.fail_after", "trio", fault=A_CLASS_OF_ITS_OWN)
def class_in_trio(_: Origin) -> str:
    """The same in trio."""
    import trio

    async def main() -> None:
        with trio.fail_after(SHORT):
            await trio.sleep(LONG)

    return timed_out(lambda: trio.run(main))


@specimen("C15", "anyio.fail_after", "anyio")
def class_in_anyio(_: Origin) -> str:
    """The same in anyio."""
    import anyio

    async def main() -> None:
        with anyio.fail_after(SHORT):
            await anyio.sleep(LONG)

    return timed_out(lambda: anyio.run(main))


@specimen("C15", "asyncio.timeout")
def class_in_asyncio(_: Origin) -> str:
    """The same in asyncio."""

    async def main() -> None:
        async with asyncio.timeout(SHORT):
            await asyncio.sleep(LONG)

    return timed_out(lambda: asyncio.run(main()))
