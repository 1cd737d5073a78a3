"""Both pages show everybody, the same numbers, and nothing from outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from report.charts import scale
from report.figures import standings
from report.pages import markdown, write
from report.results import read
from tests.report.conftest import REFERENCE, Made, Make, with_saw

VOID = {"meta", "wbr", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """What a reader of the page sees: its tags, its attributes, its text, its cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.cells: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.open += [] if tag in VOID else [tag]
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] in {"td", "th"}:
            self.cells[-1] += data


def written(made: Made, folder: Path) -> tuple[Path, Path]:
    """Write the pages of a results file into its folder, as both ways in do."""
    file = made.file(folder)
    return write(read(file), file.name, folder)


@pytest.fixture(scope="module")
def pages(eventful: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, str]:
    """The two pages of the eventful race."""
    folder = tmp_path_factory.mktemp("report")
    html, md = written(eventful, folder)
    return Page(html.read_text("utf-8")), md.read_text("utf-8")


def test_everybody_is_on_both_pages(pages: tuple[Page, str], eventful: Made) -> None:
    """Whatever befell an entrant, it has a row in each course's table."""
    html, md = pages
    for entrant in eventful.results.race.entrants:
        assert html.cells.count(entrant.name) >= len(eventful.results.race.courses)
        assert md.count(f"| {markdown(entrant.name)} |") + md.count(f"**{entrant.name}**") >= 2


@pytest.mark.parametrize(
    "reason",
    [
        "disqualified in block 1: rule 3: 65 calls at once",
        "hung in block 2: no answer for 30 s",
        "missing: rloop is not installed",
        "not raced: the race was cut short",
        "a thread can't be interrupted",
        "somebody pressed Ctrl-C",
    ],
)
def test_every_reason_is_on_both_pages(pages: tuple[Page, str], reason: str) -> None:
    """A reason is told where the figures would be, in the same words on both pages."""
    html, md = pages
    assert reason in html.text
    assert reason in md


def test_the_chart_has_everybody_too(pages: tuple[Page, str], eventful: Made) -> None:
    """Each entrant is written in both drawings of each course."""
    html, _ = pages
    assert html.tags.count("svg") == 4
    for name in ("curio/workers", "asyncio+rloop/workers", "anyio@trio/workers"):
        assert len(re.findall(re.escape(name), html.text)) >= 4 + 2


def test_the_page_needs_nothing_from_outside(pages: tuple[Page, str]) -> None:
    """No script, no address: all links lead to places within the page."""
    html, _ = pages
    assert not {"script", "link", "img", "iframe", "object", "image"} & set(html.tags)
    links = [value for name, value in html.attributes if name in {"src", "href", "xlink:href"}]
    assert all(link.startswith("#") for link in links)
    assert not [value for name, value in html.attributes if name.startswith("on") and value]
    addresses = [each for each in html.attributes if "//" in each[1] and "xmlns" not in each[0]]
    assert not addresses
    assert "@import" not in html.text
    assert "url(http" not in html.text


def test_every_link_leads_somewhere(pages: tuple[Page, str]) -> None:
    """What a link points at is on the page."""
    html, _ = pages
    ids = {value for name, value in html.attributes if name == "id"}
    assert {value[1:] for name, value in html.attributes if name == "href"} <= ids


def test_hostile_texts_are_texts(pages: tuple[Page, str]) -> None:
    """Markup in names and reasons is shown, not obeyed."""
    html, md = pages
    assert "script" not in html.tags
    assert "<img src=http://evil> | *bold*" in html.text
    assert "<script" not in md
    assert r"&lt;img src=http://evil&gt; \| \*bold\*" in md


def test_both_pages_show_the_same_cells(pages: tuple[Page, str]) -> None:
    """Every cell with a figure in the Markdown tables is a cell of the HTML tables."""
    html, md = pages
    rows = [line for line in md.splitlines() if line.startswith("| ")]
    cells = [cell for row in rows for cell in re.split(r"(?<!\\)\|", row)]
    figures = [cell.strip() for cell in cells if re.search(r"\d.* \(.*–.*\)", cell)]
    assert len(figures) > 12
    assert sorted(figures) == sorted(
        cell for cell in html.cells if re.search(r"\d.* \(.*–.*\)", cell)
    )


def test_both_pages_say_the_same_verdict(pages: tuple[Page, str]) -> None:
    """The verdict comes first, and is the same text."""
    html, md = pages
    says = re.findall(r"^- \*\*(?:loopback|web)\*\*: (.*)$", md, re.MULTILINE)
    assert len(says) == 2
    assert all(each in html.text for each in says)


def test_a_race_without_trouble_has_no_banner(make: Make, tmp_path: Path) -> None:
    """A whole race says so by saying nothing of the kind."""
    made = make({"loopback": {REFERENCE: [10] * 6}})
    html, md = (path.read_text("utf-8") for path in written(made, tmp_path))
    assert 'class="banner"' not in html
    assert "Cut short" not in md
    assert "Everybody took part" in md


def test_warnings_stand_beside_the_figures(make: Make, tmp_path: Path) -> None:
    """Rounds in which the origin set the pace, and rounds too few, are marked on their row."""
    made = make({"loopback": {REFERENCE: [10] * 6, "trio/workers": [20] * 3}})
    busy = Made(with_saw(made, busy=0.9))
    html, md = (path.read_text("utf-8") for path in written(busy, tmp_path))
    for page in (html, md):
        assert "origin-bound in 6 of 6 rounds" in page
        assert "blocks missing: 3 of 6; too few rounds" in page


def test_the_page_survives_a_race_without_rounds(make: Make, tmp_path: Path) -> None:
    """A race that was cut short before its first block still has its page, rows and reasons."""
    made = make({"loopback": {REFERENCE: []}, "web": {REFERENCE: []}}, cut_short="no power")
    html, _ = written(made, tmp_path)
    assert Page(html.read_text("utf-8")).text.count("not raced: the race was cut short") >= 4


@pytest.mark.parametrize(
    ("values", "kind"), [([10, 70], "linear"), ([0.5, 40], "log"), ([0, 40], "linear")]
)
def test_the_scale_suits_the_range(make: Make, values: list[float], kind: str) -> None:
    """Costs a magnitude apart get a log scale, others a linear one from zero; all rounds fit."""
    chosen = scale(standings(make({"loopback": {REFERENCE: values}}).results)[0])
    assert chosen.kind == kind
    assert chosen.domain[0] <= min(values) <= max(values) <= chosen.domain[1]
    assert kind == "log" or chosen.domain[0] == 0
