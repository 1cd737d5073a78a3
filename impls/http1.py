"""One HTTP/1.1 exchange, sans-IO: what to send, and what the bytes that came back mean.

Strategy: an `Exchange` lives for one call.  The recipe sends `request`, then feeds whatever it
receives until `feed` says that the answer is whole, and tells it of the stream's end with `eof`.
Nothing here awaits, so each runtime's file keeps only its own sends and receives.  httptools
parses; this class owns what httptools leaves open: the end of the stream, bytes after the
answer, and whether the connection may carry another call.
"""

import httptools

from impls.contract import CallError, Endpoint

OK = 200
INFORMATIONAL = range(100, 200)


class Exchange:
    """A call's request, and its answer as it arrives.

    Attributes:
        request: the bytes to send, all at once.
        reusable: once the answer is whole, whether its connection may carry another call.
    """

    __slots__ = (
        "_arg",
        "_endpoint",
        "_framed",
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
        self.request = b"GET /%d HTTP/1.1\r\nHost: %b\r\n\r\n" % (arg, endpoint.authority)
        self.reusable = False
        self._endpoint = endpoint
        self._arg = arg
        self._parser = httptools.HttpResponseParser(self)
        self._status = 0
        self._pieces: list[bytes] = []
        self._headed = False
        self._framed = False
        self._whole = False

    def feed(self, data: bytes) -> bool:
        """Take received bytes, none of them at the stream's end; True when the answer is whole.

        Raises:
            CallError: they are no HTTP answer, or the stream ended before the answer was whole.
        """
        if not data:
            self.eof()
            return True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.reusable = False
            if not self._whole:
                raise self._failure(f"answered what is not HTTP ({error})") from error
        return self._whole

    def eof(self) -> None:
        """Take the end of the stream, which ends an answer that announced no length.

        Raises:
            CallError: the answer was not whole.
        """
        self.reusable = False
        if not self._whole and (self._framed or not self._headed):
            raise self._failure("hung up before its answer was whole")

    def text(self) -> str:
        """Give the whole answer's text.

        Raises:
            CallError: its status was not 200, or its bytes are not UTF-8.
        """
        if self._status != OK:
            raise self._failure(f"answered with status {self._status}")
        try:
            return b"".join(self._pieces).decode()
        except UnicodeDecodeError as error:
            raise self._failure("answered with what is not UTF-8") from error

    def _failure(self, what: str) -> CallError:
        return CallError(f"{self._endpoint} {what}, called with {self._arg}")

    # What httptools calls as it parses.

    def on_message_begin(self) -> None:
        """Note that something begins; after the whole answer, it is nobody's."""
        self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header that says where the body ends; without one, the stream's end does."""
        name = name.lower()
        if name == b"content-length" or (
            name == b"transfer-encoding" and value.strip().lower().endswith(b"chunked")
        ):
            self._framed = True

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
            self.reusable = self._parser.should_keep_alive()
