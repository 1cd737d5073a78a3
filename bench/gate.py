"""The gate before the race: every entrant is held against the short form of the rules.

Strategy: in a process of its own on its own interpreter, as it will race, so that one that hangs
or dies takes nobody with it; a few at once, since nothing is timed yet.  Whoever breaks a rule
races still, and carries the mark wherever its figures appear.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress

from bench.entrants import Entrant
from bench.stable import Out, StableOf, Worker, far_end
from report.results import UNTOLD, Broken

AT_ONCE = 4
"""Processes; most of the time they wait, one of a faulty variant for seconds."""

PATIENCE = 60.0
"""Seconds for all of the short form, of which each part has its own deadline."""

Held = Mapping[str, list[Broken]]


class Examiner(Worker):
    """One entrant's process, which holds it against the rules."""

    remote = far_end("bench.gatekeeper")

    def verdict(self) -> list[Broken]:
        """Wait for the rules that it broke.

        Raises:
            Out: it hung, died or failed.
        """
        self.load()
        return [Broken(*each) for each in self._receive(PATIENCE)]


class Examiners(StableOf[Examiner]):
    """The processes of all entrants."""

    kind = Examiner


def held(entrants: Sequence[Entrant], tell: Callable[[Entrant], None]) -> Held:
    """Hold the entrants against the short form of the rules.

    Args:
        entrants: those that can take part; what runs the same code is held once.
        tell: hears who is next.

    Returns:
        By the entrant's name, the rules that it broke.
    """
    one_of = {each.code: each for each in reversed(entrants)}
    different = list(reversed(one_of.values()))
    found: dict[tuple[str, str], list[Broken]] = {}
    for first in range(0, len(different), AT_ONCE):
        found |= _examined(different[first : first + AT_ONCE], tell)
    return {each.name: found[each.code] for each in entrants}


def _examined(
    few: Sequence[Entrant], tell: Callable[[Entrant], None]
) -> dict[tuple[str, str], list[Broken]]:
    with closing(Examiners(None)) as examiners:
        for each in few:
            tell(each)
            with suppress(Out):  # told when its verdict is asked for
                examiners.worker(each)
        return {each.code: _verdict(examiners, each) for each in few}


def _verdict(examiners: Examiners, entrant: Entrant) -> list[Broken]:
    try:
        return examiners.worker(entrant).verdict()
    except Out as out:
        return [Broken(UNTOLD, f"{out.kind}: {out}")]
