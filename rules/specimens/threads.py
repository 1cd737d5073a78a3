"""X13 to X15: what becomes of threads: wrong functions, long ends, queued calls.

Strategy: what a thread is given is a function of our own.  A program that may not end is run in a
process of its own, which is ended for it.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from inspect import iscoroutine
from typing import IO, Any, cast

from impls import on_threads
from impls.contract import CallError, Endpoint
from origin.plan import Fault, Plan, Seen, Step
from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen
from rules.trial import HEARD_TIME, PATIENCE

SOON = 3.0
"""Seconds after its deadline in which a program ends, even on a busy machine, or else hangs."""


# X13: a coroutine function, by mistake.


async def no_function(arg: int) -> int:
    """Be what a thread can't call."""
    return arg


NOT_LOOKED_AT = Known("the thread calls the function, which only makes a coroutine")


def refused(attempt: Callable[[], Any]) -> str:
    """Say that the attempt was refused.

    Raises:
        AssertionError: it gave a coroutine.
    """
    try:
        given = attempt()
    except TypeError:
        return "TypeError"
    if iscoroutine(given):
        given.close()
    raise AssertionError("X13: the result is a coroutine, which nobody awaits")


@specimen("X13", "asyncio.to_thread", fault=NOT_LOOKED_AT)
def coroutine_to_asyncio_thread(_: Origin) -> str:
    """A coroutine function for a plain one: one would expect a TypeError."""
    return refused(lambda: asyncio.run(asyncio.to_thread(no_function, 1)))


@specimen("X13", "loop.run_in_executor", fault=NOT_LOOKED_AT)
def coroutine_to_executor(_: Origin) -> str:
    """The same, to the loop's own executor; debug mode alone would refuse it."""

    async def attempt() -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, no_function, 1)

    return refused(lambda: asyncio.run(attempt()))


@specimen("X13", "loop.run_in_executor in debug mode")
def coroutine_to_executor_in_debug_mode(_: Origin) -> str:
    """The same, in asyncio's debug mode."""

    async def attempt() -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, no_function, 1)

    return refused(lambda: asyncio.run(attempt(), debug=True))


@specimen("X13", "anyio.to_thread.run_sync", "anyio", fault=NOT_LOOKED_AT)
def coroutine_to_anyio_thread(_: Origin) -> str:
    """The same, to anyio's threads."""
    import anyio

    return refused(lambda: anyio.run(anyio.to_thread.run_sync, no_function, 1))


@specimen("X13", "curio.run_in_thread", "curio", fault=NOT_LOOKED_AT)
def coroutine_to_curio_thread(_: Origin) -> str:
    """The same, to curio's threads."""
    import curio

    return refused(lambda: curio.run(curio.run_in_thread, no_function, 1))


@specimen("X13", "trio.to_thread.run_sync", "trio")
def coroutine_to_trio_thread(_: Origin) -> str:
    """The same, to trio's threads, which look at what came back."""
    import trio

    return refused(lambda: trio.run(trio.to_thread.run_sync, no_function, 1))


# X14: a program with a thread that hangs.

WAITED_FOR = Known("at its end the program waits for all threads of its executors")

HANGING = """
import asyncio, threading
from concurrent.futures import Future, ThreadPoolExecutor
hang = threading.Event().wait
"""


def ends_in_time(program: str) -> str:
    """Run the program, which prints something when its deadline is over, and see it end.

    Raises:
        AssertionError: it did not.
    """
    command = [sys.executable, "-c", HANGING + program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            cast("IO[str]", process.stdout).readline()  # a pipe was asked for
            process.wait(SOON)
        except subprocess.TimeoutExpired:
            raise AssertionError("X14: the program ran on after its deadline") from None
        finally:
            process.kill()
    return "the program ended soon after its deadline"


@specimen("X14", "asyncio.to_thread under wait_for", fault=WAITED_FOR)
def deadline_of_to_thread(_: Origin) -> str:
    """A time limit around a thread: one would expect the program to end when it is over."""
    return ends_in_time("""
async def main():
    try:
        await asyncio.wait_for(asyncio.to_thread(hang), 0.01)
    except TimeoutError:
        print("over", flush=True)
asyncio.run(main())
""")


@specimen("X14", "ThreadPoolExecutor, shutdown(wait=False)", fault=WAITED_FOR)
def deadline_of_an_executor(_: Origin) -> str:
    """A result is waited for with a time limit, and the pool is left without waiting."""
    return ends_in_time("""
pool = ThreadPoolExecutor()
try:
    pool.submit(hang).result(0.01)
except TimeoutError:
    print("over", flush=True)
pool.shutdown(wait=False)
""")


@specimen("X14", "a daemon thread and a Future")
def deadline_of_a_daemon(_: Origin) -> str:
    """The thread is a daemon, which no program waits for."""
    return ends_in_time("""
future = Future()
threading.Thread(target=lambda: future.set_result(hang()), daemon=True).start()
try:
    future.result(0.01)
except TimeoutError:
    print("over", flush=True)
""")


# X15: queued calls to threads.

CALLS = range(12)
LIMIT = 3


def begun_after_an_error(origin: Origin, leave: Callable[[ThreadPoolExecutor], None]) -> str:
    """Submit calls of which the first fails, ask each as it ends, and leave the pool so.

    Raises:
        AssertionError: calls began after the failure.
    """
    fails = {0: Step(gate=Seen(in_progress=LIMIT), fault=Fault.STATUS)}
    origin.plan(Plan(fails, otherwise=Step(gate=Seen(answered=1), delay=HEARD_TIME)))

    def call(arg: int) -> str:
        with closing(on_threads.Client(Endpoint(*origin.calls))) as client:
            return client.some_remote_call(arg)

    with ThreadPoolExecutor(LIMIT) as pool:
        futures = [pool.submit(call, arg) for arg in CALLS]
        try:
            for future in as_completed(futures):
                future.result()
        except CallError:
            leave(pool)
    begun = len(origin.ledger(patience=PATIENCE).calls)
    assert begun <= LIMIT + 1, f"X15: {begun} of {len(CALLS)} calls were made though one failed"
    return "no more calls than the free thread had taken"


@specimen(
    "X15",
    "submit and as_completed inside with",
    fault=Known("the block first does all that was submitted"),
)
def pool_left_by_an_error(origin: Origin) -> str:
    """An error leaves the block of the pool: one would expect that to be the end."""
    return begun_after_an_error(origin, lambda _: None)


@specimen("X15", "submit and as_completed inside with, shutdown(cancel_futures=True)")
def pool_shut_down_by_an_error(origin: Origin) -> str:
    """The error first cancels what has not begun."""
    return begun_after_an_error(origin, lambda pool: pool.shutdown(cancel_futures=True))
