"""The HTTP exchange when it goes wrong: heads without end, broken lines, what is left over."""

import errno
import socket

import pytest

from impls.contract import CallError
from impls.http1 import MOST_HEAD, Exchange, Unanswered
from tests.impls.test_http1 import ARG, CHUNKED, CONTINUE, EMPTY, ENDPOINT, OK

# What goes on without end.


@pytest.mark.parametrize(
    "begins", [OK + b"X: ", OK + b"X: y\r\n" * 9000, CONTINUE * 2600 + OK + b"X: "]
)
def test_a_head_without_end(begins: bytes) -> None:
    """A head is refused when it is longer than any has reason to be, and before it is much more."""
    exchange = Exchange(ENDPOINT, ARG)
    data = begins + b"x" * (MOST_HEAD - len(begins))
    assert not any(exchange.feed(data[place : place + 4096]) for place in range(0, MOST_HEAD, 4096))
    refusal = rf"^origin\.example:8000 answered with a head of more than {MOST_HEAD} bytes, called"
    with pytest.raises(CallError, match=refusal) as caught:
        exchange.feed(b"x")
    assert caught.type is CallError
    assert not exchange.reusable


def test_a_long_body_is_no_long_head() -> None:
    """A body may be longer than any head, in one piece with it too."""
    body = b"x" * (2 * MOST_HEAD)
    exchange = Exchange(ENDPOINT, ARG)
    assert exchange.feed(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert exchange.text() == body.decode()


# What goes wrong with the connection.


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)")
REASONS = [
    (REFUSED, "Connection refused"),
    (ConnectionResetError(errno.ECONNRESET, "in other words"), "Connection reset by peer"),
    (ConnectionResetError("Connection lost"), "Connection lost"),
    (socket.gaierror(socket.EAI_NONAME, "Name not known"), "Name not known"),
    (OSError("Multiple exceptions: one, two"), "Multiple exceptions: one, two"),
    (caused(OSError("all attempts failed"), REFUSED), "Connection refused"),
    (caused(OSError("all failed"), ExceptionGroup("", [REFUSED, OSError()])), "Connection refused"),
    (caused(RuntimeError("broken"), caused(OSError("x"), REFUSED)), "Connection refused"),
    (RuntimeError("the handler is closed"), "the handler is closed"),
    (TimeoutError(), "TimeoutError"),
]


@pytest.mark.parametrize(("error", "reason"), REASONS)
@pytest.mark.parametrize("data", [b"", b"H", OK])
def test_a_failure_of_the_connection(error: Exception, reason: str, data: bytes) -> None:
    """It is this call's error, in the system's words; and it tells whether an answer had begun."""
    exchange = Exchange(ENDPOINT, ARG)
    assert not (data and exchange.feed(data))
    failure = exchange.failure(error)
    assert str(failure) == f"{ENDPOINT} gave no whole answer ({reason}), called with {ARG}"
    assert type(failure) is (CallError if data else Unanswered)


@pytest.mark.parametrize("before", [b"", CONTINUE])
@pytest.mark.parametrize("data", [b" and more", b"I am no HTTP", OK + b"no colon\r\n\r\n"])
def test_what_is_no_answer_may_be_left_over(data: bytes, before: bytes) -> None:
    """What does not even begin like an answer may be the end of the one before."""
    with pytest.raises(Unanswered, match="answered what is not HTTP"):
        Exchange(ENDPOINT, ARG).feed(before + data)


def test_what_is_another_calls_may_be_left_over() -> None:
    """So may the whole answer to another call."""
    exchange = Exchange(ENDPOINT, ARG)
    assert exchange.feed(OK + b"Content-Location: /8\r\n" + EMPTY)
    with pytest.raises(Unanswered, match="answered for /8"):
        exchange.text()


def test_what_begins_like_an_answer_is_not_left_over() -> None:
    """A body that breaks off into something else is this call's."""
    with pytest.raises(CallError, match="answered what is not HTTP") as caught:
        Exchange(ENDPOINT, ARG).feed(CHUNKED + b"three\r\n")
    assert caught.type is CallError
