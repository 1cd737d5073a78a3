"""Both pages show what each variant promises, and mark who broke a promise."""

from pathlib import Path

import pytest

from report import matrix
from report.matrix import Claim, Truth
from report.results import Broken, Entrant
from tests.report import matrices
from tests.report.conftest import ITS_TWIN, REFERENCE, Make
from tests.report.matrices import BROKEN, KEPT, NOT_APPLICABLE, TRAIT, cell
from tests.report.reader import Page, written

SEEN = matrices.matrix(
    *matrices.alike("L1-never_more", KEPT, seen="at most 5"),
    cell("E2-none_begun", "asyncio/workers", KEPT, seen="none begun"),
    cell("E2-none_begun", "asyncio/semaphore", BROKEN, seen="E2: 1 begun", why="next in line"),
    cell("E2-none_begun", "trio/workers", NOT_APPLICABLE, why="can't <fail> | *ever*"),
    *matrices.alike("E5-shape", TRAIT, seen="a group of one"),
    cell(
        "L7-stranded",
        "a <script>way</script>",
        BROKEN,
        seen="L7: 1 forgotten",
        link="https://github.com/agronholm/anyio/issues/1145",
    ),
    claims=[
        Claim("gather_wraps", "gather <b>wraps</b>.", Truth.HOLDS, "a task | of its own"),
        Claim("wait_wraps", "wait wraps, too.", Truth.FAILS, "TypeError: *forbidden*"),
        Claim("eager", "An eager task waits.", Truth.NOT_RUN, "needs Python 3.12"),
    ],
)


@pytest.fixture
def promised(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Page, str]:
    """The pages of a race of variants that were held against rules, one of which broke one."""
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    matrix.write(SEEN, tmp_path / "matrix" / "py3.11.json")
    broke = [Broken("E2", "E2: 1 begun"), Broken("K9", "K9: no such rule here")]
    made = make(
        {"loopback": {REFERENCE: [10] * 5, "trio/workers": [20] * 5, ITS_TWIN: [10] * 5}},
        also=[Entrant("asyncio/semaphore", broke=broke)],
        conditions={"commit": "abc"},
    )
    html, md = written(made, tmp_path)
    return Page(html.read_text("utf-8")), md.read_text("utf-8")


def test_every_rule_has_its_row_on_both_pages(promised: tuple[Page, str]) -> None:
    """With a sign for each variant, and below it what the sign says in words."""
    html, md = promised
    ids = [value for name, value in html.attributes if name == "id"]
    for rule in SEEN.rules:
        assert ids.count(f"rule-{rule.number}") == 1
        assert rule.says in html.text
        assert f"| **{rule.number}** {rule.says}" in md
    assert "| ✓ | ✗ | – |" in md
    verdicts = ("kept", "broken", "not-applicable", "trait")
    assert [html.attributes.count(("class", each)) for each in verdicts] == [4, 1, 1, 3]


def test_a_cell_tells_what_was_seen(promised: tuple[Page, str]) -> None:
    """In its title, and where its link leads."""
    html, _ = promised
    titles = [value for name, value in html.attributes if name == "title"]
    assert "asyncio/semaphore: broken; 1 begun; next in line" in titles
    assert "trio/workers: not applicable; can't <fail> | *ever*" in titles
    assert "asyncio/workers: trait; a group of one" in titles
    ids = {value for name, value in html.attributes if name == "id"}
    links = [value for name, value in html.attributes if name == "href"]
    assert {each[1:] for each in links if each.startswith("#")} <= ids
    assert links.count("#seen-E2") == 3


def test_other_ways_stand_below_their_rule(promised: tuple[Page, str]) -> None:
    """With what was seen and the public issue, and as text."""
    html, md = promised
    assert "script" not in html.tags
    assert "Other ways: 1 broken." in html.text
    assert "a <script>way</script>: 1 forgotten (agronholm/anyio#1145)" in " ".join(
        html.text.split()
    )
    assert ("href", "https://github.com/agronholm/anyio/issues/1145") in html.attributes
    assert (
        r"- **L7** ✗ *a &lt;script&gt;way&lt;/script&gt;*: 1 forgotten "
        r"([agronholm/anyio\#1145](https://github.com/agronholm/anyio/issues/1145))"
    ) in md


def test_values_of_a_trait_are_explained(promised: tuple[Page, str]) -> None:
    """A letter in the cell, and the value below the rule."""
    html, md = promised
    assert "| A | A | A |" in md
    assert "- **E5**, A: a group of one" in md
    assert "A a group of one" in html.text


def test_what_people_say_has_a_verdict_on_both_pages(promised: tuple[Page, str]) -> None:
    """With what was seen, and as text."""
    html, md = promised
    shown = " ".join(html.text.split())
    assert "gather <b>wraps</b>. holds a task | of its own" in shown
    assert "wait wraps, too. does not hold TypeError: *forbidden*" in shown
    assert "An eager task waits. not run needs Python 3.12" in shown
    assert "| what people say | 3.11 | what was seen |" in md
    assert r"| gather &lt;b&gt;wraps&lt;/b&gt;. | holds | a task \| of its own |" in md
    assert r"| wait wraps, too. | does not hold | TypeError: \*forbidden\* |" in md


def test_a_page_without_claims_has_no_table_of_them(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody ran those tests."""
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    matrix.write(matrices.matrix(), tmp_path / "matrix" / "py3.11.json")
    html, md = written(make({"null": {REFERENCE: [10] * 5}}), tmp_path)
    assert "what people say" not in html.read_text("utf-8") + md.read_text("utf-8")


def test_whoever_broke_a_rule_is_marked(promised: tuple[Page, str]) -> None:
    """Beside its figures on both pages, with what it means, and a link to the row if there is."""
    html, md = promised
    assert html.cells.count("asyncio/semaphore †E2,K9") == 2  # the course's, and why it is out
    assert html.text.count("asyncio/semaphore †E2,K9") == 2 + 2  # once more in each drawing
    assert "| asyncio/semaphore †E2,K9 |" in md
    assert "Broken before the race by asyncio/semaphore: 1 begun." in html.text
    assert "Broken before the race by asyncio/semaphore: no such rule here." in md
    assert ("href", "#rule-E2") in html.attributes
    assert ("href", "#rule-K9") not in html.attributes


def test_a_matrix_of_another_commit_is_doubted(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is promised may have changed."""
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    matrix.write(SEEN, tmp_path / "matrix" / "py3.11.json")
    made = make({"null": {REFERENCE: [10] * 5}}, conditions={"commit": "def"})
    html, md = written(made, tmp_path)
    assert "tested at commit abc, and the race was of commit def" in Page(html.read_text()).text
    assert "tested at commit abc, and the race was of commit def" in md.read_text()
