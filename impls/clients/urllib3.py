"""urllib3 for a client, in threads.

Strategy: one HTTPConnectionPool, as its documentation advises for many requests to one host, with
room for a connection of every thread.  A connection that was closed while idle is found by looking
at its socket; a GET that fails all the same is made once more, within what is left of its time.  A
refused connection is not tried again, nor is anything that has run out of time, and a redirection
is an answer like any other.  A time limit bounds each wait for the server, and not their sum: an
answer that drips can hold its thread beyond it.
"""

import math
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import Any, Self

from urllib3 import HTTPConnectionPool, Retry, Timeout, exceptions

from impls.contract import CallError, Endpoint
from impls.http1 import OK, reason
from impls.on_threads import left_until

MOST_KEPT = 1000
"""Connections that the pool can keep, which is no limit: more threads than any batch here has."""


class UnlessTimedOut(Retry):
    """How often to try again; not when the time is up, which urllib3 itself would also do.

    To urllib3 a refused connection is a kind of timeout.
    """

    def increment(self, *args: Any, **named: Any) -> Self:
        """Give what is left to try; a timeout is raised as it is."""
        if isinstance(error := named.get("error"), exceptions.TimeoutError):
            raise error
        return super().increment(*args, **named)


ONCE_MORE = UnlessTimedOut(1, redirect=False, respect_retry_after_header=False)


class Until(Timeout):
    """The time until an instant, of which a second try has what the first has left."""

    def __init__(self, ends: float) -> None:
        """Begin with what is left now.

        Raises:
            TimeoutError: nothing is.
        """
        super().__init__(left_until(ends))
        self._ends = ends

    def clone(self) -> Timeout:
        """Give what is left: urllib3 asks for a copy before each try."""
        return Until(self._ends)


class Client:
    """Makes calls to one endpoint, named `endpoint`, over one pool of urllib3."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Begin with an empty pool."""
        self.endpoint = endpoint
        self._pool = HTTPConnectionPool(*endpoint, maxsize=MOST_KEPT, retries=ONCE_MORE)

    def some_remote_call(self, arg: int, ends: float = math.inf) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Args:
            arg: what to ask for.
            ends: the instant of `time.monotonic()` at which the call's time is up.

        Raises:
            CallError: whatever went wrong.
        """
        path = f"/{arg}"
        try:
            response = self._pool.request("GET", path, timeout=Until(ends))
            text = response.data.decode()
        except (exceptions.HTTPError, TimeoutError, UnicodeDecodeError) as error:
            raise CallError(f"{self.endpoint} {what(error)}, called with {arg}") from error
        if response.status != OK:
            raise CallError(
                f"{self.endpoint} answered with status {response.status}, called with {arg}"
            )
        where = response.headers.get("Content-Location", path)
        if where != path:
            raise CallError(f"{self.endpoint} answered for {where}, called with {arg}")
        return text.upper()

    def close(self) -> None:
        """Hang up all idle connections."""
        self._pool.close()


def what(error: Exception) -> str:
    """Say what was wrong, by the class of the error or of what it wraps."""
    match error:
        case exceptions.MaxRetryError(reason=Exception() as last):
            return what(last)
        case IncompleteRead() | RemoteDisconnected():
            return f"hung up before its answer was whole ({error})"
        case exceptions.ProtocolError(args=(_, Exception() as wrapped)):
            return what(wrapped)
        case HTTPException():
            return f"answered what is not HTTP ({error})"
        case UnicodeDecodeError():
            return "answered with what is not UTF-8"
    return f"gave no whole answer ({reason(error)})"
