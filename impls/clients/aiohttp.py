"""aiohttp for a client, on asyncio.

Strategy: one session for all calls, as its documentation asks, and its pool of keep-alive
connections without a limit, since the batch keeps one.  What a call here has no use for is off:
cookies ("sometimes cookie processing is not desirable": `DummyCookieJar`), and time limits, which
are the batch's.  Decompression stays on: aiohttp asks for compressed answers, though the origin
gives none.  What else it offers made it no faster: URLs marked as encoded, fewer headers, no
redirects, `aiohttp[speedups]`, which is about DNS and compression.  A GET whose connection breaks
before its head is made once more by aiohttp itself.
"""

from aiohttp import (
    ClientError,
    ClientPayloadError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)

from impls.contract import CallError, Endpoint
from impls.http1 import reason


class Client:
    """Makes calls to one endpoint, named `endpoint`, over one session of aiohttp."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Open the session, which needs a running loop."""
        self.endpoint = endpoint
        self._session = ClientSession(
            connector=TCPConnector(limit=0),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(),
            raise_for_status=True,
        )

    async def some_remote_call(self, arg: int) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Raises:
            CallError: whatever went wrong.
        """
        path = f"/{arg}"
        try:
            async with self._session.get(f"http://{self.endpoint}{path}") as response:
                where = response.headers.get("Content-Location", path)
                if where == path:
                    return (await response.text("utf-8")).upper()
                response.close()  # who knows what else comes over this connection?
        except (ClientError, UnicodeDecodeError) as error:
            raise CallError(f"{self.endpoint} {what(error)}, called with {arg}") from error
        raise CallError(f"{self.endpoint} answered for {where}, called with {arg}")

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        await self._session.close()


def what(error: Exception) -> str:
    """Say what was wrong, by the error's class; a status has no other error for a cause."""
    match error:
        case ClientResponseError(__cause__=None):
            return f"answered with status {error.status}"
        case ClientResponseError():
            return f"answered what is not HTTP ({error.message})"
        case ServerDisconnectedError():
            return "hung up before its answer was whole"
        case ClientPayloadError():
            return f"hung up before its answer was whole ({error})"
        case UnicodeDecodeError():
            return "answered with what is not UTF-8"
    return f"gave no whole answer ({reason(error)})"
