"""Calls of one's own, over every variant: what no origin can make a call do.

Each call is written once, in the words of `rules.languages`.  Nothing here waits for time to pass
but what runs out of it.
"""

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import outcome
import pytest

from impls import on_threads
from impls.contract import (
    Ability,
    Aborted,
    Batch,
    CallError,
    CallTimeout,
    DeadlineExceeded,
    Finished,
    Variant,
)
from impls.registry import VARIANTS, missing
from rules.languages import LANGUAGES, AsyncCall, Words
from rules.trial import single_errors

ROOT = Path(__file__).parents[2]
LIMIT = 2
FAILS = 2
"""The argument whose call fails."""

A_WHILE = 0.02
LONG = 0.2
"""Seconds that a call takes that runs out of time, where it can't be cut off."""

AMPLE = 5.0


@pytest.fixture
def variant(variant: Variant) -> Variant:
    """Every variant that makes calls of one's own, in turn."""
    if why := variant.cannot.get(Ability.OWN):
        pytest.skip(f"declared: {why}")
    return variant


def run(variant: Variant, written: AsyncCall, *batches: Batch) -> list[Finished]:
    """Run the batches over the call."""
    return variant.load()(LANGUAGES[variant.speaks].call(written), batches)


def failing(words: Words, error: Callable[[], BaseException]) -> AsyncCall:
    """Give a call that raises this for one argument."""

    async def call(arg: int) -> int:
        await words.checkpoint()
        if arg == FAILS:
            raise error()
        return arg

    return call


def raised(finished: Finished) -> list[BaseException]:
    """Give all that the batch raised."""
    assert isinstance(finished.outcome, outcome.Error), f"no error but {finished.outcome}"
    return single_errors(finished.outcome.error)


def collected(finished: Finished) -> BaseException:
    """Give the error of the call that fails, when the others have their results."""
    assert isinstance(finished.outcome, outcome.Value), finished.outcome
    results = finished.outcome.value
    others = [arg for arg in range(4) if arg != FAILS]
    assert [results[arg] for arg in others] == [outcome.Value(arg) for arg in others]
    error: BaseException = results[FAILS].error
    return error


EVERY_WAY: list[dict[str, Any]] = [
    {},
    {"call_timeout": AMPLE},
    {"deadline": AMPLE},
    {"call_timeout": AMPLE, "deadline": AMPLE},
]
"""Time limits that nothing here meets."""


# Errors of any kind.


@pytest.mark.parametrize("limits", EVERY_WAY, ids=[" ".join(each) or "none" for each in EVERY_WAY])
@pytest.mark.parametrize("error", [ValueError, StopIteration, StopAsyncIteration, TimeoutError])
def test_an_error(error: type[Exception], limits: Any, variant: Variant) -> None:
    """It surfaces as it is, under any limits; a coroutine's StopIteration as a RuntimeError."""
    call = failing(LANGUAGES[variant.speaks], error)
    first, second = run(
        variant,
        call,
        Batch(range(4), LIMIT, **limits),
        Batch(range(4), LIMIT, on_error="collect", **limits),
    )
    expected = RuntimeError if error is StopIteration else error
    assert [type(leaf) for leaf in raised(first)] == [expected]
    assert type(collected(second)) is expected


def test_a_stop_iteration_of_a_plain_function() -> None:
    """In a thread nothing makes it a RuntimeError; it ends no loop of ours."""

    def call(arg: int) -> int:
        if arg == FAILS:
            raise StopIteration
        return arg

    for name in ("threads/workers", "threads/semaphore"):
        batches = [Batch(range(4), LIMIT), Batch(range(4), LIMIT, on_error="collect")]
        first, second = VARIANTS[name].load()(call, batches)
        assert [type(leaf) for leaf in raised(first)] == [StopIteration]
        assert type(collected(second)) is StopIteration


@pytest.mark.parametrize("limits", EVERY_WAY, ids=[" ".join(each) or "none" for each in EVERY_WAY])
def test_a_cancellation_of_its_own(limits: Any, variant: Variant) -> None:
    """A call that raises it has failed, since nobody cancelled it."""
    words = LANGUAGES[variant.speaks]
    if variant.speaks == "threads" or variant.name.startswith(("trio", "anyio@trio")):
        pytest.skip("there is no cancellation that a call could raise")
    call = failing(words, lambda: words.cancelled())  # noqa: PLW0108 - asked for in the runtime
    first, second = run(
        variant,
        call,
        Batch(range(4), LIMIT, **limits),
        Batch(range(4), LIMIT, on_error="collect", **limits),
    )
    for error in (*raised(first), collected(second)):
        assert type(error) is CallError
        assert str(error) == f"cancelled itself, called with {FAILS}"


@pytest.mark.parametrize("name", ["curio/workers", "curio/semaphore"])
def test_a_timeout_of_its_own_on_curio(name: str) -> None:
    """A TaskTimeout is no Exception there; it fails its call all the same, and its call alone."""
    curio = pytest.importorskip("curio")

    async def call(arg: int) -> int:
        if arg == FAILS:
            await curio.timeout_after(0.001, curio.sleep, AMPLE)
        await curio.sleep(0)
        return arg

    batches = [Batch(range(4), LIMIT), Batch(range(4), LIMIT, on_error="collect")]
    first, second = VARIANTS[name].load()(call, batches)
    for error in (*raised(first), collected(second)):
        assert type(error) is CallError
        assert str(error) == f"ran out of a time of its own, called with {FAILS}"


@pytest.mark.parametrize("name", ["asyncio/workers", "asyncio/semaphore"])
def test_a_call_that_leaves_its_task_cancelled(name: str) -> None:
    """Its worker stops, as if the batch had been cancelled; no result is missing without a word."""

    async def call(arg: int) -> int:
        task = asyncio.current_task()
        assert task
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        return arg

    [all_in_time, stopped] = VARIANTS[name].load()(
        call, [Batch(range(LIMIT), LIMIT), Batch(range(9), LIMIT, on_error="collect")]
    )
    assert all_in_time.outcome == outcome.Value([0, 1])
    if name == "asyncio/workers":
        [error] = raised(stopped)
        assert str(error) == "a call cancelled its own task, and left it so: see uncancel()"
    else:
        assert stopped.outcome.unwrap() == [outcome.Value(arg) for arg in range(9)]


RAISES = """
import builtins, sys
from impls.contract import Batch
from impls.registry import VARIANTS
from rules.languages import LANGUAGES
name, kind, on_error = sys.argv[1:]
variant = VARIANTS[name]
words = LANGUAGES[variant.speaks]

async def call(arg):
    await words.checkpoint()
    if arg == 2:
        raise getattr(builtins, kind)

def leaves(error):
    each = getattr(error, "exceptions", None)
    return [leaf for one in each for leaf in leaves(one)] if each else [type(error).__name__]

try:
    print(variant.load()(words.call(call), [Batch(range(4), 2, on_error)]))
except BaseException as error:
    print(leaves(error))
"""


@pytest.mark.parametrize(
    ("kind", "on_error"), [("KeyboardInterrupt", "collect"), ("SystemExit", "raise")]
)
def test_the_end_of_the_program(kind: str, on_error: str, variant: Variant) -> None:
    """It leaves `run`, and is never a value.  In a process of its own: the runtime dies of it."""
    if variant.name.startswith("asyncio+rloop/"):
        pytest.skip("rloop 0.5.0 hangs")
    done = subprocess.run(
        [sys.executable, "-c", RAISES, variant.name, kind, on_error],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"['{kind}']\n", done


# An abort.


@pytest.mark.parametrize("runtime", ["asyncio", "trio", "anyio@asyncio", "curio", "threads"])
@pytest.mark.parametrize("limits", [{}, {"call_timeout": AMPLE, "deadline": AMPLE}])
def test_an_abort_that_fails(limits: Any, runtime: str) -> None:
    """The batch raises its error: who was to cancel it can't."""
    variant = VARIANTS[f"{runtime}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    words = LANGUAGES[variant.speaks]

    async def call(arg: int) -> int:
        if arg == FAILS:
            raise LookupError
        await words.sleep(LONG)
        return arg

    [finished] = run(variant, call, Batch([0], 1, abort_on=FAILS, **limits))
    assert [type(each) for each in raised(finished)] == [LookupError]


def test_an_abort_in_a_thread_that_lasts_until_the_deadline() -> None:
    """Its time is up then, which is no failure of its own: the batch's end is its deadline."""

    def call(arg: int) -> int:
        time.sleep(2 * A_WHILE if arg == FAILS else 0)
        if arg == FAILS:
            raise TimeoutError
        time.sleep(2 * A_WHILE)
        return arg

    batch = Batch(range(LIMIT), LIMIT, abort_on=FAILS, deadline=A_WHILE)
    [finished] = VARIANTS["threads/workers"].load()(call, [batch])
    assert [type(each) for each in raised(finished)] == [DeadlineExceeded]


def test_an_abort_is_no_keyboard_interrupt() -> None:
    """What ends the program leaves a batch of threads, also one that has been aborted."""
    aborted = threading.Event()

    def interrupted(*_: object) -> list[Any]:
        aborted.set()
        raise BaseExceptionGroup("unhandled errors in threads", [KeyboardInterrupt()])

    with pytest.raises(BaseExceptionGroup, match="unhandled errors in threads"):
        on_threads.settle(print, interrupted, Batch([], 1), aborted)


def test_an_abort_on_curio_is_left_with_its_batch() -> None:
    """A batch that is cancelled a second time while its calls clean up still waits for them."""
    curio = pytest.importorskip("curio")
    from impls import on_curio

    cleaned: list[int] = []

    async def call(arg: int) -> None:
        try:
            await curio.sleep(AMPLE)
        finally:
            await curio.sleep(A_WHILE)
            cleaned.append(arg)

    async def cancelled_twice() -> list[int]:
        batch = Batch([0], 1, abort_on=FAILS)
        task = await curio.spawn(
            on_curio.settle_unless_answered, FAILS, call, on_curio.workers, batch
        )
        for _ in range(2):
            await curio.sleep(A_WHILE / 4)
            await task.cancel(blocking=False)
        await task.wait()
        return sorted(cleaned)

    assert curio.run(cancelled_twice) == [0, FAILS]


def test_an_abort_that_was_not_needed() -> None:
    """Its call has ended before the next batch begins."""
    ended: list[int] = []

    async def call(arg: int) -> int:
        try:
            await asyncio.sleep(AMPLE if arg == FAILS else 0)
        finally:
            await asyncio.sleep(0)
            ended.append(arg)
        return arg

    VARIANTS["asyncio/workers"].load()(call, [Batch([0], 1, abort_on=FAILS), Batch([1], 1)])
    assert ended == [0, FAILS, 1]


# Arguments that raise.


@pytest.mark.parametrize("on_error", ["raise", "collect"])
def test_arguments_that_raise(on_error: Any, variant: Variant) -> None:
    """The batch raises the error, and nothing of it goes on in the next one."""
    words = LANGUAGES[variant.speaks]
    ended: list[int] = []

    def five() -> Iterator[int]:
        yield from range(5)
        raise ValueError("no sixth")

    async def call(arg: int) -> int:
        await words.sleep(A_WHILE if arg == 4 else 0)
        ended.append(arg)
        return arg

    first, second = run(variant, call, Batch(five(), LIMIT, on_error), Batch([9], 1))
    assert [str(leaf) for leaf in raised(first)] == ["no sixth"]
    assert second.outcome == outcome.Value([9])
    assert ended[-1] == 9
    runs_on = variant.speaks == "threads" and variant.name.endswith("/workers")
    assert (4 in ended) == runs_on, ended


# Time.


def takes_too_long(words: Words, begun: list[int]) -> AsyncCall:
    """Give a call that does."""

    async def call(arg: int) -> int:
        begun.append(arg)
        await words.sleep(LONG)
        return arg

    return call


@pytest.mark.parametrize("on_error", ["raise", "collect"])
def test_a_time_limit(on_error: Any, variant: Variant) -> None:
    """The call's error says so, in a thread when the call has ended."""
    call = takes_too_long(LANGUAGES[variant.speaks], [])
    [finished] = run(variant, call, Batch([7], 1, on_error, call_timeout=A_WHILE, deadline=AMPLE))
    [error] = (
        raised(finished)
        if on_error == "raise"
        else [each.error for each in finished.outcome.unwrap()]
    )
    assert type(error) is CallTimeout
    told = f"a call of one's own gave no whole answer within {A_WHILE:g} s, called with 7"
    assert str(error) == told


@pytest.mark.parametrize("on_error", ["raise", "collect"])
@pytest.mark.parametrize("call_timeout", [None, AMPLE])
def test_a_deadline(on_error: Any, call_timeout: float | None, variant: Variant) -> None:
    """It is the batch's, bare, and no call begins after it."""
    begun: list[int] = []
    call = takes_too_long(LANGUAGES[variant.speaks], begun)
    batch = Batch(range(9), LIMIT, on_error, deadline=5 * A_WHILE, call_timeout=call_timeout)
    [finished] = run(variant, call, batch)
    assert isinstance(finished.outcome, outcome.Error)
    assert type(finished.outcome.error) is DeadlineExceeded
    assert len(begun) == LIMIT


@pytest.mark.parametrize("limits", [{"call_timeout": A_WHILE}, {"deadline": A_WHILE}])
def test_time_that_is_up_though_the_call_takes_no_notice(limits: Any, variant: Variant) -> None:
    """A call that swallows its cancellation, or can't be cancelled, is late all the same."""
    words = LANGUAGES[variant.speaks]

    async def call(arg: int) -> int:
        try:
            await words.sleep(LONG)
        except words.cancelled:
            return -arg
        return arg

    [finished] = run(variant, call, Batch([7], 1, **limits))
    [error] = raised(finished)
    assert type(error) is (CallTimeout if "call_timeout" in limits else DeadlineExceeded)


@pytest.mark.parametrize("seconds", [0, -1])
@pytest.mark.parametrize("on_error", ["raise", "collect"])
@pytest.mark.parametrize("kind", ["call_timeout", "deadline"])
def test_no_time_at_all(kind: str, on_error: Any, seconds: float, variant: Variant) -> None:
    """No call begins."""
    begun: list[int] = []
    call = takes_too_long(LANGUAGES[variant.speaks], begun)
    limits: Any = {kind: seconds}
    run(variant, call, Batch(range(4), LIMIT, on_error, **limits))
    assert not begun


# What is left behind.


class Payload:
    """A result that tells whether it is alive."""


@pytest.mark.parametrize("ends", ["error", "call_timeout", "deadline", "abort_on"])
def test_results_are_freed_after_a_failure(ends: str, variant: Variant) -> None:
    """None of them waits for a collection of garbage, once the outcome is dropped."""
    words = LANGUAGES[variant.speaks]
    alive: list[weakref.ref[Payload]] = []

    async def call(arg: int) -> Payload:
        if arg < 0:
            await words.sleep(A_WHILE)
        elif len(alive) >= 4 and ends == "error":
            raise ValueError
        elif len(alive) >= 4:
            await words.sleep(2 * A_WHILE)
        payload = Payload()
        alive.append(weakref.ref(payload))
        return payload

    policy: Any = {"abort_on": -1} if ends == "abort_on" else {ends: A_WHILE}
    batch = Batch(range(9), LIMIT, **(policy if ends != "error" else {}))
    gc.disable()
    try:
        [finished] = run(variant, call, batch)
        if ends == "abort_on":
            assert [type(each) for each in raised(finished)] == [Aborted]
        else:
            assert raised(finished)
        del finished
        assert alive
        assert not [each for each in alive if each() is not None]
    finally:
        gc.enable()


# Coroutine functions in threads.


class Later:
    """What can be called like a coroutine function."""

    async def __call__(self, arg: int) -> int:
        return arg


async def later(arg: int) -> int:
    return arg


@pytest.mark.parametrize("call", [later, Later()])
@pytest.mark.parametrize("name", ["threads/workers", "threads/semaphore"])
def test_threads_refuse_a_coroutine_function(name: str, call: Any) -> None:
    """They say what to give them, before anything begins."""
    with pytest.raises(TypeError, match="is a coroutine function: give threads a plain one"):
        VARIANTS[name].load()(call, [Batch(range(4), LIMIT)])
