"""The growth file: what a batch costs each variant as it grows, on one Python.

Strategy: raw points, and nothing that was derived from them.  A later run of the same code with
the same versions adds to the file of an earlier one, so that a few variants can be measured anew.
"""

from pathlib import Path

import msgspec

from report import kept

SCHEMA = 1

FOLDER = Path(__file__).parent / "growth"
"""Where `make growth` leaves its file, and where the report looks for all of them."""


class Point(msgspec.Struct, frozen=True):
    """A batch of so many calls on `null`.

    Attributes:
        cpu: seconds of processor time.
        memory: bytes in use at its peak, beyond those before the process ran anything.
    """

    calls: int
    cpu: float
    memory: int


class Grown(msgspec.Struct, frozen=True):
    """A variant, and what was measured of it.

    Attributes:
        points: from the smallest batch to the largest.
        stopped: why it went no further, or was not measured at all; empty if it did it all.
    """

    name: str
    points: list[Point]
    stopped: str = ""

    @property
    def times(self) -> float | None:
        """What a call costs in the largest batch over what it costs in the smallest."""
        if len(self.points) < 2:  # noqa: PLR2004 - it takes two to compare
            return None
        first, last = self.points[0], self.points[-1]
        return (last.cpu / last.calls) / (first.cpu / first.calls)

    @property
    def pending(self) -> float | None:
        """Bytes that each further call of a batch takes, its result among them."""
        if len(self.points) < 2:  # noqa: PLR2004 - it takes two to compare
            return None
        first, last = self.points[0], self.points[-1]
        return (last.memory - first.memory) / (last.calls - first.calls)


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
