"""The batch on trio over its plain socket: what `SocketStream` is measured against.

Strategy: everything but what carries the bytes is the trio recipe's.  trio's plain socket raises
what the system says; a stream translates that, and looks for two tasks that send at once.
"""

from functools import partial
from typing import Any

import trio

from impls import on_trio
from impls.contract import READ_SIZE, Run, Variant
from impls.http1 import Exchange

NAME = "trio-socket/workers"


class Client(on_trio.Client):
    """Makes calls over plain sockets of trio, in the place of its streams."""

    async def _connect(self, exchange: Exchange) -> Any:
        connection = trio.socket.socket()
        connection.setsockopt(trio.socket.IPPROTO_TCP, trio.socket.TCP_NODELAY, 1)
        try:
            await connection.connect(self.endpoint)
        except OSError as error:
            connection.close()
            raise exchange.failure(error) from error
        return connection

    async def _ask(self, exchange: Exchange, connection: Any) -> str:
        try:
            unsent = memoryview(exchange.request)
            while unsent:
                unsent = unsent[await connection.send(unsent) :]
            while not exchange.feed(await connection.recv(READ_SIZE)):
                pass
        except OSError as error:
            raise exchange.failure(error) from error
        finally:
            if exchange.reusable:
                self._idle.append(connection)
            else:
                connection.close()
        return exchange.text().upper()

    async def _hang_up(self, connection: Any) -> None:
        connection.close()


def load() -> Run:
    """Give the recipe's way in, over this client."""
    return partial(on_trio.run, strategy=on_trio.workers, new_client=Client)


VARIANTS = {NAME: Variant(NAME, ("trio",), load, "trio", home=__name__)}
