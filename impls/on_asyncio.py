"""The batch on asyncio: streams, TaskGroup, timeout().

Strategy: a call borrows an idle connection or opens one, and gives it back only after a whole
answer; in every other case, a cancellation too, it hangs up.  TaskGroup owns all tasks, so a
failure or a cancellation ends them all before anybody hears of it.  uvloop and rloop are other
loops under the same code.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import outcome

from impls.contract import READ_SIZE, Aborted, Batch, Endpoint, Finished, Stopwatch
from impls.http1 import Exchange

Call = Callable[[int], Awaitable[Any]]
Strategy = Callable[[Call, Iterable[int], int], Awaitable[list[Any]]]
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


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
        """
        exchange = Exchange(self._endpoint, arg)
        connection = self._idle.pop() if self._idle else await self._connect()
        try:
            await self._converse(connection, exchange)
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                self._hang_up(connection)
        return exchange.text().upper()

    async def _connect(self) -> Connection:
        return await asyncio.open_connection(*self._endpoint)

    async def _converse(self, connection: Connection, exchange: Exchange) -> None:
        reader, writer = connection
        writer.write(exchange.request)
        await writer.drain()
        while not exchange.feed(await reader.read(READ_SIZE)):
            pass

    def _hang_up(self, connection: Connection) -> None:
        _, writer = connection
        writer.transport.abort()

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        while self._idle:
            self._hang_up(self._idle.pop())


async def checkpoint(arg: int) -> int:
    """Let other tasks run, once: a call that costs only what the runtime charges."""
    await asyncio.sleep(0)
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

    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(worker())
    return results


async def semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A task for each call waits for one of `limit` slots."""
    results: list[Any] = []
    slots = asyncio.Semaphore(limit)

    async def one(place: int, arg: int) -> None:
        async with slots:
            results[place] = await call(arg)

    async with asyncio.TaskGroup() as group:
        for place, arg in enumerate(args):
            results.append(None)
            group.create_task(one(place, arg))
    return results


# The policies: time limits, errors, an abort from outside.


def timed(call: Call, seconds: float) -> Call:
    """Give each call `seconds` from its own start, then a TimeoutError."""

    async def timed_call(arg: int) -> Any:
        async with asyncio.timeout(seconds):
            return await call(arg)

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
    async with asyncio.timeout(batch.deadline):
        return await strategy(call, batch.args, batch.limit)


async def settle_unless_answered(
    abort_on: int, call: Call, strategy: Strategy, batch: Batch
) -> list[Any]:
    """Run the batch, and cancel it from outside when the call of `abort_on` is answered."""
    work = asyncio.create_task(settle(call, strategy, batch))

    async def abort() -> None:
        await call(abort_on)
        work.cancel()

    aborting = asyncio.create_task(abort())
    try:
        return await work
    except asyncio.CancelledError:
        if aborting.done():
            raise Aborted from None
        raise
    finally:
        aborting.cancel()


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
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> list[Finished]:
    """Run the batches in an event loop of their own; see `contract.Run`."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(finish_all(strategy, endpoint, batches))
