"""An origin in a process of its own, and the handle that starts, instructs and asks it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar, cast

from origin.control import (
    Command,
    Done,
    GetLedger,
    Reply,
    SetPlan,
    Told,
    decode_reply,
    encode,
)
from origin.ledger import Ledger
from origin.plan import Plan

Address = tuple[str, int]
R = TypeVar("R", bound=Reply)

ROOT = Path(__file__).parents[1]
LOOPBACK = "127.0.0.1"
PATIENCE = 10.0
"""Seconds for the origin to reply; it does so in milliseconds, if it lives."""


class OriginError(Exception):
    """The origin did not start, is not there, or ended in the middle."""


class Origin:
    """An origin's control connection.

    Attributes:
        calls: where it takes calls, as host and port.
    """

    def __init__(self, calls: Address, control: Address) -> None:
        """Connect to the origin that listens at these addresses.

        Raises:
            OriginError: nobody listens at `control`.
        """
        self.calls = calls
        try:
            self._socket = socket.create_connection(control, timeout=PATIENCE)
        except OSError as error:
            where, why = "{}:{}".format(*control), error.strerror or error
            raise OriginError(
                f"no origin at {where} ({why}); start one with: .venv/bin/python -m origin"
            ) from error
        self._replies: IO[bytes] = self._socket.makefile("rb")

    def plan(self, plan: Plan) -> None:
        """Make the origin forget what it saw, and follow this plan from now on."""
        self._command(SetPlan(plan), Done)

    def ledger(self, patience: float = 0.0) -> Ledger:
        """Give what the origin saw, when no call is in progress or `patience` seconds are over."""
        return self._command(GetLedger(patience), Told, patience).ledger

    def _command(self, command: Command, expected: type[R], patience: float = 0.0) -> R:
        try:
            self._socket.settimeout(PATIENCE + patience)
            self._socket.sendall(encode(command) + b"\n")
            line = self._replies.readline()
        except TimeoutError as error:
            raise OriginError("the origin does not reply") from error
        except ConnectionError:
            line = b""
        if not line.endswith(b"\n"):
            raise OriginError("the origin ended in the middle")
        reply = decode_reply(line)
        if not isinstance(reply, expected):
            raise OriginError(f"the origin replied {reply}")
        return reply

    def close(self) -> None:
        """Leave the origin alone."""
        self._replies.close()
        self._socket.close()


@contextmanager
def started(core: int | None = None, host: str = LOOPBACK) -> Iterator[Origin]:
    """Start an origin in a process of its own, and end it with the block.

    It has a process group of its own, so Ctrl-C reaches it only through us, and it ends with its
    standard input, so it can't outlive us.

    Args:
        core: the processor to keep it on.
        host: where it takes calls.

    Raises:
        OriginError: it did not start; the message gives its own reason.
    """
    options = ["--end-with-stdin", "--host", host] + ([] if core is None else ["--core", str(core)])
    with TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "origin", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=ROOT,
            process_group=0,
        )
        with process:
            try:
                with closing(_greeted(process, complaints)) as origin:
                    yield origin
            finally:
                _end(process)
                sys.stderr.write(_taken(complaints))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it by its standard input; one that does not heed that is killed."""
    cast("IO[bytes]", process.stdin).close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def _greeted(process: subprocess.Popen[bytes], complaints: IO[bytes]) -> Origin:
    """Connect to the origin at the addresses that it says first."""
    says = cast("IO[bytes]", process.stdout)  # a pipe was asked for
    try:
        return Origin(_heard(says, "calls"), _heard(says, "control"))
    except ValueError as error:
        *_, why = _taken(complaints).splitlines() or [str(error)]
        raise OriginError(f"the origin did not start: {why.removeprefix('origin: ')}") from error


def _heard(says: IO[bytes], name: str) -> Address:
    """Read one line of where it listens, as `python -m origin` says it.

    Raises:
        ValueError: it says something else.
    """
    said, _, where = says.readline().decode().strip().partition(" ")
    host, _, port = where.strip().rpartition(":")
    if said != name or not port.isdigit():
        raise ValueError(f"it said {said!r}")
    return host, int(port)


def _taken(complaints: IO[bytes]) -> str:
    """Take out what it has complained of."""
    complaints.seek(0)
    text = complaints.read().decode(errors="replace")
    complaints.seek(0)
    complaints.truncate()
    return text
