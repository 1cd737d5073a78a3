"""The growth file: what a batch costs each variant as it grows, on one Python.

Strategy: raw points of a few processes, and nothing that was derived from them.  What follows from
them is told with its range over the processes, since the layout of one process's memory alone
moves a figure.  A later run of the same code with the same versions adds to the file of an earlier
one, so that a few variants can be measured anew.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from report import kept

SCHEMA = 2

FOLDER = Path(__file__).parent / "growth"
"""Where `make growth` leaves its file, and where the report looks for all of them."""


class Point(msgspec.Struct, frozen=True):
    """A batch of so many calls on `null`.

    Attributes:
        cpu: seconds of processor time, in the quickest of its runs.
        memory: bytes in use at its peak, beyond those before the process ran anything; None where
            the variant declares that they are not to be seen.
    """

    calls: int
    cpu: float
    memory: int | None


class Spread(NamedTuple):
    """A figure of several processes: the middle one, the lowest and the highest."""

    middle: float
    lowest: float
    highest: float


class Grown(msgspec.Struct, frozen=True):
    """A variant, and what was measured of it.

    Attributes:
        processes: the points of each process, from the smallest batch to the largest.
        stopped: why it went no further: the next size would have taken too long.
        failed: what befell it, if it failed, hung or died.
        missing: why it was not measured at all.
    """

    name: str
    processes: list[list[Point]] = []
    stopped: str = ""
    failed: str = ""
    missing: str = ""

    @property
    def largest(self) -> int:
        """The calls of the largest batch that all processes have run."""
        return max((each[-1].calls for each in self._compared()), default=0)

    @property
    def times(self) -> Spread | None:
        """What a call costs in the largest batch over what it costs in the smallest."""
        return self._spread(_times)

    @property
    def slope(self) -> Spread | None:
        """The exponent at the end: the logarithm of the batch's cost over that of its size.

        It is 1 if ten times the calls cost ten times as much, and 2 if a hundred times.
        """
        return self._spread(_slope)

    @property
    def pending(self) -> Spread | None:
        """Bytes that each further call of a batch takes, its result among them."""
        if any(point.memory is None for points in self.processes for point in points):
            return None
        return self._spread(_pending)

    def _spread(self, figure: Callable[[Sequence[Point]], float]) -> Spread | None:
        found = [figure(each) for each in self._compared()]
        return Spread(median(found), min(found), max(found)) if found else None

    def _compared(self) -> list[list[Point]]:
        """Give the points up to the size that all processes reached; of one size, none."""
        sizes = min(map(len, self.processes), default=0)
        return [each[:sizes] for each in self.processes] if sizes > 1 else []


def _times(points: Sequence[Point]) -> float:
    first, last = points[0], points[-1]
    return (last.cpu / last.calls) / (first.cpu / first.calls)


def _slope(points: Sequence[Point]) -> float:
    before, last = points[-2:]
    return math.log(last.cpu / before.cpu) / math.log(last.calls / before.calls)


def _pending(points: Sequence[Point]) -> float:
    first, last = points[0], points[-1]
    return ((last.memory or 0) - (first.memory or 0)) / (last.calls - first.calls)


class Growth(msgspec.Struct, frozen=True):
    """Everything that was measured of one state of the code with one set of versions.

    Attributes:
        made: the time of day of the last run.
        commit: of the code, as the results file names it.
        python: its version, such as `3.11.7`.
        versions: of what the variants stand on, by distribution.
        machine: what it ran on, in words.
        subjects: what came of each variant.
    """

    schema: int
    made: str
    commit: str
    python: str
    versions: dict[str, str]
    machine: str
    subjects: list[Grown]


def read(file: Path) -> Growth:
    """Read a growth file.

    Raises:
        kept.Unreadable: it is not there, is something else, or is of another version.
    """
    return kept.read(file, Growth, SCHEMA, "growth file", "make growth")


def merged(old: Growth, new: Growth) -> Growth:
    """Add a later run to an earlier one; what differs in code or versions stands alone."""
    if (old.commit, old.python, old.versions) != (new.commit, new.python, new.versions):
        return new
    both = {each.name: each for each in (*old.subjects, *new.subjects)}
    return msgspec.structs.replace(new, subjects=list(both.values()))
