"""What breaks a rule of results, or draws its arguments too early, each in one way, on asyncio."""

import asyncio
from collections.abc import Iterable
from typing import Any

from impls.on_asyncio import Call, workers
from tests.rules.breaking import broken


@broken(
    ("R1-in_order", "R1: 2 results of 3 calls"),
    ("R1-duplicates_kept", "R1: 5 results of 6 calls"),
)
async def a_lost_result(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Forget the last one."""
    return (await workers(call, args, limit))[:-1]


@broken(
    ("R1-in_order", r"R1: the results are not in order: \['ANSWER TO 1', 'ANSWER TO 3'"),
    ("R1-duplicates_kept", r"R1: the results are not in order: \['ANSWER TO 1', 'ANSWER TO 3'"),
)
async def two_results_swapped(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Put the first two in each other's place."""
    results = await workers(call, args, limit)
    return [*results[1::-1], *results[2:]]


@broken(("R1-in_order", r"R1: the results are not in order: \['ANSWER TO 2', 'ANSWER TO 1'"))
async def in_order_of_completion(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Append each result as it comes."""
    results: list[Any] = []

    async def appended(arg: int) -> None:
        results.append(await call(arg))

    await workers(appended, args, limit)
    return results


@broken(("R1-duplicates_kept", "R1: 3 results of 6 calls"))
async def keyed_by_argument(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Keep one result for each argument, however often it comes."""
    todo = dict.fromkeys(args)
    return await workers(call, todo, limit)


@broken(("R1-duplicates_kept", r"R1: the batch gave Error\(ValueError\('an argument comes twice"))
async def duplicates_refused(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take it for a mistake that an argument comes twice."""
    todo = list(args)
    if len(set(todo)) < len(todo):
        raise ValueError("an argument comes twice")
    return await workers(call, todo, limit)


@broken(
    (
        "R1-duplicates_kept",
        r"R1: called too often \(or, below 0, too seldom\): {3: 2, 1: 2, 2: 2}",
    )
)
async def called_twice(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make each call twice, to be on the safe side."""

    async def safely(arg: int) -> Any:
        await call(arg)
        return await call(arg)

    return await workers(safely, args, limit)


@broken(("R3-empty", r"R3: an empty batch gave Error\(ValueError\("))
async def not_without_arguments(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Hand nothing to asyncio.wait, which refuses it."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    tasks = [asyncio.create_task(one(arg)) for arg in args]
    await asyncio.wait(tasks)
    return [task.result() for task in tasks]


@broken(("R3-empty", "R3: an empty batch made calls"))
async def called_to_warm_up(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Look first whether anybody answers."""
    await call(0)
    return await workers(call, args, limit)


@broken(("S1-drawn_lazily", "S1: 1000 arguments drawn for 5 calls"))
async def drawn_up_front(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make a list of the arguments first."""
    return await workers(call, list(args), limit)
