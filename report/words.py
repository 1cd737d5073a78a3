"""Numbers and fates as text.

Strategy: each is worded here once, so the tables, the charts, the verdict and both pages say the
same.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from report.comparison import Interval
from report.figures import Row
from report.results import Mishap

UNITS = {"cpu": "CPU µs per call", "wall": "wall µs per call", "efficiency": "efficiency"}

# A ratio of efficiencies lives close to 1, so it is told with one more decimal.
FIXED = {"efficiency": 3, "efficiency ratio": 3}
SIGNS = {"cpu ratio": "×", "efficiency ratio": "×"}

MOST = {"efficiency": 1.0}
"""What a figure can't exceed, however far the arithmetic of an interval goes."""

NO_END = 10
"""An interval that goes on beyond so many times its estimate is worded as having no upper end."""

TOO_COARSE = 2
"""Whoever can tell no less than such a ratio can tell next to nothing; how much is no matter."""

DIGITS = 3

# So many names a reader takes in at once; of more, the rest is counted.
A_FEW = 3

NOTHING = "—"


def ranged(figure: str, interval: Interval | None) -> str:
    """Word an estimate with its interval in parentheses; bare, if the interval says nothing."""
    if interval is None:
        return NOTHING
    decimals = FIXED.get(figure, _decimals(interval.estimate))
    around = in_parentheses(possible(figure, interval), decimals)
    return f"{interval.estimate:.{decimals}f}{SIGNS.get(figure, '')}{around}"


def possible(figure: str, interval: Interval) -> Interval:
    """Leave out of an interval what the figure can't be: nobody beats the ideal."""
    if figure not in MOST or not interval.bounded:
        return interval
    return replace(interval, upper=min(interval.upper, max(MOST[figure], interval.estimate)))


def in_parentheses(interval: Interval, decimals: int) -> str:
    """Word an interval as it stands after its estimate, such as ` (0.98–1.03)`; or nothing."""
    if not interval.bounded:
        return ""
    lower, upper = (f"{end:.{decimals}f}" for end in (interval.lower, interval.upper))
    if interval.upper <= NO_END * max(1, interval.estimate):
        return f" ({lower}–{upper})"
    return f" ({lower} or more)" if float(lower) else " (no bounds)"


def number(value: float | None, decimals: int | None = None) -> str:
    """Word a figure without an interval, with decimals that suit its size if none are given."""
    if value is None:
        return NOTHING
    return f"{value:.{_decimals(abs(value)) if decimals is None else decimals}f}"


def percent(ratio: float) -> str:
    """Word how far a ratio is beyond 1, such as `3.1 %`."""
    return f"{100 * (ratio - 1):.1f} %"


def nothing_below(ratio: float) -> str:
    """Word what could not be told, such as `no difference below 3.1 %`."""
    return f"no difference below {'a factor of two' if ratio > TOO_COARSE else percent(ratio)}"


def digits(value: float) -> str:
    """Word a figure that may be very small, with three digits."""
    decimals = DIGITS - 1 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{value:.{max(0, decimals)}f}"


def share(part: float) -> str:
    """Word a part of 1 as a percentage, with up to three digits."""
    return f"{100 * part:.3g} %"


def one_line(text: str) -> str:
    """Put a text, such as the message of an exception, on one line."""
    return " ".join(text.split())


def fate(row: Row) -> str:
    """Word how an entrant without figures came out: what befell it, when, and why."""
    return f"{row.state}{_when(row.mishap)}: {one_line(row.why or 'no reason was recorded')}"


def _when(mishap: Mishap | None) -> str:
    if mishap is None:
        return ""
    generation = f"generation {mishap.generation}"
    if mishap.block is None:
        return f" before the first block of {generation}"
    return f" in {generation}, block {mishap.block}"


def listed(items: Sequence[str]) -> str:
    """Join a few as prose, and count the rest."""
    more = len(items) - A_FEW
    return all_of([*items[:A_FEW], f"{more} more"] if more > 1 else items)


def all_of(items: Sequence[str]) -> str:
    """Join all as prose, such as `3.11, 3.12 and 3.13`."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if items[1:] else items)


def counted(count: int, what: str) -> str:
    """Word how many there are of something, such as `1 block` and `2 blocks`."""
    return f"{count} {what}{'s'[: count != 1]}"


def _decimals(value: float) -> int:
    return next(decimals for decimals, beyond in ((0, 100), (1, 10), (2, 0)) if value >= beyond)
