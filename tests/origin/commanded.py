"""An origin that a test started by hand, to send it signals and read what it prints."""

import subprocess
import sys
from typing import Self

from origin.process import ROOT, Address
from tests.origin.clients import PATIENCE


class Commanded:
    """`python -m origin`, with what a terminal would see."""

    def __init__(self, *options: str, under: tuple[str, ...] = ()) -> None:
        """Start it, under a command that ends by running its own arguments."""
        self.process = subprocess.Popen(
            [*under, sys.executable, "-m", "origin", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def said(self) -> tuple[str, str]:
        """Receive one line of where it listens: for what, and where."""
        assert self.process.stdout
        what, where = self.process.stdout.readline().split()
        return what, where

    def listens(self) -> tuple[Address, Address]:
        """Give where it takes calls and where commands."""
        (_, calls), (_, control) = self.said(), self.said()
        return address(calls), address(control)

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; give its exit code, and what else it printed."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


def address(text: str) -> Address:
    """Read `host:port`."""
    host, _, port = text.rpartition(":")
    return host, int(port)
