"""The gate before the race: every entrant is held against the short form of the rules.

Strategy: in a process of its own on its own interpreter, as it will race, so that one that hangs
or dies takes nobody with it; a few at once, since nothing is timed yet, and the next as soon as one
has its verdict.  Processes are started here, and waited for by a thread each.  Whoever breaks a
rule races still, and carries the mark wherever its figures appear.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from queue import SimpleQueue

from outcome import Outcome, capture

from bench.entrants import Entrant
from bench.stable import Out, StableOf, Worker, far_end
from report.results import UNTOLD, Broken

AT_ONCE = 4
"""Processes; most of the time they wait, one of a faulty variant for seconds."""

PATIENCE = 60.0
"""Seconds for all of the short form, of which each part has its own deadline."""

Held = Mapping[str, list[Broken]]
Code = tuple[str, str]
Verdict = tuple[Code, list[Broken]]


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
    found = _examined(list(reversed(one_of.values())), tell)
    return {each.name: found[each.code] for each in entrants}


def _examined(
    entrants: Sequence[Entrant], tell: Callable[[Entrant], None]
) -> dict[Code, list[Broken]]:
    verdicts = SimpleQueue[Outcome[Verdict]]()
    came: list[Verdict] = []
    with closing(Examiners(None)) as examiners:
        for number, each in enumerate(entrants):
            if number >= AT_ONCE:
                came.append(verdicts.get().unwrap())
            tell(each)
            examiner = _started(examiners, each)
            examiners.meanwhile(lambda *of: verdicts.put(capture(_verdict, *of)), each, examiner)
        return dict(came + [verdicts.get().unwrap() for _ in entrants[len(came) :]])


def _started(examiners: Examiners, entrant: Entrant) -> Examiner | Out:
    try:
        return examiners.worker(entrant)
    except Out as out:
        return out


def _verdict(entrant: Entrant, examiner: Examiner | Out) -> Verdict:
    try:
        if isinstance(examiner, Out):
            raise examiner
        return entrant.code, examiner.verdict()
    except Out as out:
        return entrant.code, [Broken(UNTOLD, f"{out.kind}: {out}")]
    finally:
        if isinstance(examiner, Examiner):
            examiner.kill()  # if it hangs, it would take the others' time
