"""One chart for each course: each entrant's estimate, its interval, and the raw figures behind it.

Strategy: a chart is rows of known height over one axis, so it is written as SVG right here, which
takes milliseconds: who presses Ctrl-C waits for it.  What is drawn is what is compared: ratios to
the reference of CPU time, and efficiency itself.  Each chart comes twice, for a desk and for a
phone, and the page shows the one that fits: a wide chart shrunk to a phone has no legible word in
it.  An entrant without figures keeps its row, with the reason where its dots would be.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from textwrap import shorten
from xml.etree.ElementTree import Element, SubElement, tostring

from report import families, names
from report.axes import AXES, Scale, base_of, ends, scale
from report.comparison import WORTH_NAMING, Interval, Tell
from report.figures import Row, Standing
from report.words import fate, share

# The page's style sheet finds the neutral colours of a chart by these values, for its dark dress.
INK, QUIET, LINE, PAPER = "#1c2024", "#646b73", "#e3e6ea", "#fffffe"

# Legible on white and on near-black, and apart for the colour-blind; the rows are named anyway.
COLOURS = {
    "asyncio": "#2f7ed8",
    "trio": "#cf6a1c",
    "anyio": "#159a80",
    "curio": "#b5489a",
    "threads": "#84868f",
}
OTHER_COLOUR = "#94763a"

# Each is about the same amount of ink, around (0, 0).
SHAPES = {
    "circle": "M-4.5,0a4.5,4.5 0 1 0 9,0a4.5,4.5 0 1 0 -9,0Z",
    "diamond": "M0,-6L5.2,0L0,6L-5.2,0Z",
    "square": "M-4,-4H4V4H-4Z",
    "triangle-up": "M0,-5.4L5.4,4.2H-5.4Z",
    "cross": "M-1.8,-5.2H1.8V-1.8H5.2V1.8H1.8V5.2H-1.8V1.8H-5.2V-1.8H-1.8Z",
    "triangle-down": "M0,5.4L5.4,-4.2H-5.4Z",
}

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
LABEL, REASON, TICK, TITLE = 12.5, 11.5, 11.5, 12.0
"""Sizes of letters, in pixels."""

LETTER = 0.54
"""How wide a letter of a name is in that font, in units of its size: a little more than usual."""

WORTH = share(WORTH_NAMING - 1)

# Taller than the marks, or they would hide a short interval; and paler where nothing is told.
BAR = 20.0
BAR_STYLES = {
    True: {"fill_opacity": 0.3, "stroke_opacity": 1.0},
    False: {"fill_opacity": 0.13, "stroke_opacity": 0.45},
}

# The dots of one row stand on these lanes (in pixels), or they would hide each other.
LANES = (-8.0, 4.5, -2.5, 8.0, -5.5, 2.0, 6.5)

# What the axis and its title take below the rows.
BELOW = 48.0


@dataclass(frozen=True)
class Layout:
    """How a chart is laid out, in pixels.

    Attributes:
        width: of the plot.
        step: the height of a row.
        dots: how far the dots stand below the top of their row.
        label: where the name of the row stands, from the row's top left.
        anchor: which end of the name stands there.
        side: what there is at least on either side of the plot.
    """

    width: float
    step: float
    dots: float
    label: tuple[float, float]
    anchor: str
    side: float


LAYOUTS = {
    "wide": Layout(620, 26, 13, (-12, 13), "end", 16),
    "narrow": Layout(330, 42, 29, (6, 9), "start", 14),
}


@dataclass(frozen=True)
class _Chart:
    """What every part of a chart needs to know."""

    standing: Standing
    layout: Layout
    scale: Scale
    marked: Callable[[str], str]

    @property
    def height(self) -> float:
        return self.layout.step * len(self.standing.rows)

    @cached_property
    def shapes(self) -> dict[str, str]:
        return shapes(self.standing)

    @cached_property
    def ticks(self) -> list[float]:
        return self.scale.ticks(self.layout.width)

    @cached_property
    def base(self) -> Row:
        return base_of(self.standing)

    def across(self, value: float) -> float:
        """Say where on the plot a value stands, in pixels; what lies beyond it, at its edge."""
        return self.layout.width * min(max(self.scale.share(value), 0.0), 1.0)


def draw(standing: Standing, layout: str, marked: Callable[[str], str] = str) -> str:
    """Draw a course as SVG.

    Args:
        standing: the course.
        layout: `wide` or `narrow`.
        marked: puts a mark beside a name, if it deserves one.
    """
    chart = _Chart(standing, LAYOUTS[layout], scale(standing), marked)
    left = max(chart.layout.side, _beside(chart))
    svg = _canvas(left + chart.layout.width + chart.layout.side, chart.height + BELOW)
    plot = _add(svg, "g", transform=f"translate({left:.0f},1)")
    _axis(plot, chart)
    for index, row in enumerate(standing.rows):
        _row(_add(plot, "g", transform=f"translate(0,{index * chart.layout.step:g})"), row, chart)
    return tostring(svg, encoding="unicode")


def shapes(standing: Standing) -> dict[str, str]:
    """The shape of each strategy's mark, in the order in which the strategies appear."""
    strategies = dict.fromkeys(names.strategy(row.entrant) for row in standing.rows)
    return dict(zip(strategies, cycle(SHAPES), strict=False))


def caption(standing: Standing) -> str:
    """Say in a few sentences what each thing in the chart of a course is."""
    axis = AXES[standing.counts]
    shaped = ", ".join(f"{name}: {shape}" for name, shape in shapes(standing).items())
    sentences = [
        f"{axis.caption}: its shape is the strategy ({shaped}), its colour the runtime.",
        f"The dashed line is the reference, {standing.reference}.",
        f"A filled mark is told apart from it: {axis.told}, and they differ by {WORTH} or more.",
        "A hollow mark, with a paler bar, is not.",
        *_reservations(standing),
    ]
    return " ".join(sentences)


def _reservations(standing: Standing) -> Iterator[str]:
    axis, chosen = AXES[standing.counts], scale(standing)
    if any(found and not found.bounded for found in map(axis.shown, standing.rows)):
        yield "A mark without a bar: the generations are too few, or too alike, for an interval."
    if any(not 0 <= chosen.share(end) <= 1 for end in ends(standing, axis)):
        yield "A bar that is open at the edge goes on beyond it."


def _add(parent: Element, tag: str, **attributes: str | float) -> Element:
    named = {
        name.replace("_", "-"): value if isinstance(value, str) else f"{round(value, 2):g}"
        for name, value in attributes.items()
    }
    return SubElement(parent, tag, named)


def _write(
    parent: Element, words: str, at: tuple[float, float], size: float, **style: str
) -> Element:
    """Write words whose middle is at this height; not every reader of SVG knows baselines."""
    text = _add(parent, "text", x=at[0], y=at[1] + 0.35 * size, font_size=size, **style)
    text.text = words
    return text


def _beside(chart: _Chart) -> float:
    """Say how much room the names take on the left of the plot, in pixels."""
    if chart.layout.anchor != "end":
        return 0.0
    longest = max((len(chart.marked(row.entrant)) for row in chart.standing.rows), default=0)
    return LETTER * LABEL * longest - chart.layout.label[0]


def _canvas(width: float, height: float) -> Element:
    size = {"width": f"{width:.0f}", "height": f"{height:.0f}"}
    box = f"0 0 {size['width']} {size['height']}"
    return Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, **size, "font-family": FONT}
    )


def _axis(plot: Element, chart: _Chart) -> None:
    width, height = chart.layout.width, chart.height
    for tick in chart.ticks:
        at = (chart.across(tick), height + 14)
        _write(plot, f"{tick:g}", at, TICK, fill=QUIET, text_anchor="middle")
    _add(plot, "path", d=f"M0,{height:g}H{width:g}", stroke=LINE)
    title = chart.scale.axis.title
    _write(plot, title, (width / 2, height + 36), TITLE, fill=INK, text_anchor="middle")


def _row(place: Element, row: Row, chart: _Chart) -> None:
    layout = chart.layout
    _add(place, "path", d=f"M0,0H{layout.width:g}", stroke=LINE)
    style = {"font_weight": "bold"} if row.entrant == chart.standing.reference else {}
    name = chart.marked(row.entrant)
    _write(place, name, layout.label, LABEL, fill=INK, text_anchor=layout.anchor, **style)
    found = chart.scale.axis.shown(row)
    if found:
        _figures(place, row, found, chart)
    else:
        room = int(layout.width / (LETTER * REASON))
        words = shorten(_reason(row, chart.standing), room, placeholder=" …")
        _write(place, words, (6, layout.dots), REASON, fill=QUIET, font_style="italic")


def _reason(row: Row, standing: Standing) -> str:
    if row.why:
        return fate(row)
    if row.bound and standing.counts == "efficiency":
        return f"the origin set the pace in {row.bound} of {row.rounds} rounds"
    return "no block was raced by all"


def _figures(place: Element, row: Row, found: Interval, chart: _Chart) -> None:
    """Draw a row's figures, from the back to the front."""
    colour = COLOURS.get(families.runtime(row.entrant), OTHER_COLOUR)
    differs = row.told is not Tell.CANNOT_TELL
    _uprights(place, chart.ticks, chart, stroke=LINE)
    _dots(place, row, chart, stroke=colour)
    _bar(place, found, chart, fill=colour, stroke=colour, **BAR_STYLES[differs])
    _reference(place, chart)
    ink = {"fill": colour, "stroke": PAPER} if differs else {"fill": PAPER, "stroke": colour}
    at = f"translate({chart.across(found.estimate):.1f},{chart.layout.dots:g})"
    shape = SHAPES[chart.shapes[names.strategy(row.entrant)]]
    _add(place, "path", d=shape, transform=at, stroke_width=1.4, **ink)


def _uprights(place: Element, values: Iterable[float], chart: _Chart, **style: str) -> None:
    """Draw one row's piece of upright lines: whole ones would cross out names and reasons."""
    layout = chart.layout
    top = 2 * layout.dots - layout.step
    line = "".join(f"M{chart.across(value):.1f},{top:g}V{layout.step:g}" for value in values)
    _add(place, "path", d=line, **style)


def _bar(place: Element, found: Interval, chart: _Chart, **style: str | float) -> None:
    if found.bounded:
        left, right = chart.across(found.lower), chart.across(found.upper)
        width, top = right - left, chart.layout.dots - BAR / 2
        outline = _outline(found, width, chart.scale)
        _add(place, "rect", x=left, y=top, width=width, height=BAR, **outline, **style)


def _outline(found: Interval, width: float, scale: Scale) -> dict[str, str]:
    """Leave a bar open where it goes on beyond the plot; outlines run clockwise from its top."""
    goes_on = scale.share(found.lower) < 0, scale.share(found.upper) > 1
    strokes_and_gaps = {
        (True, False): (2 * width + BAR, BAR),
        (False, True): (width, BAR, width + BAR, 0),
        (True, True): (width, BAR),
    }
    lengths = strokes_and_gaps.get(goes_on, ())
    return {"stroke_dasharray": " ".join(f"{each:.2f}" for each in lengths)} if lengths else {}


def _reference(place: Element, chart: _Chart) -> None:
    reference = chart.scale.axis.shown(chart.base)
    if reference:
        _uprights(place, [reference.estimate], chart, stroke=QUIET, stroke_dasharray="3 3")


def _dots(place: Element, row: Row, chart: _Chart, **style: str) -> None:
    lanes = cycle(chart.layout.dots + lane for lane in LANES)
    dots = zip(chart.scale.axis.dots(row, chart.base), lanes, strict=False)
    line = "".join(f"M{chart.across(dot):.1f},{lane:g}h0" for dot, lane in dots)
    _add(place, "path", d=line, stroke_width=3.6, stroke_linecap="round", opacity=0.5, **style)
