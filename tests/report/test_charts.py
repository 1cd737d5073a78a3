"""The charts show what is compared, with its interval, and everybody."""

import re
from bisect import bisect
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest

from report import axes, pages
from report.axes import scale
from report.charts import COLOURS, INK, LAYOUTS, LINE, PAPER, QUIET, caption, draw
from report.comparison import Interval, Tell
from report.figures import Standing, standings
from report.results import Entrant
from report.words import fate
from tests.report.conftest import ITS_TWIN, LOOPBACK, REFERENCE, WEB, Made, Make, with_saw

SVG = "{http://www.w3.org/2000/svg}"
COURSES = pytest.mark.parametrize("course", [LOOPBACK.name, WEB.name])
BOTH = pytest.mark.parametrize("layout", LAYOUTS)
FIGURES = {
    REFERENCE: [0.800, 0.806, 0.797, 0.802, 0.811, 0.801],
    "trio/workers": [0.902, 0.925, 0.917, 0.933, 0.929, 0.908],
    "curio/semaphore": [0.805, 0.798, 0.801, 0.793, 0.815, 0.807],
    ITS_TWIN: [0.804, 0.799, 0.803, 0.796, 0.810, 0.805],
}


@dataclass(frozen=True)
class Drawn:
    """What is seen in the row of an entrant; places in pixels from the plot's left end."""

    dots: list[float]
    line: list[float]
    bar: tuple[float, float] | None
    mark: float
    hollow: bool


def drawn(standing: Standing, layout: str, entrant: str) -> Drawn:
    """Find what a row shows."""
    place = next(each for each in rows(standing, layout) if name(each) == entrant)
    paths = place.findall(f"{SVG}path")
    (mark,) = (each for each in paths if each.get("transform"))
    (dots,) = (each for each in paths if each.get("stroke-linecap"))
    (line,) = (each for each in paths if each.get("stroke-dasharray"))
    bar = place.find(f"{SVG}rect")
    left, width = (0.0, 0.0) if bar is None else (float(bar.get(key, "")) for key in ("x", "width"))
    at = re.findall(r"[\d.]+", mark.get("transform", ""))
    return Drawn(
        starts(dots),
        starts(line),
        None if bar is None else (left, left + width),
        float(at[0]),
        mark.get("fill") == PAPER,
    )


def not_outlined(standing: Standing, layout: str) -> list[str]:
    """Say which sides of trio's bar have no line along them, going around it clockwise."""
    place = next(each for each in rows(standing, layout) if name(each) == "trio/workers")
    bar = next(place.iter(f"{SVG}rect"))
    width, height = (float(bar.get(key, "")) for key in ("width", "height"))
    middles = {"right": width + height / 2, "left": 2 * width + 1.5 * height}
    lengths = [float(each) for each in bar.get("stroke-dasharray", "inf 0").split()]
    ends = list(accumulate(lengths * 2))
    return [side for side in ("left", "right") if bisect(ends, middles[side]) % 2]


def starts(path: Element) -> list[float]:
    """Say how far to the right each piece of a path begins."""
    return [float(each) for each in re.findall(r"M([\d.]+)", path.get("d", ""))]


def rows(standing: Standing, layout: str) -> list[Element]:
    """Find the rows of a chart."""
    picture = fromstring(draw(standing, layout))  # noqa: S314 - drawn right here
    return picture.findall(f"{SVG}g/{SVG}g")


def name(place: Element) -> str:
    """Read the name of a row."""
    return place.findtext(f"{SVG}text", "")


def at(standing: Standing, layout: str, *values: float) -> list[float]:
    """Say where values stand, in pixels."""
    return [LAYOUTS[layout].width * scale(standing).share(value) for value in values]


def stood(made: Made) -> Standing:
    """Give the only course of a race."""
    return standings(made.results)[0]


@BOTH
def test_a_generation_is_a_dot_of_its_median_ratio(make: Make, layout: str) -> None:
    """On a course that counts CPU time, the ratios are those within each block."""
    figures = {REFERENCE: [[10, 20, 30]] * 6, "trio/workers": [[20, 60, 300]] * 5 + [[10, 20, 30]]}
    standing = stood(make({"loopback": figures}))
    expected = at(standing, layout, 3, 3, 3, 3, 3, 1)
    assert drawn(standing, layout, "trio/workers").dots == pytest.approx(expected, abs=0.1)
    assert drawn(standing, layout, REFERENCE).dots == []


@BOTH
def test_a_round_is_a_dot_of_its_efficiency(make: Make, layout: str) -> None:
    """On a course that counts efficiency, the reference has its dots too."""
    standing = stood(make({"web": {REFERENCE: [[0.9, 0.95]] * 5}}))
    expected = at(standing, layout, *[0.9, 0.95] * 5)
    assert drawn(standing, layout, REFERENCE).dots == pytest.approx(expected, abs=0.1)


@BOTH
@COURSES
def test_the_interval_is_a_bar_around_the_estimate(make: Make, layout: str, course: str) -> None:
    """It is that of the ratio, or of the efficiency itself, as the course counts."""
    standing = stood(make({course: FIGURES}))
    for row in standing.rows:
        interval = row.ratio if course == "loopback" else row.value
        assert interval
        assert interval.upper < (1 if course == "web" else 2)
        seen = drawn(standing, layout, row.entrant)
        ends = at(standing, layout, interval.lower, interval.upper)
        assert seen.bar == pytest.approx(ends, abs=0.1)
        assert [seen.mark] == pytest.approx(at(standing, layout, interval.estimate), abs=0.1)


@COURSES
def test_the_line_is_the_reference(make: Make, course: str) -> None:
    """The line stands at the reference's mark, in the row of each entrant that has figures."""
    standing = stood(make({course: FIGURES}))
    lines = [drawn(standing, "wide", row.entrant).line for row in standing.rows]
    assert lines == [[drawn(standing, "wide", REFERENCE).mark]] * len(FIGURES)


@COURSES
def test_only_what_is_told_apart_is_filled(make: Make, course: str) -> None:
    """A filled mark is told apart from the reference; a hollow one is not, nor is the twin."""
    standing = stood(make({course: FIGURES}))
    filled = [e.entrant for e in standing.rows if not drawn(standing, "wide", e.entrant).hollow]
    assert filled == ["trio/workers"]


def test_a_filled_marks_bar_clears_the_line(make: Make) -> None:
    """The verdict on CPU time can be read from the picture."""
    standing = stood(make({"loopback": FIGURES}))
    for row in standing.rows[1:]:
        seen = drawn(standing, "wide", row.entrant)
        assert seen.bar
        clears = not seen.bar[0] <= seen.line[0] <= seen.bar[1]
        assert clears == (row.told is not Tell.CANNOT_TELL) == (not seen.hollow)


@COURSES
def test_without_an_interval_there_is_no_bar(make: Make, course: str) -> None:
    """Of too few generations there is the estimate, hollow, and the caption says why."""
    standing = stood(make({course: {who: some[:4] for who, some in FIGURES.items()}}))
    seen = [drawn(standing, "wide", each) for each in list(FIGURES)[1:]]
    assert [(each.bar, each.hollow) for each in seen] == [(None, True)] * 3
    assert "too few" in caption(standing)
    assert "too few" not in caption(stood(make({course: FIGURES})))


@BOTH
def test_an_interval_without_measure_ends_at_the_edge(make: Make, layout: str) -> None:
    """It does not press everything else together, and the caption says that it goes on."""
    standing = stood(make({"loopback": FIGURES}))
    wild = [replace(row, ratio=Interval(1.2, 0.01, 100.0)) for row in standing.rows[1:]]
    cut = replace(standing, rows=(standing.rows[0], *wild))
    assert scale(cut).share(1.2) - scale(cut).share(1) > 0.1
    assert drawn(cut, layout, "trio/workers").bar == (0, LAYOUTS[layout].width)
    assert not_outlined(cut, layout) == ["left", "right"]
    assert not_outlined(standing, layout) == []
    assert "goes on beyond" in caption(cut)
    assert "goes on beyond" not in caption(standing)


@pytest.mark.parametrize(
    ("interval", "gone"),
    [
        (Interval(1.2, 0.01, 1.3), ["left"]),
        (Interval(1.2, 1.1, 100.0), ["right"]),
        (Interval(1.2, 1.1, 1.3), []),
    ],
)
def test_a_bar_is_open_where_it_goes_on(make: Make, interval: Interval, gone: list[str]) -> None:
    """On the side beyond which there is more of it."""
    standing = stood(make({"loopback": FIGURES}))
    wild = [replace(row, ratio=interval) for row in standing.rows[1:]]
    assert not_outlined(replace(standing, rows=(standing.rows[0], *wild)), "wide") == gone


@BOTH
def test_no_efficiency_is_drawn_beyond_the_ideal(make: Make, layout: str) -> None:
    """The arithmetic of an interval may go beyond 1; the bar and the axis do not follow it."""
    figures = {REFERENCE: [0.9, 0.99, 0.7, 0.98, 0.95], "trio/workers": [0.99] * 5}
    standing = stood(make({"web": figures}))
    value = standing.rows[0].value
    assert value
    assert value.upper > 1
    bar = drawn(standing, layout, REFERENCE).bar
    assert bar
    assert [bar[1]] == pytest.approx(at(standing, layout, 1), abs=0.1)
    assert scale(standing).last < 1.05


@pytest.mark.parametrize(
    ("course", "values", "ticks"),
    [
        ("loopback", [1, 1], [0.98, 0.99, 1, 1.01, 1.02]),
        ("loopback", [0.97, 1.03], [0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03]),
        ("loopback", [0.8, 5], [0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5]),
        ("loopback", [0.3, 20], [0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20]),
        ("loopback", [0.0001, 1000], [0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000]),
        ("web", [0.985, 0.99], [0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1]),
        ("web", [0.3, 0.98], [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
    ],
)
def test_the_axis_suits_the_range(
    make: Make, course: str, values: list[float], ticks: list[float]
) -> None:
    """All dots are on it, the reference's 1 is marked, and the ticks are round and have room."""
    figures = {f"{each}/workers": [[each]] * 3 for each in values}
    standing = stood(make({course: {REFERENCE: [[1]] * 3, **figures}}))
    chosen = scale(standing)
    assert all(0 < chosen.share(each) < 1 for each in values)
    assert set(ticks) <= {round(each, 6) for each in chosen.ticks(LAYOUTS["wide"].width)}
    for layout in LAYOUTS.values():
        places = [layout.width * chosen.share(each) for each in chosen.ticks(layout.width)]
        gaps = [right - left for left, right in pairwise(places)]
        assert len(gaps) >= 2
        assert min(gaps) >= axes.TICKS_APART
        assert 1 in chosen.ticks(layout.width)


@BOTH
def test_everybody_has_a_row_with_figures_or_the_reason(eventful: Made, layout: str) -> None:
    """The rows are those of the race, in its order, the twin's too; texts of markup are texts."""
    for standing in standings(eventful.results):
        places = rows(standing, layout)
        assert [name(each) for each in places] == [row.entrant for row in standing.rows]
        for place, row in zip(places, standing.rows, strict=True):
            texts = [each.text or "" for each in place.findall(f"{SVG}text")]
            assert len(texts) == (1 if row.value else 2)
            assert row.value or fate(row).startswith(texts[1].removesuffix(" …"))


@COURSES
def test_a_course_without_rounds_has_its_rows(make: Make, course: str) -> None:
    """A race that was cut short before its first block still has its charts and captions."""
    standing = stood(make({course: {REFERENCE: [], "trio/workers": []}}, cut_short="no power"))
    assert draw(standing, "wide").count("not raced: the race was cut short") == 2
    assert caption(standing)


def test_a_course_without_one_whole_block_says_so(make: Make) -> None:
    """What was not raced side by side is not compared."""
    figures = {REFERENCE: [[10]], "trio/workers": [[], [20]]}
    standing = stood(make({"loopback": figures}, cut_short="no power"))
    assert draw(standing, "narrow").count("no block was raced by all") == 2


def test_an_origin_at_its_limit_is_the_reason_for_no_efficiency(make: Make) -> None:
    """An entrant whose efficiency is the origin's has no mark, and the reason why."""
    standing = standings(with_saw(make({"web": {REFERENCE: [0.9] * 5}}), busy=0.9))[0]
    assert "the origin set the pace in 5 of 5 rounds" in draw(standing, "wide")


def test_without_its_reference_a_course_has_another_line(make: Make) -> None:
    """The first that raced takes the place of a reference that could not take part."""
    figures = {who: some for who, some in FIGURES.items() if who != REFERENCE}
    standing = stood(make({"loopback": figures}, also=[Entrant(REFERENCE, missing="gone")]))
    seen = drawn(standing, "wide", "trio/workers")
    assert seen.line == [seen.mark]
    assert "the reference, trio/workers" in caption(standing)


def test_the_caption_names_the_shapes(make: Make) -> None:
    """Each strategy has a shape of its own, which the twin shares."""
    assert "(workers: circle, semaphore: diamond)" in caption(stood(make({"loopback": FIGURES})))


@pytest.mark.parametrize(
    ("entrant", "runtime"),
    [
        ("asyncio-aiohttp/workers", "asyncio"),
        ("trio-httpx/workers", "trio"),
        ("asyncio-protocol+uvloop/workers", "asyncio"),
        ("threads-urllib3/workers", "threads"),
        ("anyio@asyncio+uvloop/workers", "anyio"),
    ],
)
def test_the_colour_is_the_runtimes(make: Make, entrant: str, runtime: str) -> None:
    """Whatever its loop, its backend or its client."""
    standing = stood(make({"loopback": {**FIGURES, entrant: [1.5] * 6}}))
    place = next(each for each in rows(standing, "wide") if name(each) == entrant)
    assert next(place.iter(f"{SVG}rect")).get("fill") == COLOURS[runtime]


def test_the_dark_dress_knows_every_neutral_colour(eventful: Made) -> None:
    """Each neutral colour in a chart is one that the page's style sheet finds by its value."""
    css = (pages.TEMPLATES / "style.css").read_text("utf-8")
    drawings = "".join(draw(each, "wide") for each in standings(eventful.results))
    used = set(re.findall(r'(?:fill|stroke)="#\w+"', drawings))
    neutral = {each for each in used if each.split('"')[1] in {INK, QUIET, LINE, PAPER}}
    assert len(neutral) == 6
    assert all(f"svg [{each}]" in css for each in neutral)
