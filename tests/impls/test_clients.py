"""Whole clients of others: what ours do with them that no check sees.

Strategy: a server of a few lines gives every call the same bytes, each over a connection of its
own; for what takes time there is the origin.
"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import outcome
import pytest

from impls.contract import Batch, CallError, CallTimeout, Endpoint, Variant
from impls.registry import VARIANTS, missing
from origin.plan import NEVER, Plan, Step
from origin.process import Origin

NAMES = ("asyncio-aiohttp", "asyncio-httpx", "trio-httpx", "threads-urllib3")
CALL_TIME = 0.1


@pytest.fixture(params=NAMES)
def theirs(request: pytest.FixtureRequest) -> Variant:
    """Each of them in turn."""
    variant = VARIANTS[f"{request.param}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    return variant


@contextmanager
def answering(answer: bytes) -> Iterator[Endpoint]:
    """Give every call this answer, and hang up."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():  # the request's head
                pass
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield Endpoint(*server.server_address)
        finally:
            server.shutdown()


def whole(head: str, body: bytes) -> bytes:
    """Give an answer with this status and these headers."""
    return f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (whole("200 OK", b"\xff"), "answered with what is not UTF-8"),
        (whole("404 Not Found", b"nothing"), "answered with status 404"),
        (whole("200 OK\r\nContent-Location: /8", b"eight"), "answered for /8"),
    ],
)
def test_an_answer_of_no_use(answer: bytes, words: str, theirs: Variant) -> None:
    """The call's error names the endpoint, what was wrong, and the argument."""
    with answering(answer) as endpoint:
        [ended] = theirs.load()(endpoint, [Batch([7], 1, on_error="collect")])
    [found] = ended.outcome.unwrap()
    assert isinstance(found, outcome.Error)
    assert isinstance(found.error, CallError)
    assert str(found.error) == f"{endpoint} {words}, called with 7"


def test_an_answer_in_unicode(theirs: Variant) -> None:
    """The text is UTF-8, whether or not the answer says so."""
    with answering(whole("200 OK\r\nContent-Type: text/plain", "straße".encode())) as endpoint:
        [ended] = theirs.load()(endpoint, [Batch([7], 1)])
    assert ended.outcome == outcome.Value(["STRASSE"])


def test_a_call_out_of_time_is_made_once(theirs: Variant, origin: Origin) -> None:
    """Its time is up, so it is not made again."""
    origin.plan(Plan(otherwise=Step(gate=NEVER)))
    batch = Batch([7], 1, on_error="collect", call_timeout=CALL_TIME)
    [ended] = theirs.load()(Endpoint(*origin.calls), [batch])
    [found] = ended.outcome.unwrap()
    assert isinstance(found, outcome.Error)
    assert isinstance(found.error, CallTimeout)
    assert len(origin.ledger().calls) == 1
