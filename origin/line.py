"""A connected socket that never blocks.

Strategy: what can't be sent at once is kept until the socket takes it; what arrives goes to
`on_data`; the end, whoever brings it, is told once to `on_end`.
"""

import selectors
import socket
import struct
from collections.abc import Callable

from origin.wire import Answer, Then

READ_SIZE = 65_536
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
NO_LINGERING = struct.pack("ii", 1, 0)


class Line:
    """One end of a connection, driven by a selector whose keys carry functions of the events."""

    __slots__ = ("_on_data", "_on_end", "_selector", "_socket", "_stuck", "_then", "_unsent")

    def __init__(
        self,
        selector: selectors.BaseSelector,
        connected: socket.socket,
        on_data: Callable[[bytes], None],
        on_end: Callable[[], None],
    ) -> None:
        """Take over an accepted socket."""
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connected, READ, self._on_events)
        self._selector = selector
        self._socket = connected
        self._then = Then.KEEP
        self._unsent = b""
        self._stuck = False
        self._on_data = on_data
        self._on_end = on_end

    def say(self, answer: Answer) -> None:
        """Send all of it, as fast as the other side takes it, and go on as it says."""
        self._unsent += answer.data
        self._then = answer.then
        self._send()

    def _on_events(self, events: int) -> None:
        if events & READ:
            self._receive()
        elif events & WRITE:
            self._send()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(READ_SIZE)
        except OSError:
            data = b""
        if data:
            self._on_data(data)
        else:
            self.end()

    def _send(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.end()
            return
        self._unsent = self._unsent[sent:]
        if self._unsent or self._stuck:
            self._watch()
        if self._then is not Then.KEEP and not self._unsent:
            self.end()

    def _watch(self) -> None:
        self._stuck = bool(self._unsent)
        events = READ | WRITE if self._stuck else READ
        self._selector.modify(self._socket, events, self._on_events)

    def end(self) -> None:
        """Close, and tell; an event that was seen before the end may ask for it again."""
        if self._socket.fileno() < 0:
            return
        if self._then is Then.RESET:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        self._selector.unregister(self._socket)
        self._socket.close()
        self._on_end()
