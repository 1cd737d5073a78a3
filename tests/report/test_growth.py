"""The growth file: read, added to, and what follows from its points."""

import math
from pathlib import Path

import msgspec
import pytest

from report import kept
from report.growth import SCHEMA, Grown, Growth, Point, merged, read

LINEAR = Grown(
    "a/linear",
    [
        [Point(1_000, cpu, 100_000), Point(10_000, 0.1, 1_000_000), Point(100_000, 1.0, 10_000_000)]
        for cpu in (0.01, 0.008, 0.0125)
    ],
)
GROWS = Grown("a/grows", [[Point(1_000, 0.01, 0), Point(10_000, 0.3, 0)]], "would take long")


def growth(*subjects: Grown, python: str = "3.11.7") -> Growth:
    """Give a file of these."""
    return Growth(SCHEMA, "2026-11-23", "abc", python, {}, "a machine", list(subjects))


def test_what_follows() -> None:
    """A call's cost is compared at both ends, and so is memory; the slope is that of the end."""
    assert LINEAR.times == pytest.approx((1, 0.8, 1.25))
    assert LINEAR.slope == pytest.approx((1, 1, 1))
    assert LINEAR.pending == pytest.approx((100, 100, 100))
    assert LINEAR.largest == 100_000
    assert GROWS.times == pytest.approx((3, 3, 3))
    assert GROWS.slope == pytest.approx((math.log10(30),) * 3)
    assert GROWS.largest == 10_000


def test_processes_are_compared_as_far_as_all_went() -> None:
    """One of them may have been thought too slow for the next size."""
    short = msgspec.structs.replace(LINEAR, processes=[*LINEAR.processes, LINEAR.processes[0][:2]])
    assert short.largest == 10_000
    assert short.slope == pytest.approx((1, math.log10(8), math.log10(12.5)), abs=0.06)


@pytest.mark.parametrize("processes", [[], [[]], [[Point(1_000, 0.01, 0)]]])
def test_of_one_size_nothing_follows(processes: list[list[Point]]) -> None:
    """Nor of none."""
    found = Grown("a/none", processes)
    assert (found.times, found.slope, found.pending, found.largest) == (None, None, None, 0)


def test_memory_may_be_hidden() -> None:
    """Where a variant works in other processes, its own tells nothing."""
    hidden = Grown("a/pool", [[Point(1_000, 0.01, None), Point(10_000, 0.1, None)]])
    assert hidden.pending is None
    assert hidden.times == pytest.approx((1, 1, 1))


def test_a_later_run_adds() -> None:
    """A variant that was measured again has its later figures; another Python stands alone."""
    again = msgspec.structs.replace(LINEAR, stopped="now")
    both = merged(growth(LINEAR, GROWS), growth(again))
    assert both.subjects == [again, GROWS]
    assert merged(growth(LINEAR), growth(GROWS, python="3.12.1")).subjects == [GROWS]


def test_written_and_read(tmp_path: Path) -> None:
    """What is written is read again."""
    kept.write(growth(LINEAR), tmp_path / "py3.11.json")
    assert read(tmp_path / "py3.11.json") == growth(LINEAR)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "can't read"),
        ("{", "is no growth file; remove it, and make one with: make growth"),
        ('{"schema": 99}', "is of version 99, this reads version 2"),
    ],
)
def test_what_can_not_be_read(text: str | None, says: str, tmp_path: Path) -> None:
    """It says what to do."""
    file = tmp_path / "py3.11.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(kept.Unreadable, match=says):
        read(file)
