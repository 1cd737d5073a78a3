"""Both pages show everybody, the same numbers, and nothing from outside."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.conditions import of
from bench.pythons import Python
from report import method
from report.figures import standings
from report.method import SelfTest, Trial
from report.pages import TEMPLATES, markdown, write
from report.results import read
from report.tables import RANKS, Table, times
from report.times import counted
from report.warnings import OF_RACE, OF_ROW, Caution
from tests.report.conftest import ITS_TWIN, REFERENCE, Made, Make, with_saw
from tests.report.reader import Page, written


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
        "disqualified in generation 1, block 0: rule 3: 65 calls at once",
        "hung before the first block of generation 2: no answer for 30 s",
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
    assert len(figures) >= 12  # those of the self-test come on top
    assert sorted(figures) == sorted(
        cell for cell in html.cells if re.search(r"\d.* \(.*–.*\)", cell)
    )


def test_both_pages_say_the_same_verdict(pages: tuple[Page, str]) -> None:
    """The verdict comes first, with what the race is worth, and is the same text."""
    html, md = pages
    says = re.findall(r"^- \*\*(?:loopback|web)\*\*: (.*)$", md, re.MULTILINE)
    assert len(says) == 2
    assert all(each in html.text for each in says)
    top = md.partition("## loopback")[0]
    trust = re.findall(r"^(?:asyncio/workers, entered twice|This run could tell).*$", top, re.M)
    assert len(trust) == 2
    assert all(each in html.text.partition("1,000 calls in a batch")[0] for each in trust)


def test_a_race_without_trouble_has_no_banner(make: Make, tmp_path: Path) -> None:
    """A whole race says so by saying nothing of the kind."""
    made = make({"loopback": {REFERENCE: [10] * 6}})
    html, md = (path.read_text("utf-8") for path in written(made, tmp_path))
    assert 'class="banner"' not in html
    assert "\n> **" not in md
    assert "Everybody took part" in md


def test_deserved_warnings_stand_on_top_and_all_are_explained(pages: tuple[Page, str]) -> None:
    """This race was cut short; what else could be wrong with one is listed with its remedy."""
    html, md = pages
    cautions: list[Caution[Any]] = [*OF_RACE, *OF_ROW]
    for page in (html.text, md):
        assert "Cut short" in page.partition("1,000 calls in a batch")[0]
    for each in cautions:
        assert f"{each.means} Remedy: {each.remedy}" in html.text
        assert f"- **{each.mark}**: {markdown(each.means)} Remedy: {markdown(each.remedy)}" in md


def test_warnings_stand_beside_the_figures(make: Make, tmp_path: Path) -> None:
    """Rounds in which the origin set the pace, and blocks missed, are marked on their row."""
    made = make({"loopback": {REFERENCE: [10] * 6, "trio/workers": [20] * 3}})
    busy = Made(with_saw(made, busy=0.9))
    html, md = (path.read_text("utf-8") for path in written(busy, tmp_path))
    for page in (html, md):
        assert "origin-bound in 6 of 6 rounds" in page
        assert "origin-bound in 3 of 3 rounds; blocks missing: 3 of 6" in page


def test_the_table_tells_faster_slower_and_cannot_tell(make: Make, tmp_path: Path) -> None:
    """The three verdicts stand beside the ratio; the reference has none."""
    figures = {REFERENCE: [10] * 5, "trio/workers": [20] * 5, "curio/workers": [5] * 5}
    _, md = written(make({"loopback": {**figures, ITS_TWIN: [10] * 5}}), tmp_path)
    rows = re.findall(r"^\| .*/workers.* \| 5 \| (.*) \| (\S+) \| 2000 \|", md.read_text(), re.M)
    assert [row for row, _ in rows] == [
        "10.0 (10.0–10.0) | reference | —",
        "20.0 (20.0–20.0) | 2.00× (2.00–2.00) | slower",
        "5.00 (5.00–5.00) | 0.50× (0.50–0.50) | faster",
        "10.0 (10.0–10.0) | 1.00× (1.00–1.00) | cannot tell",
    ]
    assert [place for _, place in rows] == ["2", "3", "1", "2"]


def test_all_pairs_stand_in_a_matrix(make: Make, tmp_path: Path) -> None:
    """Each cell has the ratio, and its verdict as a word and as a class; Markdown says where."""
    made = make({"loopback": {REFERENCE: [10] * 5, "trio/workers": [20] * 5, ITS_TWIN: [10] * 5}})
    html, md = (path.read_text("utf-8") for path in written(made, tmp_path))
    cells = re.findall(r'<td class="(\S+)" title="\S+ \(.*?\)">(\S+)<span>(.+?)</span>', html)
    assert cells == [
        ("faster", "0.50×", "faster"),
        ("cannot-tell", "1.00×", "cannot tell"),
        ("slower", "2.00×", "slower"),
        ("slower", "2.00×", "slower"),
        ("cannot-tell", "1.00×", "cannot tell"),
        ("faster", "0.50×", "faster"),
    ]
    assert "all pairs are in a table of index.html" in md


def test_nobody_to_compare_needs_no_matrix(make: Make, tmp_path: Path) -> None:
    """A race of one has its pages all the same."""
    html, md = (p.read_text() for p in written(make({"null": {REFERENCE: [10] * 5}}), tmp_path))
    assert "Who differs" not in html + md


def test_what_else_a_round_took_is_a_table(make: Make, tmp_path: Path) -> None:
    """Medians of everything that a sample holds besides time."""
    _, md = written(make({"null": {REFERENCE: [10] * 5}}), tmp_path)
    assert (
        "| **asyncio/workers** | 4.00 | 2.00 | 1,000 | 1.50 | 0 | 90.0 | 7.0 | 14.0 | 25 |"
        in md.read_text()
    )


def rounds(make: Make, generations: int, blocks: int) -> Table | None:
    """Give the times of a race with so many rounds, each of a thousand calls."""
    made = make({"web": {REFERENCE: [[0.9] * blocks] * generations}})
    return times(standings(made.results)[0])


@pytest.mark.parametrize(
    ("generations", "blocks", "shown"),
    [(5, 1, 3), (5, 9, 3), (5, 10, 4), (4, 10, 0)],
    ids=["ten beyond 99 %", "nine beyond 99.9 %", "ten beyond 99.9 %", "too few generations"],
)
def test_percentiles_need_calls_beyond_them(
    make: Make, generations: int, blocks: int, shown: int
) -> None:
    """Ten in each of five generations; else it has no column, and without any there is no table."""
    table = rounds(make, generations, blocks)
    calls = [each for each in table.headings if each.startswith("call ")] if table else []
    assert calls == [f"call {rank / 10:g} %" for rank in RANKS][:shown]


def test_times_are_those_that_the_origin_saw(make: Make) -> None:
    """A call takes half to three halves of 0.1 s here, in ms to 1 %; null has no origin."""
    table = rounds(make, 5, 10)
    assert table is not None
    found = [float(each) for each in table.rows[0][1:5]]
    assert found == pytest.approx([100, 140, 149, 149.9], rel=0.015)
    assert times(standings(make({"null": {REFERENCE: [10] * 5}}).results)[0]) is None


def test_times_that_no_clock_could_tell_are_not_shown(make: Make) -> None:
    """Where the origin answers at once, a call takes no time; the rest has its columns."""
    made = make({"loopback": {REFERENCE: [10] * 5}})
    table = times(standings(with_saw(made, took=counted([0.0] * 1000)))[0])
    assert table is not None
    assert list(dict.fromkeys(each.split()[0] for each in table.headings[1:])) == ["since", "idle"]
    assert float(table.rows[0][table.headings.index("idle 50 %")]) == pytest.approx(0.02, rel=0.02)


def test_a_course_without_its_reference_says_what_ratios_are_to(make: Make, tmp_path: Path) -> None:
    """Another entrant stands in, and that is said beside the table."""
    made = make({"null": {"trio/workers": [10] * 5, "curio/workers": [20] * 5}})
    for path in written(made, tmp_path):
        assert "The reference has no figures here; ratios are to trio/workers" in path.read_text()


def test_without_a_matrix_the_section_names_the_command(pages: tuple[Page, str]) -> None:
    """And nobody is marked."""
    html, md = pages
    assert "No test run left its matrix of rules here; make it with: make test" in html.text
    assert "make it with `make test`" in md
    assert "†" not in html.text + md


TRIAL = Trial(
    "coverage",
    "2000 simulated runs",
    "92–98 %",
    "95 %",
    met=True,
    pytest_benchmark="71 %",
    pyperf=None,
)
SELF_TEST = SelfTest(
    "2026-11-22", "abc", "a small one", "both cores busy", "make selftest", [TRIAL]
)


def test_the_self_test_is_part_of_the_method(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its conditions, and what others made of the same rounds."""
    path = tmp_path / "selftest.jsonl"
    path.write_bytes(msgspec.json.encode(SELF_TEST))
    monkeypatch.setattr(method, "SELF_TEST", path)
    _, md = written(make({"null": {REFERENCE: [10] * 5}}), tmp_path)
    text = md.read_text()
    assert "Both cores busy: a small one; commit abc, 2026-11-22, by make selftest" in text
    assert "| coverage | 2000 simulated runs | 92–98 % | 95 % | yes | 71 % | — |" in text


@pytest.mark.parametrize(
    ("content", "says"), [(None, "No self-test of the measurement"), ("x\n", "damaged in line 1")]
)
def test_a_race_has_its_report_whatever_became_of_the_self_test(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, says: str
) -> None:
    """Without one, or with a damaged one, the page says so in its place."""
    path = tmp_path / "selftest.jsonl"
    if content:
        path.write_text(content)
    monkeypatch.setattr(method, "SELF_TEST", path)
    html, md = written(make({"null": {REFERENCE: [10] * 5}}), tmp_path)
    assert says in Page(html.read_text()).text
    assert says in md.read_text()


def test_the_conditions_say_how_it_was_raced(make: Make, tmp_path: Path) -> None:
    """Generations, looks, blocks, and what of the machine decides."""
    figures = {"null": {REFERENCE: [[10, 10]] * 6}, "web": {REFERENCE: [0.9] * 3}}
    _, md = written(make(figures, until=0.05, looks=3), tmp_path)
    text, size = md.read_text(), "1,000 calls, 50 at a time"
    for row in (
        "generations | at most 6",
        "until | all are told apart or within 5 %; at most 3 looks",
        "order of each block | random, from the seed; in the results file, records of type block",
        f"course null | {size}; 2 blocks in each generation; compared over 6 generations",
        f"course web | {size}; 1 block in one of 2 generations; compared over 3 generations",
        "processor of the entrants | 1",
        "governor | performance",
    ):
        assert f"| {row} |" in text


@pytest.mark.parametrize(
    ("spec", "elsewhere"), [("ssh=host//python=python3", True), ("popen//python=python3", False)]
)
def test_entrants_on_another_machine_are_told(
    make: Make, tmp_path: Path, spec: str, *, elsewhere: bool
) -> None:
    """Nobody pins them there, and what is told of the machine is not about theirs."""
    told = dict(of(Python(spec, "py3.13@host")))
    made = make(
        {"null": {REFERENCE: [10] * 5}},
        conditions={f"py3.13@host{what}": told for what, told in told.items()},
    )
    _, md = written(made, tmp_path)
    row = "| processor of the entrants of py3.13@host | on another machine, reached by ssh,"
    assert (row in md.read_text()) == elsewhere


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_the_example_finds_the_figures_again(make: Make, tmp_path: Path) -> None:
    """The line that the page gives for jq prints the CPU time per call of each round."""
    path = make({"null": {REFERENCE: [10, 20], "trio/workers": [30, 40]}}).file(tmp_path)
    line = (TEMPLATES / "example.txt").read_text()
    for name, value in {"COURSE": "null", "ENTRANT": REFERENCE, "RESULTS.jsonl": path}.items():
        line = line.replace(name, str(value))
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=True)
    assert [float(each) for each in done.stdout.split()] == pytest.approx([10, 20])


@pytest.mark.parametrize("lines", range(1, 9))
def test_the_page_can_be_made_at_any_moment(make: Make, tmp_path: Path, lines: int) -> None:
    """From the first record on, whatever has been written has its report, with everybody in it."""
    path = make(
        {"null": {REFERENCE: [[10, 10]] * 2, ITS_TWIN: [[10, 10]] * 2}, "web": {REFERENCE: [0.9]}}
    ).file(tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))
    html, md = write(read(path), path.name, tmp_path).pages
    assert "the race did not come to its end" in Page(html.read_text()).text
    assert md.read_text().count("asyncio/workers (twin)") >= 2


def test_the_page_survives_a_race_without_rounds(make: Make, tmp_path: Path) -> None:
    """A race that was cut short before its first block still has its page, rows and reasons."""
    made = make({"loopback": {REFERENCE: []}, "web": {REFERENCE: []}}, cut_short="no power")
    html, _ = written(made, tmp_path)
    assert Page(html.read_text("utf-8")).text.count("not raced: the race was cut short") >= 4
