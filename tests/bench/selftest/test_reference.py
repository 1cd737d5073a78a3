"""The file of self-tests that the report shows, and the table."""

from pathlib import Path

import pytest
from rich.console import Console

from bench.selftest.reference import all_busy, table, take_place, under
from report import method
from tests.bench.selftest.recordings import self_test


def test_a_self_test_replaces_the_one_of_the_same_load(tmp_path: Path) -> None:
    """The figure of the load does not matter, the other load stays, and quiet comes first."""
    file = tmp_path / "selftest.jsonl"
    for load, made in [
        ("both cores busy", "1"),
        ("quiet, load average 0.10 before", "2"),
        ("quiet, load average 0.20 before", "3"),
    ]:
        take_place(self_test(load, made), file)
    assert [each.made for each in method.read(file)] == ["3", "1"]


def test_the_load_says_what_made_it() -> None:
    """A plain loop is not all that can keep a machine busy; a self-test under it is one of busy."""
    load = all_busy()
    assert load.endswith(" cores busy, with a plain loop on each")
    assert under(self_test(load)) == load.partition(",")[0]


def test_the_table_says_what_is_not_met(capsys: pytest.CaptureFixture[str]) -> None:
    """The reader sees the aim, what came of it, and what has no answer."""
    Console(width=140).print(table(self_test("quiet"), "a title"))
    text = capsys.readouterr().out
    for cell in ("a title", "NOT MET", "at most 5 %", "7 %", "9 %", "—", "how"):
        assert cell in text
