"""One chart for each course: every round, the middle half, and the median of each entrant.

Strategy: altair layers over rows at known heights, converted to SVG by vl_convert before anybody
reads it, so the page needs no script.  Each chart is drawn twice, for a desk and for a phone, and
the page shows the one that fits: a wide chart shrunk to a phone has no legible word in it.  An
entrant without figures keeps its row, with the reason where its dots would be.
"""

from dataclasses import dataclass
from functools import partial
from itertools import cycle
from math import floor
from typing import Any, Literal

import altair as alt
import vl_convert

from report import names
from report.figures import Row, Standing
from report.words import fate

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

SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down")

# Arial and Liberation Sans are of the same width, so what fits here fits on the reader's machine.
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"

AXES = {
    "cpu": "CPU µs per call · less is better",
    "efficiency": "efficiency = ideal time ÷ time taken · 1 is ideal",
}

# Beyond this ratio of largest to smallest, a linear scale would press the cheap ones together.
LOG_FROM = 10
ROUND_NUMBERS = [figure * 10.0**power for power in range(-4, 9) for figure in (1, 2, 5)]

MOST_TICKS = 12

# Rounds of one row stand on these lanes (in pixels), or they would hide each other.
LANES = (-8.0, 4.5, -2.5, 8.0, -5.5, 2.0, 6.5)


# What altair's encode() returns, by its own annotations.
Layer = Any


@dataclass(frozen=True)
class Layout:
    """How a chart is laid out, in pixels.

    Attributes:
        width: of the plot.
        step: the height of a row.
        dots: how far the dots stand below the top of their row.
        label: where the name of the row stands, and how it is aligned there.
    """

    width: int
    step: int
    dots: int
    label: dict[str, Any]


LAYOUTS = {
    "wide": Layout(620, 26, 13, {"x": -12, "y": 13, "align": "right"}),
    "narrow": Layout(330, 42, 29, {"x": 6, "y": 11, "align": "left"}),
}


@dataclass(frozen=True)
class Scale:
    """The axis of the figure that counts: its kind, its ends, and its numbers if chosen here."""

    kind: Literal["linear", "log"]
    domain: tuple[float, float]
    ticks: list[float] | None = None


def draw(standing: Standing, layout: str) -> str:
    """Draw a course as SVG; the layout is `wide` or `narrow`."""
    return vl_convert.vegalite_to_svg(specification(standing, LAYOUTS[layout]))


def specification(standing: Standing, layout: Layout) -> dict[str, Any]:
    """Say in Vega-Lite what the chart of a course looks like."""
    across = partial(alt.X, "value:Q", **_axis(standing))
    parts = (_lines, _reference, _labels, _quartiles, _rounds, _medians, _fates)
    layers = [part(standing, layout, across) for part in parts]
    chart = alt.layer(*layers).properties(
        width=layout.width, height=layout.step * len(standing.rows), background="transparent"
    )
    styled = chart.configure(font=FONT, aria=False).configure_view(stroke=None)
    specified: dict[str, Any] = styled.to_dict()
    return specified


def shapes(standing: Standing) -> dict[str, str]:
    """The shape of each strategy's median, in the order in which the strategies appear."""
    strategies = dict.fromkeys(names.strategy(row.entrant) for row in standing.rows)
    return dict(zip(strategies, cycle(SHAPES), strict=False))


def scale(standing: Standing) -> Scale:
    """Choose a scale that holds every round of a course."""
    values = [value for row in standing.rows for value in row.by_block.values()] or [1.0]
    least, most = min(values), max(values)
    if standing.counts == "efficiency":
        return Scale("linear", (min(0.9, floor(least * 20) / 20), max(1.0, most)))
    return _log(least, most) if 0 < least * LOG_FROM < most else Scale("linear", (0, most * 1.03))


def _log(least: float, most: float) -> Scale:
    start = max(each for each in ROUND_NUMBERS if each <= least)
    end = min(each for each in ROUND_NUMBERS if each >= most)
    within = [each for each in ROUND_NUMBERS if start <= each <= end]
    return Scale("log", (start, end), within[:: 1 if len(within) <= MOST_TICKS else 3])


def _axis(standing: Standing) -> dict[str, Any]:
    chosen = scale(standing)
    title = AXES[standing.counts] + (" · log scale" if chosen.kind == "log" else "")
    ticks: dict[str, Any] = {"values": chosen.ticks} if chosen.ticks else {"tickCount": 6}
    return {
        "scale": alt.Scale(type=chosen.kind, domain=chosen.domain, nice=False, zero=False),
        "axis": alt.Axis(title=title, **ticks, **AXIS_STYLE),
    }


AXIS_STYLE: dict[str, Any] = {
    "titleColor": INK,
    "titleFontWeight": "normal",
    "titleFontSize": 12,
    "titlePadding": 8,
    "labelColor": QUIET,
    "labelFontSize": 11.5,
    "labelFlush": False,
    "labelOverlap": False,
    "gridColor": LINE,
    "domain": False,
    "ticks": False,
    "labelPadding": 6,
}


def _layer(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _down(standing: Standing, layout: Layout) -> alt.Y:
    height = layout.step * len(standing.rows)
    return alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False, zero=False))


def _look(row: Row, standing: Standing) -> dict[str, str]:
    colour = COLOURS.get(names.family(row.entrant), OTHER_COLOUR)
    return {"colour": colour, "shape": shapes(standing)[names.strategy(row.entrant)]}


def _lines(standing: Standing, layout: Layout, _: Any) -> Layer:
    edges = [{"y": layout.step * edge} for edge in range(len(standing.rows) + 1)]
    rule = _layer(edges).mark_rule(stroke=LINE, strokeWidth=1)
    return rule.encode(y=_down(standing, layout), x=alt.value(0), x2=alt.value(layout.width))


def _reference(standing: Standing, layout: Layout, across: Any) -> Layer:
    medians = [
        spread.median
        for row in standing.rows
        if row.entrant == standing.reference and (spread := row.figures.get(standing.counts))
    ]
    # In pieces, or it would cross out the reason of an entrant without figures.
    pieces = [
        {"value": median, "y": layout.step * index, "end": layout.step * (index + 1)}
        for median in medians
        for index, row in enumerate(standing.rows)
        if row.by_block
    ]
    rule = _layer(pieces).mark_rule(stroke=QUIET, strokeDash=[3, 3], strokeWidth=1)
    return rule.encode(x=across(), y=_down(standing, layout), y2="end:Q")


def _labels(standing: Standing, layout: Layout, _: Any) -> Layer:
    return alt.layer(
        *(
            _layer(rows)
            .mark_text(fontWeight=weight, fill=INK, align=layout.label["align"], **LABEL_STYLE)
            .encode(x=alt.value(layout.label["x"]), y=_down(standing, layout), text="label:N")
            for weight, rows in _by_weight(standing, layout).items()
        )
    )


LABEL_STYLE: dict[str, Any] = {"baseline": "middle", "fontSize": 12.5}


def _by_weight(standing: Standing, layout: Layout) -> dict[Any, list[dict[str, Any]]]:
    rows: dict[Any, list[dict[str, Any]]] = {"normal": [], "bold": []}
    for index, row in enumerate(standing.rows):
        weight = "bold" if row.entrant == standing.reference else "normal"
        rows[weight].append({"y": layout.step * index + layout.label["y"], "label": row.entrant})
    return rows


def _at(standing: Standing, layout: Layout) -> list[tuple[float, Row]]:
    return [(layout.step * i + layout.dots, row) for i, row in enumerate(standing.rows)]


def _quartiles(standing: Standing, layout: Layout, across: Any) -> Layer:
    bars = [
        {"y": y, "value": spread.lower, "upper": spread.upper, **_look(row, standing)}
        for y, row in _at(standing, layout)
        if (spread := row.figures.get(standing.counts))
    ]
    rule = _layer(bars).mark_rule(strokeWidth=20, opacity=0.26)
    return rule.encode(
        x=across(),
        x2="upper:Q",
        y=_down(standing, layout),
        stroke=alt.Stroke("colour:N", scale=None),
    )


def _rounds(standing: Standing, layout: Layout, across: Any) -> Layer:
    dots = [
        {"y": y + LANES[block % len(LANES)], "value": value, **_look(row, standing)}
        for y, row in _at(standing, layout)
        for block, value in row.by_block.items()
    ]
    circle = _layer(dots).mark_circle(size=11, opacity=0.65)
    return circle.encode(
        x=across(), y=_down(standing, layout), fill=alt.Fill("colour:N", scale=None)
    )


def _medians(standing: Standing, layout: Layout, across: Any) -> Layer:
    medians = [
        {"y": y, "value": spread.median, **_look(row, standing)}
        for y, row in _at(standing, layout)
        if (spread := row.figures.get(standing.counts))
    ]
    point = _layer(medians).mark_point(size=62, opacity=1, stroke=PAPER, strokeWidth=1.3)
    return point.encode(
        x=across(),
        y=_down(standing, layout),
        fill=alt.Fill("colour:N", scale=None),
        shape=alt.Shape("shape:N", scale=None),
    )


def _fates(standing: Standing, layout: Layout, _: Any) -> Layer:
    reasons = [
        {"y": y, "label": fate(row)}
        for y, row in _at(standing, layout)
        if not row.figures.get(standing.counts)
    ]
    text = _layer(reasons).mark_text(
        align="left",
        baseline="middle",
        fontStyle="italic",
        fill=QUIET,
        fontSize=11.5,
        limit=layout.width - 12,
    )
    return text.encode(x=alt.value(6), y=_down(standing, layout), text="label:N")
