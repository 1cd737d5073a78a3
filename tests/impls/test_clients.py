"""Whole clients of others: what ours do with them that no check sees.

Strategy: a server of a few lines gives every call the same bytes, each over a connection of its
own; for what takes time there is the origin.
"""

import math
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import outcome
import pytest

from impls.contract import Batch, CallError, CallTimeout, Endpoint, Variant
from impls.registry import VARIANTS, missing
from origin.plan import NEVER, Plan, Step
from origin.process import Origin

NAMES = ("asyncio-aiohttp", "asyncio-httpx", "trio-httpx", "threads-urllib3")
CALL_TIME = 0.5
AMPLE = 5.0


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


@pytest.mark.parametrize(
    ("head", "status"),
    [("302 Found\r\nLocation: /8", 302), ("503 Service Unavailable\r\nRetry-After: 9", 503)],
)
@pytest.mark.parametrize("name", ["asyncio-httpx", "trio-httpx", "threads-urllib3"])
def test_an_answer_that_asks_for_another_call(head: str, status: int, name: str) -> None:
    """No call is made again for that, there or later: the status is the call's error."""
    variant = VARIANTS[f"{name}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    with answering(whole(head, b"")) as endpoint:
        [ended] = variant.load()(endpoint, [Batch([7], 1, on_error="collect")])
    [found] = ended.outcome.unwrap()
    assert isinstance(found, outcome.Error)
    assert str(found.error) == f"{endpoint} answered with status {status}, called with 7"
    assert ended.wall < 5.0  # and not after the 9 seconds that one answer asks for


def test_a_second_try_has_what_is_left_of_the_time() -> None:
    """urllib3 asks for a copy of the time limit before each try."""
    pytest.importorskip("urllib3")
    from impls.clients.urllib3 import Until

    first = Until(time.monotonic() + AMPLE)
    time.sleep(0.001)
    left: list[Any] = [first.clone().total, first.total, AMPLE]
    assert sorted(set(left)) == left
    assert Until(math.inf).clone().total is None
    with pytest.raises(TimeoutError):
        Until(time.monotonic())


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
