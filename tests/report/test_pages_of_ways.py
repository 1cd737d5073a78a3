"""Both pages say which way, with the rules of the verdict and every way of the thread."""

from pathlib import Path

import msgspec
import pytest

from report import matrix
from report.matrix import Asked, Kind, Subject
from report.pages import markdown
from report.results import Broken, Entrant, Mishap
from report.results import Kind as Befell
from report.way_findings import FINDINGS
from tests.report import matrices
from tests.report.conftest import ITS_TWIN, REFERENCE, Make
from tests.report.matrices import BROKEN, KEPT, alike, cell
from tests.report.reader import Page, written

LINK = "https://docs.python.org/3/library/asyncio-task.html#task-groups"
HOSTILE = "a <script>way</script> | *bold*"
SEEN = msgspec.structs.replace(
    matrices.matrix(
        *alike("L1-never_more", KEPT),
        cell("E2-none_begun", "asyncio/workers", KEPT),
        cell("E2-none_begun", "asyncio/semaphore", BROKEN, seen="E2: 1 begun"),
        cell("E2-none_begun", "trio/workers", KEPT),
        cell("L1-hostile", HOSTILE, BROKEN, seen="<b>vanished</b>"),
    ),
    subjects=[
        Subject("asyncio/workers", Kind.VARIANT, "main", "task groups", LINK),
        Subject("asyncio/semaphore", Kind.VARIANT, "main", HOSTILE),
        Subject("trio/workers", Kind.VARIANT, "main"),
        Subject(HOSTILE, Kind.SPECIMEN),
    ],
    thread=[
        Asked(9, "fire and forget", [HOSTILE]),
        Asked(14, "a semaphore", ["asyncio/semaphore"]),
        Asked(16, "an executor", ["asyncio-executor/threads"]),
    ],
)


@pytest.fixture
def pages(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Page, str]:
    """The pages of a small race of ways that were held against rules."""
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    matrix.write(SEEN, tmp_path / "matrix" / "py3.11.json")
    made = make(
        {"null": {REFERENCE: [10] * 5, "asyncio/semaphore": [20] * 5, ITS_TWIN: [10] * 5}},
        conditions={"commit": "abc"},
    )
    html, md = written(made, tmp_path)
    return Page(html.read_text("utf-8")), md.read_text("utf-8")


def test_the_verdict_stands_in_words(pages: tuple[Page, str]) -> None:
    """With a class that gives it a colour, and what else applies."""
    html, md = pages
    says = (
        "On Python 3.11, 4 ways were tried, and 1 is recommended: asyncio/workers. trio/workers "
        "keeps the rules, and was not measured by the race."
    )
    assert says in html.text
    assert says in md
    assert html.attributes.count(("class", "told good")) == 1 + 1  # and in the rules
    assert "| asyncio/semaphore \\#14 | **costs more**: 2.00× (2.00–2.00) on null" in md
    assert "; also breaks [E2](#what-each-promises): 1 begun |" in md
    text = " ".join(html.text.split())
    assert "costs more 2.00× (2.00–2.00) on nullAlso breaks E2: 1 begun" in text


def test_the_rules_of_a_verdict_stand_beside_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linked, with what was seen; beside another verdict by their numbers, and with reasons."""
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    one = cell("L1-never_more", "asyncio/workers", BROKEN, seen="L1: 9 at once")
    matrix.write(matrices.matrix(one), tmp_path / "matrix" / "py3.11.json")
    made = make(
        {"null": {REFERENCE: [10] * 5}},
        also=[Entrant("asyncio/gather", broke=[Broken("L1", "L1: 20"), Broken("E2", "15 began")])],
        mishaps=[Mishap("asyncio/gather", "null", 0, 0, Befell.HUNG, "no reply")],
    )
    html_file, md_file = written(made, tmp_path)
    md, text = md_file.read_text("utf-8"), " ".join(Page(html_file.read_text("utf-8")).text.split())
    link = "[L1](#what-each-promises)"
    assert f"**breaks the limit**: {link}: 9 at once |" in md
    assert "breaks the limit L1: 9 at once" in text
    beside = "hangs or fails (in the race it hung: no reply)"
    assert f"**breaks the limit**: {link} (before the race): 20; also {beside}; breaks " in md
    assert f"breaks the limit L1 (before the race): 20Also {beside}; breaks E2 (before" in text


def test_the_rules_of_the_verdict_are_printed(pages: tuple[Page, str]) -> None:
    """As they are applied, and in their order."""
    html, md = pages
    places = [html.text.index(f"{each.says[1:]}.") for each in FINDINGS]
    assert places == sorted(places)
    assert all(str(markdown(each.says)) in md for each in FINDINGS)


def test_every_way_of_the_thread_is_found_by_number(pages: tuple[Page, str]) -> None:
    """On both pages, with its verdict; one that nobody shows says so."""
    html, md = pages
    ids = {value for name, value in html.attributes if name == "id"}
    links = [value[1:] for name, value in html.attributes if name == "href" and value[:1] == "#"]
    assert {"asked-9", "asked-14", "asked-16"} <= ids
    assert set(links) <= ids
    assert "14. a semaphore: **costs more** (asyncio/semaphore)" in md
    assert "16. an executor: not tried" in md


def test_where_people_meet_a_way_is_told(pages: tuple[Page, str]) -> None:
    """As a link if it has an address, and as text whatever it says."""
    html, md = pages
    assert ("href", LINK) in html.attributes
    assert "script" not in html.tags
    assert HOSTILE in html.text
    assert "<b>vanished</b>" in html.text
    assert "<script" not in md
    assert "&lt;b&gt;vanished&lt;/b&gt;" in md
