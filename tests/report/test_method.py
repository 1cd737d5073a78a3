"""The method is told in the numbers that are used, and with the self-test that was made."""

from pathlib import Path

import msgspec
import pytest

from report.method import SelfTest, Trial, described, read
from report.results import UnreadableResults
from report.statistics import DRAWS
from tests.report.conftest import REFERENCE, Make

TEST = SelfTest(
    made="2026-11-22",
    commit="abc",
    machine="a small one",
    load="both cores busy",
    command="make selftest",
    trials=[Trial("coverage", "2000 simulated runs", "92–98 %", "95 %", True, "71 %", None)],
)


def test_the_words_have_the_numbers_of_the_code(make: Make) -> None:
    """Draws, generations and levels; looks only where a race was to look."""
    race = make({"loopback": {REFERENCE: [10] * 5}}).results.race
    told = dict(described(race))
    assert f"{DRAWS:,} times" in told["Intervals"]
    assert "about 5 % are expected to be none" in told["Many pairs"]
    assert "about 5 % are expected to miss" in told["Many pairs"]
    assert "beyond 10 times its estimate" in told["Intervals"]
    assert "at least 2 % away" in told["Verdicts"]
    assert "Looks" not in told
    looked = msgspec.structs.replace(race, until=0.05, looks=4)
    assert "5 % are shared out among 4 looks: each had 1.25 %" in dict(described(looked))["Looks"]


def test_self_tests_are_read_line_by_line(tmp_path: Path) -> None:
    """Each run of the self-test is a line; without the file there was none."""
    path = tmp_path / "selftest.jsonl"
    assert read(path) == []
    path.write_bytes(b"\n".join([msgspec.json.encode(TEST)] * 2))
    assert read(path) == [TEST, TEST]


@pytest.mark.parametrize("damage", [b"\n", b'{"made": "2026"}\n', b"\xff\n"])
def test_a_damaged_self_test_is_named_with_the_remedy(tmp_path: Path, damage: bytes) -> None:
    """The line is told, and what to do."""
    path = tmp_path / "selftest.jsonl"
    path.write_bytes(msgspec.json.encode(TEST) + b"\n" + damage)
    with pytest.raises(UnreadableResults, match=r"damaged in line 2.* make selftest"):
        read(path)


def test_a_self_test_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Such as a folder of that name."""
    with pytest.raises(UnreadableResults, match="can't read"):
        read(tmp_path)
