"""A task for each call, made with `create_task`, and how to come by its result.

Strategy: a task begins on the loop's next turn, whoever waits for it or does not.  So all calls
are in progress at once, and no limit is kept; the two ways differ in who takes the results.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any

from impls.contract import Call


async def tasks_in_turn(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make all tasks, then await one after the other: no limit is kept."""
    tasks = [asyncio.create_task(call(arg)) for arg in args]
    return [await task for task in tasks]


async def callbacks(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Each task has a callback, which puts the result into its place: no limit is kept."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(call(arg)) for arg in args]
    results: list[Any] = [None] * len(tasks)

    def got_result(place: int, task: asyncio.Task[Any]) -> None:
        results[place] = task.result()

    for place, task in enumerate(tasks):
        task.add_done_callback(partial(got_result, place))
    await asyncio.wait(tasks)
    return results
