"""Broken on purpose: what a fault of the server does to its call, and to the others.

Strategy: clients on asyncio, each with one thing done as somebody would who has not met that fault.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import outcome

from impls import on_asyncio
from impls.contract import READ_SIZE, Batch, CallError, Endpoint, Finished, Run
from impls.http1 import Exchange, Unanswered
from impls.on_asyncio import Client, Connection, finish, workers
from rules.chapters.faults import AWHILE
from tests.rules.breaking import Caught, enter

MENDED = partial(on_asyncio.run, strategy=workers)


def over(client: type[Client]) -> Run:
    """Run workers over such a client."""

    def run(target: Any, batches: Sequence[Batch]) -> list[Finished]:
        async def finish_all() -> list[Finished]:
            with_it = client(target)
            try:
                return [await finish(with_it.some_remote_call, workers, each) for each in batches]
            finally:
                await with_it.aclose()

        return asyncio.run(finish_all())

    return run


def client(*caught: Caught) -> Callable[[type[Client]], type[Client]]:
    """Enter a broken client, by its name."""

    def enter_it(broken: type[Client]) -> type[Client]:
        enter(broken.__name__, over(broken), MENDED, *caught)
        return broken

    return enter_it


# The errors.


def errors_not_collected(target: Any, batches: Sequence[Batch]) -> list[Finished]:
    """Let the first failure end every batch, whatever it asks for."""
    return MENDED(target, [replace(batch, on_error="raise") for batch in batches])


enter(
    "errors_not_collected",
    errors_not_collected,
    MENDED,
    ("F1-refused", r"F1: the batch ended with Error\(ExceptionGroup"),
    ("F2-reset", r"F2: resets the connection, before the head: the batch ended with Error\("),
)


@client(
    ("F1-refused", r"F1: call 4700 gave Value\(''\)"),
    ("F2-reset", r"F2: resets the connection, before the head: call 4700 gave Value\(''\)"),
    ("F6-rubbish", r"F6: answers what is not HTTP, before the head: call 4700 gave Value\(''\)"),
)
class SwallowsErrors(Client):
    """Gives nothing where something went wrong."""

    async def some_remote_call(self, arg: int) -> str:
        try:
            return await super().some_remote_call(arg)
        except CallError:
            return ""


@client(
    ("F1-refused", r"F1: call 4700 raised ConnectionRefusedError\(.*\), which is no CallError"),
    ("F2-reset", r"call 4700 raised ConnectionResetError\(.*\), which is no CallError"),
)
class LetsErrorsThrough(Client):
    """Raises whatever the system does."""

    async def some_remote_call(self, arg: int) -> str:
        try:
            return await super().some_remote_call(arg)
        except CallError as error:
            raise error.__cause__ or error from None


@client(
    (
        "F2-reset",
        r"call 4700 raised CallError\('failed'\), which does not say \['127.*', '4700', 'reset'\]",
    ),
)
class SaysTooLittle(Client):
    """Raises an error that helps nobody."""

    async def some_remote_call(self, arg: int) -> str:
        try:
            return await super().some_remote_call(arg)
        except CallError as error:
            raise CallError("failed") from error


def timed_by_hand(target: Any, batches: Sequence[Batch]) -> list[Finished]:
    """Limit each call's time by asyncio's own means, and no more."""

    async def finish_each(client: Client, batch: Batch) -> Finished:
        async def call(arg: int) -> str:
            return await asyncio.wait_for(client.some_remote_call(arg), batch.call_timeout)

        return await finish(call, workers, replace(batch, call_timeout=None))

    async def finish_all() -> list[Finished]:
        client = Client(target)
        try:
            return [await finish_each(client, batch) for batch in batches]
        finally:
            await client.aclose()

    return asyncio.run(finish_all())


enter(
    "timed_by_hand",
    timed_by_hand,
    MENDED,
    ("F4-silence", r"F4: silence, .*: call 4700 raised TimeoutError\(\), which is no CallTimeout"),
)


# The other calls.


class CircuitBreaker(Client):
    """Refuses all calls after a failure, once so many have been made."""

    least: int

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._made = self._failed = 0

    async def some_remote_call(self, arg: int) -> str:
        self._made += 1
        if self._failed and self._made > self.least:
            raise CallError(f"refused, called with {arg}")
        try:
            return await super().some_remote_call(arg)
        except CallError:
            self._failed += 1
            raise


@client(
    ("F3-cut_off", r"F3: hangs up, before the head: good calls gave \{47\d\d: Error\(CallError")
)
class BreaksAtOnce(CircuitBreaker):
    """Lets one failure fail what comes next."""

    least = 1


@client(("F10-status", r"F10: status 500, before the head: a healthy batch gave \{100: None"))
class BreaksLater(CircuitBreaker):
    """Lets one failure fail the next batch."""

    least = 20


@client(("F9-closed_while_idle", r"F9: hangs up, answered: a healthy batch gave \{100: None"))
class AsksOnce(Client):
    """Does not ask again where a connection was closed while idle."""

    async def some_remote_call(self, arg: int) -> str:
        exchange = Exchange(self.endpoint, arg)
        connection = self._idle.pop() if self._idle else await self._connect(exchange)
        return await self._ask(exchange, connection)


@client(("F3-cut_off", r"F3: hangs up, .*: calls were made too often: \{4700: 3"))
class TriesThreeTimes(AsksOnce):
    """Asks again and again."""

    async def some_remote_call(self, arg: int) -> str:
        for _ in range(2):
            try:
                return await super().some_remote_call(arg)
            except CallError:
                pass
        return await super().some_remote_call(arg)


# The answers.


class Reads(Client):
    """Reads answers in a way of its own."""

    exchange: type[Exchange]

    async def some_remote_call(self, arg: int) -> str:
        if self._idle:
            try:
                return await self._ask(self.exchange(self.endpoint, arg), self._idle.pop())
            except Unanswered:
                pass
        exchange = self.exchange(self.endpoint, arg)
        return await self._ask(exchange, await self._connect(exchange))


class TakesHalf(Exchange):
    """Takes what came before the end for the whole."""

    def eof(self) -> None:
        if not self._headed:
            super().eof()


@client(("F3-cut_off", r"F3: hangs up, inside the body: call 4700 gave Value\('ANSWER"))
class TakesHalfAnswers(Reads):
    exchange = TakesHalf


class HeedsNoStatus(Exchange):
    """Takes any answer for a good one."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._status = 200


@client(
    ("F10-status", r"F10: status 500, before the head: call 4700 gave Value\('\w"),
)
class HeedsNoStatuses(Reads):
    exchange = HeedsNoStatus


class HeedsNoLocation(Exchange):
    """Takes anybody's answer for its own."""

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() != b"content-location":
            super().on_header(name, value)


@client(
    ("F11-another_answer", r"F11: .*, before the head: call 4700 gave Value\('ANSWER TO 4701'\)"),
)
class HeedsNoLocations(Reads):
    exchange = HeedsNoLocation


class TakesMore(Exchange):
    """Takes for the body whatever comes behind the head."""

    def feed(self, data: bytes) -> bool:
        whole = super().feed(data)
        if whole and b" and more" in data:
            self._pieces.append(b" and more")
        return whole


@client(("F8-larger_body", r"F8: .*: calls gave \{4700: Value\('ANSWER TO 4700 AND MORE'\)"))
class TakesMoreThanAnnounced(Reads):
    exchange = TakesMore


@client(("F5-drip", r"F5: one byte at a time, before the head: good calls gave \{4700: Error"))
class ReadsInOneGo(Client):
    """Takes what the first read gives for the whole answer."""

    async def _ask(self, exchange: Exchange, connection: Connection) -> str:
        reader, writer = connection
        writer.write(exchange.request)
        whole = exchange.feed(await reader.read(READ_SIZE))
        await self._hang_up(connection)
        if not whole:
            raise exchange.failure(ValueError("no more in one go"))
        return exchange.text().upper()


@client(("F7-endless_head", r"F7: a head without end took \d+ MiB of memory"))
class KeepsTheHead(Client):
    """Waits for the end of the head, through six megabytes."""

    patience = 6_000_000

    async def _ask(self, exchange: Exchange, connection: Connection) -> str:
        reader, writer = connection
        writer.write(exchange.request)
        head = bytearray()
        while b"\r\n\r\n" not in head[-READ_SIZE:] and len(head) < self.patience:
            head += await reader.read(READ_SIZE)
        await self._hang_up(connection)
        if not exchange.feed(bytes(head[:READ_SIZE])):
            raise exchange.failure(ValueError("a head too long"))
        return exchange.text().upper()


class TimesEachRead(Client):
    """Gives each read the time that the whole call has."""

    async def _ask(self, exchange: Exchange, connection: Connection) -> str:
        reader, writer = connection
        writer.write(exchange.request)
        try:
            while not exchange.feed(await asyncio.wait_for(reader.read(READ_SIZE), AWHILE)):
                pass
        finally:
            await self._hang_up(connection)
        return exchange.text().upper()


def timing_each_read(target: Any, batches: Sequence[Batch]) -> list[Finished]:
    """Leave the time limits of calls to a client that gives them to each read."""

    def too_late(batch: Batch, ended: Finished) -> Finished:
        errors = [outcome.Error(batch.call_too_late(MENDED, arg)) for arg in batch.args]
        return replace(ended, outcome=outcome.Value(errors))

    finished = over(TimesEachRead)(target, [replace(each, call_timeout=None) for each in batches])
    return [too_late(batch, ended) for batch, ended in zip(batches, finished, strict=True)]


enter(
    "timing_each_read",
    timing_each_read,
    MENDED,
    ("F4-dripped_at", r"F4: dripped at: the call ended only when the server did"),
)
