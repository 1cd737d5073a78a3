"""Calls to an origin that has no plan: what is answered, what is refused, how it goes on."""

import asyncio
from collections.abc import Callable
from http.client import HTTPConnection

import aiohttp
import pytest

from origin.ledger import End
from origin.plan import NEVER, Plan, Seen, Step
from origin.process import Origin
from origin.wire import MOST_HEAD
from tests.origin.clients import PATIENCE, Raw, good, saw

Connect = Callable[[], Raw]


# What is answered.


def test_a_call_by_the_standard_library(origin: Origin) -> None:
    """A call is answered with its argument, as http.client understands it."""
    connection = HTTPConnection(*origin.calls, timeout=PATIENCE)
    connection.request("GET", "/7")
    with connection.getresponse() as response:
        assert (response.status, response.read()) == good(7)
    connection.close()


@pytest.mark.parametrize("arg", [0, -5, 10**18 - 1])
def test_any_whole_number(client: Raw, arg: int) -> None:
    """An argument is any whole number of up to 18 digits."""
    client.ask(arg)
    assert client.answer() == good(arg)


def test_a_second_call_on_the_same_connection(origin: Origin, client: Raw) -> None:
    """A connection lives on after an answer and carries the next call."""
    for arg in (1, 2):
        client.ask(arg)
        assert client.answer() == good(arg)
    ledger = origin.ledger()
    assert [call.arg for call in ledger.calls] == [1, 2]
    assert (ledger.opened, ledger.connections()) == (1, 1)


def test_a_request_byte_by_byte(origin: Origin, client: Raw) -> None:
    """A request may arrive byte by byte, and is one call."""
    for byte in b"GET /7 HTTP/1.1\r\nHost: x\r\n\r\n":
        client.send(bytes([byte]))
    assert client.answer() == good(7)
    assert len(origin.ledger().calls) == 1


@pytest.mark.parametrize(
    "headers", [b"", b"Accept: */*\r\nX-Empty:\r\n", b"X: \xff\r\n", b"X: %b\r\n" % (b"x" * 60_000)]
)
def test_other_headers(client: Raw, headers: bytes) -> None:
    """Headers that mean nothing to a call don't matter."""
    client.ask(7, headers)
    assert client.answer() == good(7)


@pytest.mark.parametrize(
    "header", [b"Connection: close", b"connection:CLOSE", b"Connection: x, close"]
)
def test_the_last_call_of_a_connection(client: Raw, header: bytes) -> None:
    """A client that wants no other call gets its answer, is told so, and the origin hangs up."""
    client.ask(7, header + b"\r\n")
    with client.response() as response:
        assert response.getheader("Connection") == "close"
        assert (response.status, response.read()) == good(7)
    assert client.is_closed()


@pytest.mark.parametrize(
    "header", [b"Connection: keep-alive", b"X-Connection: close", b"X: Connection: close"]
)
def test_not_the_last_call_of_a_connection(client: Raw, header: bytes) -> None:
    """A header that only looks like the end of a connection does not end it."""
    for arg in (1, 2):
        client.ask(arg, header + b"\r\n")
        assert client.answer() == good(arg)


# What is refused.

HEAD_WITHOUT_AN_END = b"GET /1 HTTP/1.1\r\nX: ".ljust(MOST_HEAD + 1, b"x")

REFUSED = {
    "not a GET": b"POST /1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "in small letters": b"get /1 HTTP/1.1\r\n\r\n",
    "not a number": b"GET /one HTTP/1.1\r\n\r\n",
    "not a whole number": b"GET /1.5 HTTP/1.1\r\n\r\n",
    "no argument": b"GET / HTTP/1.1\r\n\r\n",
    "too many digits": b"GET /1234567890123456789 HTTP/1.1\r\n\r\n",
    "more than an argument": b"GET /1?x=2 HTTP/1.1\r\n\r\n",
    "another version": b"GET /1 HTTP/1.0\r\n\r\n",
    "no HTTP": b"I am no HTTP\r\n\r\n",
    "with a body": b"GET /1 HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
    "a second request behind it": b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
    "half a request behind it": b"GET /1 HTTP/1.1\r\n\r\nG",
    "a head without an end": HEAD_WITHOUT_AN_END,
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
def test_what_is_no_call(origin: Origin, client: Raw, request_: bytes) -> None:
    """What is not one call is refused with 400, the origin hangs up, and the ledger has no call."""
    client.send(request_)
    with client.response() as response:
        assert (response.status, response.getheader("Connection")) == (400, "close")
        assert b"GET /<whole number>" in response.read()
    assert client.is_closed()
    assert origin.ledger().calls == []


def test_a_second_request_before_the_answer(origin: Origin, client: Raw) -> None:
    """A client that asks again before it is answered is refused, and its call is over."""
    origin.plan(Plan({1: Step(NEVER)}))
    client.ask(1)
    saw(origin, 1)
    client.ask(2)
    assert client.answer()[0] == 400
    assert client.is_closed()
    (call,) = origin.ledger().calls
    assert (call.arg, call.end) == (1, End.HUNG_UP)


def test_a_client_that_leaves_inside_its_request(
    origin: Origin, client: Raw, connect: Connect
) -> None:
    """A client that hangs up before its request is whole made no call, and harms no other."""
    client.send(b"GET /1 HT")
    client.hang_up()
    other = connect()
    other.ask(2)
    assert other.answer() == good(2)
    ledger = origin.ledger()
    assert ([call.arg for call in ledger.calls], ledger.opened) == ([2], 2)


# Many at once.


async def ask_all(origin: Origin, args: range, limit: int) -> list[str]:
    """Make the calls with aiohttp, over at most `limit` connections."""
    host, port = origin.calls

    async def ask(session: aiohttp.ClientSession, arg: int) -> str:
        async with session.get(f"http://{host}:{port}/{arg}") as response:
            return await response.text()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=limit)) as session:
        return await asyncio.gather(*(ask(session, arg) for arg in args))


def test_many_calls_at_once(origin: Origin) -> None:
    """The origin answers many connections at once, and its ledger tells how many there were."""
    args, limit = range(300), 20
    together = {arg: Step(Seen(in_progress=limit)) for arg in args[:limit]}
    origin.plan(Plan(together))
    assert asyncio.run(ask_all(origin, args, limit)) == [f"answer to {arg}" for arg in args]
    ledger = origin.ledger()
    assert (ledger.most_in_progress(), ledger.connections(), ledger.opened) == (limit,) * 3
    assert not ledger.not_exactly_once(args)
    assert ledger.count(End.ANSWERED) == len(args)
