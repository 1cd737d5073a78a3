"""The batch on threads: blocking sockets, ThreadPoolExecutor.  The old way.

Strategy: a call borrows an idle connection or opens one, and gives it back only after a whole
answer; in every other case it hangs up.  A thread can't be cancelled: after a failure, a deadline
or an abort no call begins, and the batch ends when those in progress have.  What has a time limit
gives it to its socket, which bounds all that blocks here but the look-up of a host's name.  A call
of one's own runs to its end, and is told then that its time was up.
"""

import math
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

import outcome

from impls.contract import (
    READ_SIZE,
    Aborted,
    Batch,
    CallError,
    DeadlineExceeded,
    Endpoint,
    Finished,
    Stopwatch,
    let_go,
)
from impls.http1 import Exchange, Unanswered

Call = Callable[[int], Any]
Strategy = Callable[[Call, Iterable[int], int], list[Any]]
Connection = socket.socket


# The client: a pool of keep-alive connections.


class Client:
    """Makes calls to one endpoint, named `endpoint`, over connections that it keeps."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Begin with an empty pool."""
        self.endpoint = endpoint
        self._idle: list[Connection] = []

    def some_remote_call(self, arg: int, ends: float = math.inf) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Args:
            arg: what to ask for.
            ends: the instant of `time.monotonic()` at which the call's time is up.

        Raises:
            CallError: whatever went wrong.
        """
        exchange = Exchange(self.endpoint, arg)
        if connection := self._borrow():
            try:
                return self._ask(exchange, connection, ends)
            except Unanswered:  # it was of no more use, and to ask twice does no harm
                exchange = Exchange(self.endpoint, arg)
        return self._ask(exchange, self._connect(exchange, ends), ends)

    def _borrow(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connect(self, exchange: Exchange, ends: float) -> Connection:
        try:
            connection = socket.create_connection(self.endpoint, timeout=left_until(ends))
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:  # macOS says so, if the peer has gone
                self._hang_up(connection)
                raise
        except OSError as error:
            raise exchange.failure(error) from error
        return connection

    def _ask(self, exchange: Exchange, connection: Connection, ends: float) -> str:
        try:
            limit_time(connection, ends)
            connection.sendall(exchange.request)
            while not exchange.feed(connection.recv(READ_SIZE)):
                limit_time(connection, ends)
        except OSError as error:
            raise exchange.failure(error) from error
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                self._hang_up(connection)
        return exchange.text().upper()

    def _hang_up(self, connection: Connection) -> None:
        connection.close()

    def close(self) -> None:
        """Hang up all idle connections."""
        while self._idle:
            self._hang_up(self._idle.pop())


def left_until(ends: float) -> float | None:
    """Give the seconds left, None for no end, as sockets take them.

    Raises:
        TimeoutError: none are left.
    """
    if ends == math.inf:
        return None
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")  # as sockets say it
    return left


def limit_time(connection: Connection, ends: float) -> None:
    """Let the connection's next operation take until `ends`; no system call where none is set."""
    left = left_until(ends)
    if left is not None or connection.gettimeout() is not None:
        connection.settimeout(left)


def checkpoint(arg: int, ends: float = math.inf) -> int:
    """Let other threads run, once: a call that costs only what the runtime charges."""
    time.sleep(0)
    return arg


# The strategies: how the limit is kept.


def run_all(jobs: Iterable[Callable[[], None]], limit: int, errors: list[BaseException]) -> None:
    """Run the jobs in `limit` threads, and raise all errors together when all threads are done."""
    with ThreadPoolExecutor(limit) as pool:
        try:
            for job in jobs:
                pool.submit(job)
            pool.shutdown()
        except BaseException as error:  # noqa: BLE001 - Ctrl-C, or no more arguments: raised below
            errors.append(error)
    try:
        if errors:
            raise BaseExceptionGroup("unhandled errors in threads", tuple(errors))
    finally:
        errors.clear()  # they hold the frames that hold this list


def workers(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` threads draw from one shared iterator, under a lock: iterators are not safe."""
    results: list[Any] = []
    errors: list[BaseException] = []
    numbered = enumerate(args)
    drawing = threading.Lock()

    def draw() -> tuple[int, int] | None:
        with drawing:
            drawn = next(numbered, None)
            if drawn is not None:
                results.append(None)
        return drawn

    def worker() -> None:
        try:
            while not errors and (drawn := draw()):
                place, arg = drawn
                results[place] = call(arg)
        except BaseException as error:  # noqa: BLE001 - raised by run_all
            errors.append(error)

    with let_go(results):
        run_all([worker] * limit, limit, errors)
    return results


def semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A future for each call waits for one of `limit` threads: the pool is the limiter."""
    results: list[Any] = []
    errors: list[BaseException] = []

    def one(place: int, arg: int) -> None:
        try:
            if not errors:
                results[place] = call(arg)
        except BaseException as error:  # noqa: BLE001 - raised by run_all
            errors.append(error)

    def jobs() -> Iterator[Callable[[], None]]:
        for place, arg in enumerate(args):
            results.append(None)
            yield partial(one, place, arg)

    with let_go(results):
        run_all(jobs(), limit, errors)
    return results


# The policies: time limits, errors, an abort from outside.


def timed(call: Callable[[int, float], Any], seconds: float, batch: Batch, ends: float) -> Call:
    """Give each call `seconds` from its own start, then a CallTimeout; none beyond the batch's."""

    def timed_call(arg: int) -> Any:
        now = time.monotonic()
        until = min(now + seconds, ends)
        try:
            result = call(arg, until) if now < until else None
        except (CallError, TimeoutError):
            if time.monotonic() < until:
                raise
        if time.monotonic() < until:
            return result
        raise batch.call_too_late(call, arg) if until < ends else batch.too_late()

    return timed_call


def guarded(call: Call) -> Callable[..., Any]:
    """Make a call of one's own, which runs to its end, whatever its time.

    Raises:
        TypeError: it is a coroutine function, which a thread would call and nobody await.
    """
    if iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__):
        raise TypeError(
            f"{call!r} is a coroutine function: give threads a plain one, without async"
        )

    def guarded_call(arg: int, ends: float = math.inf) -> Any:
        return call(arg)

    return guarded_call


def collected(call: Call) -> Call:
    """Turn what a call gives or raises into its outcome."""

    def collected_call(arg: int) -> outcome.Outcome[Any]:
        try:
            return outcome.Value(call(arg))
        except Exception as error:  # noqa: BLE001 - `collect` means every failure of a call
            return outcome.Error(error)

    return collected_call


def begun_in_time(call: Call, batch: Batch, ends: float, aborted: threading.Event) -> Call:
    """Begin no call after the batch's end or its abort: all that a thread lets us do."""

    def begun_call(arg: int) -> Any:
        if aborted.is_set():
            raise Aborted
        if time.monotonic() >= ends:
            raise batch.too_late()
        return call(arg)

    return begun_call


def end_of(batch: Batch) -> float:
    """Give the instant of `time.monotonic()` at which the batch's time is up, if it begins now."""
    return math.inf if batch.deadline is None else time.monotonic() + batch.deadline


def ended_from_outside(batch: Batch, ends: float, aborted: threading.Event) -> Exception | None:
    """Give what ended the batch, if it was its abort or its deadline."""
    if aborted.is_set():
        return Aborted()
    return batch.too_late() if time.monotonic() >= ends else None


def settle(
    call: Callable[..., Any],
    strategy: Strategy,
    batch: Batch,
    aborted: threading.Event | None = None,
) -> list[Any]:
    """Run the batch under its policies; once `aborted` is set, no call begins."""
    seconds = math.inf if batch.call_timeout is None else batch.call_timeout
    ends = end_of(batch)
    if min(seconds, ends) < math.inf:
        call = timed(call, seconds, batch, ends)
    if batch.on_error == "collect":
        call = collected(call)
    aborted = aborted or threading.Event()
    if ends < math.inf or batch.abort_on is not None:
        call = begun_in_time(call, batch, ends, aborted)
    try:
        results = strategy(call, batch.args, batch.limit)
    except ExceptionGroup as failed:
        if aborted.is_set() or failed.split(DeadlineExceeded)[1] is None:
            raise ended_from_outside(batch, ends, aborted) or failed from None
        raise
    if ended := ended_from_outside(batch, ends, aborted):
        raise ended
    return results


def settle_unless_answered(
    abort_on: int, call: Callable[..., Any], strategy: Strategy, batch: Batch
) -> list[Any]:
    """Run the batch, and let no call begin once the call of `abort_on` is answered.

    That call can't be cancelled either: the batch ends when it is answered, or at its deadline.
    If it fails before that, so does the batch.
    """
    aborted = threading.Event()
    ends = end_of(batch)

    def abort() -> None:
        try:
            call(abort_on, ends)
        finally:
            if time.monotonic() < ends:
                aborted.set()

    with ThreadPoolExecutor(1) as pool:
        aborting = pool.submit(abort)
        try:
            return settle(call, strategy, batch, aborted)
        except Aborted:
            aborting.result()
            raise


def finish(call: Call, strategy: Strategy, batch: Batch) -> Finished:
    """Run one batch and time it; what it raises is its outcome."""
    stopwatch = Stopwatch()
    try:
        if batch.abort_on is None:
            results = settle(call, strategy, batch)
        else:
            results = settle_unless_answered(batch.abort_on, call, strategy, batch)
    except Exception as error:  # noqa: BLE001 - whatever the batch raises is its outcome
        return stopwatch.finished(outcome.Error(error))
    return stopwatch.finished(outcome.Value(results))


# The way in.


def finish_all(
    strategy: Strategy,
    new_client: Callable[[Endpoint], Client],
    target: Endpoint | Call | None,
    batches: Sequence[Batch],
) -> list[Finished]:
    """Run the batches one after the other, over one client or a call of one's own."""
    if not isinstance(target, Endpoint):
        call = guarded(target) if target else checkpoint
        return [finish(call, strategy, batch) for batch in batches]
    client = new_client(target)
    try:
        return [finish(client.some_remote_call, strategy, batch) for batch in batches]
    finally:
        client.close()


def run(
    target: Endpoint | Call | None,
    batches: Sequence[Batch],
    *,
    strategy: Strategy,
    new_client: Callable[[Endpoint], Client] = Client,
) -> list[Finished]:
    """Run the batches in threads of their own; see `contract.Run`."""
    return finish_all(strategy, new_client, target, batches)
