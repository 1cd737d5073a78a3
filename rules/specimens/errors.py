"""E: the ways on asyncio and curio that people meet first, and what they do with an error.

Strategy: each is a strategy as a recipe has it, and is held against the very checks that the
variants meet.  So beside a way that breaks a rule stands the way that keeps it, and what differs
between the two is what matters.  Tasks are kept in a variable, which the error's traceback holds:
else the garbage collector could end what runs on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial, wraps
from importlib import import_module
from typing import Any

from impls.contract import Language, Run, Variant
from origin.process import Origin
from rules.chapters.errors import (
    all_awaited,
    cut_off_by_an_error,
    heard_without_asking,
    none_begun_after_an_error,
    reported_while_the_first_is_held,
    settled_when_the_arguments_fail,
)
from rules.chapters.errors_within import both_reported, clean_up_error_shown, shape_of_errors
from rules.checks import Experiment
from rules.known import Known
from rules.specimen import specimen
from rules.trial import Trial

Call = Callable[[int], Awaitable[Any]]
Strategy = Callable[[Call, Iterable[int], int], Awaitable[list[Any]]]


def held_against(
    experiment: Experiment,
    way: str,
    *,
    number: str,
    fault: Known | None = None,
    language: Language = "asyncio",
) -> Callable[[Strategy], Strategy]:
    """Enter a strategy as a specimen, which is held against this check."""

    def enter(strategy: Strategy) -> Strategy:
        @wraps(strategy)
        def shown(origin: Origin) -> str:
            variant = Variant(way, (), partial(on_its_recipe, language, strategy), language)
            return experiment(Trial(variant, origin))

        needs = (language,) if language != "asyncio" else ()
        specimen(number, way, *needs, fault=fault)(shown)
        return strategy

    return enter


def on_its_recipe(language: Language, strategy: Strategy) -> Run:
    """Give the strategy on the recipe of its language."""
    run: Run = partial(import_module(f"impls.on_{language}").run, strategy=strategy)
    return run


begun = partial(held_against, none_begun_after_an_error, number="E1")
cut = partial(held_against, cut_off_by_an_error, number="E3")
prompt = partial(held_against, reported_while_the_first_is_held, number="E4")
shaped = partial(held_against, shape_of_errors, number="E5")
both = partial(held_against, both_reported, number="E6")
cleaned = partial(held_against, clean_up_error_shown, number="E7")
heard = partial(held_against, heard_without_asking, number="E8")
awaited = partial(held_against, all_awaited, number="E12")
settled = partial(held_against, settled_when_the_arguments_fail, number="E15")


RUNS_ON = Known(
    "it tells of the first error and leaves the others running, those that wait for a slot too"
)
RUNS_ON_IN_GATHER = Known(RUNS_ON.reason, "https://github.com/python/cpython/issues/75633")
FIRST_ONLY = Known("it raises the first error; nobody asks for the others")
IN_TURN = Known("a task is asked for its result when all before it have given theirs")


def behind(slots: asyncio.Semaphore, call: Call) -> Call:
    """Make a call that waits for a slot."""

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    return one


def spawned(call: Call, args: Iterable[int], limit: int) -> list[asyncio.Task[Any]]:
    """Give a task for each call, behind a semaphore; nobody owns them."""
    one = behind(asyncio.Semaphore(limit), call)
    return [asyncio.ensure_future(one(arg)) for arg in args]


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel them, and wait until they have ended."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# gather.


@begun("asyncio.gather behind a Semaphore", fault=RUNS_ON_IN_GATHER)
@cut("asyncio.gather behind a Semaphore", fault=RUNS_ON_IN_GATHER)
@both("asyncio.gather behind a Semaphore", fault=FIRST_ONLY)
@shaped("asyncio.gather behind a Semaphore")
async def gathered(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The answer that everybody finds first: one error, one would think, ends it all."""
    tasks = spawned(call, args, limit)
    return await asyncio.gather(*tasks)


@begun("asyncio.gather, with what is left cancelled in finally")
@cut("asyncio.gather, with what is left cancelled in finally")
@both("asyncio.gather, with what is left cancelled in finally", fault=FIRST_ONLY)
@cleaned("asyncio.gather, with what is left cancelled in finally", fault=FIRST_ONLY)
async def gathered_and_cancelled(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The usual mend of gather: nothing runs on, but one error is all that is seen."""
    tasks = spawned(call, args, limit)
    try:
        return await asyncio.gather(*tasks)
    finally:
        await cancelled(tasks)


@both("asyncio.gather(return_exceptions=True), and all errors in a group")
@prompt(
    "asyncio.gather(return_exceptions=True), and all errors in a group",
    fault=Known("it gives nothing before the slowest call has ended"),
)
async def gathered_with_errors(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Errors as results, sorted out at the end: none is lost, and none is heard of earlier."""
    tasks = spawned(call, args, limit)
    try:
        results = await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await cancelled(tasks)
    if errors := [result for result in results if isinstance(result, Exception)]:
        raise ExceptionGroup("some calls failed", errors)
    return results


# as_completed and wait.


@begun("asyncio.as_completed behind a Semaphore", fault=RUNS_ON)
@cut("asyncio.as_completed behind a Semaphore", fault=RUNS_ON)
@prompt("asyncio.as_completed behind a Semaphore")
async def as_they_complete(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Results as they come; the first that raises ends the loop, and nothing else."""
    tasks = spawned(call, args, limit)
    return [await each for each in asyncio.as_completed(tasks)]


@begun("asyncio.wait(FIRST_EXCEPTION)", fault=RUNS_ON)
@cut("asyncio.wait(FIRST_EXCEPTION)", fault=RUNS_ON)
@prompt("asyncio.wait(FIRST_EXCEPTION)")
async def waited_for_the_first_error(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """What is done is asked for its result, and what is pending is forgotten."""
    tasks = spawned(call, args, limit)
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    return [task.result() for task in done]


@begun("asyncio.wait(FIRST_EXCEPTION), with what is pending cancelled")
@cut("asyncio.wait(FIRST_EXCEPTION), with what is pending cancelled")
async def waited_and_cancelled(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """What is pending is cancelled, and waited for."""
    tasks = spawned(call, args, limit)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await cancelled(tasks)
    return [task.result() for task in done]


@heard(
    "asyncio.wait, whose tasks nobody asks",
    fault=Known("wait raises no task's error; that is heard of when its result is asked for"),
)
async def waited_without_asking(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Each task puts its result into its place, so why ask for it?"""
    results = dict.fromkeys(todo := list(args))

    async def put(arg: int) -> None:
        results[arg] = await call(arg)

    await asyncio.wait(spawned(put, todo, limit))
    return list(results.values())


@heard("asyncio.wait, whose tasks are asked")
async def waited_and_asked(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Each task is asked for its result."""
    done, _ = await asyncio.wait(spawned(call, args, limit))
    return [task.result() for task in done]


@prompt("tasks awaited one after the other", fault=IN_TURN)
async def awaited_in_turn(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The results in order, by awaiting the tasks in order."""
    tasks = spawned(call, args, limit)
    try:
        return [await task for task in tasks]
    finally:
        await cancelled(tasks)


# A queue and its workers.


def fill(args: Iterable[int]) -> asyncio.Queue[int]:
    """Give a queue of all arguments."""
    queue: asyncio.Queue[int] = asyncio.Queue()
    for arg in args:
        queue.put_nowait(arg)
    return queue


async def work(queue: asyncio.Queue[int], call: Call, results: dict[int, Any]) -> None:
    """Take arguments until there are none."""
    while not queue.empty():
        arg = queue.get_nowait()
        results[arg] = await call(arg)


@begun("workers of a Queue under asyncio.gather", fault=RUNS_ON_IN_GATHER)
@cut("workers of a Queue under asyncio.gather", fault=RUNS_ON_IN_GATHER)
async def queue_workers_gathered(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """One worker fails; the others take what is left in the queue."""
    queue, results = fill(args), dict[int, Any]()
    workers = [asyncio.create_task(work(queue, call, results)) for _ in range(limit)]
    await asyncio.gather(*workers)
    return list(results.values())


@begun("workers of a Queue in a TaskGroup")
@cut("workers of a Queue in a TaskGroup")
@both("workers of a Queue in a TaskGroup")
@cleaned("workers of a Queue in a TaskGroup")
async def queue_workers_in_a_group(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The same, owned by a group."""
    queue, results = fill(args), dict[int, Any]()
    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(work(queue, call, results))
    return list(results.values())


# Coroutines that are made before their time.


@awaited(
    "ready-made coroutines behind a Semaphore",
    fault=Known("a task that is cancelled while it waits for a slot never awaits its coroutine"),
)
async def ready_made_coroutines(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A helper that takes coroutines, each wrapped to wait for a slot."""
    slots = asyncio.Semaphore(limit)

    async def one(ready: Awaitable[Any]) -> Any:
        async with slots:
            return await ready

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(call(arg))) for arg in args]
    return [task.result() for task in tasks]


@awaited("coroutines made behind a Semaphore")
async def made_behind_the_slot(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The helper takes a function, and calls it when it has a slot."""
    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(arg)) for arg in args]
    return [task.result() for task in tasks]


# A producer that takes the slots.


@settled(
    "a slot for each task, taken in the loop that makes it; gathered at the end",
    fault=Known("gather is not reached when the arguments raise, so nobody owns the tasks"),
)
async def spawned_in_a_loop(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The loop waits for a slot before it makes a task, so no more tasks than slots are made."""
    slots, tasks = asyncio.Semaphore(limit), list[asyncio.Task[Any]]()
    for arg in args:
        await slots.acquire()
        tasks.append(asyncio.ensure_future(call(arg)))
        tasks[-1].add_done_callback(lambda _: slots.release())
    return await asyncio.gather(*tasks)


@settled("a slot for each task, taken in the loop that makes it; in a TaskGroup")
async def spawned_in_a_group(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The same, owned by a group."""
    slots, tasks = asyncio.Semaphore(limit), list[asyncio.Task[Any]]()

    async def one(arg: int) -> Any:
        return await call(arg)

    async with asyncio.TaskGroup() as group:
        for arg in args:
            await slots.acquire()
            tasks.append(group.create_task(one(arg)))
            tasks[-1].add_done_callback(lambda _: slots.release())
    return [task.result() for task in tasks]


# curio's TaskGroup.


@heard(
    "curio.TaskGroup, left without asking",
    language="curio",
    fault=Known(
        "the block ends without raising, whatever the tasks did",
        "https://github.com/dabeaz/curio/issues/314",
    ),
)
async def curio_group_left(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A group as other runtimes have it: one would expect it to raise where its block ends."""
    import curio

    results: list[Any] = []

    async def one(arg: int) -> None:
        results.append(await call(arg))

    async with curio.TaskGroup() as group:
        for arg in args:
            await group.spawn(one, arg)
    return results


@heard(
    "curio.TaskGroup, asked for its results",
    language="curio",
    fault=Known("the first task that was cancelled stands before the one that failed"),
)
async def curio_group_results(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """The group is asked for all results, as its documentation shows."""
    import curio

    async with curio.TaskGroup() as group:
        for arg in args:
            await group.spawn(call, arg)
    results: list[Any] = group.results
    return results


@heard("curio.TaskGroup, whose tasks are asked as they end", language="curio")
@shaped("curio.TaskGroup, whose tasks are asked as they end", language="curio")
@both("curio.TaskGroup, whose tasks are asked as they end", language="curio", fault=FIRST_ONLY)
async def curio_group_asked(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Each task is asked within the block."""
    import curio

    async with curio.TaskGroup() as group:
        for arg in args:
            await group.spawn(call, arg)
        return [task.result async for task in group]
