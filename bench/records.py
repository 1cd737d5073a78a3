"""The records of a race: in the file at once, and at hand for who wants to look.

Strategy: whatever ends a race, its last record says what it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from bench.entry import TooLittleTime
from origin.process import OriginError
from report.results import End, Mishap, Race, Record, Results, Sample, append, now


class Records:
    """What a race has written so far.

    Attributes:
        so_far: the same as read.
        cut_short: why not everything is raced, if so; told at the end.
    """

    def __init__(self, file: IO[bytes], race: Race) -> None:
        """Begin the file.

        Raises:
            OSError: it takes nothing.
        """
        self.so_far = Results(race, [], [], None, ended=False)
        self.cut_short: str | None = None
        self._file = file
        self.write(race)

    def write(self, record: Record) -> None:
        """Write a record.

        Raises:
            OSError: the file takes no more.
        """
        append(self._file, [record])
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
        except OSError as error:
            why = f"the results could not be written: {error.strerror}"
            raise
        except (OriginError, TooLittleTime) as error:
            why = str(error)
            raise
        finally:
            with suppress(OSError):
                self.write(End(now(), why))
