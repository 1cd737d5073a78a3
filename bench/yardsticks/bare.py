"""The bare loop: the same calls, as many at once, and nothing else.

Strategy: as many tasks as the limit, each awaiting the call over a share of the arguments that it
was given beforehand, keeping nothing.  What `workers` costs beyond this is what it does: it draws
from a shared iterator, and puts each result in its place.  One task alone would be no measure:
each of its checkpoints is a whole turn of the event loop, which the tasks of a batch share.
Each loop goes through its recipe's own `run`, so all else is equal.
"""

import importlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from impls.contract import Ability, Run, Variant
from impls.field import RUNTIMES, Runtime

Call = Callable[[int], Awaitable[Any]]


async def each(call: Call, share: range) -> None:
    """Make the calls of one share, one after the other."""
    for arg in share:
        await call(arg)


async def on_asyncio(call: Call, args: range, limit: int) -> list[Any]:
    """`limit` tasks of a TaskGroup."""
    import asyncio

    async with asyncio.TaskGroup() as group:
        for first in range(limit):
            group.create_task(each(call, args[first::limit]))
    return []


async def on_trio(call: Call, args: range, limit: int) -> list[Any]:
    """`limit` tasks of a nursery."""
    import trio

    async with trio.open_nursery() as nursery:
        for first in range(limit):
            nursery.start_soon(each, call, args[first::limit])
    return []


async def on_anyio(call: Call, args: range, limit: int) -> list[Any]:
    """`limit` tasks of a task group."""
    import anyio

    async with anyio.create_task_group() as group:
        for first in range(limit):
            group.start_soon(each, call, args[first::limit])
    return []


async def on_curio(call: Call, args: range, limit: int) -> list[Any]:
    """`limit` tasks of a TaskGroup."""
    import curio

    async with curio.TaskGroup() as group:
        for first in range(limit):
            await group.spawn(each, call, args[first::limit])
    return []


def on_threads(call: Callable[[int], Any], args: range, limit: int) -> list[Any]:
    """`limit` threads of a ThreadPoolExecutor."""
    from concurrent.futures import ThreadPoolExecutor

    def each_blocking(share: range) -> None:
        for arg in share:
            call(arg)

    with ThreadPoolExecutor(limit) as pool:
        for first in range(limit):
            pool.submit(each_blocking, args[first::limit])
    return []


LOOPS: Mapping[str, Callable[..., Any]] = {
    loop.__name__: loop for loop in (on_asyncio, on_trio, on_anyio, on_curio, on_threads)
}
"""By the recipe that each goes through."""


def load(runtime: Runtime) -> Run:
    """Import the recipe and what it runs on, and give its way in, with the bare loop."""
    name = f"on_{runtime.speaks}"
    recipe = importlib.import_module(f"impls.{name}")
    run: Run = partial(recipe.run, strategy=LOOPS[name], **runtime.options())
    return run


LOOPED = [runtime for runtime in RUNTIMES if Ability.OWN not in runtime.cannot]
"""All but the floor, which has no runtime that could charge for a loop."""

VARIANTS = {
    name: Variant(name, runtime.needs, partial(load, runtime), home=__name__)
    for runtime in LOOPED
    if (name := f"{runtime.name}/bare")
}
