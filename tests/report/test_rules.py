"""The matrix as shown says what was seen: no more, and on which Python."""

from pathlib import Path

import pytest

from report import kept
from report.matrix import SCHEMA, Kind, Matrix, Subject, Verdict, read, write
from report.rules import Promises, promises, together
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
    matrix,
)

BEGUN = "E2: 1 call begun"
OLD = matrix(
    *alike("L1-never_more", KEPT, seen="at most 5"),
    cell("E2-none_begun", "asyncio/workers", KEPT, seen="none begun"),
    cell("E2-none_begun", "asyncio/semaphore", BROKEN, seen=BEGUN, why="next in line"),
    cell("E2-none_begun", "trio/workers", NOT_APPLICABLE, why="can't fail"),
    cell("E5-shape", "asyncio/workers", TRAIT, seen="the error"),
    cell("E5-shape", "asyncio/semaphore", TRAIT, seen="the error"),
    cell("E5-shape", "trio/workers", TRAIT, seen="a group"),
    cell("L7-stranded", WAY, KEPT, seen="nobody"),
)
NEW = matrix(
    *alike("L1-never_more", KEPT, seen="at most 4"),
    *alike("E2-none_begun", KEPT, seen="none begun"),
    python="3.13.0",
)


def of_folder(folder: Path, commit: str | None) -> Promises:
    """Put together what stands in a folder."""
    matrices, unread = kept.folder(folder, read)
    return promises(matrices, commit, unread)


def signs(shown: Promises, number: str) -> list[list[tuple[str, str]]]:
    """Give what the cells of a row show, with the Pythons."""
    return [[(each.sign, each.python) for each in marks] for marks in shown.rows[number].cells]


def test_each_verdict_has_its_sign() -> None:
    """A trait's values have letters, which the row explains; broken ones say why."""
    shown = together([OLD])
    assert signs(shown, "L1") == [[("✓", "")]] * 3
    assert signs(shown, "E2") == [[("✓", "")], [("✗", "")], [("–", "")]]
    assert signs(shown, "E5") == [[("A", "")], [("A", "")], [("B", "")]]
    assert shown.rows["E5"].values == {"A": "the error", "B": "a group"}
    assert [marks[0].words for marks in shown.rows["E2"].cells] == [
        "none begun",
        "1 call begun; next in line",
        "can't fail",
    ]


def test_a_cell_is_split_where_pythons_differ() -> None:
    """What holds on all of them, or on those that say anything, is told once."""
    shown = together([OLD, NEW])
    assert signs(shown, "L1") == [[("✓", "")]] * 3
    assert signs(shown, "E2") == [
        [("✓", "")],
        [("✗", "3.11"), ("✓", "3.13")],
        [("–", "3.11"), ("✓", "3.13")],
    ]
    assert signs(shown, "E5") == [[("A", "")], [("A", "")], [("B", "")]]


@pytest.mark.parametrize(
    ("second", "sign"), [(BROKEN, "✗"), (KEPT, "✓"), (NOT_RUN, "·"), (None, "·")]
)
def test_a_rule_is_kept_if_all_checks_say_so(second: Verdict | None, sign: str) -> None:
    """Broken if any is; without all of them nothing is claimed."""
    one, *others = VARIANTS
    cells = [
        *alike("L1-never_more", KEPT),
        *(cell("L1-while_timing_out", other, KEPT) for other in others),
    ]
    if second:
        cells.append(cell("L1-while_timing_out", one, second))
    shown = together([matrix(*cells)])
    assert signs(shown, "L1") == [[(sign, "")], [("✓", "")], [("✓", "")]]


def test_a_rule_that_no_variant_met_has_no_cells() -> None:
    """Only other ways show it."""
    row = together([OLD]).rows["L7"]
    assert (row.cells, row.checks, row.others_in_words) == ((), (), "1 kept")
    assert [other.name for other in row.others] == [WAY]


def test_columns_stand_by_runtime() -> None:
    """Whoever was added at the end stands with its family, and in there with its runtime."""
    names = ["asyncio/workers", "trio/workers", "asyncio+uvloop/workers", "asyncio/chunks"]
    subjects = [Subject(name, Kind.VARIANT) for name in names]
    made = Matrix(SCHEMA, "", "", "3.11.7", {}, "", OLD.rules, [], subjects, [])
    shown = together([made])
    assert [(each.name, each.starts) for each in shown.columns] == [
        ("asyncio/workers", "family"),
        ("asyncio/chunks", ""),
        ("asyncio+uvloop/workers", "runtime"),
        ("trio/workers", "family"),
    ]
    assert shown.families == {"asyncio": 3, "trio": 1}


def test_each_variant_is_told_how_it_stands() -> None:
    """A trait is neither kept nor broken."""
    tallies = together([OLD, NEW]).tallies
    assert [(each.variant, each.keeps, each.of, each.breaks) for each in tallies] == [
        ("asyncio/workers", 2, 2, ()),
        ("asyncio/semaphore", 1, 2, (("E2", "3.11"),)),
        ("trio/workers", 2, 2, ()),
    ]
    tallies = together([OLD]).tallies
    assert [(each.cannot, each.not_run) for each in tallies] == [(0, 0), (0, 0), (1, 0)]


def test_what_a_variant_breaks_is_told_with_its_pythons() -> None:
    """None where it is broken on all of them; who stands in no matrix breaks nothing."""
    assert together([OLD, NEW]).broken("asyncio/semaphore") == {"E2": ("3.11",)}
    assert together([OLD]).broken("asyncio/semaphore") == {"E2": ()}
    assert together([OLD]).broken("nobody/workers") == {}
    [mark] = together([OLD]).marks("E2", "asyncio/semaphore")
    assert mark.seen == ("1 call begun",)
    assert together([OLD]).marks("E2", "nobody/workers") == ()
    assert together([OLD]).marks("K9", "asyncio/semaphore") == ()


def test_the_whole_is_told_in_words() -> None:
    """How many were held against how much, what is broken, and by whom nothing is."""
    assert together([OLD, NEW]).says == (
        "On Python 3.11 and 3.13, 3 variants were held against 3 rules. "
        "Somebody breaks 1 of them. "
        "asyncio/workers and trio/workers break none. "
        "Of 1 other way shown beside them, 0 break their rule."
    )
    worse = together([matrix(*alike("L1-never_more", BROKEN))])
    assert worse.says == (
        "On Python 3.11, 3 variants were held against 1 rule. "
        "Somebody breaks 1 of them; the one most often broken is L1, by 3."
    )


def test_the_files_of_all_pythons_are_read(tmp_path: Path) -> None:
    """In the order of the versions, as numbers."""
    for each in (matrix(python="3.9.1"), OLD, NEW):
        write(each, tmp_path / f"py{each.python}.json")
    assert of_folder(tmp_path, "abc").pythons == ("3.9", "3.11", "3.13")
    assert not of_folder(tmp_path, "abc").doubts
    assert not of_folder(tmp_path, None).doubts


def test_without_files_there_is_nothing_to_show(tmp_path: Path) -> None:
    """Also if the folder is not there."""
    for folder in (tmp_path, tmp_path / "not there"):
        shown = of_folder(folder, "abc")
        assert (shown.columns, shown.rows, shown.doubts) == ((), {}, ())


def test_what_to_doubt_is_said(tmp_path: Path) -> None:
    """A file that can't be read, and a matrix of another commit than the race's."""
    write(OLD, tmp_path / "py3.11.json")
    (tmp_path / "py3.12.json").write_text("a love letter")
    unread, other = of_folder(tmp_path, "def").doubts
    assert unread.startswith("Left out: ")
    assert "py3.12.json is no matrix of rules" in unread
    assert "On Python 3.11.7 the rules were tested at commit abc" in other
    assert "the race was of commit def" in other
