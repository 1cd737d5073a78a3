"""The claims, and the table that holds each against what was measured.

Strategy: a claim is a row of data: what it says, in which unit, and what we aim at.  Whether an
aim is met is computed here alone, from the median, and printed whichever way it turns out.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from rich.table import Table

COMPARES = {"≤": operator.le, "≥": operator.ge}


@dataclass(frozen=True)
class Measurement:
    """What was measured of one subject of a claim.

    Attributes:
        claim: by its name in `CLAIMS`.
        subject: of what.
        values: one for each round or block; none where it could not be measured.
        note: what explains the values, or why there are none.
        failed: whether there are none because it failed.
    """

    claim: str
    subject: str
    values: Sequence[float]
    note: str = ""
    failed: bool = False


class Aim(NamedTuple):
    """What the median should be."""

    compare: str
    bound: float

    def met(self, values: Sequence[float]) -> bool:
        """Hold the median against the bound."""
        compare: Callable[[float, float], bool] = COMPARES[self.compare]
        return compare(median(values), self.bound)


Shown = Callable[[Sequence[Measurement]], Sequence[Measurement]]


def every(measurements: Sequence[Measurement]) -> Sequence[Measurement]:
    """Show all subjects."""
    return measurements


def lowest(measurements: Sequence[Measurement]) -> Sequence[Measurement]:
    """Show the subject with the lowest median, and those that have none."""
    unmeasured = [each for each in measurements if not each.values]
    measured = [each for each in measurements if each.values]
    return sorted(measured, key=lambda each: median(each.values))[:1] + unmeasured


class Claim(NamedTuple):
    """What this project says of itself.

    Attributes:
        says: the figure in words.
        unit: how a value is written.
        aim: what it should be; None for a finding.
        shown: which of its measurements have a row.
    """

    says: str
    unit: str
    aim: Aim | None = None
    shown: Shown = every


CLAIMS = {
    "null": Claim(
        "null: CPU that `workers` adds to the bare loop of the same call", "{:.1%}", Aim("≤", 0.15)
    ),
    "aiohttp": Claim(
        "loopback: CPU of a call, over the same with aiohttp", "{:.3f}", Aim("≤", 1 / 3)
    ),
    "wrk": Claim(
        "calls per second, over those of wrk with as many connections", "{:.2f}", Aim("≥", 0.70)
    ),
    "floor": Claim(
        "loopback: CPU of a call with the most that asyncio gives, over that of the floor",
        "{:.3f}",
        Aim("≥", 1.0),
    ),
    "stream": Claim(
        "loopback: CPU of a call on trio's SocketStream, over that on its plain socket", "{:.3f}×"
    ),
    "heap": Claim("loopback: CPU of a call in a young process, over an aged one", "{:.2f}×"),
    "web": Claim(
        "web: efficiency, the lowest of all async variants", "{:.3f}", Aim("≥", 0.95), lowest
    ),
    "memory": Claim(
        "null: peak memory of 1,000,000 calls beyond that of 10,000 and the results",
        "{:.1f} MB",
        Aim("≤", 10.0),
    ),
}


def table(measurements: Iterable[Measurement]) -> Table:
    """Give a section for each claim that was measured, and in it a row for each subject."""
    measured = list(measurements)
    shown = Table("claim")
    for heading in ("of", "median (range)", "aim", "met"):
        shown.add_column(heading, no_wrap=heading in ("of", "aim"))
    for name, claim in CLAIMS.items():
        shown.add_section()
        says = claim.says
        for each in claim.shown([each for each in measured if each.claim == name]):
            shown.add_row(says, each.subject, figure(claim, each), aim(claim), met(claim, each))
            says = ""
    return shown


def figure(claim: Claim, measurement: Measurement) -> str:
    """Write the median, the range, and the note."""
    values = measurement.values
    if not values:
        return measurement.note
    middle, low, high = map(claim.unit.format, (median(values), min(values), max(values)))
    ranged = f"{middle} ({low} – {high})" if len(values) > 1 else middle
    return f"{ranged}; {measurement.note}" if measurement.note else ranged


def aim(claim: Claim) -> str:
    """Write what is aimed at."""
    return f"{claim.aim.compare} {claim.unit.format(claim.aim.bound)}" if claim.aim else "none"


def met(claim: Claim, measurement: Measurement) -> str:
    """Say whether the aim is met."""
    if not measurement.values:
        return "not measured"
    if claim.aim is None:
        return "a finding"
    return "met" if claim.aim.met(measurement.values) else "NOT MET"
