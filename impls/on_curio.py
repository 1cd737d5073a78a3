"""The batch on curio: Socket, TaskGroup, timeout_after().

Strategy: a call borrows an idle connection or opens one, and gives it back only after a whole
answer; in every other case, a cancellation too, it hangs up.  A TaskGroup owns all tasks.  It
tells of a failure only if asked, so the block asks each task as it ends: what that raises there
makes the group cancel the rest.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY
from typing import Any

import curio
import outcome

from impls.contract import READ_SIZE, Aborted, Batch, Endpoint, Finished, Stopwatch
from impls.http1 import Exchange

Call = Callable[[int], Awaitable[Any]]
Strategy = Callable[[Call, Iterable[int], int], Awaitable[list[Any]]]
Connection = Any  # a curio.io.Socket: curio has no types


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
                await self._hang_up(connection)
        return exchange.text().upper()

    async def _connect(self) -> Connection:
        connection = curio.socket.socket(AF_INET, SOCK_STREAM)
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        try:  # not curio.open_connection: cancelled, it leaks its socket
            await connection.connect(self._endpoint)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _converse(self, connection: Connection, exchange: Exchange) -> None:
        await connection.sendall(exchange.request)
        while not exchange.feed(await connection.recv(READ_SIZE)):
            pass

    async def _hang_up(self, connection: Connection) -> None:
        await connection.close()

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        while self._idle:
            await self._hang_up(self._idle.pop())


async def checkpoint(arg: int) -> int:
    """Let other tasks run, once: a call that costs only what the runtime charges."""
    await curio.sleep(0)
    return arg


# The strategies: how the limit is kept.


async def ask_each(group: curio.TaskGroup) -> None:
    """Wait for each task of the group as it ends, and raise what it raised."""
    async for task in group:
        task.result  # noqa: B018 - curio's property raises


async def workers(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` tasks draw from one shared iterator."""
    results: list[Any] = []
    numbered = enumerate(args)

    async def worker() -> None:
        for place, arg in numbered:
            results.append(None)
            results[place] = await call(arg)

    async with curio.TaskGroup() as group:
        for _ in range(limit):
            await group.spawn(worker)
        await ask_each(group)
    return results


async def semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A task for each call waits for one of `limit` slots."""
    results: list[Any] = []
    slots = curio.Semaphore(limit)

    async def one(place: int, arg: int) -> None:
        async with slots:
            results[place] = await call(arg)

    async with curio.TaskGroup() as group:
        for place, arg in enumerate(args):
            results.append(None)
            await group.spawn(one, place, arg)
        await ask_each(group)
    return results


# The policies: time limits, errors, an abort from outside.


def timed(call: Call, seconds: float) -> Call:
    """Give each call `seconds` from its own start, then a TimeoutError."""

    async def timed_call(arg: int) -> Any:
        try:
            return await curio.timeout_after(seconds, call, arg)
        except curio.TaskTimeout as error:
            raise TimeoutError from error

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
    if batch.deadline is None:
        return await strategy(call, batch.args, batch.limit)
    try:
        return await curio.timeout_after(batch.deadline, strategy, call, batch.args, batch.limit)
    except curio.TaskTimeout as error:
        raise TimeoutError from error


async def settle_unless_answered(
    abort_on: int, call: Call, strategy: Strategy, batch: Batch
) -> list[Any]:
    """Run the batch, and cancel it from outside when the call of `abort_on` is answered."""
    work = await curio.spawn(settle, call, strategy, batch)

    async def abort() -> None:
        await call(abort_on)
        await work.cancel()

    aborting = await curio.spawn(abort)
    try:
        await work.wait()
        if isinstance(work.exception, curio.TaskCancelled):
            raise Aborted
        return work.result
    finally:
        await aborting.cancel()
        await work.cancel()


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
    return curio.run(finish_all, strategy, endpoint, batches)
