"""R1 to R3: the order of the results, the order in which calls begin, and empty batches.

Strategy: a call here is a few rounds of letting others run, so which one is slow is certain.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

# R1: the order of the results.

ARGS = (3, 1, 2, 1, 3, 2)


async def slow_by_its_argument(arg: int) -> int:
    """Take so many rounds of the loop, and give the argument."""
    for _ in range(arg):
        await asyncio.sleep(0)
    return arg


def in_order(results: Iterable[int]) -> str:
    """Hold the results against the arguments."""
    given = tuple(results)
    assert given == ARGS, f"R1: the calls of {ARGS} gave {given}"
    return f"the calls of {ARGS} gave the same order"


@specimen(
    "R1",
    "asyncio.as_completed, its results in a list",
    fault=Known("as_completed gives results as they come, which is what its name says"),
)
def listed_as_completed(origin: Origin) -> str:
    """A list of what as_completed gives is taken for the results of the arguments."""

    async def batch() -> list[int]:
        return [await each for each in asyncio.as_completed(map(slow_by_its_argument, ARGS))]

    return in_order(asyncio.run(batch()))


@specimen(
    "R1",
    "a dictionary of results by their arguments",
    fault=Known("an argument that comes twice has one place"),
)
def results_by_argument(origin: Origin) -> str:
    """Each task writes its result under its argument, which seems to keep the order."""

    async def batch() -> list[int]:
        results: dict[int, int] = {}

        async def one(arg: int) -> None:
            results[arg] = await slow_by_its_argument(arg)

        async with asyncio.TaskGroup() as group:
            for arg in ARGS:
                group.create_task(one(arg))
        return list(results.values())

    return in_order(asyncio.run(batch()))


@specimen("R1", "asyncio.gather")
def gathered(origin: Origin) -> str:
    """Gather gives one result for each argument, in their order."""

    async def batch() -> list[int]:
        return await asyncio.gather(*map(slow_by_its_argument, ARGS))

    return in_order(asyncio.run(batch()))


# R2: the order in which calls begin (a trait: what is given is the value).

TEN = range(10)
ROUNDS = 40
"""Chance gives trio's order, which is forwards or backwards, forty times alike in one of 2**40."""


def order_of(begin: Callable[[Callable[[int], Any]], object], call: Callable[..., Any]) -> str:
    """Begin ten calls some times, and say whether they always began in order.

    Args:
        begin: runs the ten calls that it is given.
        call: makes of an argument and of a list to note it in what `begin` takes as a call.
    """
    orders: list[list[int]] = []
    for _ in range(ROUNDS):
        orders.append([])
        begin(lambda arg: call(arg, orders[-1]))
    return "in the order of the arguments" if all(map(ordered, orders)) else "in no fixed order"


def ordered(begun: list[int]) -> bool:
    """Tell whether the ten calls began in the order of their arguments."""
    return begun == list(TEN)


async def noted(arg: int, into: list[int]) -> None:
    """Note that the call began; it ends at once."""
    into.append(arg)


@specimen("R2", "asyncio.as_completed")
def begun_by_as_completed(origin: Origin) -> str:
    """It makes a set of what it is given before it begins anything."""

    def begin(call: Callable[[int], Any]) -> None:
        async def batch() -> None:
            for each in asyncio.as_completed([call(arg) for arg in TEN]):
                await each

        asyncio.run(batch())

    return order_of(begin, noted)


@specimen("R2", "asyncio.gather")
def begun_by_gather(origin: Origin) -> str:
    """It makes a task of each in turn, and asyncio runs tasks in turn."""

    def begin(call: Callable[[int], Any]) -> None:
        async def batch() -> None:
            await asyncio.gather(*map(call, TEN))

        asyncio.run(batch())

    return order_of(begin, noted)


@specimen("R2", "trio: nursery.start_soon", "trio")
def begun_by_a_nursery(origin: Origin) -> str:
    """Trio shuffles what can run, on purpose, so that nobody relies on an order."""
    import trio

    def begin(call: Callable[[int], Any]) -> None:
        async def batch() -> None:
            async with trio.open_nursery() as nursery:
                for arg in TEN:
                    nursery.start_soon(call, arg)

        trio.run(batch)

    return order_of(begin, noted)


@specimen("R2", "curio: TaskGroup.spawn", "curio")
def begun_by_curio(origin: Origin) -> str:
    """Curio runs tasks in turn."""
    import curio

    def begin(call: Callable[[int], Any]) -> None:
        async def batch() -> None:
            async with curio.TaskGroup() as group:
                for arg in TEN:
                    await group.spawn(call, arg)

        curio.run(batch)

    return order_of(begin, noted)


# R3: nothing to do.


def nothing(run: Callable[[], Iterable[Any]]) -> str:
    """Run an empty batch."""
    try:
        results = list(run())
    except ValueError as error:
        raise AssertionError(f"R3: an empty batch raised ValueError: {error}") from error
    assert results == [], f"R3: an empty batch gave {results}"
    return "an empty batch gave no results"


@specimen("R3", "asyncio.wait", fault=Known("wait refuses to wait for nothing"))
def wait_for_nothing(origin: Origin) -> str:
    """The tasks of a batch that happens to be empty are handed to wait."""

    async def batch() -> Iterable[Any]:
        done, _ = await asyncio.wait([])
        return done

    return nothing(lambda: asyncio.run(batch()))


@specimen("R3", "asyncio.gather")
def gather_nothing(origin: Origin) -> str:
    """Gather of nothing is an empty list."""

    async def batch() -> list[Any]:
        return await asyncio.gather()

    return nothing(lambda: asyncio.run(batch()))


@specimen(
    "R3", "anyio.as_completed", "anyio", fault=Known("it takes at least one awaitable, it says")
)
def anyio_as_completed_nothing(origin: Origin) -> str:
    """The calls of a batch that happens to be empty are handed to the stream of anyio."""
    import anyio

    async def batch() -> list[Any]:
        calls: list[Coroutine[Any, Any, int]] = []
        async with anyio.as_completed(*calls) as results:
            return [each async for each in results]

    return nothing(lambda: anyio.run(batch))


@specimen("R3", "anyio.amap", "anyio")
def anyio_amap_nothing(origin: Origin) -> str:
    """A map of nothing is an empty list."""
    import anyio

    return nothing(lambda: anyio.run(anyio.amap, slow_by_its_argument, []))


@specimen(
    "R3",
    "ThreadPoolExecutor(min(limit, number of calls))",
    fault=Known("a pool no larger than the batch has no threads if the batch is empty"),
)
def pool_as_large_as_nothing(origin: Origin) -> str:
    """No more threads than calls, which is thrifty, until there are no calls."""

    def run() -> list[Any]:
        args: list[int] = []
        with ThreadPoolExecutor(min(5, len(args))) as pool:
            return list(pool.map(str, args))

    return nothing(run)
