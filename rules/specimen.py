"""Specimens: small programs of ways that no variant here takes, each shown on one rule.

Strategy: a specimen is a function of the origin, written as people write that way.  Like a check
it gives what was seen if the rule is kept, and raises AssertionError with the rule's number and
what was seen if not.  Which of the two must happen is declared beside it, and strict.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from impls.registry import lacking
from origin.process import Origin
from rules.catalogue import RULES, Rule
from rules.known import Known
from rules.loading import import_all

Shown = Callable[[Origin], str]


class Specimen(NamedTuple):
    """A way, and a rule that it shows.

    Attributes:
        way: what people would call it, such as `asyncio.to_thread behind a Semaphore`.
        rule: what it is shown on.
        needs: the modules that must be installed for it.
        fault: why it breaks the rule, and where; None if it keeps it.
        run: the program.
    """

    way: str
    rule: Rule
    needs: Sequence[str]
    fault: Known | None
    run: Shown

    @property
    def name(self) -> str:
        """The rule's number and the function's name."""
        return f"{self.rule.number}-{getattr(self.run, '__name__', self.way)}"

    def missing(self) -> str | None:
        """Say what it needs and does not find here, if anything."""
        return lacking(self.needs)


SPECIMENS: dict[str, Specimen] = {}


def specimen(
    number: str, way: str, *needs: str, fault: Known | None = None
) -> Callable[[Shown], Shown]:
    """Enter a program that shows this rule."""

    def enter(run: Shown) -> Shown:
        entered = Specimen(way, RULES[number], needs, fault, run)
        if entered.name in SPECIMENS:
            raise ValueError(f"there are two specimens {entered.name}")
        SPECIMENS[entered.name] = entered
        return run

    return enter


def all_specimens() -> dict[str, Specimen]:
    """Give every specimen by its name."""
    import_all("rules.specimens")
    return SPECIMENS
