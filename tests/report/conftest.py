"""Small results, made to measure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from report import growth, matrix
from report.results import (
    SCHEMA,
    TWIN,
    Block,
    Course,
    End,
    Entrant,
    Figure,
    Kind,
    Machine,
    Mishap,
    Race,
    Record,
    Results,
    Sample,
    Saw,
    Spent,
    append,
)
from report.times import counted

REFERENCE = "asyncio/workers"
ITS_TWIN = REFERENCE + TWIN
NULL = Course("null", "What does the strategy charge?", 1000, 50, Figure.CPU)
LOOPBACK = Course("loopback", "What does a call cost?", 1000, 64, Figure.CPU)
WEB = Course("web", "Does the limit stay full?", 1000, 50, Figure.EFFICIENCY)

QUIET = Machine(processors=2, origin=0, workers=1, governor="performance", clock=1e-6, load=0.1)
SPENT = Spent(0.004, 0.002, 1_500_000, (12, 12), (90, 7), [11, 2, 1])
WALL = 2.0

Figures = Mapping[str, Mapping[str, Sequence[float | Sequence[float]]]]
"""By course and entrant: for each generation the values of its blocks, or the only block's."""


@dataclass(frozen=True)
class Made:
    """Results, and the way into a file."""

    results: Results

    def file(self, folder: Path) -> Path:
        """Write them as a race would."""
        path = folder / "results.jsonl"
        with path.open("wb") as file:
            append(file, records(self.results))
        return path


Make = Callable[..., Made]


def records(results: Results) -> Iterator[Record]:
    """Give the records of a race, each block announced before its rounds."""
    yield results.race
    for (course, generation, block), some in groupby(results.samples, place):
        samples = list(some)
        yield Block(generation, block, course, [each.entrant for each in samples])
        yield from samples
    yield from results.mishaps
    yield End("2026-11-22T10:00:00Z", results.cut_short)


def place(sample: Sample) -> tuple[str, int, int]:
    """Say in which block a round was."""
    return sample.course, sample.generation, sample.block


@cache
def saw(course: Course, ideal: float, busy: float = 0.1) -> Saw:
    """What an origin sees that is never idle: as many calls as the limit, all the time."""
    held = course.limit * WALL / course.calls
    return Saw(
        most_in_progress=course.limit,
        in_progress=course.limit,
        connections=course.limit,
        cpu=0.1,
        busy=busy,
        ideal=ideal,
        held=held,
        took=counted(np.linspace(held / 2, 3 * held / 2, course.calls).tolist()),
        idle=counted(np.linspace(1e-5, 3e-5, course.calls - course.limit).tolist()),
        since=counted(np.linspace(held, WALL, course.calls).tolist()),
    )


def sample(entrant: str, course: Course, generation: int, block: int, value: float) -> Sample:
    """Make a round of this CPU time per call in µs, or of this efficiency, as the course counts."""
    counts_cpu = course.figure == "cpu"
    cpu = (value if counts_cpu else 30.0) * course.calls / 1e6
    return Sample(
        entrant,
        course.name,
        generation,
        block,
        course.calls,
        wall=WALL,
        user=cpu - cpu / 4,
        system=cpu / 4,
        spent=SPENT,
        saw=None if course.name == "null" else saw(course, 0.0 if counts_cpu else WALL * value),
    )


def blocks(values: float | Sequence[float]) -> Sequence[float]:
    """Give a generation's blocks; a single value is its only block."""
    return [values] if isinstance(values, float | int) else values


@pytest.fixture(scope="session", autouse=True)
def _no_matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make pages without what the last runs left in the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "FOLDER", tmp_path_factory.mktemp("matrix"))
        patch.setattr(growth, "FOLDER", tmp_path_factory.mktemp("growth"))
        yield


@pytest.fixture(scope="session")
def make() -> Make:
    """Make results from the figures of each entrant on each course."""

    def factory(
        figures: Figures,
        *,
        also: Iterable[Entrant] = (),
        mishaps: Iterable[Mishap] = (),
        cut_short: str | None = None,
        **race: Any,
    ) -> Made:
        names = dict.fromkeys(name for each in figures.values() for name in each)
        courses = [shaped(each, figures) for each in (NULL, LOOPBACK, WEB) if each.name in figures]
        about = Race(
            schema=SCHEMA,
            started="2026-11-22T09:00:00Z",
            profile="quick",
            seed=7,
            reference=REFERENCE,
            twin=ITS_TWIN,
            generations=most_generations(figures),
            until=None,
            looks=1,
            entrants=[*map(Entrant, names), *also],
            courses=courses,
            machine=QUIET,
            conditions={"machine": "a small one"},
        )
        samples = [
            sample(name, course, course.every * generation, block, value)
            for course in courses
            for name, generations in figures[course.name].items()
            for generation, values in enumerate(generations)
            for block, value in enumerate(blocks(values))
        ]
        return Made(
            Results(
                msgspec.structs.replace(about, **race),
                sorted(samples, key=place),
                list(mishaps),
                cut_short,
                ended=True,
            )
        )

    return factory


def most_generations(figures: Figures) -> int:
    """Say how many generations the race was to have: those of the course with the most."""
    return max((1, *(len(each) for course in figures.values() for each in course.values())))


def shaped(course: Course, figures: Figures) -> Course:
    """Give the course the blocks that its figures have; with fewer generations, every so many."""
    generations = list(figures[course.name].values())
    most = max((len(blocks(each)) for some in generations for each in some), default=1)
    mine = max(map(len, generations), default=0)
    every = most_generations(figures) // mine if mine else 1
    return msgspec.structs.replace(course, blocks=most, every=every)


@pytest.fixture(scope="session")
def eventful(make: Make) -> Made:
    """A race in which everything befalls somebody, with hostile texts among it."""
    return make(
        {
            "loopback": {
                REFERENCE: [20, 21, 22, 23, 24, 25],
                "asyncio/semaphore": [30, 31, 33, 34, 36, 37],
                "trio/workers": [50, 52, 54, 57, 60, 62],
                "curio/workers": [25],
                ITS_TWIN: [20.1, 20.9, 22.1, 22.9, 24.1, 24.9],
            },
            "web": {
                REFERENCE: [0.98, 0.981, 0.982, 0.983, 0.984, 0.985],
                "trio/workers": [0.97] * 6,
                ITS_TWIN: [0.981, 0.98, 0.982, 0.984, 0.983, 0.985],
            },
        },
        also=[
            Entrant("asyncio+rloop/workers", missing="rloop is not installed"),
            Entrant("threads/workers", cannot={"cancel": "a thread can't be interrupted"}),
            Entrant("evil/<script>alert(1)</script>|`x`", missing="<img src=http://evil> | *bold*"),
            Entrant("anyio@trio/workers"),
        ],
        mishaps=[
            Mishap(
                "curio/workers", "loopback", 1, 0, Kind.BROKE_A_RULE, "rule 3: 65 calls at once"
            ),
            Mishap("threads/workers", "loopback", 2, None, Kind.HUNG, "no answer\nfor 30 s"),
        ],
        cut_short="somebody pressed Ctrl-C",
    )


def with_saw(made: Made, **saw: Any) -> Results:
    """The same results, with something else seen by the origin in each round."""
    given = made.results
    changed = [
        msgspec.structs.replace(each, saw=msgspec.structs.replace(each.saw, **saw))
        if each.saw
        else each
        for each in given.samples
    ]
    return replace(given, samples=changed)
