"""httpx for a client, on asyncio and on trio.

Strategy: one client for all calls, as its documentation asks, and its pool of keep-alive
connections without a limit of number or age, since the batch keeps one.  It has no time limits,
which are the batch's, and takes no proxy from the environment.  Its connections are httpcore's,
which stand on anyio's streams on asyncio, and on trio's own on trio.  One that was closed while
idle is found by looking at its socket; a call whose connection is closed just then fails, since
httpx makes no call twice (its transport's `retries` are for connecting).  For each call httpcore
goes through all connections of its pool, and asks the sockets of the idle ones, so a call costs the
more, the more there are: https://github.com/encode/httpx/issues/3215.
"""

import httpx

from impls.contract import CallError, Endpoint
from impls.http1 import reason

HUNG_UP = ("Server disconnected", "peer closed connection")
"""How messages of a RemoteProtocolError begin where the server has kept to HTTP."""


class Client:
    """Makes calls to one endpoint, named `endpoint`, over one client of httpx."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Make the client, with an empty pool."""
        self.endpoint = endpoint
        self._client = httpx.AsyncClient(
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=None, keepalive_expiry=None
            ),
            timeout=None,  # noqa: S113 - the batch has its own
            trust_env=False,
        )

    async def some_remote_call(self, arg: int) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Raises:
            CallError: whatever went wrong.
        """
        path = f"/{arg}"
        try:
            response = await self._client.get(f"http://{self.endpoint}{path}")
            response.raise_for_status()
            text = response.content.decode()
        except (httpx.HTTPError, UnicodeDecodeError) as error:
            raise CallError(f"{self.endpoint} {what(error)}, called with {arg}") from error
        where = response.headers.get("Content-Location", path)
        if where != path:
            raise CallError(f"{self.endpoint} answered for {where}, called with {arg}")
        return text.upper()

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        await self._client.aclose()


def what(error: Exception) -> str:
    """Say what was wrong, by the error's class; one class is for all that breaks the protocol."""
    match error:
        case httpx.HTTPStatusError():
            return f"answered with status {error.response.status_code}"
        case httpx.RemoteProtocolError() if str(error).startswith(HUNG_UP):
            return f"hung up before its answer was whole ({error})"
        case httpx.RemoteProtocolError():
            return f"answered what is not HTTP, or a head without end ({error})"
        case UnicodeDecodeError():
            return "answered with what is not UTF-8"
        case httpx.TransportError(__cause__=Exception(args=(Exception() as wrapped,))):
            error = wrapped  # the pool raises `from None`, and the cause is an argument only
    return f"gave no whole answer ({reason(error)})"
