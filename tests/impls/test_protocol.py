"""The client on a protocol of its own: what the loop may tell it, and when.

Strategy: most is told to a connection by hand, over a transport that only notes.  What depends on
a loop's own transport is tried on each loop, against a server in the same loop.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, ParamSpec

import pytest

from impls.clients.protocol import Client, Connection
from impls.contract import CallError, Endpoint
from impls.http1 import Exchange, Unanswered

ENDPOINT = Endpoint("127.0.0.1", 1)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Location: /7\r\nContent-Length: 2\r\n\r\nok"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\nto the end"
PATIENCE = 5.0

P = ParamSpec("P")


class Notes(asyncio.Transport):
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        """Begin open."""
        super().__init__()
        self.written: list[object] = []
        self.closing = False

    def write(self, data: object) -> None:
        """Note it."""
        self.written.append(data)

    def abort(self) -> None:
        """Note it."""
        self.closing = True

    def is_closing(self) -> bool:
        """Tell."""
        return self.closing


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run the test in a loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def connected() -> tuple[Connection, Notes]:
    """Give a connection, and its transport."""
    connection, transport = Connection(), Notes()
    connection.connection_made(transport)
    return connection, transport


@in_a_loop
async def test_only_the_last_piece_wakes() -> None:
    """Then the answer is whole, and the connection may carry another call."""
    connection, transport = connected()
    exchange = Exchange(ENDPOINT, 7)
    answered = connection.ask(exchange)
    for place in range(len(ANSWER)):
        assert not answered.done()
        connection.data_received(ANSWER[place : place + 1])
    assert answered.done()
    assert exchange.reusable
    assert exchange.text() == "ok"
    assert transport.written == [exchange.request]


@in_a_loop
async def test_an_answer_that_the_end_ends_is_whole() -> None:
    """It announced no length, so only the connection's end tells."""
    connection, _ = connected()
    exchange = Exchange(ENDPOINT, 7)
    answered = connection.ask(exchange)
    connection.data_received(ENDLESS)
    assert not answered.done()
    connection.connection_lost(None)
    await answered
    assert not exchange.reusable
    assert exchange.text() == "to the end"


@pytest.mark.parametrize("came", [b"", ANSWER[:-1]], ids=["nothing", "a part"])
@in_a_loop
async def test_an_end_too_early_is_an_error(came: bytes) -> None:
    """Who waits hears of it; and that it may ask again, if nothing came."""
    connection, _ = connected()
    answered = connection.ask(Exchange(ENDPOINT, 7))
    if came:
        connection.data_received(came)
    connection.connection_lost(None)
    with pytest.raises(CallError, match="hung up before its answer was whole") as caught:
        await answered
    assert isinstance(caught.value, Unanswered) is not bool(came)


@in_a_loop
async def test_what_broke_the_connection_is_told() -> None:
    """As the system says it: the client makes it the call's error."""
    connection, _ = connected()
    answered = connection.ask(Exchange(ENDPOINT, 7))
    connection.connection_lost(ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        await answered


@in_a_loop
async def test_nothing_is_sent_where_nobody_listens() -> None:
    """A connection that ended while idle sends its call to another at once."""
    connection, transport = connected()
    transport.closing = True
    with pytest.raises(Unanswered):
        await connection.ask(Exchange(ENDPOINT, 7))
    assert not transport.written


@pytest.mark.parametrize("came", [ANSWER, b"rubbish", None], ids=["answer", "rubbish", "end"])
@in_a_loop
async def test_what_comes_after_a_cancellation_disturbs_nobody(came: bytes | None) -> None:
    """The call is cancelled, but its task has not run yet, so nobody has hung up."""
    connection, _ = connected()
    exchange = Exchange(ENDPOINT, 7)
    answered = connection.ask(exchange)
    answered.cancel()
    if came is None:
        connection.connection_lost(ConnectionResetError())
    else:
        connection.data_received(came)
    assert answered.cancelled()
    assert exchange.reusable is (came is ANSWER)


@in_a_loop
async def test_what_nobody_asked_for_ends_the_connection() -> None:
    """It might pass for the next call's answer."""
    connection, transport = connected()
    answered = connection.ask(Exchange(ENDPOINT, 7))
    connection.data_received(ANSWER)
    await answered
    connection.data_received(b"more")
    assert transport.closing


@pytest.mark.parametrize("module", ["asyncio", "uvloop"])
@pytest.mark.parametrize("last", [b"", b"more"], ids=["hangs up", "says more"])
def test_an_idle_connection_that_ends_is_closed(module: str, last: bytes) -> None:
    """Nobody needs to ask for that: its descriptor is free, and the next call opens another."""

    async def story() -> None:
        numbers = iter(range(2))
        idle, ended = asyncio.Event(), asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
            if next(numbers) == 0:
                await idle.wait()
                writer.write(last)
                if not last:
                    writer.write_eof()
                assert not await reader.read()  # the client hung up, too
                ended.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(Endpoint(*server.sockets[0].getsockname()))
        assert await client.some_remote_call(7) == "OK"
        idle.set()
        await asyncio.wait_for(ended.wait(), PATIENCE)
        assert await client.some_remote_call(7) == "OK"
        assert next(numbers, None) is None
        await client.aclose()
        server.close()

    pytest.importorskip(module)
    with asyncio.Runner(loop_factory=import_module(module).new_event_loop) as runner:
        runner.run(story())
