"""Small results, made to measure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from report.results import (
    SCHEMA,
    Course,
    End,
    Entrant,
    Figure,
    Kind,
    Mishap,
    Race,
    Record,
    Results,
    Sample,
    Saw,
    append,
)

REFERENCE = "asyncio/workers"
LOOPBACK = Course("loopback", "What does a call cost?", 1000, 64, Figure.CPU)
WEB = Course("web", "Does the limit stay full?", 1000, 50, Figure.EFFICIENCY)


@dataclass(frozen=True)
class Made:
    """Results, and the way into a file."""

    results: Results

    def file(self, folder: Path) -> Path:
        """Write them as a race would."""
        path = folder / "results.jsonl"
        given = self.results
        last = End("2026-11-22T10:00:00Z", given.cut_short)
        records: list[Record] = [given.race, *given.samples, *given.mishaps, last]
        with path.open("wb") as file:
            append(file, records)
        return path


Make = Callable[..., Made]


def rounds(
    entrant: str, course: Course, values: Iterable[float], busy: float = 0.1
) -> list[Sample]:
    """Make a round for each value: CPU µs per call, or efficiency, as the course counts."""
    cpu = course.figure == "cpu"
    return [
        Sample(
            entrant,
            course.name,
            block,
            course.calls,
            wall=2.0,
            cpu=(value if cpu else 30.0) * course.calls / 1e6,
            saw=Saw(course.limit, course.limit, 0.1, busy, 0.0 if cpu else 2.0 * value),
        )
        for block, value in enumerate(values)
    ]


@pytest.fixture(scope="session")
def make() -> Make:
    """Make results from the rounds of each entrant on each course."""

    def factory(
        figures: Mapping[str, Mapping[str, list[float]]],
        *,
        also: Iterable[Entrant] = (),
        mishaps: Iterable[Mishap] = (),
        cut_short: str | None = None,
    ) -> Made:
        courses = [each for each in (LOOPBACK, WEB) if each.name in figures]
        names = dict.fromkeys(name for each in figures.values() for name in each)
        most = {
            each.name: max(map(len, figures[each.name].values()), default=0) for each in courses
        }
        race = Race(
            SCHEMA,
            "2026-11-22T09:00:00Z",
            "quick",
            7,
            REFERENCE,
            most,
            [*map(Entrant, names), *also],
            courses,
            {"machine": "a small one"},
        )
        samples = [
            sample
            for course in courses
            for name, values in figures[course.name].items()
            for sample in rounds(name, course, values)
        ]
        return Made(Results(race, samples, list(mishaps), cut_short, ended=True))

    return factory


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
            },
            "web": {
                REFERENCE: [0.98, 0.981, 0.982, 0.983, 0.984, 0.985],
                "trio/workers": [0.97] * 6,
            },
        },
        also=[
            Entrant("asyncio+rloop/workers", missing="rloop is not installed"),
            Entrant("threads/workers", cannot={"cancel": "a thread can't be interrupted"}),
            Entrant("evil/<script>alert(1)</script>|`x`", missing="<img src=http://evil> | *bold*"),
            Entrant("anyio@trio/workers"),
        ],
        mishaps=[
            Mishap("curio/workers", "loopback", 1, Kind.BROKE_A_RULE, "rule 3: 65 calls at once"),
            Mishap("threads/workers", "loopback", 2, Kind.HUNG, "no answer\nfor 30 s"),
        ],
        cut_short="somebody pressed Ctrl-C",
    )


def with_saw(made: Made, **saw: Any) -> Results:
    """The same results, with something else seen by the origin in each round."""
    given = made.results
    changed = [
        msgspec.structs.replace(each, saw=msgspec.structs.replace(each.saw, **saw))
        for each in given.samples
        if each.saw
    ]
    return replace(given, samples=changed)
