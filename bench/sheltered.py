"""Processes that Ctrl-C never reaches, not even while they start: it is the race's.

Strategy: what is started inherits that SIGINT is blocked.  That alone would not keep it from this
process, since the system delivers it to any thread that does not block it, such as numpy's; so it
is noted within the block, and handled after it.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sheltered() -> Iterator[None]:
    """Do within this block what must not be left half done; Ctrl-C takes effect after it.

    For the main thread, and only for what ends by itself and soon.
    """
    noted: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, handler)
        for number in noted[:1]:
            signal.raise_signal(number)
