"""The batch on trio: SocketStream, nursery, cancel scopes.

Strategy: a call borrows an idle connection or opens one, and gives it back only after a whole
answer; in every other case, a cancellation too, it hangs up.  A nursery owns all tasks, so a
failure or a cancellation ends them all before anybody hears of it.
"""

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import outcome
import trio

from impls.contract import READ_SIZE, Aborted, Batch, Endpoint, Finished, Stopwatch
from impls.http1 import Exchange

Call = Callable[[int], Awaitable[Any]]
Strategy = Callable[[Call, Iterable[int], int], Awaitable[list[Any]]]
Ended = outcome.Outcome[list[Any]]
Connection = trio.SocketStream


# The client: a pool of keep-alive connections.


class Client:
    """Makes calls to one endpoint, over connections that it keeps."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Begin with an empty pool."""
        self._endpoint = endpoint
        self._idle: list[Connection] = []

    async def some_remote_call(self, arg: int) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Raises:
            CallError: the answer was no good.
            OSError: there was no connection.
            trio.BrokenResourceError: the connection broke.
        """
        exchange = Exchange(self._endpoint, arg)
        connection = self._idle.pop() if self._idle else await self._connect()
        try:
            await self._converse(connection, exchange)
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                await self._hang_up(connection)
        return exchange.text().upper()

    async def _connect(self) -> Connection:
        return await trio.open_tcp_stream(*self._endpoint)

    async def _converse(self, connection: Connection, exchange: Exchange) -> None:
        await connection.send_all(exchange.request)
        while not exchange.feed(await connection.receive_some(READ_SIZE)):
            pass

    async def _hang_up(self, connection: Connection) -> None:
        with trio.CancelScope(shield=True):  # being cancelled here would hide why we hang up
            await trio.aclose_forcefully(connection)

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        while self._idle:
            await self._hang_up(self._idle.pop())


async def checkpoint(arg: int) -> int:
    """Let other tasks run, once: a call that costs only what the runtime charges."""
    await trio.lowlevel.checkpoint()
    return arg


# The strategies: how the limit is kept.


async def workers(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` tasks draw from one shared iterator."""
    results: list[Any] = []
    numbered = enumerate(args)

    async def worker() -> None:
        for place, arg in numbered:
            results.append(None)
            results[place] = await call(arg)

    async with trio.open_nursery() as nursery:
        for _ in range(limit):
            nursery.start_soon(worker)
    return results


async def semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A task for each call waits for one of `limit` slots."""
    results: list[Any] = []
    slots = trio.Semaphore(limit)

    async def one(place: int, arg: int) -> None:
        async with slots:
            results[place] = await call(arg)

    async with trio.open_nursery() as nursery:
        for place, arg in enumerate(args):
            results.append(None)
            nursery.start_soon(one, place, arg)
    return results


# The policies: time limits, errors, an abort from outside.


def timed(call: Call, seconds: float) -> Call:
    """Give each call `seconds` from its own start, then a TimeoutError."""

    async def timed_call(arg: int) -> Any:
        with trio.move_on_after(seconds):
            return await call(arg)
        raise TimeoutError

    return timed_call


def collected(call: Call) -> Call:
    """Turn what a call gives or raises into its outcome; cancellation passes through."""

    async def collected_call(arg: int) -> outcome.Outcome[Any]:
        try:
            return outcome.Value(await call(arg))
        except Exception as error:  # noqa: BLE001 - `collect` means every failure of a call
            return outcome.Error(error)

    return collected_call


async def settle(call: Call, strategy: Strategy, batch: Batch) -> list[Any]:
    """Run the batch under its policies, but for the abort."""
    if batch.call_timeout is not None:
        call = timed(call, batch.call_timeout)
    if batch.on_error == "collect":
        call = collected(call)
    with trio.move_on_after(math.inf if batch.deadline is None else batch.deadline):
        return await strategy(call, batch.args, batch.limit)
    raise TimeoutError


async def settle_unless_answered(
    abort_on: int, call: Call, strategy: Strategy, batch: Batch
) -> list[Any]:
    """Run the batch, and cancel it from outside when the call of `abort_on` is answered."""
    scope = trio.CancelScope()

    async def abort() -> None:
        await call(abort_on)
        scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(abort)
        with scope:
            try:
                ended: Ended = outcome.Value(await settle(call, strategy, batch))
            except Exception as error:  # noqa: BLE001 - kept whole: the nursery would wrap it again
                ended = outcome.Error(error)
        nursery.cancel_scope.cancel()
    if scope.cancelled_caught:
        raise Aborted
    return ended.unwrap()


async def finish(call: Call, strategy: Strategy, batch: Batch) -> Finished:
    """Run one batch and time it; what it raises is its outcome."""
    stopwatch = Stopwatch()
    try:
        if batch.abort_on is None:
            results = await settle(call, strategy, batch)
        else:
            results = await settle_unless_answered(batch.abort_on, call, strategy, batch)
    except Exception as error:  # noqa: BLE001 - whatever the batch raises is its outcome
        return stopwatch.finished(outcome.Error(error))
    return stopwatch.finished(outcome.Value(results))


# The way in.


async def finish_all(
    strategy: Strategy, endpoint: Endpoint | None, batches: Sequence[Batch]
) -> list[Finished]:
    """Run the batches one after the other, over one client."""
    if endpoint is None:
        return [await finish(checkpoint, strategy, batch) for batch in batches]
    client = Client(endpoint)
    try:
        return [await finish(client.some_remote_call, strategy, batch) for batch in batches]
    finally:
        await client.aclose()


def run(
    endpoint: Endpoint | None,
    batches: Sequence[Batch],
    *,
    strategy: Strategy,
) -> list[Finished]:
    """Run the batches in an event loop of their own; see `contract.Run`."""
    return trio.run(finish_all, strategy, endpoint, batches)
