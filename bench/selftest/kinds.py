"""The kinds of trials, by the names that the command line takes.

Strategy: a table says what each kind stands on and how long it takes, so that whoever asks for a
few waits for nothing that these don't need, and sees how far they are.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from bench.selftest import trials
from bench.selftest.drawing import exactly
from bench.selftest.parts import Parts
from bench.selftest.recording import Costs, recorded_cost, recorded_races
from bench.selftest.size import Size
from report.method import Trial
from report.results import Results


class Evidence:
    """What was recorded, read once and when it is needed."""

    def __init__(self, folder: Path, size: Size) -> None:
        """Take the recording in this folder, made in this size."""
        self.size = size
        self._folder = folder

    @cached_property
    def races(self) -> list[Results]:
        """All races.

        Raises:
            Unmeasured: there are none, or something went wrong in one.
        """
        return recorded_races(self._folder)

    @cached_property
    def costs(self) -> Costs:
        """What recording cost.

        Raises:
            Unmeasured: it was not recorded.
        """
        return recorded_cost(self._folder)


class Kind(NamedTuple):
    """A kind of trial.

    Attributes:
        says: what it finds, in words.
        needs_races: or else the cost of recording.
        work: how long judging takes, in races.
        trials: made of the evidence.
    """

    says: str
    needs_races: bool
    work: float
    trials: Callable[[Evidence, Parts], list[Trial]]


def alarms(evidence: Evidence, parts: Parts) -> list[Trial]:
    """Try how often a difference is told where there is none, among copies and among others."""
    return [
        each(evidence.races, parts.begin("counting false alarms", ALARMS / 2))
        for each in (trials.alarms, trials.alarms_among_others)
    ]


def power(evidence: Evidence, parts: Parts) -> list[Trial]:
    """Try how often a difference is told that is there, in thorough races where enough is there."""
    exact = exactly(evidence.races)
    standard = trials.power(exact, parts.begin("counting what was told", POWER / 2))
    part = parts.begin("making thorough races", POWER / 2)
    return [standard, *trials.power_of_thorough(exact, part)]


def coverage(evidence: Evidence, parts: Parts) -> list[Trial]:
    """Try how often an interval holds the truth."""
    part = parts.begin("simulating races", COVERAGE)
    return [trials.coverage(evidence.races, evidence.size, part)]


def cost(evidence: Evidence, _: Parts) -> list[Trial]:
    """Try what recording costs."""
    return [trials.cost(evidence.costs)]


ALARMS, POWER, COVERAGE = 0.1, 0.1, 1.5
KINDS: Mapping[str, Kind] = {
    "alarms": Kind("how often it tells a difference where there is none", True, ALARMS, alarms),
    "power": Kind("how often it tells a difference that is there", True, POWER, power),
    "coverage": Kind("how often an interval holds the truth", True, COVERAGE, coverage),
    "cost": Kind("how much CPU recording adds to a call", False, 0.0, cost),
}
