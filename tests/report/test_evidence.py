"""What was seen is told once for all who showed the same, and what differs comes first."""

import pytest

from report.evidence import Experiment, Found, in_words, of_checks, of_specimens, worst
from report.matrix import Cell, Verdict
from tests.report.matrices import (
    BROKEN,
    KEPT,
    NOT_APPLICABLE,
    NOT_RUN,
    TRAIT,
    VARIANTS,
    WAY,
    alike,
    cell,
)

LINE = "L1-never_more"


def told(found: Found) -> list[tuple[str, str, str]]:
    """Give who was seen to do what, of the only check."""
    (check,) = of_checks(found, {})
    return [(each.sign, each.who, each.seen) for each in check.found]


def on(python: str, *cells: Cell) -> Found:
    """Say where cells were seen."""
    return [(python, each) for each in cells]


def test_all_who_showed_the_same_are_told_together() -> None:
    """One line, whatever their number."""
    assert told(on("3.11", *alike(LINE, KEPT, seen="at most 5"))) == [("✓", "all 3", "at most 5")]


def test_what_differs_comes_first() -> None:
    """Broken before kept, and few before many."""
    *others, last = alike(LINE, KEPT, seen="at most 5")
    broken = cell(LINE, last.subject, BROKEN, seen="L1: 6 at once")
    assert told(on("3.11", *others, broken)) == [
        ("✗", "trio/workers", "6 at once"),
        ("✓", "asyncio/workers, asyncio/semaphore", "at most 5"),
    ]


def test_of_many_the_last_are_all_others() -> None:
    """Seven names would hide the one that matters."""
    many = [cell(LINE, f"asyncio/{each}", KEPT, seen="at most 5") for each in range(7)]
    one = cell(LINE, "trio/workers", KEPT, seen="at most 4")
    assert told(on("3.11", *many, one)) == [
        ("✓", "trio/workers", "at most 4"),
        ("✓", "all 7 others", "at most 5"),
    ]


def test_a_python_is_named_where_they_differ() -> None:
    """Whoever showed the same on all of them is named alone."""
    before, after = alike(LINE, KEPT, seen="at most 5"), alike(LINE, KEPT, seen="at most 5")
    before[2] = cell(LINE, "trio/workers", BROKEN, seen="L1: 6 at once")
    assert told(on("3.11", *before) + on("3.13", *after)) == [
        ("✗", "trio/workers (3.11)", "6 at once"),
        ("✓", "asyncio/workers, asyncio/semaphore, trio/workers (3.13)", "at most 5"),
    ]


def test_one_variant_is_named() -> None:
    """`all 1` would say less."""
    assert told(on("3.11", cell(LINE, VARIANTS[0], KEPT))) == [("✓", VARIANTS[0], "")]


def specimen(found: Found) -> Experiment:
    """Tell of the only specimen."""
    (only,) = of_specimens(found, {"L2-threads": "People write this."})
    return only


def test_a_specimen_is_told_by_its_way() -> None:
    """With what was seen, and why, on all Pythons together."""
    seen = cell("L2-threads", WAY, BROKEN, seen="L2: 6 at once", why="a thread goes on")
    only = specimen(on("3.11", seen) + on("3.13", seen))
    assert (only.name, only.says, only.sign) == (WAY, "People write this.", "✗")
    assert [(each.who, each.seen, each.why) for each in only.found] == [
        ("", "6 at once", "a thread goes on")
    ]


def test_a_specimen_that_was_mended_says_where() -> None:
    """A line for each Python, and on the whole it is broken."""
    before = cell("L2-threads", WAY, BROKEN, seen="L2: 6 at once")
    after = cell("L2-threads", WAY, KEPT, seen="at most 3")
    only = specimen(on("3.11", before) + on("3.12", after) + on("3.13", after))
    assert [(each.who, each.sign) for each in only.found] == [("3.11", "✗"), ("3.12, 3.13", "✓")]
    assert only.verdict is BROKEN


def test_a_specimen_that_could_not_be_run_somewhere_keeps_what_was_seen_elsewhere() -> None:
    """What it needs is not installed on every Python."""
    only = specimen(
        on("3.11", cell("L2-threads", WAY, KEPT)) + on("3.13", cell("L2-threads", WAY, NOT_RUN))
    )
    assert only.verdict is KEPT


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (
            "https://github.com/python/cpython/issues/90155",
            ("https://github.com/python/cpython/issues/90155", "python/cpython#90155"),
        ),
        ("https://trio.example/a_b?c=1", ("https://trio.example/a_b?c=1", "trio.example/a_b?c=1")),
        ("javascript:alert(1)", ("", "javascript:alert(1)")),
        ('https://x.example/"><script>', ("", 'https://x.example/"><script>')),
        ("gh-90155", ("", "gh-90155")),
        ("", ("", "")),
    ],
)
def test_only_an_address_on_the_web_is_a_link(link: str, shown: tuple[str, str]) -> None:
    """An issue is cited as people do; anything else is a text."""
    (seen,) = specimen(on("3.11", cell("L2-threads", WAY, BROKEN, link=link))).found
    assert (seen.link, seen.cited) == shown


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([KEPT, BROKEN, NOT_RUN], BROKEN),
        ([KEPT, NOT_RUN], NOT_RUN),
        ([KEPT, NOT_APPLICABLE], KEPT),
        ([TRAIT, KEPT], TRAIT),
        ([], NOT_RUN),
    ],
)
def test_several_checks_come_to_one_verdict(verdicts: list[Verdict], whole: Verdict) -> None:
    """Broken if any is, and kept only if all were run."""
    assert worst(verdicts) is whole


def test_the_number_of_the_rule_is_not_repeated() -> None:
    """What was seen begins with it, since a message stands alone; here it stands in its row."""
    assert in_words(cell("L1-never_more", "trio/workers", BROKEN, seen="L1: 6\nat once")) == (
        "6 at once"
    )
