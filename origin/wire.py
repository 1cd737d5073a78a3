"""HTTP/1.1 as the origin speaks it: one grammar for requests, one table of answers.

Strategy: a regular expression is the whole grammar, so a request matches, cannot match any more,
or is not yet whole.  What a call is answered with comes from tables: the bytes of the answer, the
place at which it is cut in two, and what becomes of its second part.
"""

import re
from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import lru_cache
from itertools import repeat

import msgspec

from origin.plan import At, Fault, Step

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
    """What to send, and how the connection goes on.

    Attributes:
        data: sent at once.
        then: how the connection goes on, when all is sent.
        more: sent after the data, each piece by itself; there may be no end of it.
    """

    data: bytes
    then: Then = Then.KEEP
    more: Iterable[bytes] = ()


GOOD = b"HTTP/1.1 200 OK\r\nContent-Location: /%d\r\nContent-Length: %d\r\n\r\n%b"
OTHERWISE = b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b"


def closed(page: bytes) -> bytes:
    """Give the page of a connection's last answer, which says so."""
    return page.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


GOOD_LAST, OTHERWISE_LAST = closed(GOOD), closed(OTHERWISE)


def good(request: Request) -> Answer:
    """Give the answer to a call that goes well; it says which argument it is for."""
    text = b"answer to %d" % request.arg
    if request.last:
        return Answer(GOOD_LAST % (request.arg, len(text), text), Then.CLOSE)
    return Answer(GOOD % (request.arg, len(text), text))


def otherwise(status: bytes, text: bytes, last: bool) -> Answer:
    """Give a whole answer with another status."""
    if last:
        return Answer(OTHERWISE_LAST % (status, len(text), text), Then.CLOSE)
    return Answer(OTHERWISE % (status, len(text), text))


def other(request: Request) -> Answer:
    """Give the good answer to somebody else's call."""
    return good(Request(request.arg + 1, request.last))


HEADER_LINES = b"X-More: and more\r\n" * 256

ANSWERS: dict[Fault, Callable[[Request], Answer]] = {
    Fault.STATUS: lambda request: otherwise(b"500 Internal Server Error", b"sorry", request.last),
    Fault.NOT_FOUND: lambda request: otherwise(b"404 Not Found", b"no such thing", request.last),
    Fault.RUBBISH: lambda _: Answer(b"I am no HTTP\r\n\r\n", Then.CLOSE),
    Fault.ENDLESS_HEAD: lambda _: Answer(b"HTTP/1.1 200 OK\r\n", more=repeat(HEADER_LINES)),
    Fault.OTHER: other,
}
"""The faults that are answers of their own; the others begin with the good one."""

PLACES: dict[At, Callable[[int, int], int]] = {
    At.INSIDE_HEAD: lambda head, _: head // 2,
    At.INSIDE_BODY: lambda head, whole: (head + whole) // 2,
    At.BEFORE_LAST: lambda _, whole: whole - 1,
    At.AFTER: lambda _, whole: whole,
}
"""How much of an answer comes before each place, by the sizes of its head and of the whole."""

STRIKES: dict[Fault, Callable[[bytes, Then], Answer]] = {
    Fault.RESET: lambda _, __: Answer(b"", Then.RESET),
    Fault.CUT: lambda _, __: Answer(b"", Then.CLOSE),
    Fault.LARGER: lambda rest, then: Answer(rest + b" and more", then),
    Fault.DRIP: lambda rest, then: Answer(b"", then, [bytes([byte]) for byte in rest]),
}
"""What becomes of the rest of a good answer."""


def parts(request: Request, step: Step) -> tuple[bytes, Answer | None]:
    """Give what a call is sent on its way to where it is held, and what from there on.

    The second is None for most calls: there they are sent just the good answer.
    """
    if step.fault is None and step.at is At.BEFORE_HEAD:
        return b"", None
    make = ANSWERS.get(step.fault, good) if step.fault else good
    answer = make(request)
    place = place_of(step.at, answer.data)
    first, rest = answer.data[:place], answer.data[place:]
    if step.fault in STRIKES:
        return first, STRIKES[step.fault](rest, answer.then)
    return first, Answer(rest, answer.then, answer.more)


def place_of(at: At, data: bytes) -> int:
    """Give how many of the answer's bytes come before this place."""
    head, end, _ = data.partition(b"\r\n\r\n")
    return PLACES[at](len(head + end), len(data)) if at in PLACES else 0


REFUSAL = otherwise(
    b"400 Bad Request", b"one GET /<whole number> HTTP/1.1 at a time, please", last=True
)
