"""The verdict on a way, by written-down rules: what is known of it, in one of a dozen words.

Strategy: an ordered table.  The first finding that applies is the verdict, and the others that do
are told beside it.  Each rule of the catalogue that is required belongs to exactly one finding;
traits and what chance decides belong to none.  A fault that the runtime itself has counts like
any other where the limit, the results, the errors and the stopping are concerned; a lesser one
counts against nobody, since no way on that runtime escapes it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from report.figures import State
from report.verdict import ENOUGH
from report.way_facts import FLOOR, SPECIMEN, Facts
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


@dataclass(frozen=True)
class Told:
    """A finding that applies to a way.

    Attributes:
        words: the finding's, as it is told here.
        rules: which of its rules the way breaks.
        because: what else makes it apply.
    """

    words: str
    weight: Weight
    rules: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


def judge(facts: Facts) -> tuple[Told, tuple[Told, ...]]:
    """Give the verdict on a way, and what else applies to it."""
    applying = [(each, told) for each in FINDINGS if (told := _told(each, facts))]
    if not applying:
        return RECOMMENDED, ()
    (_, verdict), *others = applying
    also = ((each.beside, told) for each, told in others if each.beside)
    return verdict, tuple(
        Told(_named(beside, told.rules), told.weight, told.rules, told.because)
        for beside, told in also
    )


def is_lesser(told: Told) -> bool:
    """Tell whether it says no more than which rules are broken."""
    return told.words == _named(LESSER.words, told.rules)


def _told(finding: Finding, facts: Facts) -> Told | None:
    rules = tuple(
        each for each in facts.broken if (FINDING_OF.get(each) or LESSER.words) == finding.words
    )
    if finding is LESSER:
        rules = tuple(each for each in rules if each not in facts.runtimes)
    because = tuple(finding.because(facts))
    if not rules and not because:
        return None
    return Told(_named(finding.words, rules), finding.weight, rules, because)


def _named(words: str, rules: tuple[str, ...]) -> str:
    """Fill in the rules where the words ask for them."""
    return words.format(rules=", ".join(rules))


def _missing(facts: Facts) -> Iterator[str]:
    if facts.missing:
        yield facts.missing.removeprefix("not installed: ")


def _specimen(facts: Facts) -> Iterator[str]:
    for each in facts.shown:
        where = f" ({each.who})" if each.who else ""
        yield f"{each.seen or each.verdict}{where}"


def _disqualified(facts: Facts) -> Iterator[str]:
    yield from facts.fates(State.DISQUALIFIED)


def _fell_out(facts: Facts) -> Iterator[str]:
    yield from facts.fates(State.HUNG, State.FAILED, State.DIED)


def _uncut(facts: Facts) -> Iterator[str]:
    if "C2" in facts.declared:
        yield facts.declared["C2"]


def _inefficient(facts: Facts) -> Iterator[str]:
    found = facts.raced.efficiency if facts.raced else None
    if found and found.bounded and found.upper < ENOUGH:
        yield f"efficiency {ranged('efficiency', found)} on web"


def _unbounded(facts: Facts) -> Iterator[str]:
    if "S1" in facts.declared:
        yield facts.declared["S1"]
    grown = facts.grown
    if grown is None or not grown.points:
        return
    if grown.stopped:
        yield grown.stopped
    if grown.times and grown.times > GROWS:
        last = grown.points[-1].calls
        yield f"among {last:,} calls each costs {grown.times:.1f} times what one of few costs"
    if grown.pending and grown.pending > HEAVY:
        yield f"{grown.pending:,.0f} bytes for each pending call"


def _dearer(facts: Facts) -> Iterator[str]:
    for course, ratio in facts.raced.charges.items() if facts.raced else ():
        if ratio.bounded and ratio.lower > DEARER:
            yield f"{ranged('cpu ratio', ratio)} on {course}"


def _untried(facts: Facts) -> Iterator[str]:
    if not facts.tried:
        yield "it was not held against the rules"
    elif facts.untried:
        yield f"it was held against {facts.tried} rules, and not against {facts.untried}"


def _floor(facts: Facts) -> Iterator[str]:
    if facts.name == FLOOR:
        yield "no runtime, and no coroutines"


LESSER = Finding(
    "breaks {rules}",
    "breaks {rules}",
    Weight.MIND,
    "it breaks another rule, and the plain runtime's own workers do not",
    (
        *("E2", "E12", "E14"),
        *("C7", "C9", "C10", "C12", "C13", "C14", "C15", "C16"),
        *("R3", "S4", "S5", "S6"),
        *("F1", "F2", "F5", "F6", "F7", "F8", "F9", "F10"),
        *("X3", "X6", "X10", "X14", "K3"),
    ),
)
"""What harms less than what stands above it, each by its number."""

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
        "",
        Weight.BAD,
        f"it carries no batch, so that only a {SPECIMEN} shows it; what was seen stands beside it",
        because=_specimen,
    ),
    Finding(
        "breaks the limit",
        "breaks the limit",
        Weight.BAD,
        "the server saw more calls in progress than the limit, in the rules or in the race",
        ("L1", "L2", "L3", "L6"),
    ),
    Finding(
        "gives wrong results",
        "gives wrong results",
        Weight.BAD,
        "a result is missing, in the wrong place, or another's, or a round of the race was no "
        "sample, since what came of it was wrong",
        ("R1", "F3", "F11", "X4", "X5", "X11", "X13"),
        _disqualified,
    ),
    Finding(
        "loses errors",
        "loses errors",
        Weight.BAD,
        "a call failed, or a deadline passed, and nobody heard of it",
        ("E6", "E7", "E8", "E9", "E10", "E11", "C6"),
    ),
    Finding(
        "hangs or fails",
        "hangs or fails",
        Weight.BAD,
        "a batch did not end, or a round of the race failed, hung or died",
        ("L8", "E13", "C17", "F4", "X12"),
        _fell_out,
    ),
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
        "leaves slots idle",
        "leaves slots idle",
        Weight.MIND,
        "while calls remain, fewer than the limit are in progress, or the efficiency on web is "
        f"below {ENOUGH}, by its whole interval",
        ("L4", "L5"),
        _inefficient,
    ),
    Finding(
        "fine for small batches",
        "grows with the batch",
        Weight.MIND,
        "it draws all arguments at once; or a call costs more than "
        f"{GROWS} times as much in the largest batch as in the smallest, or {HEAVY:,} bytes while "
        "it waits; or others must wait while it begins",
        ("S1", "S2", "X7", "X8", "X9"),
        _unbounded,
    ),
    Finding(
        "costs more",
        "costs more",
        Weight.MIND,
        f"on loopback or null it charges more than {DEARER} times what workers on the same "
        "runtime charge, by its whole interval",
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
)
"""In this order."""

RECOMMENDED = Told("recommended", Weight.GOOD)
RECOMMENDED_SAYS = (
    "none of these: it keeps every required rule that its runtime lets it keep, and what was "
    "measured of it says nothing else"
)

FINDING_OF = {rule: each.words for each in FINDINGS for rule in each.rules}
"""By rule; one that is not here belongs to the lesser ones."""
