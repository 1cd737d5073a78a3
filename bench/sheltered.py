"""Processes that Ctrl-C never reaches, not even while they start: it is the race's."""

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def sheltered() -> Iterator[None]:
    """Start processes within this block; they inherit that SIGINT is blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
