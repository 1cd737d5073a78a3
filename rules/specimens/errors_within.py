"""E9 to E11: what becomes of a call that raises what could be mistaken for something else.

Strategy: calls of one's own, for what matters is raised within the program.  The program must
fail; one that gets a result instead, or hangs, has lost a call.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

FEW = range(4)
FAILING = 1
HANGS = 0.5
"""Seconds after which a program that takes no time has hung."""


class Failed(Exception):  # noqa: N818 - it names what happened, as `Aborted` does
    """A call failed."""


def must_fail(number: str, program: Callable[[], object]) -> str:
    """Run a program whose second call fails; say how it was heard of."""
    try:
        got = program()
    except TimeoutError:
        got = f"nothing within {HANGS} s"
    except BaseException as error:  # noqa: BLE001 - what leaves the program has not been lost
        return f"the program met {type(error).__name__}"
    raise AssertionError(f"{number}: a call failed, and the program got {got}")


# E9: a call that raises CancelledError by itself.


async def cancels_itself(arg: int) -> int:
    """Make a call, one of which was cancelled within, by nobody who knows of the batch."""
    await asyncio.sleep(0)
    if arg == FAILING:
        raise asyncio.CancelledError
    return arg


async def group_of(call: Callable[[int], Awaitable[int]]) -> list[int]:
    """Make the calls in a TaskGroup, each of which keeps its result."""
    results: list[int] = []

    async def one(arg: int) -> None:
        results.append(await call(arg))

    async with asyncio.TaskGroup() as group:
        for arg in FEW:
            group.create_task(one(arg))
    return results


CANCELLED_QUIETLY = "a group takes a task that ends by a cancellation for one that it has cancelled"


@specimen("E9", "asyncio.TaskGroup", fault=Known(CANCELLED_QUIETLY))
def a_group_of_cancelled(_: Origin) -> str:
    """A group raises what its tasks raise, one would think."""
    return must_fail("E9", lambda: asyncio.run(group_of(cancels_itself)))


@specimen(
    "E9",
    "an anyio task group on asyncio",
    "anyio",
    fault=Known(CANCELLED_QUIETLY, "https://github.com/agronholm/anyio/issues/374"),
)
def an_anyio_group_of_cancelled(_: Origin) -> str:
    """The same in anyio's own group."""
    import anyio

    async def batch() -> list[int]:
        results: list[int] = []

        async def one(arg: int) -> None:
            results.append(await cancels_itself(arg))

        async with anyio.create_task_group() as group:
            for arg in FEW:
                group.start_soon(one, arg)
        return results

    return must_fail("E9", lambda: anyio.run(batch))


@specimen("E9", "asyncio.TaskGroup, over calls whose cancellation is looked into")
def a_group_of_guarded(_: Origin) -> str:
    """A cancellation that nobody has asked this task for is an error of the call."""

    async def guarded(arg: int) -> int:
        try:
            return await cancels_itself(arg)
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            raise Failed(arg) from error

    return must_fail("E9", lambda: asyncio.run(group_of(guarded)))


@specimen("E9", "asyncio.gather")
def gathered_cancelled(_: Origin) -> str:
    """It raises the CancelledError itself, as if the caller had been cancelled."""

    async def batch() -> list[int]:
        return await asyncio.gather(*map(cancels_itself, FEW))

    return must_fail("E9", lambda: asyncio.run(batch()))


# E10: a call that raises what ends a loop.


def stops(arg: int) -> int:
    """Make a call that takes the first of nothing."""
    return next(iter(range(arg, arg)))


NEVER_SET = Known(
    "asyncio cannot set StopIteration on its future, fails in a callback, and nobody is woken",
    "https://github.com/python/cpython/issues/112182",
    versions={"python": "<3.12.6"},
)


@specimen("E10", "asyncio.to_thread", fault=NEVER_SET)
def to_thread_stops(_: Origin) -> str:
    """What a thread raises is raised where it is awaited, one would think."""

    async def program() -> int:
        return await asyncio.wait_for(asyncio.to_thread(stops, FAILING), HANGS)

    return must_fail("E10", lambda: asyncio.run(program()))


@specimen("E10", "asyncio.to_thread, over a call that lets no StopIteration out")
def to_thread_wrapped(_: Origin) -> str:
    """The thread makes another error of it, as Python itself does in a coroutine."""

    def wrapped(arg: int) -> int:
        try:
            return stops(arg)
        except StopIteration as error:
            raise Failed(arg) from error

    async def program() -> int:
        return await asyncio.wait_for(asyncio.to_thread(wrapped, FAILING), HANGS)

    return must_fail("E10", lambda: asyncio.run(program()))


@specimen("E10", "anyio.to_thread on asyncio", "anyio")
def anyio_to_thread_stops(_: Origin) -> str:
    """It becomes a RuntimeError before asyncio sees it."""
    import anyio
    import anyio.to_thread

    async def program() -> int:
        with anyio.fail_after(HANGS):
            return await anyio.to_thread.run_sync(stops, FAILING)

    return must_fail("E10", lambda: anyio.run(program))


@specimen("E10", "trio.to_thread", "trio")
def trio_to_thread_stops(_: Origin) -> str:
    """A StopIteration that leaves a coroutine becomes a RuntimeError."""
    import trio

    return must_fail("E10", lambda: trio.run(trio.to_thread.run_sync, stops, FAILING))


@specimen("E10", "curio.run_in_thread", "curio")
def curio_run_in_thread_stops(_: Origin) -> str:
    """A StopIteration that leaves a coroutine becomes a RuntimeError."""
    import curio

    return must_fail("E10", lambda: curio.run(curio.run_in_thread, stops, FAILING))


async def stops_async(arg: int) -> int:
    """Make a call, one of which takes the first of nothing that comes."""

    async def nothing() -> AsyncIterator[int]:
        for none in range(0):
            yield none

    return await anext(nothing()) if arg == FAILING else arg


class Results:
    """The results of calls, as something to loop over."""

    def __init__(self, call: Callable[[int], Awaitable[Any]], args: Iterable[int]) -> None:
        """Make the calls of these arguments, each when its result is asked for."""
        self._call = call
        self._args = list(args)

    def __aiter__(self) -> "Results":
        return self

    async def __anext__(self) -> Any:
        if not self._args:
            raise StopAsyncIteration
        return await self._call(self._args.pop(0))


@specimen(
    "E10",
    "a class with __anext__, which makes the call",
    fault=Known("what the call raises is what says that there are no more results"),
)
def ended_by_the_call(_: Origin) -> str:
    """Each result as it is asked for."""

    async def batch() -> list[int]:
        return [result async for result in Results(stops_async, FEW)]

    return must_fail("E10", lambda: asyncio.run(batch()))


@specimen("E10", "an async generator, which makes the call")
def generated(_: Origin) -> str:
    """The same as a generator, in which Python makes a RuntimeError of it."""

    async def results() -> AsyncIterator[int]:
        for arg in FEW:
            yield await stops_async(arg)

    async def batch() -> list[int]:
        return [result async for result in results()]

    return must_fail("E10", lambda: asyncio.run(batch()))


# E11: a call that is to end the program.


def leaves(arg: int) -> int:
    """Make a call that ends the program."""
    if arg == FAILING:
        sys.exit("no more")
    return arg


async def leaves_async(arg: int) -> int:
    """Make a call that ends the program."""
    return leaves(arg)


async def collected(caught: type[BaseException]) -> list[Any]:
    """Make the calls, and keep what each gives or raises, if it is such."""

    async def one(arg: int) -> Any:
        try:
            return await leaves_async(arg)
        except caught as error:
            return error

    return await asyncio.gather(*map(one, FEW))


@specimen(
    "E11",
    "collecting with `except BaseException`",
    fault=Known("SystemExit and KeyboardInterrupt are caught with all the rest"),
)
def collected_with_base_exception(_: Origin) -> str:
    """Every error of a call is to be a value, so everything is caught."""
    return must_fail("E11", lambda: asyncio.run(collected(BaseException)))


@specimen("E11", "collecting with `except Exception`")
def collected_with_exception(_: Origin) -> str:
    """Every error of a call is to be a value; these two are not errors of a call."""
    return must_fail("E11", lambda: asyncio.run(collected(Exception)))


@specimen("E11", "asyncio.gather(return_exceptions=True)")
def gathered_exits(_: Origin) -> str:
    """A task that raises these two ends the loop, whoever wants it as a value."""

    async def batch() -> list[Any]:
        return await asyncio.gather(*map(leaves_async, FEW), return_exceptions=True)

    return must_fail("E11", lambda: asyncio.run(batch()))


def futures() -> list[Future[int]]:
    """Make the calls in threads."""
    with ThreadPoolExecutor() as pool:
        return [pool.submit(leaves, arg) for arg in FEW]


@specimen(
    "E11",
    "future.exception() of a ThreadPoolExecutor",
    fault=Known("a future keeps whatever its call raised, SystemExit too, and gives it as a value"),
)
def exceptions_of_futures(_: Origin) -> str:
    """Look at each future for its error, and for its result if there is none."""
    return must_fail("E11", lambda: [each.exception() or each.result() for each in futures()])


@specimen("E11", "future.result() of a ThreadPoolExecutor, with `except Exception`")
def results_of_futures(_: Origin) -> str:
    """Ask for the result, and keep what is an error of a call."""

    def result_of(future: Future[int]) -> Any:
        try:
            return future.result()
        except Exception as error:  # noqa: BLE001 - the way that is shown
            return error

    return must_fail("E11", lambda: [result_of(each) for each in futures()])
