"""A connected socket that never blocks.

Strategy: what can't be sent at once is kept until the socket takes it; what arrives goes to
`on_data`; the end, whoever brings it, is told once to `on_end`.  A line that looks ahead shows what
has arrived before it takes it, and can leave it where it is.
"""

import selectors
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from origin.wire import Answer, Then

READ_SIZE = 65_536
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
NO_LINGERING = struct.pack("ii", 1, 0)

AT_ONCE = 1
AT_ITS_END = READ_SIZE + 1
"""Low-water marks: how many unread bytes make an event of a socket.  Its end always makes one, so
an event with fewer bytes than the mark is the end.  Without the mark, a selector would report the
bytes that we leave unread again and again, and an end behind them could not be told from them: a
read gives the bytes first.  Linux heeds the mark in select, poll and epoll (since 2.6.28, says
socket(7)), for bytes alone: its `tcp_poll` reports the end and errors whatever the mark is.
"""


class Line:
    """One end of a connection, driven by a selector whose keys carry functions of the events."""

    __slots__ = (
        "_left",
        "_mark",
        "_more",
        "_on_data",
        "_on_end",
        "_on_look",
        "_selector",
        "_socket",
        "_stuck",
        "_then",
        "_unsent",
    )

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
        self._more: Iterator[bytes] | None = None
        self._stuck = False
        self._mark = AT_ONCE
        self._left = 0
        self._on_look: Callable[[bytes], None] | None = None
        self._on_data = on_data
        self._on_end = on_end

    def say(self, answer: Answer) -> None:
        """Send all of it, as fast as the other side takes it, and go on as it says."""
        self._unsent += answer.data
        self._more = self._one_by_one(answer.more) if answer.more else None
        self._then = answer.then
        self._send()

    def _on_events(self, events: int) -> None:
        if events & READ:
            if self._on_look:
                self._look(self._on_look)
            else:
                self.receive()
        elif events & WRITE:
            if not self._unsent:
                self._take_piece()
            self._send()

    def receive(self) -> None:
        """Take what has arrived."""
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
        if self._unsent or self._more or self._stuck:
            self._watch()
        if self._then is not Then.KEEP and not self._unsent and not self._more:
            self.end()

    def _one_by_one(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Have an event for each piece: when the one before is on its way, and not only buffered.

        So each is a segment of its own, also while the other side is slow to acknowledge.
        """
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 1)
        return iter(pieces)

    def _take_piece(self) -> None:
        self._unsent = next(self._more, b"") if self._more else b""
        if not self._unsent:
            self._more = None

    def _watch(self) -> None:
        self._stuck = bool(self._unsent or self._more)
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
        self._more = None  # who gives the pieces learns here that nobody takes them any more

    # Looking ahead.

    def look(self, on_look: Callable[[bytes], None] | None) -> None:
        """Show from now on to `on_look` what has arrived, and take none of it; or None: take it."""
        self._on_look = on_look
        self._set_mark(AT_ONCE)

    def _look(self, on_look: Callable[[bytes], None]) -> None:
        try:
            seen = self._socket.recv(READ_SIZE, socket.MSG_PEEK)
        except OSError:
            seen = b""
        if len(seen) < self._mark:
            self.end()
        else:
            on_look(seen)

    def wait_for_more(self, seen: bytes) -> None:
        """Leave what was seen, and look again when there is more."""
        self._set_mark(len(seen) + 1)

    def leave(self, seen: bytes, size: int) -> None:
        """Leave the last `size` bytes of what was seen, and heed nothing but the end."""
        self._left = size
        self._take(len(seen) - size)
        self._set_mark(AT_ITS_END)

    def read_on(self) -> None:
        """Take what was left, and heed what comes after it."""
        self._take(self._left)
        self._left = 0
        self._set_mark(AT_ONCE)

    def _take(self, size: int) -> None:
        with suppress(OSError):  # the end; whoever sends next meets it
            self._socket.recv(size)

    def _set_mark(self, mark: int) -> None:
        if mark != self._mark:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, mark)
            self._mark = mark
