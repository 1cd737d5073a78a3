"""Numbers and fates as text.

Strategy: each is worded here once, so the tables, the charts, the verdict and both pages say the
same.
"""

from collections.abc import Sequence

from report.comparison import Interval
from report.figures import Row
from report.results import Mishap

UNITS = {"cpu": "CPU µs per call", "wall": "wall µs per call", "efficiency": "efficiency"}

# A ratio of efficiencies lives close to 1, so it is told with one more decimal.
FIXED = {"efficiency": 3, "efficiency ratio": 3}
SIGNS = {"cpu ratio": "×", "efficiency ratio": "×"}

# So many names a reader takes in at once; of more, the rest is counted.
A_FEW = 3

NOTHING = "—"


def ranged(figure: str, interval: Interval | None) -> str:
    """Word an estimate with its interval in parentheses; bare, if the interval says nothing."""
    if interval is None:
        return NOTHING
    decimals = FIXED.get(figure, _decimals(interval.estimate))
    values = (interval.estimate, interval.lower, interval.upper)
    estimate, lower, upper = (f"{value:.{decimals}f}" for value in values)
    around = f" ({lower}–{upper})" if interval.bounded else ""
    return f"{estimate}{SIGNS.get(figure, '')}{around}"


def number(value: float | None, decimals: int | None = None) -> str:
    """Word a figure without an interval, with decimals that suit its size if none are given."""
    if value is None:
        return NOTHING
    return f"{value:.{_decimals(abs(value)) if decimals is None else decimals}f}"


def percent(ratio: float) -> str:
    """Word how far a ratio is beyond 1, such as `3.1 %`."""
    return f"{100 * (ratio - 1):.1f} %"


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
    shown = [*items[:A_FEW], f"{more} more"] if more > 1 else items
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


def counted(count: int, what: str) -> str:
    """Word how many there are of something, such as `1 block` and `2 blocks`."""
    return f"{count} {what}{'s'[: count != 1]}"


def _decimals(value: float) -> int:
    return next(decimals for decimals, beyond in ((0, 100), (1, 10), (2, 0)) if value >= beyond)
