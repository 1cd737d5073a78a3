"""Which descriptors this process has open.

Strategy: each by its number and what is behind it, so that one that others close meanwhile does
not hide one that was left open.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Descriptors = frozenset[tuple[int, int]]
"""Numbers, each with the inode behind it."""


def open_files() -> Descriptors:
    """Give all of them."""
    return frozenset((number, status.st_ino) for number, status in _open())


def open_sockets() -> Descriptors:
    """Give the sockets; a loop may open other descriptors when it needs them first."""
    return frozenset(
        (number, status.st_ino) for number, status in _open() if stat.S_ISSOCK(status.st_mode)
    )


def _open() -> Iterator[tuple[int, os.stat_result]]:
    for descriptor in Path("/dev/fd").iterdir():
        with suppress(OSError):  # that of the listing itself
            yield int(descriptor.name), os.fstat(int(descriptor.name))
