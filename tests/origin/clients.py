"""Clients that share no code with the recipes: raw sockets, and http.client to read answers."""

import socket
import struct
import time
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Self

from origin.ledger import Ledger
from origin.plan import At
from origin.process import Address, Origin

PATIENCE = 20.0
"""Seconds for what should come at once, on a machine that does much else."""


class Connected:
    """A connection with a timeout, which ends with its block."""

    def __init__(self, address: Address) -> None:
        """Connect."""
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send = self.socket.sendall
        self.hang_up = self.socket.close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()


class Raw(Connected):
    """A client of calls, which sends what it is told and believes nothing."""

    def ask(self, arg: int, headers: bytes = b"") -> None:
        """Send a request for `arg`."""
        self.send(b"GET /%d HTTP/1.1\r\nHost: x\r\n%b\r\n" % (arg, headers))

    def response(self) -> HTTPResponse:
        """Receive an answer's head, and leave its body to be read."""
        response = HTTPResponse(self.socket)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        return response

    def answer(self) -> tuple[int, bytes]:
        """Receive one answer: its status and its body."""
        with self.response() as response:
            return response.status, response.read()

    def rest(self) -> bytes:
        """Receive everything until the origin hangs up."""
        return b"".join(iter(lambda: self.socket.recv(65_536), b""))

    def arrived(self) -> bytes:
        """Receive what is there already, and wait for nothing; on the loopback that is all sent."""
        self.socket.setblocking(False)
        try:
            return self.socket.recv(65_536)
        except BlockingIOError:
            return b""
        finally:
            self.socket.settimeout(PATIENCE)

    def exactly(self, size: int) -> bytes:
        """Receive so many bytes, or fewer if the origin hangs up before."""
        received = bytearray()
        while len(received) < size and (data := self.socket.recv(size - len(received))):
            received += data
        return bytes(received)

    def everything(self) -> tuple[bytes, type[OSError] | None]:
        """Receive until the end; tell by what error it came, if not quietly."""
        received = b""
        try:
            while data := self.socket.recv(65_536):
                received += data
        except OSError as error:
            return received, type(error)
        return received, None

    def reset(self) -> None:
        """Hang up by a reset, as a client does that is killed with bytes unread."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up()

    def is_closed(self) -> bool:
        """Tell that the origin hung up, with nothing more to say."""
        return self.rest() == b""


class Line(Connected):
    """A control connection: lines out, lines in."""

    def reply(self) -> bytes:
        """Receive one line."""
        with self.socket.makefile("rb", buffering=0) as replies:
            return replies.readline()


def good(arg: int) -> tuple[int, bytes]:
    """Give what a call that goes well is answered with."""
    return 200, b"answer to %d" % arg


REQUEST = b"GET /7 HTTP/1.1\r\nHost: x\r\n\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Location: /7\r\nContent-Length: 11\r\n\r\nanswer to 7"

BEFORE = {
    At.UNREAD: b"",
    At.HALF_READ: b"",
    At.BEFORE_HEAD: b"",
    At.INSIDE_HEAD: b"HTTP/1.1 200 OK\r\nContent-Locat",
    At.INSIDE_BODY: WHOLE.removesuffix(b"r to 7"),
    At.BEFORE_LAST: WHOLE.removesuffix(b"7"),
    At.AFTER: WHOLE,
}
"""What a client that asked for 7 has received at each place of the exchange."""


def until(origin: Origin, reached: Callable[[Ledger], bool]) -> Ledger:
    """Ask for the ledger until it has come so far."""
    latest = time.monotonic() + PATIENCE
    while not reached(ledger := origin.ledger()):
        assert time.monotonic() < latest, f"the origin came no further than {ledger}"
    return ledger


def saw(origin: Origin, calls: int) -> Ledger:
    """Give the ledger once so many calls are in it, in progress or over."""
    return until(origin, lambda ledger: len(ledger.calls) >= calls)
