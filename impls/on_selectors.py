"""The batch on `selectors`: one thread, no coroutines.  The floor that runtimes are held against.

Strategy: what a coroutine keeps in its frame is here a `Call`; where it goes on, its connection
tells by what it is registered for.  That is reading, as long as it is open, so a call costs a
send, a receive, and its share of a select.  One place waits, `Client.turn`; all else runs to its
end there and then.  So a batch can be left wherever it is, by an error, a deadline, an abort or
Ctrl-C, and hangs up on its way out what is in use.  Who has no time limit pays for none: what keeps
the time is a class of its own.  To receive into one buffer for all calls, to ask epoll itself, or
to write out in the loop what `work` does saved nothing that could be measured.
"""

import math
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import takewhile
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import Any

import outcome

from impls.contract import (
    READ_SIZE,
    Aborted,
    Batch,
    CallError,
    Endpoint,
    Finished,
    Stopwatch,
    let_go,
)
from impls.http1 import Exchange, Unanswered


class Call:
    """A call: what it is for, how far it is, and what has come of it."""

    __slots__ = ("arg", "connection", "ends", "error", "exchange", "place", "result", "reuses")

    exchange: Exchange
    reuses: bool
    result: Any

    def __init__(self, place: int, arg: int) -> None:
        """Begin with nothing done, and no end to its time."""
        self.place = place
        self.arg = arg
        self.ends = math.inf
        self.connection: Connection | None = None
        self.error: CallError | None = None


class Connection(socket.socket):
    """A socket that knows which call it carries; none, while it is idle or closed."""

    __slots__ = ("call",)

    call: Call | None


# The client: a pool of keep-alive connections.


class Client:
    """Makes calls to one endpoint, named `endpoint`, over connections that it keeps."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Begin with an empty pool."""
        self.endpoint = endpoint
        self._idle: list[Connection] = []
        self._selector = DefaultSelector()
        self._steps = {EVENT_WRITE: self._connected, EVENT_READ: self._receive}

    def begin(self, call: Call) -> bool:
        """Ask the endpoint for the call's argument; tell whether the call has ended with that.

        A call ends with its answer's text, upper-cased, or with an error, whatever went wrong.
        """
        return self._ask(call, self._idle.pop() if self._idle else None)

    def turn(self, seconds: float | None) -> Iterator[Call]:
        """Wait until something has come, so long at most; give the calls that it has ended."""
        for key, ready in self._selector.select(seconds):
            connection: Connection = key.data
            call = connection.call
            if call is None:
                self._drop(connection)
                continue
            try:
                has_ended = self._steps[ready](call, connection)
            except (OSError, CallError) as error:
                has_ended = self._fail(call, error)
            if has_ended:
                yield call

    # The steps of a call; each tells whether the call has ended with it.

    def _ask(self, call: Call, connection: Connection | None) -> bool:
        call.exchange = Exchange(self.endpoint, call.arg)
        call.reuses = connection is not None
        try:
            if connection is None:
                self._connect(call)
            else:
                connection.call, call.connection = call, connection
                connection.sendall(call.exchange.request)  # an empty buffer takes it whole
        except OSError as error:
            return self._fail(call, error)
        return False

    def _connect(self, call: Call) -> None:
        call.connection = connection = Connection(socket.AF_INET, socket.SOCK_STREAM)
        connection.call = call
        self._selector.register(connection, EVENT_WRITE, connection)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(BlockingIOError):
            connection.connect(self.endpoint)

    def _connected(self, call: Call, connection: Connection) -> bool:
        if code := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))  # why there is no connection
        connection.sendall(call.exchange.request)
        self._selector.modify(connection, EVENT_READ, connection)
        return False

    def _receive(self, call: Call, connection: Connection) -> bool:
        try:
            data = connection.recv(READ_SIZE)
        except BlockingIOError:  # there was nothing, after all
            return False
        if not call.exchange.feed(data):
            return False
        self.give_back(call)
        call.result = call.exchange.text().upper()
        return True

    def _fail(self, call: Call, error: OSError | CallError) -> bool:
        failure = error if isinstance(error, CallError) else call.exchange.failure(error)
        if failure is not error:
            failure.__cause__ = error
        self.give_back(call)
        if call.reuses and isinstance(failure, Unanswered):
            return self._ask(call, None)  # its connection was of no more use; twice does no harm
        call.error = failure
        return True

    # What becomes of connections.

    def give_back(self, call: Call) -> None:
        """Keep the call's connection, after a whole answer; in every other case hang up."""
        connection = call.connection
        if connection is None:
            return
        call.connection = connection.call = None
        if call.exchange.reusable:
            self._idle.append(connection)
        else:
            self._hang_up(connection)

    def _drop(self, connection: Connection) -> None:
        """Hang up an idle connection, which has ended or has brought what nobody asked for."""
        if connection in self._idle:
            self._idle.remove(connection)
            self._hang_up(connection)

    def _hang_up(self, connection: Connection) -> None:
        connection.call = None
        self._selector.unregister(connection)
        connection.close()

    def cut_off(self) -> None:
        """Hang up all connections that carry a call."""
        for key in [*self._selector.get_map().values()]:
            if key.data.call:
                self._hang_up(key.data)

    def close(self) -> None:
        """Hang up all connections."""
        for key in [*self._selector.get_map().values()]:
            self._hang_up(key.data)
        self._selector.close()


class Nowhere(Client):
    """Ends each call as it begins, with its argument: here is nobody else who could run."""

    def begin(self, call: Call) -> bool:
        """End the call."""
        call.result = call.arg
        return True


# The strategies: how the limit is kept.


def workers(calls: "Calls", args: Iterable[int], limit: int) -> list[Any]:
    """`limit` workers draw from one shared iterator; each goes on when its call has ended."""
    results: list[Any] = []
    numbered = enumerate(args)

    def work() -> None:
        for place, arg in numbered:
            results.append(None)
            call = Call(place, arg)
            if not calls.begin(call):
                return
            results[place] = call.result

    with let_go(results):
        for _ in range(limit):
            work()
        for call in calls.ended():
            results[call.place] = call.result
            work()
    return results


# The policies: time limits, errors, an abort from outside.


class Calls:
    """The calls of one batch, under its policies, but for time limits."""

    def __init__(self, client: Client, batch: Batch) -> None:
        """Begin with the call that is made beside the batch, if there is one."""
        self._client = client
        self._batch = batch
        self._in_progress = 0
        self._errors: list[Exception] = []
        self._collects = batch.on_error == "collect"
        self._abort = None if batch.abort_on is None else Call(-1, batch.abort_on)
        if self._abort and client.begin(self._abort):
            self._end_at_once(self._abort)

    def begin(self, call: Call) -> bool:
        """Begin a call; tell whether it has ended with that.

        Raises:
            DeadlineExceeded: the batch's time is up.
            ExceptionGroup: the call has failed, and so the batch.
        """
        if not self._client.begin(call):
            self._in_progress += 1
            return False
        return self._end_at_once(call)

    def ended(self) -> Iterator[Call]:
        """Give each call as it ends, until all have, or something ends the batch.

        Raises:
            Aborted: the call that was made beside it was answered.
            DeadlineExceeded: the batch's time is up.
            ExceptionGroup: calls have failed, each by the end of the same turn.
        """
        while self._in_progress:
            for call in self._turn():
                self._in_progress -= 1
                if call.error or self._collects or call is self._abort:
                    self._judge(call)
                if not self._errors:
                    yield call
            self._raise_errors()

    def _end_at_once(self, call: Call) -> bool:
        self._judge(call)
        self._raise_errors()
        return True

    def _raise_errors(self) -> None:
        if self._errors:
            raise ExceptionGroup("calls failed", self._errors)

    def _turn(self) -> Iterator[Call]:
        return self._client.turn(None)

    def _judge(self, call: Call) -> None:
        """Make of what has come of the call an outcome, an error of the batch, or its abort."""
        if call is self._abort and not call.error:
            raise Aborted
        if self._collects and call is not self._abort:
            call.result = outcome.Error(call.error) if call.error else outcome.Value(call.result)
        elif call.error:
            self._errors.append(call.error)


class TimedCalls(Calls):
    """The calls of a batch that has a time limit, for each or for all."""

    def __init__(self, client: Client, batch: Batch) -> None:
        """Begin with the batch's clock."""
        self._seconds = math.inf if batch.call_timeout is None else batch.call_timeout
        self._ends = math.inf if batch.deadline is None else monotonic() + batch.deadline
        self._waiting: dict[Call, None] = {}  # the first to begin is the first to be late
        super().__init__(client, batch)

    def begin(self, call: Call) -> bool:
        """Begin a call and its time; tell whether it has ended with that."""
        call.ends = self._now() + self._seconds
        if self._seconds <= 0:
            call.error = self._too_late(call)
            return self._end_at_once(call)
        has_ended = super().begin(call)
        if not has_ended:
            self._waiting[call] = None
        return has_ended

    def ended(self) -> Iterator[Call]:
        """Give each call as it ends, or as its time does."""
        yield from super().ended()
        self._now()

    def _now(self) -> float:
        """Give the time, if the batch has any left.

        Raises:
            DeadlineExceeded: it has not.
        """
        now = monotonic()
        if now >= self._ends:
            raise self._batch.too_late()
        return now

    def _turn(self) -> Iterator[Call]:
        for call in self._client.turn(self._patience()):
            self._waiting.pop(call, None)  # the abort has no time limit
            yield call
        if not self._errors:
            yield from self._overdue()

    def _patience(self) -> float:
        """Give the seconds until the next time is up."""
        return min(self._ends, next(iter(self._waiting)).ends) - monotonic()

    def _overdue(self) -> Iterator[Call]:
        now = self._now()
        for call in [*takewhile(lambda call: call.ends <= now, self._waiting)]:
            del self._waiting[call]
            self._client.give_back(call)
            call.error = self._too_late(call)
            yield call

    def _too_late(self, call: Call) -> CallError:
        return self._batch.call_too_late(self._client.begin, call.arg)


def calls_of(client: Client, batch: Batch) -> Calls:
    """Give the calls of a batch; only one that has a time limit pays for it."""
    has_none = batch.call_timeout is None and batch.deadline is None
    return (Calls if has_none else TimedCalls)(client, batch)


Strategy = Callable[[Calls, Iterable[int], int], list[Any]]


def settle(client: Client, strategy: Strategy, batch: Batch) -> list[Any]:
    """Run the batch under its policies, and leave no call in progress."""
    try:
        return strategy(calls_of(client, batch), batch.args, batch.limit)
    finally:
        client.cut_off()


def finish(client: Client, strategy: Strategy, batch: Batch) -> Finished:
    """Run one batch and time it; what it raises is its outcome."""
    stopwatch = Stopwatch()
    try:
        results = settle(client, strategy, batch)
    except Exception as error:  # noqa: BLE001 - whatever the batch raises is its outcome
        return stopwatch.finished(outcome.Error(error))
    return stopwatch.finished(outcome.Value(results))


# The way in.


def run(
    target: Endpoint | Callable[[int], Any] | None, batches: Sequence[Batch], *, strategy: Strategy
) -> list[Finished]:
    """Run the batches in this thread; see `contract.Run`.

    Raises:
        TypeError: the target is a call of one's own, which would hold up all others.
    """
    if not (target is None or isinstance(target, Endpoint)):
        raise TypeError(f"{target!r} would hold up all other calls: one thread makes them all")
    with closing(Client(target) if target else Nowhere(Endpoint("nowhere", 0))) as client:
        return [finish(client, strategy, batch) for batch in batches]
