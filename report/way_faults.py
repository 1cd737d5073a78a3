"""What is wrong with a way: which rule it breaks, where that was seen, and what.

Strategy: one word for all that speaks against a way and was seen to happen, by the test run, by
the gate before the race, in the race, or as its batch grew.  What hangs or fails as a whole is
told from what breaks the rule in whose check that happened: nobody can tell which rule it broke.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from report.evidence import beside
from report.matrix import Verdict
from report.results import UNTOLD, Broken
from report.rules import Promises

NEVER_ENDED = "the batch never ended"
"""What a check has seen that was ended from outside."""

BEFORE_THE_RACE = "before the race"


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a way.

    Attributes:
        rule: the number of the rule that it breaks; `UNTOLD` if nobody can tell which.
        seen: what was seen, in a few words.
        pythons: on which ones, if not on all; by the test run.
        when: it was, if not in the test run.
        hung: whether a batch never ended, or failed as a whole.
    """

    rule: str
    seen: str
    pythons: tuple[str, ...] = ()
    when: str = ""
    hung: bool = False

    @property
    def where(self) -> str:
        """On which Pythons it is, or when it was; empty if the rules say so of all Pythons."""
        return self.when or ", ".join(self.pythons)


def of_matrix(promises: Promises, way: str) -> Iterator[Fault]:
    """Give what the test run saw: for each rule all that was seen, and apart from it what hung."""
    for rule, pythons in promises.broken(way).items():
        seen = _seen(promises, rule, way)
        for hung in (False, True):
            if some := [each for each in seen if (NEVER_ENDED in each) is hung]:
                yield Fault(rule, "; ".join(some), pythons, hung=hung)


def _seen(promises: Promises, rule: str, way: str) -> dict[str, None]:
    broken = (each for each in promises.marks(rule, way) if each.verdict is Verdict.BROKEN)
    return dict.fromkeys(seen for mark in broken for seen in mark.seen)


def of_gate(broke: Broken) -> Fault:
    """Give what the gate before the race saw."""
    hung = broke.rule == UNTOLD or NEVER_ENDED in broke.seen
    return Fault(broke.rule, beside(broke.rule, broke.seen), when=BEFORE_THE_RACE, hung=hung)
