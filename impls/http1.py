"""One HTTP/1.1 exchange, sans-IO: what to send, and what the bytes that came back mean.

Strategy: an `Exchange` lives for one call.  The recipe sends `request`, then feeds whatever it
receives until `feed` says that the answer is whole, and tells it of the stream's end with `eof`.
Nothing here awaits, so each runtime's file keeps only its own sends and receives.  httptools
parses; this class owns what httptools leaves open: the end of the stream, bytes after the
answer, a head without end, whose answer it is, and whether the connection may carry another call.
"""

import errno
import os

import httptools

from impls.contract import CallError, Endpoint

OK = 200
INFORMATIONAL = range(100, 200)
MOST_HEAD = 65_536
"""Bytes after which a head without end is refused."""


class Unanswered(CallError):  # noqa: N818 - it names what happened
    """Nothing came that is this call's answer: if its connection was used before, ask once more.

    It may have ended while idle, or what came may be left over from the call before.
    """


class Exchange:
    """A call's request, and its answer as it arrives.

    Attributes:
        request: the bytes to send, all at once.
        reusable: once the answer is whole, whether its connection may carry another call.
    """

    __slots__ = (
        "_arg",
        "_elsewhere",
        "_endpoint",
        "_framed",
        "_head",
        "_headed",
        "_parser",
        "_pieces",
        "_status",
        "_whole",
        "request",
        "reusable",
    )

    def __init__(self, endpoint: Endpoint, arg: int) -> None:
        """Prepare the call of `arg` at `endpoint`."""
        host, port = endpoint
        self.request = f"GET /{arg} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
        self.reusable = False
        self._endpoint = endpoint
        self._arg = arg
        self._parser = httptools.HttpResponseParser(self)
        self._status = 0
        self._pieces: list[bytes] = []
        self._elsewhere = b""
        self._head = 0
        self._headed = False
        self._framed = False
        self._whole = False

    def feed(self, data: bytes) -> bool:
        """Take received bytes, none of them at the stream's end; True when the answer is whole.

        Raises:
            CallError: they are no HTTP answer, its head has no end, or the stream ended before the
                answer was whole.
        """
        if not data:
            self.eof()
            return True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.reusable = False
            if not self._whole:
                kind = CallError if self._headed else Unanswered
                raise self._told(f"answered what is not HTTP ({error})", kind) from error
        if not self._headed:
            self._head += len(data)
            if self._head > MOST_HEAD:
                raise self._told(f"answered with a head of more than {MOST_HEAD} bytes")
        return self._whole

    def eof(self) -> None:
        """Take the end of the stream, which ends an answer that announced no length.

        Raises:
            CallError: the answer was not whole.
        """
        self.reusable = False
        if not self._whole and (self._framed or not self._headed):
            raise self._cut_off("hung up before its answer was whole")

    def text(self) -> str:
        """Give the whole answer's text, and be over.

        Raises:
            CallError: it is another call's, its status was not 200, or its bytes are not UTF-8.
        """
        del self._parser  # it holds us: as a cycle, both would wait for the garbage collector
        if self._elsewhere:
            where = self._elsewhere.decode(errors="replace")
            raise self._told(f"answered for {where}", Unanswered)
        if self._status != OK:
            raise self._told(f"answered with status {self._status}")
        try:
            return b"".join(self._pieces).decode()
        except UnicodeDecodeError as error:
            raise self._told("answered with what is not UTF-8") from error

    def failure(self, error: Exception) -> CallError:
        """Give this call's error for what went wrong with its connection; raise it `from` that."""
        return self._cut_off(f"gave no whole answer ({reason(error)})")

    def _cut_off(self, what: str) -> CallError:
        return self._told(what, CallError if self._head or self._headed else Unanswered)

    def _told(self, what: str, kind: type[CallError] = CallError) -> CallError:
        return kind(f"{self._endpoint} {what}, called with {self._arg}")

    # What httptools calls as it parses.

    def on_message_begin(self) -> None:
        """Note that something begins; after the whole answer, it is nobody's."""
        self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note where the body ends, else the stream's end does; and what the answer is to."""
        name = name.lower()
        if name == b"content-length" or (
            name == b"transfer-encoding" and value.strip().lower().endswith(b"chunked")
        ):
            self._framed = True
        elif name == b"content-location" and not self._whole and value != b"/%d" % self._arg:
            self._elsewhere = value

    def on_headers_complete(self) -> None:
        """Keep the status of the answer; what follows the whole answer is not ours."""
        if not self._whole:
            self._status = self._parser.get_status_code()
            self._headed = self._status not in INFORMATIONAL

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the body."""
        if not self._whole:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """Note the answer's end; an informational one only precedes it."""
        if self._headed and not self._whole:
            self._whole = True
            self.reusable = self._parser.should_keep_alive() and not self._elsewhere


def reason(error: BaseException) -> str:
    """Give the system's words for what is at the bottom of an error, which runtimes wrap."""
    if error.__cause__:
        return reason(error.__cause__)
    if isinstance(error, BaseExceptionGroup):
        return reason(error.exceptions[0])
    if isinstance(error, OSError) and error.errno and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
