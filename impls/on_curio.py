"""The batch on curio: Socket, TaskGroup, timeout_after().

Strategy: a call borrows an idle connection or opens one, and gives it back only after a whole
answer; in every other case, a cancellation too, it hangs up.  A TaskGroup owns all tasks.  It
tells of a failure only if asked, and then of the first, so the block asks each task as it ends,
cancels the rest when one has failed, and raises what all of them raised.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY
from typing import Any

import curio
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

Work = Callable[..., Awaitable[Any]]
Call = Callable[[int], Awaitable[Any]]
Strategy = Callable[[Call, Iterable[int], int], Awaitable[list[Any]]]
Connection = Any  # a curio.io.Socket: curio has no types


# The client: a pool of keep-alive connections.


class Client:
    """Makes calls to one endpoint, named `endpoint`, over connections that it keeps."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Begin with an empty pool."""
        self.endpoint = endpoint
        self._idle: list[Connection] = []

    async def some_remote_call(self, arg: int) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Raises:
            CallError: whatever went wrong.
        """
        exchange = Exchange(self.endpoint, arg)
        if self._idle:
            try:
                return await self._ask(exchange, self._idle.pop())
            except Unanswered:  # it was of no more use, and to ask twice does no harm
                exchange = Exchange(self.endpoint, arg)
        return await self._ask(exchange, await self._connect(exchange))

    async def _connect(self, exchange: Exchange) -> Connection:
        connection = curio.socket.socket(AF_INET, SOCK_STREAM)
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        try:  # not curio.open_connection: cancelled, it leaks its socket
            await connection.connect(self.endpoint)
        except BaseException as error:
            await connection.close()
            if isinstance(error, OSError):
                raise exchange.failure(error) from error
            raise
        return connection

    async def _ask(self, exchange: Exchange, connection: Connection) -> str:
        try:
            await connection.sendall(exchange.request)
            while not exchange.feed(await connection.recv(READ_SIZE)):
                pass
        except OSError as error:
            raise exchange.failure(error) from error
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                await self._hang_up(connection)
        return exchange.text().upper()

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
    """Wait for each task of the group as it ends; when one fails, cancel the rest, and raise all.

    The group's own block would tell of the first error at most, and if it were cancelled a second
    time it would leave behind what still cleans up.
    """
    try:
        async for task in group:
            if task.exception is not None:
                others = group.tasks
                break
        else:
            return
    finally:
        async with curio.disable_cancellation():
            await group.cancel_remaining()
    errors = [each.exception for each in (task, *others) if failed(each)]
    if not errors:  # on Ctrl-C curio cancels every task itself
        raise task.exception
    raise BaseExceptionGroup("unhandled errors in a TaskGroup", errors)


def failed(task: curio.Task) -> bool:
    """Tell whether a task that has ended did so by an error of its own."""
    return not isinstance(task.exception, curio.TaskCancelled | None)


async def workers(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """`limit` tasks draw from one shared iterator."""
    results: list[Any] = []
    numbered = enumerate(args)

    async def worker() -> None:
        task = await curio.current_task()
        for place, arg in numbered:
            results.append(None)
            results[place] = await call(arg)
            if task.cancelled:  # and the call took no notice
                return

    with let_go(results):
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

    with let_go(results):
        async with curio.TaskGroup() as group:
            for place, arg in enumerate(args):
                results.append(None)
                await group.spawn(one, place, arg)
            await ask_each(group)
    return results


# The policies: time limits, errors, an abort from outside.


def timed(work: Work, seconds: float, too_late: Callable[..., TimeoutError]) -> Work:
    """Give the work so many seconds; then it is too late, also if the work takes no notice."""

    async def timed_work(*args: Any) -> Any:
        if seconds <= 0:
            raise too_late(*args)
        ends = await curio.clock() + seconds
        try:
            result = await curio.timeout_after(seconds, work, *args)
        except curio.TaskTimeout as error:
            raise too_late(*args) from error
        if await curio.clock() > ends:
            raise too_late(*args)
        return result

    return timed_work


def guarded(call: Call, batch: Batch) -> Call:
    """Make a call of one's own; if it cancels itself it has failed, as nobody cancelled it."""

    async def guarded_call(arg: int) -> Any:
        try:
            return await call(arg)
        except (curio.TaskTimeout, curio.TimeoutCancellationError) as error:
            if batch.call_timeout is not None:
                raise  # it is of that limit, or curio makes an error of it
            raise CallError(f"ran out of a time of its own, called with {arg}") from error
        except curio.CancelledError as error:
            if (await curio.current_task()).cancelled:
                raise
            raise CallError(f"cancelled itself, called with {arg}") from error

    return guarded_call


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
        call = timed(call, batch.call_timeout, partial(batch.call_too_late, call))
    if batch.on_error == "collect":
        call = collected(call)
    if batch.deadline is not None:
        strategy = timed(strategy, batch.deadline, batch.too_late)
    return await strategy(call, batch.args, batch.limit)


async def settle_unless_answered(
    abort_on: int, call: Call, strategy: Strategy, batch: Batch
) -> list[Any]:
    """Run the batch, and cancel it from outside when the call of `abort_on` is answered."""
    work = await curio.spawn(settle, call, strategy, batch)

    async def abort() -> None:
        try:
            await call(abort_on)
        finally:
            await work.cancel(blocking=False)

    aborting = await curio.spawn(abort)
    try:
        await work.wait()
        aborted = work.cancelled and not failed(work)  # also if it had its result in that instant
    finally:
        async with curio.disable_cancellation():
            await aborting.cancel()
            await work.cancel()
    if failed(aborting):
        raise aborting.exception
    if aborted:
        raise Aborted
    return work.result


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
    strategy: Strategy, target: Endpoint | Call | None, batches: Sequence[Batch]
) -> list[Finished]:
    """Run the batches one after the other, over one client or a call of one's own."""
    if not isinstance(target, Endpoint):
        return [
            await finish(guarded(target, batch) if target else checkpoint, strategy, batch)
            for batch in batches
        ]
    client = Client(target)
    try:
        return [await finish(client.some_remote_call, strategy, batch) for batch in batches]
    finally:
        await client.aclose()


def run(
    target: Endpoint | Call | None,
    batches: Sequence[Batch],
    *,
    strategy: Strategy,
) -> list[Finished]:
    """Run the batches in an event loop of their own; see `contract.Run`."""
    return curio.run(finish_all, strategy, target, batches)
