"""What breaks a rule of cancellation, each in one way, on asyncio.

Strategy: each is what somebody would write who has not thought of the rule.  Where asyncio itself
is at fault, the broken one and its mended twin are the same strategy with and without anyio.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, cast

from impls import on_anyio, on_asyncio
from impls.on_asyncio import Call, workers
from tests.rules.breaking import broken, enter

WITHOUT_ANYIO = partial(on_asyncio.run, strategy=workers)
WITH_ANYIO = partial(on_anyio.run, strategy=on_anyio.workers, backend="asyncio", backend_options={})


LEFT: set[asyncio.Future[Any]] = set()
"""Tasks that nobody owns; without a reference they would be collected, and so hang up by chance."""


def left(work: Awaitable[Any]) -> asyncio.Future[Any]:
    """Start a task, and keep it until it has ended."""
    task = asyncio.ensure_future(work)
    LEFT.add(task)
    task.add_done_callback(LEFT.discard)
    return task


@broken(
    ("C1-passed_on", r"C1: the cancelled batch gave Value\(\[\]\)"),
    ("C3-while_a_time_limit_cancels", r"C3: the batch gave Value\(\[\]\)"),
    ("C5-result_in_the_same_instant", r"C5: the batch gave Value\(\[\]\)"),
)
async def cancellation_swallowed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Give what there is when cancelled."""
    try:
        return await workers(call, args, limit)
    except asyncio.CancelledError:
        return []


@broken(
    ("C1-passed_on", r"C1: the cancelled batch raised RuntimeError\('interrupted'\)"),
    ("C3-while_a_time_limit_cancels", r"C3: the batch raised RuntimeError\('interrupted'\)"),
    ("C5-result_in_the_same_instant", r"C5: the batch raised RuntimeError\('interrupted'\)"),
)
async def cancellation_renamed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Raise something else when cancelled."""
    try:
        return await workers(call, args, limit)
    except asyncio.CancelledError:
        raise RuntimeError("interrupted") from None


@broken(
    ("C2-none_begun_after_a_cancellation", "C2: [0-9]+ calls began after the batch had been"),
    ("C2-cut_off_by_a_cancellation", "C2: not all calls were cut off by the cancellation"),
    ("C18-shielded_is_waited_for", "C18: the batch ended before what a call had shielded"),
)
async def tasks_left_behind(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Wait for tasks that nobody owns: a cancellation leaves them running."""
    results: list[Any] = []

    async def one() -> None:
        results.extend(await workers(call, args, limit))

    await asyncio.wait([left(one())])
    return results


@broken(("C2-cut_off_by_a_cancellation", "C2: not all calls were cut off by the cancellation"))
async def shielded(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Let no cancellation reach the calls."""

    async def sheltered(arg: int) -> Any:
        return await asyncio.shield(left(call(arg)))

    return await workers(sheltered, args, limit)


@broken(("C18-shielded_is_waited_for", "C18: the batch ended before what a call had shielded"))
async def cancelled_but_not_awaited(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Cancel the calls, and leave at once."""
    work = asyncio.ensure_future(workers(call, args, limit))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.cancel()
        raise


@broken(("C3-while_a_failure_cancels", r"C3: the batch gave Value\(\[\]\)"))
async def siblings_under_suppress(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """End the siblings of what failed, and go on: a cancellation meanwhile is taken for theirs."""
    tasks = [asyncio.ensure_future(call(arg)) for arg in args]
    try:
        return await asyncio.gather(*tasks)
    except LookupError:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, LookupError):
                await task
    return []


@broken(("C10-cancelled_together", "C10: of 5 cancelled calls 1 cleaned up at once"))
async def cancelled_one_by_one(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Cancel a task, wait until it has ended, and then cancel the next one."""
    numbered = enumerate(args)
    results: dict[int, Any] = {}

    async def worker() -> None:
        for place, arg in numbered:
            results[place] = await call(arg)

    tasks = [asyncio.ensure_future(worker()) for _ in range(limit)]
    try:
        for task in tasks:
            await task
    finally:
        for task in tasks:
            task.cancel()
            await asyncio.wait([task])
    return [results[place] for place in sorted(results)]


@broken(
    (
        "C7-none_begun_by_a_stubborn_call",
        "C7: 9 calls began after one had swallowed its cancellation",
    ),
    mended=on_asyncio.semaphore,
)
async def workers_that_go_on(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Rely on the cancellation alone to end a worker."""
    results: list[Any] = []
    numbered = enumerate(args)

    async def worker() -> None:
        for place, arg in numbered:
            results.append(None)
            results[place] = await call(arg)

    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(worker())
    return results


@broken(("C3-while_a_time_limit_cancels", "C3: 8 calls began after the batch had been cancelled"))
async def each_call_swallows(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take every cancellation of a call for the end of its time."""

    async def timed_out(arg: int) -> Any:
        try:
            return await call(arg)
        except asyncio.CancelledError:
            return None

    return await workers_that_go_on(timed_out, args, limit)


enter(
    "cancelled_once",
    WITHOUT_ANYIO,
    WITH_ANYIO,
    ("C7-bounded_overrun", "C7: the batch waited for a call that had swallowed its cancellation"),
)
enter(
    "cancelled_all_the_time",
    WITH_ANYIO,
    WITHOUT_ANYIO,
    ("C9-waits_cheaply", "C9: waiting for a call's clean-up kept the processor [0-9]+% busy"),
)


@broken(("C2-cancelled_twice", "C2: the batch ended before a call that was cleaning up"))
async def waits_until_cancelled_again(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Cancel the work, and wait for its end in a `finally`, where the next cancellation strikes."""
    work = left(workers(call, args, limit))
    try:
        return cast("list[Any]", await asyncio.shield(work))
    finally:
        work.cancel()
        await asyncio.wait([work])
