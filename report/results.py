"""The results file: what a race writes and the report reads.

Strategy: one JSON record a line, appended as things happen, so a race that is cut short keeps
all that it measured.  The first line says what was to be raced and under which conditions; the
last one says how the race ended.  Raw samples only: figures are derived when somebody reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import msgspec

SCHEMA = 1


class Entrant(msgspec.Struct, frozen=True):
    """A variant that was to take part.

    Attributes:
        name: such as `asyncio+uvloop/workers`.
        cannot: what it is declared unable to do, and why.
        missing: why it could not take part, if so.
    """

    name: str
    cannot: dict[str, str] = {}
    missing: str | None = None


class Figure(StrEnum):
    """What counts on a course: CPU time for each call, or efficiency."""

    CPU = "cpu"
    EFFICIENCY = "efficiency"


class Course(msgspec.Struct, frozen=True):
    """A scenario as it was raced.

    Attributes:
        name: such as `loopback`.
        asks: the question it answers, in one sentence.
        calls: in a batch; a round repeats one that is shorter than the noise.
        limit: the most calls in progress at once.
        figure: what counts here.
    """

    name: str
    asks: str
    calls: int
    limit: int
    figure: Figure


class Race(msgspec.Struct, tag="race", frozen=True):
    """The first record: who was to race on what, and under which conditions."""

    schema: int
    started: str
    profile: str
    seed: int
    reference: str
    blocks: dict[str, int]
    entrants: list[Entrant]
    courses: list[Course]
    conditions: dict[str, str]


Seconds = Annotated[float, msgspec.Meta(ge=0)]
MoreThanNone = Annotated[float, msgspec.Meta(gt=0)]


class Saw(msgspec.Struct, frozen=True):
    """What the origin saw of a round.

    Attributes:
        most_in_progress: the most calls at once; None where calls are answered at once, which
            the origin's gauge can't show.
        connections: how many connections carried them.
        cpu: seconds of the origin's processor time for the timed calls.
        busy: the share of the round in which that processor was busy.
        ideal: seconds that an ideal scheduler would have needed for the delays that the origin
            gave, with the same limit.
    """

    most_in_progress: int | None
    connections: int
    cpu: Seconds
    busy: Seconds
    ideal: Seconds


class Sample(msgspec.Struct, tag="sample", frozen=True):
    """One round that kept the rules; times in seconds for the whole round."""

    entrant: str
    course: str
    block: int
    calls: Annotated[int, msgspec.Meta(ge=1)]
    wall: MoreThanNone
    cpu: MoreThanNone
    saw: Saw | None = None


class Kind(StrEnum):
    """What can befall an entrant."""

    BROKE_A_RULE = "broke a rule"
    FAILED = "failed"
    HUNG = "hung"
    DIED = "died"


class Mishap(msgspec.Struct, tag="mishap", frozen=True):
    """A round that is no sample, and why; the entrant is out of that course."""

    entrant: str
    course: str
    block: int
    kind: Kind
    why: str


class End(msgspec.Struct, tag="end", frozen=True):
    """The last record; `cut_short` says why, if not everything was raced."""

    ended: str
    cut_short: str | None = None


Record = Race | Sample | Mishap | End


class Versioned(msgspec.Struct):
    """As much of the first record as every version of it has."""

    schema: int


UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Record).decode


def append(file: IO[bytes], records: Iterable[Record]) -> None:
    """Write the records, and make sure that they are on their way to the disk."""
    file.writelines(encode(record) + b"\n" for record in records)
    file.flush()


class UnreadableResults(Exception):  # noqa: N818 - the results are what is unreadable
    """The file holds no results that this version reads; the message says what to do."""


@dataclass(frozen=True)
class Results:
    """A results file, as read.

    Attributes:
        cut_short: why it does not hold everything, if so.
        ended: whether the race wrote down its own end, early or not.
    """

    race: Race
    samples: list[Sample]
    mishaps: list[Mishap]
    cut_short: str | None
    ended: bool


def read(path: Path) -> Results:
    """Read a results file; one that was cut off is read up to there, and says so.

    Raises:
        UnreadableResults: it is not there, is something else, or is of another version.
    """
    try:
        first, *lines = path.read_bytes().splitlines() or [b""]
    except OSError as error:
        raise UnreadableResults(f"can't read {path}: {error.strerror}") from error
    race = _race(path, first)
    records, cut_short = _records(lines)
    ends = [record for record in records if isinstance(record, End)]
    return Results(
        race,
        [record for record in records if isinstance(record, Sample)],
        [record for record in records if isinstance(record, Mishap)],
        ends[-1].cut_short if ends else cut_short,
        bool(ends),
    )


def _records(lines: list[bytes]) -> tuple[list[Record], str]:
    records: list[Record] = []
    for number, line in enumerate(lines, start=2):
        try:
            records.append(decode(line))
        except UNDECODABLE:
            after = len(lines) - len(records) - 1
            damaged = f"damaged in line {number}, and the {after} lines after it are left out"
            return records, f"the file is {damaged if after else f'cut off in line {number}'}"
    return records, "the race did not come to its end"


def _race(path: Path, first: bytes) -> Race:
    no_results = f"{path} is no results file; make one with: make bench"
    try:
        version = msgspec.json.decode(first, type=Versioned).schema
    except UNDECODABLE as error:
        raise UnreadableResults(no_results) from error
    if version != SCHEMA:
        raise UnreadableResults(
            f"{path} is of version {version}, this reads version {SCHEMA}; "
            "race again with: make bench"
        )
    try:
        return msgspec.json.decode(first, type=Race)
    except UNDECODABLE as error:
        raise UnreadableResults(no_results) from error
