"""C3, C4, C10: groups of tasks that abort, each beside one that keeps the rule.

Strategy: no calls are made.  Events choose the instant, and a list tells who went on.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

CALLS = range(5)
LONG = 60.0
A_FEW = 10
"""Passes of a loop; time enough for whatever else is to happen at once."""

Group = Callable[[], AbstractAsyncContextManager[Any]]

GH_116720 = Known(
    "TaskGroup of asyncio: an outside cancellation that comes while the group cancels its own "
    "parent is taken for that one",
    "https://github.com/python/cpython/issues/116720",
    {"python": "<3.13"},
)
NOT_ITS_OWN = Known(
    "anyio on asyncio takes a cancellation of the task for that of its own group, if both come",
    "https://github.com/agronholm/anyio/issues/1214",
)
ONE_BY_ONE = Known(
    "join() of curio's TaskGroup cancels a task, waits until it has ended, and so on"
)


# C3 and C4: groups that abort while they are cancelled.


async def clean_up_at_length(cleaning: asyncio.Event, cancelled: asyncio.Event) -> None:
    """Do nothing until cancelled; then go on until the group is cancelled, too."""
    try:
        await asyncio.sleep(LONG)
    finally:
        cleaning.set()
        await cancelled.wait()


async def fail() -> None:
    """Fail, when everybody has begun."""
    await asyncio.sleep(0)
    raise LookupError


def program_ended(*, went_on: bool) -> str:
    """Tell that the program did not go on."""
    assert not went_on, "C3: the program went on after it had been cancelled"
    return "the program ended at its next await"


def kept_while_aborting(group_of: Group) -> str:
    """Cancel a program while its group aborts, whose errors the program then handles."""

    async def program(cleaning: asyncio.Event, cancelled: asyncio.Event) -> None:
        try:
            async with group_of() as group:
                for each in (clean_up_at_length(cleaning, cancelled), fail()):
                    started(group, each)
        except* LookupError:
            pass
        await asyncio.sleep(0)

    async def main() -> bool:
        cleaning, cancelled = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(program(cleaning, cancelled))
        await cleaning.wait()
        task.cancel()
        cancelled.set()
        await asyncio.wait([task])
        return not task.cancelled()

    return program_ended(went_on=asyncio.run(main()))


def started(group: Any, work: Coroutine[Any, Any, None]) -> None:
    """Start it in a group of asyncio's or of anyio's."""
    if isinstance(group, asyncio.TaskGroup):
        group.create_task(work)
    else:
        group.start_soon(lambda: work)


@specimen("C3", "asyncio.TaskGroup, its errors handled", fault=GH_116720)
def group_cancelled_while_aborting(_: Origin) -> str:
    """The program handles the group's errors; that it was cancelled, too, must not get lost."""
    return kept_while_aborting(asyncio.TaskGroup)


@specimen("C3", "a task group of anyio, in a task that is cancelled", "anyio", fault=NOT_ITS_OWN)
def anyio_group_in_a_cancelled_task(_: Origin) -> str:
    """The same, in anyio's group; the task is cancelled by asyncio's means."""
    import anyio

    return kept_while_aborting(anyio.create_task_group)


@specimen("C3", "a task group of anyio, in a scope that is cancelled", "anyio")
def anyio_group_in_a_cancelled_scope(_: Origin) -> str:
    """The same, cancelled by the means of anyio itself."""
    import anyio

    cleaning, cancelled = asyncio.Event(), asyncio.Event()
    went_on: list[str] = []

    async def clean_up() -> None:
        with anyio.CancelScope(shield=True):
            await cancelled.wait()

    async def call() -> None:
        try:
            await anyio.sleep(LONG)
        finally:
            cleaning.set()
            await clean_up()

    async def program(scope: anyio.CancelScope) -> None:
        with scope:
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(call)
                    group.start_soon(fail)
            except* LookupError:
                pass
            await anyio.lowlevel.checkpoint()
            went_on.append("program")

    async def main() -> None:
        async with anyio.create_task_group() as group:
            scope = anyio.CancelScope()
            group.start_soon(program, scope)
            await cleaning.wait()
            scope.cancel()
            cancelled.set()

    anyio.run(main)
    return program_ended(went_on=bool(went_on))


def inner_ended(went_on: list[str]) -> str:
    """Tell that the inner program did not go on."""
    assert not went_on, "C4: the inner program went on after the outer group had been aborted"
    return "the inner program ended with the outer group"


def abort_reaches_inner(group_of: Group) -> str:
    """Let the children of two groups, one within the other, fail on the same pass of the loop."""
    went_on: list[str] = []

    async def inner_program() -> None:
        try:
            async with group_of() as inner:
                started(inner, fail())
        except* LookupError:
            pass
        await asyncio.sleep(0)
        went_on.append("inner")

    async def fail_as_late() -> None:
        await asyncio.sleep(0)
        await fail()

    async def main() -> None:
        with suppress(BaseExceptionGroup):
            async with group_of() as outer:
                started(outer, inner_program())
                started(outer, fail_as_late())

    asyncio.run(main())
    return inner_ended(went_on)


@specimen("C4", "asyncio.TaskGroup within a TaskGroup", fault=GH_116720)
def nested_groups(_: Origin) -> str:
    """Both fail at once, and the inner one's errors are handled."""
    return abort_reaches_inner(asyncio.TaskGroup)


@specimen("C4", "anyio.create_task_group within another, on asyncio", "anyio")
def nested_anyio_groups(_: Origin) -> str:
    """The same, in anyio's groups."""
    import anyio

    return abort_reaches_inner(anyio.create_task_group)


@specimen("C4", "trio.open_nursery within another", "trio")
def nested_nurseries(_: Origin) -> str:
    """The same in trio, where a nursery that is cancelled stays so."""
    import trio

    went_on: list[str] = []

    async def failing(passes: int) -> None:
        for _ in range(passes):
            await trio.lowlevel.checkpoint()
        raise LookupError

    async def inner_program() -> None:
        try:
            async with trio.open_nursery() as inner:
                inner.start_soon(failing, 1)
        except* LookupError:
            pass
        await trio.lowlevel.checkpoint()
        went_on.append("inner")

    async def main() -> None:
        with suppress(BaseExceptionGroup):
            async with trio.open_nursery() as outer:
                outer.start_soon(inner_program)
                outer.start_soon(failing, 2)

    trio.run(main)
    return inner_ended(went_on)


# C10: clean-ups one after another.


def most_at_once(ask: bool) -> str:
    """Let the time of a group of five tasks run out; count how many clean up at once."""
    import curio

    now, most = 0, 0

    async def call() -> None:
        nonlocal now, most
        try:
            await curio.sleep(LONG)
        finally:
            now += 1
            most = max(most, now)
            for _ in range(A_FEW):
                await curio.sleep(0)
            now -= 1

    async def group_of_five() -> None:
        async with curio.TaskGroup() as group:
            for _ in CALLS:
                await group.spawn(call)
            if ask:
                async for _task in group:
                    pass

    async def main() -> None:
        with suppress(curio.TaskTimeout):
            await curio.timeout_after(0.01, group_of_five)

    curio.run(main)
    assert most == len(CALLS), f"C10: of {len(CALLS)} cancelled calls {most} cleaned up at once"
    return f"all {most} cancelled calls cleaned up at once"


@specimen("C10", "curio.TaskGroup, cancelled where its block is left", "curio", fault=ONE_BY_ONE)
def group_left(_: Origin) -> str:
    """The block starts the tasks, and leaves the waiting to the group."""
    return most_at_once(ask=False)


@specimen("C10", "curio.TaskGroup, cancelled within its block", "curio")
def group_asked(_: Origin) -> str:
    """The block waits for each task itself."""
    return most_at_once(ask=True)
