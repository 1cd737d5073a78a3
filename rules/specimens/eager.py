"""E13 and E14: a group whose tasks run to their first wait when they are made.

Strategy: the same program in a loop with eager tasks, which Python has from 3.12 on, and in one
without.  A loop that nothing ends is stopped by its own clock.
"""

import asyncio
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.trial import DoesNotApply, single_errors

HANGS = 0.5
"""Seconds after which a program that takes no time has hung."""

BEFORE_THE_MEND = ",".join([">=3.12,<3.13.2", *(f"!=3.12.{micro}" for micro in range(9, 100))])
"""A specifier knows no `or`: the releases of 3.12 that have the mend, and will have it, by name."""

ADDED_TOO_LATE = Known(
    "an eager task that has failed aborts the group before the task that began it is one of the "
    "group, so that one is never cancelled, and the group waits for it without end",
    "https://github.com/python/cpython/issues/128550",
    versions={"python": BEFORE_THE_MEND},
)
REFUSED_TOO_EARLY = Known(
    "an eager task that has failed aborts the group while its block still begins tasks; the next "
    "is refused by a RuntimeError, which the group raises beside the call's error",
    "https://github.com/python/cpython/issues/128550",
    versions={"python": BEFORE_THE_MEND},
)


def eager_loop() -> asyncio.AbstractEventLoop:
    """Give a loop whose tasks run to their first wait when they are made."""
    loop = asyncio.new_event_loop()
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
    return loop


class Failed(Exception):  # noqa: N818 - it names what happened, as `Aborted` does
    """A call failed."""


async def fails() -> None:
    """Fail at once."""
    raise Failed


async def a_child_and_its_own() -> None:
    """A child begins a task that fails at once, and then waits."""
    async with asyncio.TaskGroup() as group:

        async def child() -> None:
            group.create_task(fails())
            await asyncio.Event().wait()

        group.create_task(child())


def ends(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> str:
    """Run that group under a time limit, in a loop that is stopped if not even that ends it."""

    async def program() -> None:
        asyncio.get_running_loop().call_later(HANGS, asyncio.get_running_loop().stop)
        async with asyncio.timeout(HANGS / 10):
            await a_child_and_its_own()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        try:
            runner.run(program())
        except ExceptionGroup as failed:
            return f"the group raised {failed.exceptions}"
        except (RuntimeError, TimeoutError):
            raise AssertionError("E13: a task failed, and its group did not end") from None
    raise AssertionError("E13: a task failed, and its group ended without an error")


def under_eager_tasks(show: Callable[[Callable[[], asyncio.AbstractEventLoop]], str]) -> str:
    """Show it on a loop that begins each task as it is made.

    Raises:
        DoesNotApply: this Python has none.
    """
    if sys.version_info < (3, 12):
        raise DoesNotApply("there are no eager tasks before Python 3.12")
    return show(eager_loop)


@specimen("E13", "asyncio.TaskGroup under eager tasks", fault=ADDED_TOO_LATE)
def an_eager_grandchild(_: Origin) -> str:
    """A task begins another in its own group; that fails at once."""
    return under_eager_tasks(ends)


@specimen("E13", "asyncio.TaskGroup under ordinary tasks")
def an_ordinary_grandchild(_: Origin) -> str:
    """The same, where the other begins when the first waits."""
    return ends(asyncio.new_event_loop)


@contextmanager
def faults_of_early_3_12() -> Iterator[None]:
    """Overlook what else it does here: a coroutine is left, and a cancellation (gh-128588)."""
    with warnings.catch_warnings(), suppress(asyncio.CancelledError):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def noise(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> str:
    """Make a group of tasks that fail; look for errors of the group's own."""
    added: list[BaseException] = []

    async def program() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(4):
                    group.create_task(fails())
        except ExceptionGroup as failed:
            others = (each for each in single_errors(failed) if not isinstance(each, Failed))
            added.extend(others)

    with asyncio.Runner(loop_factory=loop_factory) as runner, faults_of_early_3_12():
        runner.run(program())
    return none_added(added)


def none_added(errors: Sequence[BaseException]) -> str:
    """Tell whether the group raised errors of its own."""
    assert not errors, f"E14: beside the calls' errors the group raised {errors}"
    return "the group raised nothing but the calls' errors"


@specimen("E14", "asyncio.TaskGroup under eager tasks", fault=REFUSED_TOO_EARLY)
def an_eager_group(_: Origin) -> str:
    """A loop begins tasks; the first one fails before the next is begun."""
    return under_eager_tasks(noise)


@specimen("E14", "asyncio.TaskGroup under ordinary tasks")
def an_ordinary_group(_: Origin) -> str:
    """The same, where no task begins before the loop is done."""
    return noise(asyncio.new_event_loop)
