"""C17: ways of closing a connection to a peer that does not read.

Strategy: the peer is a socket that listens and never accepts.  What is written to it fills the
buffers of both ends, and what is left over would have to wait for ever.
"""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib import import_module

from origin.process import LOOPBACK, Address, Origin
from rules.known import Known
from rules.specimen import specimen

MUCH = bytes(20_000_000)
"""More than all buffers between two sockets hold."""

SHORT = 0.01
A_WHILE = 0.5
"""Seconds for a connection to be closed, which takes a millisecond."""

Close = Callable[[asyncio.StreamWriter], Awaitable[None]]

FLUSHES = Known("close() first sends all that was written, and wait_closed() waits for that")


@contextmanager
def deaf() -> Iterator[Address]:
    """Listen, and give where; nobody accepts, nor reads."""
    with closing(socket.create_server((LOOPBACK, 0))) as listener:
        yield listener.getsockname()


async def closed_in_time(where: Address, close: Close) -> bool:
    """Write much, and close; tell whether that ended by itself."""
    _, writer = await asyncio.open_connection(*where)
    writer.write(MUCH)
    closes = asyncio.ensure_future(close(writer))
    done, _ = await asyncio.wait([closes], timeout=A_WHILE)
    writer.transport.abort()
    closes.cancel()
    with suppress(asyncio.CancelledError, OSError):
        await closes
    return bool(done)


def closed_at_once(ended: bool) -> str:
    """Tell that closing came to an end."""
    assert ended, "C17: closing a connection to a peer that does not read did not end"
    return "the connection was closed at once"


def closed_on(loop: str, close: Close) -> str:
    """Close in this way, on the event loop of this module."""
    with deaf() as where, asyncio.Runner(loop_factory=import_module(loop).new_event_loop) as runner:
        ended = runner.run(closed_in_time(where, close))
    gc.collect()  # left to another thread, what rloop has leaked aborts the process
    return closed_at_once(ended)


async def politely(writer: asyncio.StreamWriter) -> None:
    """Close as the documentation says."""
    writer.close()
    await writer.wait_closed()


async def abruptly(writer: asyncio.StreamWriter) -> None:
    """Drop what has not been sent, and close."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@specimen("C17", "StreamWriter.close() and wait_closed()", fault=FLUSHES)
def closed_politely(_: Origin) -> str:
    """A connection is closed with much left to send."""
    return closed_on("asyncio", politely)


@specimen("C17", "StreamWriter.close() and wait_closed() on uvloop", "uvloop", fault=FLUSHES)
def closed_politely_on_uvloop(_: Origin) -> str:
    """The same on uvloop."""
    return closed_on("uvloop", politely)


@specimen("C17", "StreamWriter.close() and wait_closed() on rloop", "rloop", fault=FLUSHES)
def closed_politely_on_rloop(_: Origin) -> str:
    """The same on rloop."""
    return closed_on("rloop", politely)


@specimen("C17", "transport.abort()")
def aborted(_: Origin) -> str:
    """What has not been sent is dropped."""
    return closed_on("asyncio", abruptly)


@specimen("C17", "transport.abort() on uvloop", "uvloop")
def aborted_on_uvloop(_: Origin) -> str:
    """The same on uvloop."""
    return closed_on("uvloop", abruptly)


@specimen("C17", "transport.abort() on rloop", "rloop")
def aborted_on_rloop(_: Origin) -> str:
    """The same on rloop."""
    return closed_on("rloop", abruptly)


@specimen("C17", "SocketStream.aclose() of trio", "trio")
def closed_by_trio(_: Origin) -> str:
    """The same in trio."""
    import trio

    async def main(where: Address) -> bool:
        stream = await trio.open_tcp_stream(*where)
        with trio.move_on_after(SHORT):
            await stream.send_all(MUCH)
        with trio.move_on_after(A_WHILE) as limit:
            await stream.aclose()
        return not limit.cancel_called

    with deaf() as where:
        return closed_at_once(trio.run(main, where))


@specimen("C17", "SocketStream.aclose() of anyio on asyncio", "anyio")
def closed_by_anyio(_: Origin) -> str:
    """The same in anyio."""
    import anyio

    async def main(where: Address) -> bool:
        stream = await anyio.connect_tcp(*where)
        with anyio.move_on_after(SHORT):
            await stream.send(MUCH)
        with anyio.move_on_after(A_WHILE) as limit:
            await stream.aclose()
        return not limit.cancel_called

    with deaf() as where:
        return closed_at_once(anyio.run(main, where))
