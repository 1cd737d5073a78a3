"""The records of a race: in the file at once, and at hand for who wants to look.

Strategy: a race claims its file, so that no other writes there, and keeps a copy of what stood
there before.  Whatever ends a race, its last record says what it was.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from bench.entry import TooLittleTime
from origin.process import OriginError
from report.results import End, Mishap, Race, Record, Results, Sample, append, now

HAS_SAMPLES = b'{"type":"sample",'
"""Stands in a results file of any version that holds a sample."""


class Claimed(Exception):  # noqa: N818 - it is the file that is claimed
    """Another race writes into this file; the message says what to do."""


class NotWritten(OSError):  # noqa: N818 - it is the record that is not written
    """The results take no more."""


def claim(path: Path) -> IO[bytes]:
    """Claim a results file for one race, until what is given is closed; its content stays.

    Raises:
        Claimed: another race has it.
        OSError: there can be no such file.
    """
    file = path.open("ab")
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Claimed(
            f"another race writes into {path.parent}; "
            "wait for it or name another folder with --report-into"
        ) from None
    return file


def previous(path: Path) -> Path:
    """Give where the results that stood in this file before are kept."""
    return path.with_suffix(f".previous{path.suffix}")


@contextmanager
def begun(path: Path) -> Iterator[IO[bytes]]:
    """Open a results file anew within this block; samples that stand in it are kept beside it.

    Raises:
        OSError: it can't be opened, or there is no room for the copy; then the file is as before.
    """
    if path.exists() and HAS_SAMPLES in path.read_bytes():
        shutil.copyfile(path, previous(path))
    file = path.open("wb")
    try:
        yield file
    finally:
        with suppress(OSError):  # each record was flushed, so that it found no room has been said
            file.close()


class Records:
    """What a race has written so far.

    Attributes:
        so_far: the same as read.
        cut_short: why not everything is raced, if so; told at the end.
    """

    def __init__(self, file: IO[bytes], race: Race) -> None:
        """Begin the file.

        Raises:
            NotWritten: it takes nothing.
        """
        self.so_far = Results(race, [], [], None, ended=False)
        self.cut_short: str | None = None
        self._file = file
        self.write(race)

    def write(self, record: Record) -> None:
        """Write a record.

        Raises:
            NotWritten: the file takes no more.
        """
        try:
            append(self._file, [record])
        except OSError as error:
            name = getattr(self._file, "name", None)  # an error of an open file does not tell it
            raise NotWritten(error.errno, error.strerror, name) from error
        if isinstance(record, Sample):
            self.so_far.samples.append(record)
        elif isinstance(record, Mishap):
            self.so_far.mishaps.append(record)

    @contextmanager
    def to_the_end(self) -> Iterator[None]:
        """Race within this block: however it is left, the file says why."""
        why: str | None = "the race failed"
        try:
            yield
            why = self.cut_short
        except KeyboardInterrupt:
            why = "the race was interrupted"
            raise
        except NotWritten as error:
            why = f"the results could not be written: {error.strerror}"
            raise
        except (OriginError, TooLittleTime) as error:
            why = str(error)
            raise
        finally:
            with suppress(OSError):
                self.write(End(now(), why))
