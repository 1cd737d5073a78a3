"""Numbers, fates and warnings as text.

Strategy: each is worded here once, so the tables, the charts, the verdict and both pages say the
same.  Warnings are a closed list, each with its remedy.
"""

from report.figures import BUSY, FEWEST_PAIRS, Row, Spread

UNITS = {"cpu": "CPU µs per call", "wall": "wall µs per call", "efficiency": "efficiency"}

# A ratio of efficiencies lives close to 1, so it is told with one more decimal.
FIXED = {"efficiency": 3, "efficiency ratio": 3}
SIGNS = {"cpu ratio": "×", "efficiency ratio": "×"}

# So many names a reader takes in at once; of more, the rest is counted.
A_FEW = 3

# The closed list of warnings: the mark, and what it means and what helps.
WARNINGS = {
    "origin-bound": (
        f"In these rounds the origin was busy for more than {BUSY:.0%} of the time and set the "
        "pace, so the wall clock measures the origin: only the CPU figure speaks. Remedy: a "
        "faster core, or another machine, for the origin."
    ),
    "blocks missing": (
        "It has fewer rounds than there were to be blocks. Remedy: let the race come to its end."
    ),
    "too few": (
        f"Fewer than {FEWEST_PAIRS} rounds: their quartiles say next to nothing, and the verdict "
        "says nothing at all. Remedy: race more blocks."
    ),
}


def ranged(figure: str, spread: Spread | None) -> str:
    """Word a spread as its median, with the quartiles in parentheses; one round has none."""
    if spread is None:
        return "—"
    decimals = FIXED.get(figure, _decimals(spread.median))
    values = (spread.median, spread.lower, spread.upper)
    median, lower, upper = (f"{value:.{decimals}f}" for value in values)
    quartiles = f" ({lower}–{upper})" if spread.count > 1 else ""
    return f"{median}{SIGNS.get(figure, '')}{quartiles}"


def one_line(text: str) -> str:
    """Put a text, such as the message of an exception, on one line."""
    return " ".join(text.split())


def fate(row: Row) -> str:
    """Word how an entrant without figures came out: what befell it, when, and why."""
    return f"{row.state}{_when(row.block)}: {one_line(row.why or 'no reason was recorded')}"


def _when(block: int | None) -> str:
    if block is None:
        return ""
    return " before the first block" if block < 0 else f" in block {block}"


def warnings(row: Row, blocks: int) -> list[str]:
    """Word the warnings that a row with figures deserves; each begins with its mark."""
    cases = (
        (row.bound, f"origin-bound in {row.bound} of {row.rounds} rounds"),
        (row.rounds < blocks, f"blocks missing: {blocks - row.rounds} of {blocks}"),
        (row.rounds < FEWEST_PAIRS, "too few rounds"),
    )
    return [words for applies, words in cases if applies]


def listed(items: list[str]) -> str:
    """Join a few as prose, and count the rest."""
    more = len(items) - A_FEW
    shown = [*items[:A_FEW], f"{more} more"] if more > 1 else items
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


def _decimals(value: float) -> int:
    return next(decimals for decimals, beyond in ((0, 100), (1, 10), (2, 0)) if value >= beyond)
