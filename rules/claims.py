"""What the well-known thread says of coroutines, futures and tasks, and what is so today.

Strategy: each claim in one sentence, as people say it, over the smallest program that can tell.
Nothing is timed: what runs before what is written down by those who run.  The old habit of asking
for a loop where none runs is tried in a process of its own, since it depends on what ran before.
"""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

from rules.claim import NEVER, claim
from rules.specimens.eager import eager_loop

THREE = range(3)
TWENTY = range(20)
A_WHILE = 1.0
"""Seconds that a task takes which nobody waits for; no program here waits so long."""


async def noted(log: list[str], what: str) -> None:
    """Run, and write that down."""
    log.append(what)


async def own_task() -> asyncio.Task[Any] | None:
    """Give the task that this runs in."""
    return asyncio.current_task()


# Coroutines.


@claim("Calling a coroutine function runs nothing: it gives a coroutine.")
def calling_runs_nothing() -> str:
    """Call one, and look whether it ran."""
    log: list[str] = []
    call = noted(log, "it ran")
    call.close()
    assert not log, "it ran"
    return f"it gave a {type(call).__name__}, and nothing ran"


@claim("A coroutine is a generator.", holds=NEVER)
def coroutine_is_a_generator() -> str:
    """What `async def` makes has much of a generator, since Python 3.5 as a type of its own."""
    call = noted([], "")
    call.close()
    assert inspect.isgenerator(call), "it has send() and throw(), but can't be iterated"
    return "it is one"


@claim("A coroutine can be awaited once, a task as often as one likes.")
def awaited_twice() -> str:
    """Await each of them twice."""

    async def program() -> str:
        task = asyncio.ensure_future(noted([], ""))
        await task
        await task
        call = noted([], "")
        await call
        try:
            await call
        except RuntimeError as error:
            return f"of a coroutine the second time is a RuntimeError: {error}"
        raise AssertionError("both can be awaited twice")

    return asyncio.run(program())


# Who makes a task of a coroutine.


async def ran_elsewhere(waiting: Coroutine[Any, Any, asyncio.Task[Any] | None]) -> str:
    """Say that what was waited for ran in a task of its own."""
    assert await waiting is not asyncio.current_task(), "it ran in the task that waits"
    return "it ran in a task of its own"


@claim("asyncio.wait wraps coroutines in tasks by itself.", holds="<3.11")
def wait_wraps() -> str:
    """Wait for a coroutine."""

    async def waiting() -> asyncio.Task[Any] | None:
        call: Any = own_task()
        try:
            [done], _ = await asyncio.wait([call])
        except TypeError as error:
            call.close()
            raise AssertionError(f"TypeError: {error} Up to 3.10 it did.") from error
        ran_in: asyncio.Task[Any] | None = done.result()
        return ran_in

    return asyncio.run(ran_elsewhere(waiting()))


@claim("asyncio.gather wraps coroutines in tasks by itself.")
def gather_wraps() -> str:
    """Gather a coroutine."""

    async def waiting() -> asyncio.Task[Any] | None:
        [ran_in] = await asyncio.gather(own_task())
        return ran_in

    return asyncio.run(ran_elsewhere(waiting()))


@claim("ensure_future of a task is that task.")
def future_of_a_task() -> str:
    """Ask for the future of a task."""

    async def program() -> str:
        task = asyncio.ensure_future(noted([], ""))
        again = asyncio.ensure_future(task)
        await task
        assert again is task, "it is another one"
        return "it is the same object"

    return asyncio.run(program())


class Awaited:
    """What can be awaited, and has nothing else of a coroutine or a future."""

    def __await__(self) -> Generator[Any, None, str]:
        """Give a word, after a turn of the loop."""
        yield from asyncio.sleep(0).__await__()
        return "its result"


def refused(awaitable: Any) -> str:
    """Give this to create_task, and say how it was refused."""
    try:
        task = asyncio.create_task(awaitable)
    except TypeError:
        return f"of {type(awaitable).__name__} create_task raised a TypeError"
    raise AssertionError(f"create_task took {type(awaitable).__name__}, and gave {task}")


@claim("ensure_future takes whatever can be awaited, create_task only coroutines.")
def future_of_what_can_be_awaited() -> str:
    """Give both of them a future, and an object that has only __await__."""

    async def program() -> str:
        future = asyncio.get_running_loop().create_future()
        assert asyncio.ensure_future(future) is future, "ensure_future gave another future"
        assert await asyncio.ensure_future(Awaited()) == "its result", "it gave something else"
        return f"{refused(future)}, and {refused(Awaited())}; ensure_future took both"

    return asyncio.run(program())


@claim("A task is a future, which runs a coroutine.")
def task_is_a_future() -> str:
    """Look at the classes."""
    assert issubclass(asyncio.Task, asyncio.Future), "Task is no subclass of Future"
    return "Task is a subclass of Future"


# What runs when.


@claim("Awaiting a coroutine runs it at once, without a turn of the loop.")
def awaited_at_once() -> str:
    """Ask the loop for a turn, and await a coroutine."""

    async def program() -> list[str]:
        log: list[str] = []
        asyncio.get_running_loop().call_soon(log.append, "the loop")
        await noted(log, "the coroutine")
        return log.copy()

    log = asyncio.run(program())
    assert log == ["the coroutine"], f"what ran: {', '.join(log)}"
    return "the coroutine ran, and the loop had no turn"


async def task_is_made() -> str:
    """Make a task, and say that it ran on the next turn of the loop."""
    log: list[str] = []
    task = asyncio.create_task(noted(log, "the task"))
    assert not log, "the task ran at once, to its first wait"
    await asyncio.sleep(0)
    assert task.done(), "the task did not run on the next turn"
    return "it ran on the next turn, and not before"


@claim("create_task runs a coroutine on the next turn of the loop.")
def task_on_the_next_turn() -> str:
    """Make a task, and give the loop a turn."""
    return asyncio.run(task_is_made())


@claim(
    "create_task runs a coroutine on the next turn of the loop, under eager tasks too.",
    holds=NEVER,
    since=(3, 12),
)
def eager_task_on_the_next_turn() -> str:
    """The same in a loop with eager_task_factory, which Python has from 3.12 on."""
    with asyncio.Runner(loop_factory=eager_loop) as runner:
        return runner.run(task_is_made())


@claim("A coroutine that is awaited goes before a task that was made earlier.")
def coroutine_before_task() -> str:
    """Make a task, and await a coroutine."""

    async def program() -> list[str]:
        log: list[str] = []
        task = asyncio.create_task(noted(log, "the task"))
        await noted(log, "the coroutine")
        await task
        return log

    first, second = asyncio.run(program())
    assert first == "the coroutine", f"{first} ran first"
    return f"{first} ran first, then {second}"


@claim("If the program sleeps in between, the task goes first.")
def task_before_coroutine() -> str:
    """The same, with a turn of the loop before the coroutine is awaited."""

    async def program() -> list[str]:
        log: list[str] = []
        task = asyncio.create_task(noted(log, "the task"))
        await asyncio.sleep(0)
        await noted(log, "the coroutine")
        await task
        return log

    first, second = asyncio.run(program())
    assert first == "the task", f"{first} ran first"
    return f"{first} ran first, then {second}"


@claim("Callbacks of a task run once each, in the order in which they were added.")
def callbacks_in_order() -> str:
    """Add three, let the task end, and give the loop a few turns."""

    def ran(log: list[str], number: int, _: object) -> None:
        log.append(str(number))

    async def program() -> list[str]:
        log: list[str] = []
        task = asyncio.create_task(asyncio.sleep(0))
        for each in THREE:
            task.add_done_callback(partial(ran, log, each))
        await task
        for _ in THREE:
            await asyncio.sleep(0)
        return log

    log = asyncio.run(program())
    assert log == [str(each) for each in THREE], f"they ran as {', '.join(log)}"
    return f"{len(log)} ran once each, in that order"


@claim("A task makes progress without being waited for, as long as one waits for something else.")
def progress_meanwhile() -> str:
    """Make a task of three steps, and wait for as many turns of the loop."""
    steps = asyncio.run(steps_made(turns=len(THREE)))
    assert steps, "it made none"
    return f"it made {steps} steps of {len(THREE)} while the program waited for something else"


@claim("A task makes progress also while the program awaits nothing.", holds=NEVER)
def progress_beside() -> str:
    """The same, and compute instead."""
    steps = asyncio.run(steps_made(turns=0))
    assert steps, "it made none: there is one thread"
    return f"it made {steps} steps"


async def steps_made(turns: int) -> int:
    """Make a task, do something else for so many turns, and give how many steps it has made."""
    log: list[str] = []

    async def step_by_step() -> None:
        for each in THREE:
            log.append(str(each))
            await asyncio.sleep(0)

    task = asyncio.create_task(step_by_step())
    sum(range(10_000))
    for _ in range(turns):
        await asyncio.sleep(0)
    made = len(log)
    await task
    return made


@claim(
    "A task that nobody waits for is like a daemon thread: the program ends without it.",
    holds=NEVER,
)
def like_a_daemon() -> str:
    """Make a task that takes a while, whose clean-up awaits something, and leave."""
    log: list[str] = []

    async def in_the_background() -> None:
        try:
            await asyncio.sleep(A_WHILE)
            log.append("waited for its end")
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            log.append("cancelled it and waited for its clean-up")
            raise

    async def program() -> asyncio.Task[None]:
        task = asyncio.create_task(in_the_background())
        await asyncio.sleep(0)
        return task

    task = asyncio.run(program())
    assert not task.done(), f"asyncio.run {' and '.join(log) or 'cancelled it, without clean-up'}"
    return "the program ended, and the task had not"


# Results.


@claim("When results matter, gather gives them in the order of its arguments, and wait does not.")
def results_in_order() -> str:
    """Twenty calls, of which the first ends last; a set in order by chance would be a wonder."""

    async def call(arg: int) -> int:
        for _ in range(len(TWENTY) - arg):
            await asyncio.sleep(0)
        return arg

    async def program() -> tuple[list[int], list[int]]:
        results = await asyncio.gather(*map(call, TWENTY))
        done, _ = await asyncio.wait([asyncio.ensure_future(call(arg)) for arg in TWENTY])
        return results, [task.result() for task in done]

    results, waited_for = asyncio.run(program())
    assert results == list(TWENTY), f"gather gave {results}"
    assert waited_for != list(TWENTY), "wait gave them in order, too"
    return "gather gave them in order; wait gave a set of tasks, which has an order of its own"


# The old habit.

HABIT = """
import asyncio
loop = asyncio.get_event_loop()
loop.run_until_complete(asyncio.sleep(0))
loop.close()
"""
AFTER_RUN = "import asyncio; asyncio.run(asyncio.sleep(0))"


def complaints(program: str) -> tuple[str, str]:
    """Run this in a process of its own; give its error and its warnings, as a person sees them."""
    ended = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    said = [line.removeprefix("<string>:3: ") for line in ended.stderr.splitlines()]
    error = said[-1] if ended.returncode else ""
    return error, "; ".join(line for line in said if "Warning: " in line)


@claim("get_event_loop() gives a loop where none runs.", holds="<3.14")
def loop_where_none_runs() -> str:
    """The old habit: loop = get_event_loop(); loop.run_until_complete(...)."""
    error, warnings = complaints(HABIT)
    assert not error, error
    return f"it gave one, with a {warnings}" if warnings else "it gave one, and said nothing"


@claim("get_event_loop() does so without a warning.", holds=">=3.11.2,<3.12")
def loop_without_a_warning() -> str:
    """The same; what is written on the terminal counts."""
    error, warnings = complaints(HABIT)
    assert not error, error
    assert not warnings, warnings
    return "it said nothing"


@claim("get_event_loop() gives a loop also after asyncio.run().", holds=NEVER)
def loop_after_run() -> str:
    """The same, in a program that has used asyncio.run() before."""
    error, _ = complaints(AFTER_RUN + HABIT)
    assert not error, error
    return "it gave one"
