"""What breaks a rule of resources or of scale, each in one way, most of them on asyncio.

Strategy: each is what somebody would write who has not thought of the rule: a pool, a strategy,
or a way in for threads.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from functools import partial
from typing import Any

from impls import on_asyncio, on_threads
from impls.contract import Batch, Endpoint, Finished
from impls.on_asyncio import Call, Client, Connection, finish, workers
from rules.trial import PATIENCE
from tests.rules.breaking import Caught, broken, enter

# The pool.


class PutsBack(Client):
    """Puts every connection back into the pool, in whatever state."""

    async def _hang_up(self, connection: Connection) -> None:
        self._idle.append(connection)

    async def aclose(self) -> None:
        """Hang up all connections."""
        for connection in self._idle:
            await Client._hang_up(self, connection)


class HangsUpAtTheEnd(Client):
    """Keeps every connection that it can't use again, until the client is closed."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._useless: list[Connection] = []

    async def _hang_up(self, connection: Connection) -> None:
        self._useless.append(connection)

    async def aclose(self) -> None:
        """Hang up all connections."""
        for connection in self._idle + self._useless:
            await Client._hang_up(self, connection)


class ForgetsALog(Client):
    """Opens a file when it is closed, and leaves it open."""

    async def aclose(self) -> None:
        """Hang up, and write that down; never close the file."""
        await super().aclose()
        os.open(os.devnull, os.O_WRONLY)


class LosesItsSlots(Client):
    """Has ten slots for connections, and gets one back only from a call that went well."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._slots = asyncio.Semaphore(10)

    async def some_remote_call(self, arg: int) -> str:
        """Take a slot, and give it back after the call."""
        await self._slots.acquire()
        answer = await super().some_remote_call(arg)
        self._slots.release()
        return answer


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


def enter_client(client: type[Client], *caught: Caught) -> None:
    """Enter a broken pool; over a good one the same workers are well."""
    enter(client.__name__, partial(run_over, client), partial(run_over, Client), *caught)


enter_client(
    HangsUpAtTheEnd,
    ("X1-hung_up", "X1: not all cancelled calls were hung up"),
    ("X2-no_descriptor_left", "X2: [0-9]+ more descriptors after 400 calls"),
)
enter_client(ForgetsALog, ("X2-no_descriptor_left", "X2: 1 more descriptors after the end"))
enter_client(LosesItsSlots, ("X3-healthy_after_churn", "X3: the batch after the churn gave Error"))
enter_client(
    PutsBack,
    ("X4-own_answers_after_a_cancellation", "X4: .* gave"),
    ("X4-own_answers_after_time_limits", "X4: after the time limits .* gave"),
)


# The strategies.


@broken(("X5-survives_a_collection", r"X5: the batch gave Error\(.*Deadline"))
async def unreferenced_tasks(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make tasks and keep none; the loop itself refers to them only weakly."""
    results: dict[int, Any] = {}
    expected = list(args)
    slots, all_done = asyncio.Semaphore(limit), asyncio.Event()

    async def one(arg: int) -> None:
        async with slots:
            results[arg] = await call(arg)
        if len(results) == len(expected):
            all_done.set()

    for arg in expected:
        asyncio.create_task(one(arg))  # noqa: RUF006 - this is what is wrong with it
    if expected:
        await all_done.wait()
    return [results[arg] for arg in expected]


@broken(
    ("X6-contexts_apart", "X6: [0-9]+ calls saw what another had set"),
    mended=on_asyncio.semaphore,
)
async def contexts_of_workers(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Let a worker take its context from call to call."""
    return await workers(call, args, limit)


@broken(
    ("X7-others_run", "X7: nobody else ran for [0-9]+ times what the calls take"),
    ("X9-memory_of_the_limit", "X9: each further call takes [0-9]+ bytes"),
)
async def all_tasks_at_once(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Make a task for each call at once."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    return await asyncio.gather(*map(one, args))


@broken(("X8-nearly_linear", "X8: a call among 8000 costs [0-9.]+ times what one of 500 does"))
async def place_looked_for(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Look through all results for the first place that is free."""
    todo = list(args)
    results: list[Any] = [None] * len(todo)

    async def placed(arg: int) -> None:
        result = await call(arg)
        results[results.index(None)] = result

    await workers(placed, todo, limit)
    return results


@broken(("X10-freed_after_a_failure", "X10: [0-9]+ of [0-9]+ results are alive"))
async def error_beside_the_results(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Keep the error where the results are, so each keeps the other alive."""
    results: list[Any] = []

    async def kept(arg: int) -> None:
        results.append(await call(arg))

    try:
        await workers(kept, args, limit)
    except Exception as error:
        results.append(error)
        raise
    return results


@broken(("X11-none_dropped", "X11: a slow call among quick ones gave Value"))
async def with_a_hidden_timer(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait for no more than 50 ms, and give what there is by then."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    tasks = [asyncio.ensure_future(one(arg)) for arg in args]
    _, late = await asyncio.wait(tasks, timeout=0.05)
    for task in late:
        task.cancel()
    return [task.result() for task in tasks if task not in late]


@broken(("X12-ends_when_all_fail", "X12: the batch hung when all calls in progress had failed"))
async def queue_joined(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait until the queue is done, whoever is left to do it."""
    results: list[Any] = []
    queue: asyncio.Queue[int] = asyncio.Queue()
    for arg in args:
        queue.put_nowait(arg)

    async def worker() -> None:
        while True:
            results.append(await call(await queue.get()))
            queue.task_done()

    tasks = [asyncio.create_task(worker()) for _ in range(limit)]
    try:
        await queue.join()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return results


# Threads.


def takes_any_function(target: Any, batches: Sequence[Batch]) -> list[Finished]:
    """Make the calls as they are, without a look at what they are."""

    def call(arg: int) -> Any:
        return target(arg)

    return on_threads.run(call, batches, strategy=on_threads.workers)


def two_seconds_more(target: Any, batches: Sequence[Batch]) -> list[Finished]:
    """Give the calls two seconds more than the batch has."""
    longer = [replace(batch, deadline=(batch.deadline or 0) + PATIENCE) for batch in batches]
    return on_threads.run(target, longer, strategy=on_threads.workers)


def all_submitted(call: on_threads.Call, args: Iterable[int], limit: int) -> list[Any]:
    """Leave the block of a pool, which first does all that was submitted."""
    with ThreadPoolExecutor(limit) as pool:
        futures = [pool.submit(call, arg) for arg in args]
        for future in as_completed(futures):
            future.result()
    return [future.result() for future in futures]


def enter_threads(name: str, run: Any, *caught: Caught) -> None:
    """Enter a broken way in for threads."""
    well = partial(on_threads.run, strategy=on_threads.workers)
    enter(name, run, well, *caught, speaks="threads")


enter_threads(
    "takes_any_function",
    takes_any_function,
    ("X13-coroutine_function_refused", "X13: the results are coroutines"),
)
enter_threads(
    "two_seconds_more",
    two_seconds_more,
    ("X14-ends_soon_after_a_deadline", "X14: the batch went on for more than two seconds"),
)
enter_threads(
    "all_submitted",
    partial(on_threads.run, strategy=all_submitted),
    ("X15-none_begun_after_an_error", "X15: 15 queued calls began after the error"),
)
