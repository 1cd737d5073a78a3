"""A machine whose processors are busy: for each of them a process that turns a plain loop.

Strategy: `python -m bench.selftest.busy CORE` is one such process, kept on that processor where
the system can do that.  It takes time on the processor and nothing else: no share of the caches
worth naming, nor of the memory's bandwidth, as other programs would.  Ctrl-C does not reach it, and
it ends with its standard input, so it can't outlive whoever started it.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.about import ROOT
from bench.cores import pin, share, usable
from bench.sheltered import sheltered

PATIENCE = 5.0
"""Seconds for the system to end a process that it was told to."""


@contextmanager
def busy() -> Iterator[list[int]]:
    """Keep every processor that is ours busy; give the processes that do."""
    pins = share().worker is not None
    with ExitStack() as stack:
        yield [stack.enter_context(busy_on(core if pins else None)) for core in usable()]


@contextmanager
def busy_on(core: int | None) -> Iterator[int]:
    """Keep one processor busy."""
    which = [] if core is None else [str(core)]
    command = [sys.executable, "-m", "bench.selftest.busy", *which]
    with sheltered():
        process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT)
    with process:
        try:
            yield process.pid
        finally:
            process.kill()
            process.wait(PATIENCE)


def turn(core: int | None = None) -> None:
    """Turn a plain loop until standard input ends."""
    pin(core)
    threading.Thread(target=until_left_alone, daemon=True).start()
    while True:
        pass


def until_left_alone() -> None:
    """End this process when its standard input does."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    turn(*map(int, sys.argv[1:]))
