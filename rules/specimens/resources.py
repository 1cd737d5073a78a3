"""X4 to X12: how connections, tasks, contexts and results are lost, and how they are not.

Strategy: small programs on asyncio, and on another runtime where the fault is that one's.  Each way
that breaks a rule stands beside one that keeps it.
"""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from impls import on_asyncio
from impls.contract import Endpoint
from origin.plan import Plan, Seen, Step
from origin.process import Origin
from rules.chapters.resources import collect, uncollected
from rules.known import Known
from rules.specimen import specimen
from rules.trial import PATIENCE

# X4: connections.

GIVEN_UP = 0.01
SLOW = Step(delay=3 * GIVEN_UP)
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Keep = Callable[[list[Connection], Connection, bool], None]


async def pooled_call(pool: list[Connection], where: tuple[str, int], arg: int, keep: Keep) -> str:
    """Ask for `arg` over a connection of the pool; `keep` decides what becomes of it."""
    connection = pool.pop() if pool else await asyncio.open_connection(*where)
    reader, writer = connection
    whole = False
    try:
        writer.write(b"GET /%d HTTP/1.1\r\n\r\n" % arg)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].split()[0])
        text = (await reader.readexactly(length)).decode()
        whole = True
        return text
    finally:
        keep(pool, connection, whole)


def answers_after_time_limits(origin: Origin, keep: Keep) -> str:
    """Every other call is given up before its answer comes; the next one uses the pool after it.

    Raises:
        AssertionError: a call got another's answer.
    """
    origin.plan(Plan(dict.fromkeys(range(0, 10, 2), SLOW)))

    async def main() -> int:
        wrong = 0
        for arg in range(0, 10, 2):
            pool: list[Connection] = []
            with suppress(TimeoutError):
                await asyncio.wait_for(pooled_call(pool, origin.calls, arg, keep), GIVEN_UP)
            origin.ledger(PATIENCE)  # the answer is on its way
            wrong += await pooled_call(pool, origin.calls, arg + 1, keep) != f"answer to {arg + 1}"
            for _, writer in pool:
                writer.transport.abort()
        return wrong

    wrong = asyncio.run(main())
    assert not wrong, f"X4: {wrong} of 5 calls got another's answer"
    return "5 of 5 calls got their own answer"


@specimen(
    "X4",
    "a connection put back in `finally`",
    fault=Known("the answer that was given up is still to come, and the next call reads it"),
)
def put_back_in_finally(origin: Origin) -> str:
    """Give each connection back, whatever happens: one would expect that to be tidy."""

    def keep(pool: list[Connection], connection: Connection, _: bool) -> None:
        pool.append(connection)

    return answers_after_time_limits(origin, keep)


@specimen("X4", "a connection put back after a whole answer only")
def put_back_when_whole(origin: Origin) -> str:
    """Hang up in every other case."""

    def keep(pool: list[Connection], connection: Connection, whole: bool) -> None:
        if whole:
            pool.append(connection)
        else:
            connection[1].transport.abort()

    return answers_after_time_limits(origin, keep)


# X5: tasks that nobody holds.

CALLS = range(5)
ALL_BEGUN, GO_ON = -1, -2


def answered_after_a_collection(origin: Origin, hold: Callable[[asyncio.Task[None]], None]) -> str:
    """Begin five calls, each over a connection of its own, and collect garbage while they wait.

    Raises:
        AssertionError: some of them have vanished.
    """
    steps = {ALL_BEGUN: Step(gate=Seen(in_progress=len(CALLS) + 1)), GO_ON: Step()}
    origin.plan(Plan(steps, otherwise=Step(gate=Seen(answered=2))))
    answered: list[str] = []

    async def one(arg: int, all_answered: asyncio.Event) -> None:
        client = on_asyncio.Client(Endpoint(*origin.calls))
        answered.append(await client.some_remote_call(arg))
        await client.aclose()
        if len(answered) == len(CALLS):
            all_answered.set()

    async def main() -> None:
        all_answered = asyncio.Event()
        for arg in CALLS:
            hold(asyncio.create_task(one(arg, all_answered)))
        client = on_asyncio.Client(Endpoint(*origin.calls))
        await client.some_remote_call(ALL_BEGUN)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # which only logs
        collect()
        await client.some_remote_call(GO_ON)
        with suppress(TimeoutError):
            await asyncio.wait_for(all_answered.wait(), 0.5)
        await client.aclose()

    asyncio.run(main())
    lost = len(CALLS) - len(answered)
    assert not lost, f"X5: {lost} of {len(CALLS)} calls vanished in a collection of garbage"
    return "5 of 5 calls were answered"


@specimen(
    "X5",
    "asyncio.create_task() without a reference, over open_connection()",
    fault=Known(
        "the loop refers to a task only weakly, and so does a stream's protocol to its reader",
        "https://github.com/python/cpython/issues/91887",
    ),
)
def unreferenced_tasks(origin: Origin) -> str:
    """Start tasks and forget them: one would expect them to run."""
    return answered_after_a_collection(origin, lambda _: None)


@specimen("X5", "asyncio.create_task() with a reference")
def referenced_tasks(origin: Origin) -> str:
    """Keep the tasks in a set, as the documentation says."""
    return answered_after_a_collection(origin, set[asyncio.Task[None]]().add)


# X6: contexts.


def apart(found: Iterable[int | None]) -> str:
    """Say that no call found what another had set.

    Raises:
        AssertionError: one did.
    """
    inherited = sum(each is not None for each in found)
    assert not inherited, f"X6: {inherited} calls found what another had set"
    return "no call found what another had set"


def looking() -> Callable[[int], int | None]:
    """Give a function that looks into a context variable, and sets it."""
    mine: ContextVar[int | None] = ContextVar("mine", default=None)

    def look(arg: int) -> int | None:
        found = mine.get()
        mine.set(arg)
        return found

    return look


@specimen(
    "X6",
    "curio.spawn",
    "curio",
    fault=Known("all tasks share one context", "https://github.com/dabeaz/curio/issues/310"),
)
def contexts_of_curio(_: Origin) -> str:
    """Two tasks one after the other: one would expect a context for each."""
    import curio

    return apart(found_by_tasks_of_curio(curio.Task))


@specimen("X6", "curio.spawn, in a kernel that is made with taskcls=ContextTask", "curio")
def contexts_of_context_tasks(_: Origin) -> str:
    """The same with a class of tasks that have contexts, which a kernel must be told to take."""
    from curio.task import ContextTask

    return apart(found_by_tasks_of_curio(ContextTask))


def found_by_tasks_of_curio(kind: Any) -> list[int | None]:
    """Let two tasks of this class look, one after the other; give what they found."""
    import curio

    look = looking()

    async def call(arg: int) -> int | None:
        return look(arg)

    async def main() -> list[int | None]:
        return [await (await curio.spawn(call, arg)).join() for arg in range(2)]

    found: list[int | None] = curio.run(main, taskcls=kind)
    return found


@specimen("X6", "workers on a queue", fault=Known("a worker is one task, with one context"))
def contexts_of_a_worker(_: Origin) -> str:
    """A worker makes one call after the other."""
    look = looking()
    found: list[int | None] = []

    async def work(queue: asyncio.Queue[int]) -> None:
        while not queue.empty():
            found.append(look(queue.get_nowait()))

    async def main() -> None:
        queue = asyncio.Queue[int]()
        for arg in range(2):
            queue.put_nowait(arg)
        async with asyncio.TaskGroup() as group:
            group.create_task(work(queue))

    asyncio.run(main())
    return apart(found)


@specimen("X6", "a task for each call")
def contexts_of_tasks(_: Origin) -> str:
    """Each call is a task of its own."""
    look = looking()

    async def call(arg: int) -> int | None:
        return look(arg)

    async def main() -> list[int | None]:
        return [await asyncio.create_task(call(arg)) for arg in range(2)]

    return apart(asyncio.run(main()))


# X10: what an error holds.


class Payload:
    """A result that is large, or else nobody would mind."""


Work = Callable[[list[Payload]], Awaitable[None]]


def alive_after_an_error(work: Work) -> str:
    """Let the work fail when it has five results, and drop its error.

    Raises:
        AssertionError: results are alive.
    """
    alive: weakref.WeakSet[Payload] = weakref.WeakSet()

    async def main() -> int:
        async def with_results() -> None:
            results = [Payload() for _ in CALLS]
            alive.update(results)
            await work(results)

        with suppress(Exception):
            await with_results()
        await asyncio.sleep(0)  # the step in which the error came holds it, too
        return len(alive)

    with uncollected():
        left = asyncio.run(main())
    assert not left, f"X10: {left} of {len(CALLS)} results are alive after the failure"
    return "no result is alive after the failure"


async def failing_call() -> None:
    """Fail."""
    raise ValueError


async def in_a_task_group(results: list[Payload]) -> None:
    """Make a call that fails, in a group."""
    async with asyncio.TaskGroup() as group:
        group.create_task(failing_call())


@specimen(
    "X10",
    "asyncio.TaskGroup",
    fault=Known(
        "the group that is raised and a frame of its traceback refer to each other",
        "https://github.com/python/cpython/issues/124958",
        {"python": ",".join(["<3.13.1", *(f"!=3.12.{micro}" for micro in range(8, 100))])},
    ),
)
def results_of_a_task_group(_: Origin) -> str:
    """A call in a TaskGroup fails, with results beside it: one would expect these to go."""
    return alive_after_an_error(in_a_task_group)


@specimen("X10", "asyncio.TaskGroup, the results emptied on an error")
def results_emptied(_: Origin) -> str:
    """Whoever has the results empties them."""

    async def work(results: list[Payload]) -> None:
        try:
            await in_a_task_group(results)
        except ExceptionGroup:
            results.clear()
            raise

    return alive_after_an_error(work)


@specimen("X10", "asyncio.gather")
def results_of_gather(_: Origin) -> str:
    """Gather the call instead."""

    async def work(_: list[Payload]) -> None:
        await asyncio.gather(failing_call())

    return alive_after_an_error(work)


# X12: workers that die.


async def worker(queue: asyncio.Queue[int]) -> None:
    """Fail at once."""
    raise ValueError(await queue.get())


def ended_in_time(batch: Callable[[asyncio.Queue[int]], Awaitable[object]]) -> str:
    """Put three arguments into a queue, and give the batch half a second.

    Raises:
        AssertionError: it takes more.
    """

    async def main() -> None:
        queue: asyncio.Queue[int] = asyncio.Queue()
        for arg in range(3):
            queue.put_nowait(arg)
        async with asyncio.timeout(0.5):
            await batch(queue)

    try:
        asyncio.run(main())
    except TimeoutError:
        raise AssertionError("X12: the batch hung when its workers had died") from None
    except ExceptionGroup:
        return "the batch ended when its workers had died"
    raise ValueError("no worker has failed")


@specimen(
    "X12",
    "asyncio.Queue.join()",
    fault=Known("it waits until each argument is done, whoever is left to do it"),
)
def queue_joined(_: Origin) -> str:
    """Start workers, and wait for the queue: one would expect to hear that they have failed."""

    async def batch(queue: asyncio.Queue[int]) -> None:
        workers = [asyncio.create_task(worker(queue)) for _ in range(2)]
        try:
            await queue.join()
        finally:
            await asyncio.gather(*workers, return_exceptions=True)

    return ended_in_time(batch)


@specimen("X12", "asyncio.Queue and a TaskGroup")
def queue_of_a_task_group(_: Origin) -> str:
    """Let a group own the workers, and wait for these."""

    async def batch(queue: asyncio.Queue[int]) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(worker(queue))
            await queue.join()

    return ended_in_time(batch)
