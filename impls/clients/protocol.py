"""A protocol of one's own for a client, on asyncio: transports without streams.

Strategy: nobody reads.  The loop hands what came to the exchange, and a call awaits one future,
which is done when its answer is whole or can't be any more: so a task wakes once for each answer,
however many pieces it came in.  A `BufferedProtocol` with 64 KiB of its own for each connection is
the other choice: the loop asks it for its buffer before each receive.  It would pay in a young
process, where asyncio's own 256 KiB for each receive are dear, as they are to streams.
"""

import asyncio
from typing import cast

from impls.contract import CallError, Endpoint
from impls.http1 import Exchange, Unanswered
from impls.on_asyncio import closed


class Connection(asyncio.Protocol):
    """Carries one exchange at a time, and wakes who waits for its end.

    It does not heed `pause_writing`: a request is far smaller than what a transport holds, and the
    next one is written only after the answer.  `eof_received` is asyncio's own: the transport
    closes, and `connection_lost` comes without an error.
    """

    __slots__ = ("_answered", "_exchange", "_loop", "_transport")

    def __init__(self) -> None:
        """Begin without an exchange."""
        self._loop = asyncio.get_running_loop()
        self._exchange: Exchange | None = None
        self._answered: asyncio.Future[None] | None = None

    def ask(self, exchange: Exchange) -> asyncio.Future[None]:
        """Send the request; what is given is done when the answer is whole, or has failed."""
        answered = self._loop.create_future()
        self._exchange, self._answered = exchange, answered
        if self._transport.is_closing():  # it ended while idle
            self.data_received(b"")
        else:
            self._transport.write(exchange.request)
        return answered

    def hang_up(self) -> None:
        """Close the connection, whatever it carries."""
        self._exchange = self._answered = None
        self._transport.abort()

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what carries the requests."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what came; if nobody waits for it, the connection is of no more use."""
        if not self._exchange:
            self.hang_up()
            return
        try:
            if self._exchange.feed(data):
                self._end()
        except CallError as error:
            self._end(error)

    def connection_lost(self, error: Exception | None) -> None:
        """Take the end of the stream, or what broke it."""
        if self._exchange and error:
            self._end(error)
        elif self._exchange:
            self.data_received(b"")

    def _end(self, error: Exception | None = None) -> None:
        answered, self._exchange, self._answered = self._answered, None, None
        if answered is None or answered.done():  # it was cancelled, and its task has yet to run
            return
        if error:
            answered.set_exception(error)
        else:
            answered.set_result(None)


# The client: a pool of keep-alive connections.


class Client:
    """Makes calls to one endpoint, named `endpoint`, over connections that it keeps."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Begin with an empty pool."""
        self.endpoint = endpoint
        self._idle: list[Connection] = []

    async def some_remote_call(self, arg: int) -> str:
        """Ask the endpoint for `arg`; give its answer's text, upper-cased.

        Raises:
            CallError: whatever went wrong.
        """
        exchange = Exchange(self.endpoint, arg)
        if self._idle:
            try:
                return await self._ask(exchange, self._idle.pop())
            except Unanswered:  # it was of no more use, and to ask twice does no harm
                exchange = Exchange(self.endpoint, arg)
        return await self._ask(exchange, await self._connect(exchange))

    async def _connect(self, exchange: Exchange) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(Connection, *self.endpoint)
        except OSError as error:
            raise exchange.failure(error) from error
        return connection

    async def _ask(self, exchange: Exchange, connection: Connection) -> str:
        try:
            await connection.ask(exchange)
        except OSError as error:
            raise exchange.failure(error) from error
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                connection.hang_up()
                await closed()
        return exchange.text().upper()

    async def aclose(self) -> None:
        """Hang up all idle connections."""
        while self._idle:
            self._idle.pop().hang_up()
