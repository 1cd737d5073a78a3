"""Batches that are broken on purpose, each in one way, on asyncio.

Strategy: each is what somebody would write who has not thought of one rule.  The rules are held
against them: a rule that catches none of these would be no rule.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from impls import on_asyncio
from impls.contract import Batch, Endpoint, Finished, Run, Variant
from impls.on_asyncio import Call, Client, Connection, Strategy, finish, workers

BROKEN: dict[str, Run] = {}


def broken(strategy: Strategy) -> Strategy:
    """Enter a broken strategy, by its name."""
    BROKEN[strategy.__name__] = partial(on_asyncio.run, strategy=strategy)
    return strategy


# The limit.


@broken
async def one_over_the_limit(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Count from zero to the limit."""
    return await workers(call, args, limit + 1)


@broken
async def one_at_a_time(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Await each call where it is made."""
    return [await call(arg) for arg in args]


@broken
async def in_chunks(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait for a whole slice before the next."""
    results, todo = [], list(args)
    while todo:
        results += await asyncio.gather(*map(call, todo[:limit]))
        del todo[:limit]
    return results


# The results.


@broken
async def a_lost_result(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Forget the last one."""
    return (await workers(call, args, limit))[:-1]


@broken
async def two_results_swapped(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Put the first two in each other's place."""
    results = await workers(call, args, limit)
    return [*results[1::-1], *results[2:]]


@broken
async def in_order_of_completion(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Append each result as it comes."""
    results: list[Any] = []

    async def appended(arg: int) -> None:
        results.append(await call(arg))

    await workers(appended, args, limit)
    return results


@broken
async def keyed_by_argument(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Keep one result for each argument, however often it comes."""
    todo = dict.fromkeys(args)
    return await workers(call, todo, limit)


@broken
async def not_without_arguments(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Hand nothing to asyncio.wait, which refuses it."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    tasks = [asyncio.create_task(one(arg)) for arg in args]
    await asyncio.wait(tasks)
    return [task.result() for task in tasks]


@broken
async def drawn_up_front(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make a list of the arguments first."""
    return await workers(call, list(args), limit)


# Errors and cancellation.


@broken
async def gather_behind_a_semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The answer that everybody finds first: a failure leaves the other tasks running."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    return await asyncio.gather(*map(one, args))


@broken
async def tasks_left_behind(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait for tasks that nobody owns: a cancellation leaves them running."""
    results: list[Any] = []

    async def one() -> None:
        results.extend(await workers(call, args, limit))

    await asyncio.wait([asyncio.ensure_future(one())])
    return results


@broken
async def shielded(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Let no cancellation reach the calls."""

    async def sheltered(arg: int) -> Any:
        return await asyncio.shield(call(arg))

    return await workers(sheltered, args, limit)


@broken
async def cancellation_swallowed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Give what there is when cancelled."""
    try:
        return await workers(call, args, limit)
    except asyncio.CancelledError:
        return []


@broken
async def ready_made_coroutines(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make all coroutines first, and await them behind a semaphore."""
    slots = asyncio.Semaphore(limit)

    async def one(ready: Any) -> Any:
        async with slots:
            return await ready

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(call(arg))) for arg in args]
    return [task.result() for task in tasks]


# The pool.


class PutsBack(Client):
    """Puts every connection back into the pool, in whatever state."""

    def _hang_up(self, connection: Connection) -> None:
        self._idle.append(connection)

    async def aclose(self) -> None:
        """Hang up all connections."""
        for connection in self._idle:
            Client._hang_up(self, connection)


class HangsUpAtTheEnd(Client):
    """Keeps every connection that it can't use again, until the client is closed."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._useless: list[Connection] = []

    def _hang_up(self, connection: Connection) -> None:
        self._useless.append(connection)

    async def aclose(self) -> None:
        """Hang up all connections."""
        for connection in self._idle + self._useless:
            Client._hang_up(self, connection)


def run_over(
    client: Callable[[Endpoint], Client], endpoint: Endpoint, batches: Sequence[Batch]
) -> list[Finished]:
    """Run workers over such a client."""

    async def finish_all() -> list[Finished]:
        over = client(endpoint)
        try:
            return [await finish(over.some_remote_call, workers, batch) for batch in batches]
        finally:
            await over.aclose()

    return asyncio.run(finish_all())


BROKEN["puts_back"] = partial(run_over, PutsBack)
BROKEN["hangs_up_at_the_end"] = partial(run_over, HangsUpAtTheEnd)

VARIANTS = {
    name: Variant(name, (), partial(BROKEN.__getitem__, name), home=__name__) for name in BROKEN
}
