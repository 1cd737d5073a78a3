"""HTTP/1.1 as the origin speaks it: one grammar for requests, one table of answers.

Strategy: a regular expression is the whole grammar, so a request matches, cannot match any more,
or is not yet whole.  What a call is answered with comes from a table: bytes, and how the
connection goes on.
"""

import re
from enum import Enum, auto
from functools import lru_cache

import msgspec

from origin.plan import Fault

MOST_HEAD = 65_536
"""Bytes after which a request without an end is refused."""

REQUEST = re.compile(rb"GET /(-?\d{1,18}) HTTP/1\.1\r\n((?:[^\r\n]+\r\n)*)\r\n")
CLOSE = re.compile(rb"^connection:.*\bclose\b", re.IGNORECASE | re.MULTILINE)


class Request(msgspec.Struct, frozen=True):
    """A whole request: its argument, and whether the client wants no other on this connection."""

    arg: int
    last: bool


class BadRequest(ValueError):  # noqa: N818 - as HTTP calls it
    """These bytes can't become a request that the origin answers."""


@lru_cache(maxsize=64)
def wants_close(headers: bytes) -> bool:
    """Tell whether these headers end the connection; a client's are the same at each call."""
    return CLOSE.search(headers) is not None


def parse(data: bytes) -> Request | None:
    """Read the one request that `data` holds; None while it is not yet whole.

    Raises:
        BadRequest: it never will be one, or more follows it: a second call, before the first is
            answered, is no batch's way.
    """
    match = REQUEST.fullmatch(data)
    if match:
        return Request(int(match[1]), wants_close(match[2]))
    if b"\r\n\r\n" in data or len(data) > MOST_HEAD:
        raise BadRequest(data[:80])
    return None


class Then(Enum):
    """How a connection goes on after an answer."""

    KEEP = auto()
    CLOSE = auto()
    RESET = auto()


class Answer(msgspec.Struct, frozen=True):
    """What to send, and how the connection goes on."""

    data: bytes
    then: Then = Then.KEEP


KEPT = b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b"
CLOSED = KEPT.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def page(status: bytes, text: bytes, last: bool = False) -> Answer:
    """Give a whole answer."""
    if last:
        return Answer(CLOSED % (status, len(text), text), Then.CLOSE)
    return Answer(KEPT % (status, len(text), text))


def good(request: Request) -> Answer:
    """Give the answer to a call that goes well."""
    return page(b"200 OK", b"answer to %d" % request.arg, request.last)


def bad(request: Request, fault: Fault) -> Answer:
    """Give what a call with this fault meets."""
    half = good(request).data[:-2]
    return {
        Fault.STATUS: page(b"500 Internal Server Error", b"no answer", request.last),
        Fault.SILENT: Answer(b"", Then.CLOSE),
        Fault.CUT: Answer(half, Then.CLOSE),
        Fault.RESET: Answer(half, Then.RESET),
        Fault.RUBBISH: Answer(b"I am no HTTP\r\n\r\n", Then.CLOSE),
    }[fault]


REFUSAL = page(b"400 Bad Request", b"one GET /<whole number> HTTP/1.1 at a time, please", last=True)
