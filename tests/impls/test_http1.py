"""The HTTP exchange, from tables: what the bytes of an answer mean, however they arrive.

Each row is an answer.  It is met whole, byte by byte, and split in two at every point; with bytes
after its end; and cut off at every point.  `met` does what every recipe does: it feeds what it
receives, nothing at the stream's end, until the answer is whole.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from weakref import ref

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impls.contract import CallError, Endpoint
from impls.http1 import Exchange, Unanswered
from rules.trial import uncollected

ENDPOINT = Endpoint("origin.example", 8000)
ARG = 42

OK = b"HTTP/1.1 200 OK\r\n"
CLOSE = OK + b"Connection: close\r\n"
OK_10 = b"HTTP/1.0 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

CUT = "hung up before its answer was whole"
NOT_HTTP = r"answered what is not HTTP \(.+\)"
NOT_UTF8 = "answered with what is not UTF-8"


class Row(NamedTuple):
    """An answer, and what it means: its text, or else a complaint; and the connection's fate."""

    name: str
    data: bytes
    text: str | None = None
    complaint: str = ""
    reusable: bool = True


class Met(NamedTuple):
    """What came out of an exchange."""

    text: str | None
    complaint: str
    reusable: bool


def status(code: int) -> str:
    return f"answered with status {code}"


WHOLE = [
    Row("length", OK + b"Content-Length: 3\r\n\r\nabc", "abc"),
    Row("no body", OK + b"Content-Length: 0\r\n\r\n", ""),
    Row("not ASCII", OK + b"Content-Length: 6\r\n\r\n" + "añ☃".encode(), "añ☃"),
    Row("body like a head", OK + b"Content-Length: 17\r\n\r\n" + OK, OK.decode()),
    Row("no reason phrase", b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", "a"),
    Row("headers in capitals", OK + b"CONTENT-LENGTH: 3\r\n\r\nabc", "abc"),
    Row("headers in small letters", OK + b"content-length: 3\r\n\r\nabc", "abc"),
    Row("other headers", OK + b"Server: x\r\nContent-Length: 1\r\nX-Empty:\r\n\r\na", "a"),
    Row("spaces around a value", OK + b"Content-Length:  \t1 \r\n\r\na", "a"),
    Row("no space before a value", OK + b"Content-Length:1\r\n\r\na", "a"),
    Row("close", CLOSE + b"Content-Length: 1\r\n\r\na", "a", reusable=False),
    Row("CLOSE", OK + b"connection: CLOSE\r\nContent-Length: 1\r\n\r\na", "a", reusable=False),
    Row("close in a list", OK + b"Connection: x, close\r\n" + EMPTY, "", "", False),
    Row("HTTP/1.0", OK_10 + b"Content-Length: 1\r\n\r\na", "a", reusable=False),
    Row("1.0, kept", OK_10 + b"Connection: keep-alive\r\nContent-Length: 1\r\n\r\na", "a"),
    Row("a chunk", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", "abc"),
    Row("no chunk", CHUNKED + b"0\r\n\r\n", ""),
    Row("chunks", CHUNKED + b"1\r\na\r\n2\r\nbc\r\nA\r\n---ten----\r\n0\r\n\r\n", "abc---ten----"),
    Row("chunks in a letter", CHUNKED + b"1\r\n\xc3\r\n1\r\n\xb1\r\n0\r\n\r\n", "ñ"),
    Row("chunk extensions", CHUNKED + b'2;a=b;c="d"\r\nab\r\n1;e\r\nc\r\n0;f\r\n\r\n', "abc"),
    Row("trailers", CHUNKED + b"1\r\na\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", "a"),
    Row("zeros before a size", CHUNKED + b"0003\r\nabc\r\n000\r\n\r\n", "abc"),
    Row("Chunked", OK + b"TRANSFER-encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "a"),
    Row("chunked, then space", OK + b"Transfer-Encoding: chunked \r\n\r\n1\r\na\r\n0\r\n\r\n", "a"),
    Row("chunked, close", CLOSE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", "", False),
    Row("after a 100", CONTINUE + OK + b"Content-Length: 1\r\n\r\na", "a"),
    Row("after two 1xx", CONTINUE + b"HTTP/1.1 103 Hint\r\nLink: x\r\n\r\n" + OK + EMPTY, ""),
    Row("204", b"HTTP/1.1 204 No Content\r\n\r\n", None, status(204)),
    Row("304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", None, status(304)),
    Row("404", b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nlost", None, status(404)),
    Row("500", CHUNKED.replace(b"200", b"500") + b"0\r\n\r\n", None, status(500)),
    Row("503, close", CLOSE.replace(b"200", b"503") + EMPTY, None, status(503), False),
    Row("301", b"HTTP/1.1 301 Away\r\nLocation: /\r\n" + EMPTY, None, status(301)),
    Row("201", b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\na", None, status(201)),
    Row("its own place", OK + b"Content-Location: /42\r\n" + EMPTY, ""),
    Row("its place, no space", OK + b"content-location:/42\r\n" + EMPTY, ""),
    Row("elsewhere", OK + b"Content-Location: /8\r\n" + EMPTY, None, "answered for /8", False),
    Row("not UTF-8", OK + b"Content-Length: 2\r\n\r\n\xff\xfe", None, NOT_UTF8),
]  # fmt: skip
"""Answers that say where they end."""

UNTIL_EOF = [
    Row("no length", OK + b"\r\n", "abc", "", False),
    Row("no length, close", CLOSE + b"\r\n", "abc", "", False),
    Row("no length, HTTP/1.0", OK_10 + b"\r\n", "abc", "", False),
    Row("not chunked but gzip", OK + b"Transfer-Encoding: gzip\r\n\r\n", "abc", "", False),
    Row("a header like a length", OK + b"X-Content-Length: 9\r\n\r\n", "abc", "", False),
    Row("no length, after a 100", CONTINUE + OK + b"\r\n", "abc", "", False),
    Row("no length, 404", b"HTTP/1.1 404 Not Found\r\n\r\n", None, status(404), False),
    Row("no length, 200 not UTF-8", OK + b"\r\n\xff", None, NOT_UTF8, False),
]
"""Heads of answers that the stream's end ends; the tests add `BODY`."""

BODY = b"abc"

MALFORMED = [
    ("another protocol", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ("a request", b"GET / HTTP/1.1\r\n\r\n"),
    ("words", b"I am no HTTP\r\n\r\n"),
    ("a zero byte", b"\0"),
    ("TLS", b"\x15\x03\x01\x00\x02\x02\x46"),
    ("a version of the future", b"HTTP/3.7 200 OK\r\n\r\n"),
    ("a status of two digits", b"HTTP/1.1 20 OK\r\n\r\n"),
    ("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n"),
    ("a status in words", b"HTTP/1.1 fine\r\n\r\n"),
    ("a header without a colon", OK + b"no colon\r\n\r\n"),
    ("a header without a name", OK + b": x\r\n\r\n"),
    ("a space after a name", OK + b"Content-Length : 3\r\n\r\nabc"),
    ("a zero byte in a header", OK + b"X: \0\r\n\r\n"),
    ("a length in words", OK + b"Content-Length: three\r\n\r\nabc"),
    ("a length below zero", OK + b"Content-Length: -3\r\n\r\nabc"),
    ("a length with a plus", OK + b"Content-Length: +3\r\n\r\nabc"),
    ("no number as a length", OK + b"Content-Length:\r\n\r\nabc"),
    ("a length too large", OK + b"Content-Length: 99999999999999999999\r\n\r\nabc"),
    ("two lengths", OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
    ("the same length twice", OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    ("a length and chunks", OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("chunks and a length", CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n"),
    ("a chunk size in words", CHUNKED + b"three\r\nabc\r\n0\r\n\r\n"),
    ("no chunk size", CHUNKED + b"\r\nabc\r\n0\r\n\r\n"),
    ("a chunk size below zero", CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n"),
    ("a chunk size too large", CHUNKED + b"fffffffffffffffff\r\nabc"),
    ("a chunk longer than its size", CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n"),
    ("rubbish after a 100", CONTINUE + b"I am no HTTP\r\n\r\n"),
    ("a 101", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ("a 101 to nothing", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
]  # fmt: skip
"""What is no answer to a call, noticed before the stream's end."""

AFTER = {
    "a second answer": OK + b"Content-Length: 6\r\n\r\nsecond",
    "a second answer, an error": b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    "a second answer, unfinished": OK + b"Content-Length: 6\r\n\r\nse",
    "a second answer, not chunked well": CHUNKED + b"three\r\n",
    "rubbish": b"rubbish",
    "one byte": b"H",
    "a zero byte": b"\0",
}


def by_name(rows: Sequence[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def met(pieces: Iterable[bytes]) -> Met:
    """Converse as the recipes do, and tell what came out."""
    exchange = Exchange(ENDPOINT, ARG)
    try:
        for received in (*pieces, b""):
            if exchange.feed(received):
                break
        return Met(exchange.text(), "", exchange.reusable)
    except CallError as error:
        return Met(None, str(error), exchange.reusable)


def assert_met(pieces: Iterable[bytes], row: Row) -> None:
    """Assert that this row comes out of these pieces, and its complaint names who and what."""
    text, complaint, reusable = met(pieces)
    full = row.complaint and rf"origin\.example:8000 {row.complaint}, called with 42"
    assert (text, reusable) == (row.text, row.reusable)
    assert re.fullmatch(full, complaint)


def one_by_one(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


def in_two(data: bytes) -> list[tuple[bytes, bytes]]:
    return [(data[:place], data[place:]) for place in range(1, len(data))]


def cut_short(data: bytes) -> list[bytes]:
    return [data[:place] for place in range(len(data))]


def ended(row: Row) -> Row:
    """Complete a row of `UNTIL_EOF`."""
    return row._replace(data=row.data + BODY)


def malformed(name: str, data: bytes) -> Row:
    return Row(name, data, None, NOT_HTTP, reusable=False)


ALL = [*WHOLE, *map(ended, UNTIL_EOF), *(malformed(*pair) for pair in MALFORMED)]


# What comes out.


@by_name(ALL)
def test_an_answer_in_one_piece(row: Row) -> None:
    """An answer that arrives in one piece is understood."""
    assert_met([row.data], row)


@by_name(ALL)
def test_an_answer_byte_by_byte(row: Row) -> None:
    """An answer means the same if it arrives byte by byte."""
    assert_met(one_by_one(row.data), row)


@by_name(ALL)
def test_an_answer_in_two_pieces(row: Row) -> None:
    """An answer means the same wherever it is split in two."""
    for pieces in in_two(row.data):
        assert_met(pieces, row)


@by_name(WHOLE)
def test_an_answer_is_whole_at_its_last_byte(row: Row) -> None:
    """An answer that says where it ends is whole with its last byte, and not before."""
    exchange = Exchange(ENDPOINT, ARG)
    assert [exchange.feed(byte) for byte in one_by_one(row.data)].index(True) == len(row.data) - 1


@by_name(UNTIL_EOF)
def test_an_answer_without_a_length_waits_for_the_end(row: Row) -> None:
    """An answer that does not say where it ends is never whole before the stream's end."""
    exchange = Exchange(ENDPOINT, ARG)
    assert not any(exchange.feed(byte) for byte in one_by_one(row.data + BODY))


# What comes after it.


@pytest.mark.parametrize("more", AFTER.values(), ids=AFTER)
@by_name(WHOLE)
def test_bytes_after_the_end(row: Row, more: bytes) -> None:
    """Bytes after the end change nothing in the answer, but its connection is of no more use."""
    assert_met([row.data + more], row._replace(reusable=False))


@pytest.mark.parametrize("more", AFTER.values(), ids=AFTER)
@by_name(WHOLE)
def test_bytes_after_the_end_with_its_last_piece(row: Row, more: bytes) -> None:
    """It makes no difference where the piece begins that brings too much."""
    for first, last in in_two(row.data):
        assert_met([first, last + more], row._replace(reusable=False))


@by_name(WHOLE)
def test_the_end_of_the_stream_after_the_end(row: Row) -> None:
    """The stream's end after a whole answer is no failure, but ends the connection's use."""
    exchange = Exchange(ENDPOINT, ARG)
    assert exchange.feed(row.data)
    assert exchange.feed(b"")
    assert not exchange.reusable


# What is cut off.


def end_by_feed(exchange: Exchange) -> None:
    """Receive nothing, as the recipes do at the stream's end."""
    assert exchange.feed(b"") is True


Ending = Callable[[Exchange], None]
endings = pytest.mark.parametrize("end", [end_by_feed, Exchange.eof])


@endings
@by_name(WHOLE)
def test_an_answer_cut_off(row: Row, end: Ending) -> None:
    """An answer that says where it ends is an error if the stream ends anywhere before."""
    for data in cut_short(row.data):
        assert_cut_off(data, end)


@endings
@by_name(UNTIL_EOF)
def test_a_head_cut_off(row: Row, end: Ending) -> None:
    """An answer that the stream's end ends is an error if its head is not whole."""
    for data in cut_short(row.data.removesuffix(b"\xff")):
        assert_cut_off(data, end)


def assert_cut_off(data: bytes, end: Ending) -> None:
    exchange = Exchange(ENDPOINT, ARG)
    assert not (data and exchange.feed(data))
    words = rf"^origin\.example:8000 {CUT}, called with {ARG}$"
    with pytest.raises(CallError, match=words) as caught:
        end(exchange)
    assert caught.type is (CallError if data else Unanswered)
    assert not exchange.reusable


@endings
@pytest.mark.parametrize("length", range(len(BODY) + 1))
def test_a_body_without_a_length_cut_off(length: int, end: Ending) -> None:
    """Nobody can tell a body without a length from a part of it: what came is the text."""
    exchange = Exchange(ENDPOINT, ARG)
    assert not exchange.feed(OK + b"\r\n" + BODY[:length])
    end(exchange)
    assert exchange.text() == BODY[:length].decode()
    assert not exchange.reusable


# However it is framed.


def length(body: bytes, _: int) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[place : place + size] for place in range(0, len(body), size)]
    return CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def until_eof(body: bytes, _: int) -> bytes:
    return OK + b"\r\n" + body


Frame = Callable[[bytes, int], bytes]


@settings(deadline=None)
@given(
    text=st.text(),
    framed=st.sampled_from([length, chunked, until_eof]),
    size=st.integers(1, 20),
    cuts=st.lists(st.integers(1, 300), unique=True).map(sorted),
)
def test_any_text_however_framed_and_split(
    text: str, framed: Frame, size: int, cuts: list[int]
) -> None:
    """Any text comes out as it went in, whatever frames it and wherever its bytes are split."""
    data = framed(text.encode(), size)
    pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, None], strict=True)]
    expected = Row("any", data, text, reusable=framed is not until_eof)
    assert_met(filter(None, pieces), expected)


# What is asked.


class Heard:
    """A server's view of requests, by httptools' own parser."""

    def __init__(self, data: bytes) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.whole = 0
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.whole += 1


@pytest.mark.parametrize("arg", [0, 7, -3, 10**17])
def test_a_request_asks_for_the_argument(arg: int) -> None:
    """A request is a GET of the argument, whole, that keeps the connection."""
    heard = Heard(Exchange(ENDPOINT, arg).request)
    assert (heard.parser.get_method(), heard.url) == (b"GET", b"/%d" % arg)
    assert (heard.parser.get_http_version(), heard.parser.should_keep_alive()) == ("1.1", True)
    assert heard.whole == 1


@pytest.mark.parametrize("endpoint", [ENDPOINT, Endpoint("127.0.0.1", 1)])
def test_a_request_names_the_host_once(endpoint: Endpoint) -> None:
    """A request has one Host header, as HTTP/1.1 demands, and it names the endpoint."""
    headers = Heard(Exchange(endpoint, ARG).request).headers
    assert [value for name, value in headers if name == b"host"] == [str(endpoint).encode()]


def test_a_request_is_whole_at_its_last_byte() -> None:
    """A request has no byte too many, which would stand before the next call's."""
    request = Exchange(ENDPOINT, ARG).request
    assert [Heard(request[:length]).whole for length in (-1, None)] == [0, 1]


def test_an_exchange_before_its_answer_keeps_no_connection() -> None:
    """A call that never heard an answer, cancelled perhaps, gives no connection back."""
    assert not Exchange(ENDPOINT, ARG).reusable


@by_name(WHOLE)
def test_an_unfinished_answer_keeps_no_connection(row: Row) -> None:
    """A call that heard a part of its answer gives no connection back."""
    for data in cut_short(row.data)[1:]:
        exchange = Exchange(ENDPOINT, ARG)
        exchange.feed(data)
        assert not exchange.reusable


class Watched(Exchange):
    """An exchange of which one can tell when it is gone."""

    __slots__ = ("__weakref__",)


def test_a_whole_exchange_leaves_nothing_to_collect() -> None:
    """Who holds its last reference frees it at once, and no call waits for a collection."""
    with uncollected():
        exchange = Watched(ENDPOINT, ARG)
        assert exchange.feed(OK + EMPTY)
        assert not exchange.text()
        watched = ref(exchange)
        del exchange
        assert watched() is None
