"""The results file: what a race writes and the report reads.

Strategy: one JSON record a line, appended as things happen, so a race that is cut short keeps
all that it measured.  The first line says what was to be raced and under which conditions; each
block is announced with its order, and followed by what came of it; the last line says how the
race ended.  Raw samples only: figures are derived when somebody reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import msgspec

from report.kept import Versioned
from report.times import Times

SCHEMA = 2

TWIN = " (twin)"
"""What the name of the second entry of the reference ends with."""


UNTOLD = "any"
"""Stands for a rule's number where a variant hung or died, so that nobody can tell which."""

RAISED = "the batch raised "
"""How the reason begins that a round is no sample, where its batch gave no results at all."""


class Broken(msgspec.Struct, frozen=True):
    """A rule that an entrant broke when it was held against the rules before the race.

    Attributes:
        rule: its number, such as `E2`; or `UNTOLD`.
        seen: what was seen, in a few words.
    """

    rule: str
    seen: str


class Entrant(msgspec.Struct, frozen=True):
    """A variant that was to take part.

    Attributes:
        name: such as `asyncio+uvloop/workers`, or `py3.13:trio/workers` where more than one
            interpreter takes part.
        cannot: what it is declared unable to do, and why.
        missing: why it could not take part, if so.
        broke: which rules it was seen to break before the race; it races still.
    """

    name: str
    cannot: dict[str, str] = {}
    missing: str | None = None
    broke: list[Broken] = []


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
        blocks: in a generation that races it.
        every: it is raced in the first generation, and in each so many-th after it.
    """

    name: str
    asks: str
    calls: int
    limit: int
    figure: Figure
    blocks: int = 1
    every: int = 1


class Machine(msgspec.Struct, frozen=True):
    """What of the machine decides whether its figures can be trusted.

    Attributes:
        processors: how many this process may use.
        origin: the processor of the origin; None leaves it to the system.
        workers: the processor of the entrants.
        governor: what rules the processor's frequency; None where the system does not say.
        clock: the smallest step that the clock of processor time was seen to take, in seconds.
        load: the average number of processes at work in the minute before the race.
    """

    processors: int
    origin: int | None
    workers: int | None
    governor: str | None
    clock: float
    load: float


class Race(msgspec.Struct, tag="race", frozen=True):
    """The first record: who was to race on what, and under which conditions.

    Attributes:
        schema: the version of this file's format.
        started: the time of day.
        profile: how much was to be measured, by its name.
        seed: of the order of each block, and of the delays.
        reference: the entrant that every ratio is taken against.
        twin: its second entry.
        generations: how many there were to be; with `until`, at most.
        until: the margin, as a ratio beyond 1, within which entrants count as equal, when the
            race was to go on until all were told apart or shown to be so; else None.
        looks: how often at most the figures were looked at, to decide whether to go on.
        entrants: in the order of the tables.
        courses: in the order in which each block takes them.
        machine: what of it decides whether the figures can be trusted.
        conditions: everything else that a reader needs to doubt the race or to repeat it.
    """

    schema: int
    started: str
    profile: str
    seed: int
    reference: str
    twin: str
    generations: Annotated[int, msgspec.Meta(ge=1)]
    until: float | None
    looks: Annotated[int, msgspec.Meta(ge=1)]
    entrants: list[Entrant]
    courses: list[Course]
    machine: Machine
    conditions: dict[str, str]


class Block(msgspec.Struct, tag="block", frozen=True):
    """A block begins: each entrant that is still in runs once, in this order."""

    generation: int
    block: int
    course: str
    order: list[str]


Seconds = Annotated[float, msgspec.Meta(ge=0)]
MoreThanNone = Annotated[float, msgspec.Meta(gt=0)]


class Saw(msgspec.Struct, frozen=True):
    """What the origin saw of a round's timed calls.

    Attributes:
        most_in_progress: the most calls at once; None where calls are answered at once, which
            the origin's gauge can't show.
        in_progress: how many were in progress on average, between the first and the last.
        connections: how many connections carried them.
        cpu: seconds of the origin's processor time.
        busy: the share of the round in which that processor was busy.
        ideal: seconds that an ideal scheduler would have needed for the delays that the origin
            gave, with the same limit.
        held: seconds for which a call was in progress, on average.
        took: the same of each call, from its request's last byte to its answer's.
        idle: for each call but a connection's first, the time since its connection was last
            answered.
        since: for each call, the time from its batch's first request to its answer.
    """

    most_in_progress: int | None
    in_progress: Seconds
    connections: int
    cpu: Seconds
    busy: Seconds
    ideal: Seconds
    held: Seconds
    took: Times
    idle: Times
    since: Times


class Spent(msgspec.Struct, frozen=True):
    """What a round took besides time, of its worker process; warm-up and all.

    Attributes:
        start_up: seconds from the call of the variant to its first batch's beginning.
        shut_down: seconds from its last batch's end to its return.
        memory: bytes at the peak, beyond those of the worker before its first round.
        descriptors: how many were open before and after.
        switches: context switches that the process asked for, and those forced on it.
        collections: of garbage, of each of the collector's generations.
    """

    start_up: Seconds
    shut_down: Seconds
    memory: int
    descriptors: tuple[int, int]
    switches: tuple[int, int]
    collections: list[int]


class Sample(msgspec.Struct, tag="sample", frozen=True):
    """One round that kept the rules; times in seconds for all its timed batches.

    Attributes:
        block: within its generation.
        calls: that were timed.
        wall: by the variant's own clock.
        user: processor time in its own code.  The system knows the sum of both exactly and
            estimates how it is shared.
        system: processor time in the system's.
    """

    entrant: str
    course: str
    generation: int
    block: int
    calls: Annotated[int, msgspec.Meta(ge=1)]
    wall: MoreThanNone
    user: Seconds
    system: Seconds
    spent: Spent
    saw: Saw | None = None

    def __post_init__(self) -> None:
        """Refuse what no round can be.

        Raises:
            ValueError: it took no processor time.
        """
        if not self.cpu > 0:
            raise ValueError("a round takes processor time")

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.user + self.system


class Kind(StrEnum):
    """What can befall an entrant."""

    BROKE_A_RULE = "broke a rule"
    FAILED = "failed"
    HUNG = "hung"
    DIED = "died"


class Mishap(msgspec.Struct, tag="mishap", frozen=True):
    """A round that is no sample, and why; the entrant is out of that course.

    Attributes:
        block: within its generation; None before its first.
    """

    entrant: str
    course: str
    generation: int
    block: int | None
    kind: Kind
    why: str


class End(msgspec.Struct, tag="end", frozen=True):
    """The last record; `cut_short` says why, if not everything was raced."""

    ended: str
    cut_short: str | None = None


Record = Race | Block | Sample | Mishap | End


REMEDY = "name the results.jsonl of a race, or make one with: make bench"
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Record).decode


def now() -> str:
    """Give the time of day, as records tell it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


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
    if path.exists() and not path.is_file():  # a device might have no end
        raise UnreadableResults(f"can't read {path}: it is no file; {REMEDY}")
    try:
        first, *lines = path.read_bytes().splitlines() or [b""]
    except OSError as error:
        raise UnreadableResults(f"can't read {path}: {error.strerror}; {REMEDY}") from error
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
