"""What takes Ctrl-C badly, each in one way, on asyncio.

Strategy: a process of its own loads them by their names, so this module has them as variants.
"""

import asyncio
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from impls import on_asyncio
from impls.contract import Batch, Endpoint, Finished, Variant
from impls.on_asyncio import Call, Client, Strategy, finish_all, workers
from tests.rules.breaking import BROKEN, Caught, enter

VARIANTS: dict[str, Variant] = {}
"""The broken ones and their mended twins, by their names."""

WELL = partial(on_asyncio.run, strategy=workers)


def enter_here(name: str, run: Any, *caught: Caught) -> None:
    """Enter a broken way in that another process can load from here."""
    enter(name, run, WELL, *caught)
    both = BROKEN[name]
    broken, mended = (replace(each, home=__name__) for each in (both.variant, both.mended))
    VARIANTS.update({broken.name: broken, mended.name: mended})
    BROKEN[name] = both._replace(variant=broken, mended=mended)


async def called_again(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take a cancellation for a failed call, and go on with the next one."""
    results: list[Any] = []
    numbered = enumerate(args)

    async def worker() -> None:
        for place, arg in numbered:
            results.append(None)
            with suppress(asyncio.CancelledError):
                results[place] = await call(arg)

    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(worker())
    return results


async def unstoppable(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Go on waiting, however often cancelled."""
    work = asyncio.ensure_future(workers(call, args, limit))
    while not work.done():
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            continue
    return work.result()


async def thread_left_behind(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Start a thread that nobody will ever stop."""
    threading.Thread(target=threading.Event().wait).start()
    return await workers(call, args, limit)


def on_a_bare_loop(
    target: Endpoint | Call | None, batches: Sequence[Batch], strategy: Strategy = workers
) -> list[Finished]:
    """Run until complete, and leave the tasks where they are if it never is."""
    loop = asyncio.new_event_loop()
    return loop.run_until_complete(finish_all(strategy, Client, target, batches))


def told_as_another(target: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Make an error of one's own of it."""
    try:
        return WELL(target, batches)
    except KeyboardInterrupt:
        raise RuntimeError("interrupted") from None


for _strategy, _words in (
    (called_again, "K1: 5 calls began after Ctrl-C"),
    (unstoppable, "K1: the batch went on after Ctrl-C"),
    (thread_left_behind, "K1: the process did not end after Ctrl-C"),
):
    _run = partial(on_asyncio.run, strategy=_strategy)
    enter_here(_strategy.__name__, _run, ("K1-stops", _words))

enter_here(
    "on_a_bare_loop",
    on_a_bare_loop,
    ("K3-given_back", "K3: 5 of 5 calls were still in progress when the batch had ended"),
)

enter_here("told_as_another", told_as_another, ("K2-met", "K2: Ctrl-C was met as RuntimeError"))
