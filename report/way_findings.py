"""What can be said of a way, by written-down rules: the findings, each with what makes it apply.

Strategy: an ordered table.  Each rule of the catalogue that is required belongs to exactly one
finding, and so do those that chance decides and whose fault is sure once it is seen; traits belong
to none.  A fault that the runtime itself has counts like any other where the limit, the results,
the errors and the stopping are concerned.  A lesser one makes no verdict, since no way on that
runtime escapes it, and neither does what is small: both stand behind `recommended`, which always
applies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from report.families import FLOOR
from report.matrix import Verdict
from report.results import UNTOLD
from report.verdict import ENOUGH
from report.way_facts import SPECIMEN, Facts
from report.way_faults import Fault
from report.way_race import Raced
from report.words import ranged

DEARER = 1.5
"""A charge so many times that of `workers` is felt where calls are cheap; less is often noise of
how a way is written."""

GROWS = 1.5
"""In a batch that is 100 times as large a call costs a little more, since caches are missed.  What
is proportional to the batch would be far beyond this."""

HEAVY = 1000
"""Bytes for each pending call: a task is about as large, a result and its place far smaller.  Of
this a million calls would take a gigabyte."""

CUTS = "cuts off calls in progress"
LAZY = "draws its arguments lazily"
"""What a way may declare that it cannot do, in the words of `impls.contract.Ability`."""

CLIENT = "client"
"""The group of whole clients, of which `null`, where nothing is sent, says nothing."""


class Weight(StrEnum):
    """What a verdict means for whoever has to choose."""

    GOOD = "good"
    MIND = "mind"
    """It depends on the batch."""
    BAD = "bad"
    NONE = "none"
    """Nothing can be said, or nobody has to choose."""


Because = Callable[[Facts], Iterator[str]]


def _nothing(_: Facts) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Finding:
    """Something that can be said of a way.

    Attributes:
        words: as the verdict.
        beside: as told beside another verdict; empty if it is not.
        says: when it applies, in one sentence.
        rules: those that it takes to be broken, any of them.
        because: what else makes it apply, in words; nothing if it does not.
    """

    words: str
    beside: str
    weight: Weight
    says: str
    rules: tuple[str, ...] = ()
    because: Because = _nothing

    @property
    def only_names(self) -> bool:
        """Whether its words say no more than which rules are broken."""
        return "{rules}" in self.words


def finding_of(fault: Fault, facts: Facts) -> Finding | None:
    """Give the finding that a fault belongs to; of a rule that nobody has sorted, none."""
    if fault.hung:
        return HANGS
    if fault.rule == UNTOLD:
        return WRONG
    found = FINDING_OF.get(fault.rule)
    return SMALL if found is LESSER and fault.rule in facts.runtimes else found


def _missing(facts: Facts) -> Iterator[str]:
    if facts.missing:
        yield facts.missing.removeprefix("not installed: ")


def _shown(facts: Facts, verdict: Verdict) -> Iterator[str]:
    for each in facts.shown:
        if each.verdict is verdict:
            where = f" ({each.who})" if each.who else ""
            yield f"{each.seen or each.verdict}{where}"


def _specimen(facts: Facts) -> Iterator[str]:
    yield from _shown(facts, Verdict.BROKEN)


def _refused(facts: Facts) -> Iterator[str]:
    yield from _shown(facts, Verdict.KEPT)


def _uncut(facts: Facts) -> Iterator[str]:
    if CUTS in facts.cannot:
        yield facts.cannot[CUTS]


def _inefficient(facts: Facts) -> Iterator[str]:
    raced = facts.raced
    found = raced.efficiency if raced else None
    if raced and found and found.bounded and found.upper < ENOUGH and _idler(raced):
        yield f"efficiency {ranged('efficiency', found)} on web"


def _idler(raced: Raced) -> bool:
    """Whether it is told from workers, or there are none; what idles both is the machine."""
    ratio = raced.kept_busy
    return ratio is None or (ratio.bounded and ratio.upper < 1)


def _unbounded(facts: Facts) -> Iterator[str]:
    if LAZY in facts.cannot:
        yield facts.cannot[LAZY]
    yield from _cost_grows(facts)
    pending = facts.grown.pending if facts.grown else None
    if pending and pending.lowest > HEAVY:
        yield f"{pending.middle:,.0f} bytes for each pending call"


def _cost_grows(facts: Facts) -> Iterator[str]:
    grown = facts.grown
    if grown and grown.times and grown.times.lowest > GROWS:
        among = f"among {grown.largest:,} calls each costs"
        further = f", and {grown.stopped}" if grown.stopped else ""
        yield f"{among} {grown.times.middle:.1f} times what one of few costs{further}"


def _dearer(facts: Facts) -> Iterator[str]:
    for course, ratio in facts.raced.charges.items() if facts.raced else ():
        told = ratio.bounded and ratio.lower > DEARER
        if told and (course, facts.group) != ("null", CLIENT):
            yield f"{ranged('cpu ratio', ratio)} on {course}"


def _untried(facts: Facts) -> Iterator[str]:
    if not facts.tried:
        yield "it was not held against the rules"
    elif facts.untried:
        yield f"it was held against {facts.tried} rules, and not against {facts.untried}"
    for each in facts.faults:
        if finding_of(each, facts) is None:
            yield f"it breaks {each.rule}, which no finding knows"


def _unmeasured(facts: Facts) -> Iterator[str]:
    if not (facts.raced and facts.raced.measured):
        yield f"it was held against {facts.tried} rules, and the race has no sure figure of it"


def _always(facts: Facts) -> Iterator[str]:
    yield f"it was held against {facts.tried} rules, and raced"


def _floor(facts: Facts) -> Iterator[str]:
    if facts.name == FLOOR:
        yield "no runtime, and no coroutines"


WRONG = Finding(
    "gives wrong results",
    "gives wrong results",
    Weight.BAD,
    "a result is missing, in the wrong place, or another's, or a round of the race was no "
    "sample, since what came of it was wrong",
    ("R1", "F3", "F11", "X4", "X5", "X11", "X13"),
)

HANGS = Finding(
    "hangs or fails",
    "hangs or fails",
    Weight.BAD,
    "a batch did not end, or failed as a whole, whatever rule it was held against, in the race, "
    "or as it grew",
    ("L8", "E13", "C17", "F4", "X12"),
)

LESSER = Finding(
    "breaks {rules}",
    "breaks",
    Weight.MIND,
    "it breaks a lesser rule, and the plain runtime's own workers do not",
    (
        *("E2", "E9", "E10", "E12"),
        *("C7", "C9", "C10", "C12", "C13", "C14", "C15"),
        *("R3", "S4", "S5", "S6"),
        *("F1", "F2", "F5", "F6", "F7", "F8", "F9", "F10"),
        *("X6", "X14", "K3"),
    ),
)
"""What harms less than what stands above it, or only where a call does what few calls do, such as
to raise CancelledError or StopIteration by itself; each by its number."""

UNMEASURED = Finding(
    "keeps the rules",
    "",
    Weight.NONE,
    "nothing speaks against it, but the race did not measure it, or in too few generations",
    because=_unmeasured,
)

RECOMMENDED = Finding(
    "recommended",
    "",
    Weight.GOOD,
    "none of these: it keeps every required rule that its runtime lets it keep, but for small "
    "ones, and what was measured of it says nothing else",
    because=_always,
)

SMALL = Finding(
    "breaks {rules}",
    "breaks",
    Weight.MIND,
    "never the verdict, and told beside any other: it breaks a small rule, or a lesser one that "
    "the plain runtime's own workers break, too",
    ("E14", "C16", "X10"),
)
"""What changes nobody's choice."""

FINDINGS = (
    Finding(
        "not installed",
        "",
        Weight.NONE,
        "on no Python here it could be run",
        because=_missing,
    ),
    Finding(
        "can't work",
        "can't work",
        Weight.BAD,
        f"it carries no batch, so that only a {SPECIMEN} shows it; what was seen stands beside it",
        because=_specimen,
    ),
    Finding(
        "refused, with an error",
        "refused, with an error",
        Weight.NONE,
        f"it carries no batch either, but the {SPECIMEN} that shows it was told so, by an error",
        because=_refused,
    ),
    Finding(
        "breaks the limit",
        "breaks the limit",
        Weight.BAD,
        "the server saw more calls in progress than the limit, in the rules or in the race",
        ("L1", "L2", "L3", "L6"),
    ),
    WRONG,
    Finding(
        "loses errors",
        "loses errors",
        Weight.BAD,
        "a call failed, or a deadline passed, and nobody heard of it",
        ("E8", "E11", "C6"),
    ),
    HANGS,
    Finding(
        "can't be cancelled",
        "can't be cancelled",
        Weight.BAD,
        "a cancellation, Ctrl-C or a consumer that stops is lost, or leaves calls running; or the "
        "way declares that it can't cut off calls",
        ("C1", "C2", "C3", "C4", "C5", "C11", "C18", "S3", "X1", "K1"),
        _uncut,
    ),
    Finding(
        "goes on after a failure",
        "goes on after a failure",
        Weight.BAD,
        "after a failure other calls begin or run on, or it is told only when they have ended",
        ("E1", "E3", "E4", "E15", "X15"),
    ),
    Finding(
        "leaks",
        "leaks",
        Weight.BAD,
        "after failures and cancellations descriptors are left, or connections of no more use",
        ("X2", "X3"),
    ),
    Finding(
        "leaves slots idle",
        "leaves slots idle",
        Weight.MIND,
        "while calls remain, fewer than the limit are in progress; or the efficiency on web is "
        f"below {ENOUGH}, and below that of workers on the same runtime if those raced, each by "
        "its whole interval",
        ("L4", "L5", "L7"),
        _inefficient,
    ),
    Finding(
        "tells only one of several errors",
        "tells only one of several errors",
        Weight.MIND,
        "of two calls that fail, or of a call and another's clean-up, one error is raised and the "
        "other lost",
        ("E6", "E7"),
    ),
    Finding(
        "fine for small batches",
        "grows with the batch",
        Weight.MIND,
        "it draws all arguments at once; or, in each process that was measured, a call costs more "
        f"than {GROWS} times as much in the largest batch as in the smallest, or {HEAVY:,} bytes "
        "while it waits; or others must wait while it begins",
        ("S1", "S2", "X7", "X8", "X9"),
        _unbounded,
    ),
    Finding(
        "costs more",
        "costs more",
        Weight.MIND,
        f"on loopback or null it charges more than {DEARER} times what workers on the same "
        "runtime charge, by its whole interval; of whole clients null says nothing",
        because=_dearer,
    ),
    LESSER,
    Finding(
        "the floor",
        "",
        Weight.NONE,
        "it is what all others are measured against, and no way to write programs",
        because=_floor,
    ),
    Finding(
        "cannot tell",
        "",
        Weight.NONE,
        "nothing speaks against it, but it was not held against all required rules",
        because=_untried,
    ),
    UNMEASURED,
    RECOMMENDED,
    SMALL,
)
"""In this order."""

FINDING_OF = {rule: each for each in FINDINGS for rule in each.rules}
"""By rule."""
