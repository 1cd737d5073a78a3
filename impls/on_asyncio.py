"""The batch on asyncio: streams, TaskGroup, timeout().

Strategy: a call borrows an idle connection or opens one, and gives it back only after a whole
answer; in every other case, a cancellation too, it hangs up.  TaskGroup owns all tasks, so a
failure or a cancellation ends them all before anybody hears of it.  uvloop and rloop are other
loops under the same code.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, cast

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
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Ended = outcome.Outcome[list[Any]]


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
        try:
            return await asyncio.open_connection(*self.endpoint)
        except OSError as error:
            raise exchange.failure(error) from error

    async def _ask(self, exchange: Exchange, connection: Connection) -> str:
        reader, writer = connection
        try:
            writer.write(exchange.request)
            await writer.drain()
            while not exchange.feed(await reader.read(READ_SIZE)):
                pass
        except (OSError, RuntimeError) as error:  # RuntimeError: uvloop's, if reset while idle
            raise exchange.failure(error) from error
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                await self._hang_up(connection)
        return exchange.text().upper()

    async def _hang_up(self, connection: Connection) -> None:
        _, writer = connection
        writer.transport.abort()
        await closed()

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        while self._idle:
            await self._hang_up(self._idle.pop())


async def closed() -> None:
    """Let the loop close what was aborted: it does so in its next turn, and not at once.

    Till then a call has its slot.  One that ends as garbage has none, and nobody to wait for it.
    """
    if not isinstance(sys.exception(), GeneratorExit):
        await asyncio.sleep(0)


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
        task = cast("asyncio.Task[None]", asyncio.current_task())
        for place, arg in numbered:
            results.append(None)
            results[place] = await call(arg)
            if task.cancelling():  # and the call took no notice
                return

    with let_go(results):
        async with asyncio.TaskGroup() as group:
            for _ in range(limit):
                group.create_task(worker())
        if next(numbered, None):  # all workers have stopped, and nobody has stopped the batch
            raise RuntimeError("a call cancelled its own task, and left it so: see uncancel()")
    return results


async def semaphore(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """A task for each call waits for one of `limit` slots."""
    results: list[Any] = []
    slots = asyncio.Semaphore(limit)

    async def one(place: int, arg: int) -> None:
        async with slots:
            results[place] = await call(arg)

    with let_go(results):
        async with asyncio.TaskGroup() as group:
            for place, arg in enumerate(args):
                results.append(None)
                group.create_task(one(place, arg))
    return results


GUARDED = (workers, semaphore)
"""The strategies that make calls of one's own `guarded`; another is seen as its users meet it."""


# The policies: time limits, errors, an abort from outside.


def timed(work: Work, seconds: float, too_late: Callable[..., TimeoutError]) -> Work:
    """Give the work so many seconds; then it is too late, also if the work takes no notice."""

    async def timed_work(*args: Any) -> Any:
        if seconds <= 0:
            raise too_late(*args)
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                result = await work(*args)
        except TimeoutError:
            if not limit.expired():
                raise
        finally:
            late = limit.expired()
            del limit  # it holds this task, whose result may hold the error that holds this frame
        if late:
            raise too_late(*args)
        return result

    return timed_work


def guarded(call: Call) -> Call:
    """Make a call of one's own; if it cancels itself it has failed, as nobody cancelled it."""

    async def guarded_call(arg: int) -> Any:
        try:
            return await call(arg)
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) and task.cancelling():
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
    work = asyncio.create_task(settle(call, strategy, batch))
    ended: Ended = outcome.Error(Aborted())

    async def abort() -> None:
        await call(abort_on)
        work.cancel()

    async with asyncio.TaskGroup() as group:
        aborting = group.create_task(abort())
        try:
            ended = outcome.Value(await work)
        except asyncio.CancelledError:
            if not aborting.done():
                raise
        except Exception as error:  # noqa: BLE001 - kept whole: the group would wrap it again
            ended = outcome.Error(error)
        aborting.cancel()
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
    strategy: Strategy,
    new_client: Callable[[Endpoint], Client],
    target: Endpoint | Call | None,
    batches: Sequence[Batch],
) -> list[Finished]:
    """Run the batches one after the other, over one client or a call of one's own."""
    if not isinstance(target, Endpoint):
        call = target or checkpoint
        if target and strategy in GUARDED:
            call = guarded(target)
        return [await finish(call, strategy, batch) for batch in batches]
    client = new_client(target)
    try:
        return [await finish(client.some_remote_call, strategy, batch) for batch in batches]
    finally:
        await client.aclose()


def run(
    target: Endpoint | Call | None,
    batches: Sequence[Batch],
    *,
    strategy: Strategy,
    new_client: Callable[[Endpoint], Client] = Client,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> list[Finished]:
    """Run the batches in an event loop of their own; see `contract.Run`."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(finish_all(strategy, new_client, target, batches))
