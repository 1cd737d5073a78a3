"""The growth file: read, added to, and what follows from its points."""

from pathlib import Path

import msgspec
import pytest

from report import kept
from report.growth import SCHEMA, Grown, Growth, Point, merged, read

LINEAR = Grown("a/linear", [Point(1_000, 0.01, 100_000), Point(100_000, 1.0, 10_000_000)])
GROWS = Grown("a/grows", [Point(1_000, 0.01, 0), Point(10_000, 0.3, 0)], "would take long")


def growth(*subjects: Grown, python: str = "3.11.7") -> Growth:
    """Give a file of these."""
    return Growth(SCHEMA, "2026-11-23", "abc", python, {}, "a machine", list(subjects))


def test_what_follows() -> None:
    """A call's cost is compared at both ends, and so is the memory."""
    assert LINEAR.times == pytest.approx(1)
    assert GROWS.times == pytest.approx(3)
    assert LINEAR.pending == pytest.approx(100)
    assert Grown("a/none", []).times is None
    assert Grown("a/none", []).pending is None


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
        ('{"schema": 99}', "is of version 99, this reads version 1"),
    ],
)
def test_what_can_not_be_read(text: str | None, says: str, tmp_path: Path) -> None:
    """It says what to do."""
    file = tmp_path / "py3.11.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(kept.Unreadable, match=says):
        read(file)
