"""A batch that is ended while its calls are at a chosen state of the protocol.

Strategy: the full product of states, causes, pools and policies.  The origin holds the calls of a
batch at the state; then the cause ends the batch, by means of the runtime itself.  What must be
true afterwards is the same in every case, and each truth, an aspect, belongs to a rule.  A case
runs once and is judged under all aspects.  A second batch goes through the same pool, and then a
call that is answered when the origin has seen hung up what the first one had in use.
"""

import math
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import product
from typing import Any, NamedTuple

import outcome

from impls.contract import Aborted, Batch, CallError, Finished, Variant
from origin.ledger import End, Ledger
from origin.plan import At, Fault, Plan, Seen, Step
from rules.descriptors import Descriptors, open_sockets
from rules.languages import LANGUAGES
from rules.trial import LATER, PATIENCE, Trial, single_errors, texts

LIMIT = 3
ABORT = -1
WARM_UP = range(200, 200 + LIMIT)
LATE = len(LATER) - 2
"""After so many calls of the second batch, what is left of the first would be answered."""

LAST = 300
"""A call on its own, which is answered when the origin has seen hung up what must be."""

SOON = 0.03
"""Seconds of a time limit.  Where a busy machine does not reach the state within it, the case is
run again with a longer one."""

LONGEST = 2.0
"""Seconds of the longest such limit; who has not reached the state then, never will."""


class Where(StrEnum):
    """What calls do when the end comes, beside being held by the origin."""

    IDLE = "answered and idle"
    WAITING = "waiting for a slot"


State = At | Where
STATES: tuple[State, ...] = (
    At.UNREAD,
    At.HALF_READ,
    At.BEFORE_HEAD,
    At.INSIDE_HEAD,
    At.INSIDE_BODY,
    At.BEFORE_LAST,
    Where.IDLE,
    Where.WAITING,
)


class Cause(StrEnum):
    """What ends a batch, or its calls."""

    ABORT = "an abort from outside"
    CALL_LIMIT = "each call's time limit"
    DEADLINE = "the batch's deadline"
    SIBLING = "a sibling's failure"


class Case(NamedTuple):
    """One case of the product.

    Attributes:
        state: what the calls are doing when the end comes.
        cause: what brings it.
        reused: whether their connections have carried calls before.
        collect: whether the batch collects errors instead of raising them.
    """

    state: State
    cause: Cause
    reused: bool
    collect: bool

    def __str__(self) -> str:
        """Name it as a test does."""
        pool = "reused" if self.reused else "fresh"
        policy = "collect" if self.collect else "raise"
        return f"{self.state}-{self.cause}-{pool}-{policy}"

    @property
    def calls(self) -> range:
        """The arguments of the batch."""
        return range(2 * LIMIT if self.state is Where.WAITING else LIMIT)

    @property
    def begins(self) -> int:
        """How many calls begin before the end: as many as the limit, or, where it goes on, all."""
        return len(self.calls) if self.goes_on else LIMIT

    @property
    def is_timed(self) -> bool:
        """Whether a time limit brings the end, and not what the origin has seen."""
        return self.cause in (Cause.CALL_LIMIT, Cause.DEADLINE)

    @property
    def goes_on(self) -> bool:
        """Whether the batch goes on: a call that runs out of time is one outcome among others."""
        return self.cause is Cause.CALL_LIMIT and self.collect


CASES = tuple(
    case
    for case in map(Case._make, product(STATES, Cause, (False, True), (False, True)))
    if not (case.cause is Cause.SIBLING and case.collect)  # collected, a failure ends nothing
)


class Shown(NamedTuple):
    """What a case has shown.

    Attributes:
        case: the case.
        ended: the batch that was ended.
        second: the one after it.
        ledger: what the origin saw of all.
        tasks: how many were alive before it, and after.
        sockets: which were open before it, and in the end.
        cut: whether what was in use had to be cut off.
    """

    case: Case
    ended: Finished
    second: Finished
    ledger: Ledger
    tasks: tuple[int, int]
    sockets: tuple[Descriptors, Descriptors]
    cut: bool

    def begun(self) -> int:
        """Count the calls of the batch that the origin received."""
        return len(self.ledger.of(self.case.calls).calls)


# The plan, and the run.


def show(case: Case, trial: Trial, *, waits: bool = True) -> Shown:
    """Run the case; `waits` is False for a variant that is known never to hang up.

    Where the end is brought by a time, or calls can only be waited for, a busy machine may take
    longer than that; then the case is run again with more of it, before it is judged.
    """
    seconds = SOON
    shown = _shown(case, trial, seconds, waits)
    while _may_be_late(shown) and (seconds := 4 * seconds) < LONGEST:
        shown = _shown(case, trial, seconds, waits)
    return shown


def _may_be_late(shown: Shown) -> bool:
    by_time = shown.case.is_timed or not shown.cut
    return by_time and any(judged(shown).get(name) for name in MAY_BE_LATE)


def _shown(case: Case, trial: Trial, seconds: float, waits: bool) -> Shown:
    cut = trial.cuts or case.is_timed
    tasks: list[int] = []
    sockets: list[Descriptors] = []
    census = _census(trial.variant, tasks, sockets)
    warm_up = Batch(WARM_UP if case.reused else (), LIMIT, deadline=PATIENCE)
    second = Batch(LATER, LIMIT, deadline=PATIENCE)
    last = Batch([LAST], 1, deadline=PATIENCE)
    batches = (census(), warm_up, ending(case, seconds), census(), second, last, census())
    ran, ledger = trial(plan(case, seconds, cut=cut, waits=waits), *batches)
    return Shown(case, ran[2], ran[4], ledger, (tasks[0], tasks[1]), (sockets[0], sockets[2]), cut)


def _census(variant: Variant, tasks: list[int], sockets: list[Descriptors]) -> Callable[[], Batch]:
    """Give a maker of batches of no calls, which count from within as arguments are drawn."""

    def nothing() -> Iterator[int]:
        tasks.append(LANGUAGES[variant.speaks].census())
        sockets.append(open_sockets())
        yield from ()

    return lambda: Batch(nothing(), 1)


def ending(case: Case, seconds: float) -> Batch:
    """Give the batch that will be ended."""
    return Batch(
        case.calls,
        LIMIT,
        on_error="collect" if case.collect else "raise",
        call_timeout=seconds if case.cause is Cause.CALL_LIMIT else None,
        deadline=seconds if case.cause is Cause.DEADLINE else 2 * seconds + PATIENCE,
        abort_on=ABORT if case.cause is Cause.ABORT else None,
    )


def plan(case: Case, seconds: float, *, cut: bool, waits: bool) -> Plan:
    """Hold every call at its state, and bring the end when all are there.

    What is not cut off is answered in the midst of the second batch, so that it can show itself;
    where it can't be cut off, a moment after the end has come.
    """
    before = (LIMIT if case.reused else 0) + answered(case)
    ends = max(len(failing(case)), 1)
    others = Seen(answered=before + ends + LATE) if cut else Seen(answered=before + 1)
    held = Step(others, 0.0 if cut else seconds, at=at_origin(case.state))
    steps = dict.fromkeys(case.calls, held) | dict.fromkeys(WARM_UP, Step(Seen(held=LIMIT)))
    steps |= dict.fromkeys(case.calls[len(case.calls) - answered(case) :], Step())
    alone = Seen(held=LIMIT - answered(case), answered=before)
    beside = Seen(held=alone.held + 1, answered=before)
    steps |= {
        Cause.ABORT: {ABORT: Step(beside)},
        Cause.SIBLING: dict.fromkeys(failing(case), Step(alone, fault=Fault.STATUS)),
    }.get(case.cause, {})
    return Plan(steps | {LAST: Step(Seen(hung_up=in_use(case)) if cut and waits else Seen())})


def at_origin(state: State) -> At:
    """Give where the origin holds the calls."""
    return state if isinstance(state, At) else At.BEFORE_HEAD


def answered(case: Case) -> int:
    """Count the calls that are answered before the end comes."""
    return 1 if case.state is Where.IDLE else 0


def failing(case: Case) -> range:
    """Give the calls that fail.  Where others wait, all: nobody knows which of them begin."""
    if case.cause is not Cause.SIBLING:
        return range(0)
    return case.calls if case.state is Where.WAITING else range(1)


def in_use(case: Case) -> int:
    """Count the connections that must be hung up."""
    return max(case.begins - answered(case) - len(failing(case)), 0)


# The aspects.


def state_reached(shown: Shown) -> None:
    """As many calls as the limit allows came to the state, or nothing has been shown."""
    begun, least = shown.begun(), shown.case.begins
    assert begun >= least, f"L4: only {begun} of {least} calls began before the end"


def right_end(shown: Shown) -> None:
    """The batch ends with what its cause says."""
    found = shown.ended.outcome
    assert isinstance(found, outcome.Error), f"C1: the batch gave {found}"
    assert RIGHT_END[shown.case.cause](found.error), f"C1: the batch raised {found.error!r}"


def right_outcomes(shown: Shown) -> None:
    """The batch goes on, and each of its calls has run out of time."""
    found = shown.ended.outcome
    assert _all_timed_out(found, shown), f"C15: the outcomes are {found}"


def _all_timed_out(found: outcome.Outcome[list[Any]], shown: Shown) -> bool:
    each = found.value if isinstance(found, outcome.Value) else []
    late = [one for one in each if isinstance(one, outcome.Error)]
    return len(late) == len(shown.case.calls) - answered(shown.case) and all(
        isinstance(one.error, TimeoutError) for one in late
    )


def _all(kind: type[Exception]) -> Callable[[BaseException], bool]:
    return lambda error: all(isinstance(each, kind) for each in single_errors(error))


RIGHT_END: dict[Cause, Callable[[BaseException], bool]] = {
    Cause.ABORT: lambda error: isinstance(error, Aborted),
    Cause.DEADLINE: lambda error: isinstance(error, TimeoutError),
    Cause.CALL_LIMIT: _all(TimeoutError),
    Cause.SIBLING: _all(CallError),
}


def nothing_queued(shown: Shown) -> None:
    """No call that waited for a slot begins."""
    queued = shown.begun() - LIMIT
    assert queued <= 0, f"E2: {queued} queued calls began"


def nothing_later(shown: Shown) -> None:
    """Nothing of the batch begins once the second one has."""
    received = sorted(call.received for call in shown.ledger.of(LATER).calls)
    start = received[LATE - 1] if len(received) >= LATE else math.inf
    late = sum(call.received > start for call in shown.ledger.of(shown.case.calls).calls)
    assert not late, f"C2: {late} calls began after the batch had ended"


def hung_up(shown: Shown) -> None:
    """What was in use is hung up, and not only when the program ends."""
    until = max((call.ended for call in shown.ledger.of([LAST]).calls), default=0.0)
    calls = shown.ledger.of(shown.case.calls).calls
    seen = sum(call.end is End.HUNG_UP and call.ended <= until for call in calls)
    expected = in_use(shown.case)
    assert seen >= expected, f"X1: {seen} of {expected} connections in use were hung up"


def no_task_left(shown: Shown) -> None:
    """What ran for the batch has ended."""
    before, after = shown.tasks
    assert after <= before, f"C2: {after - before} tasks are left"


def no_socket_left(shown: Shown) -> None:
    """Only connections of the pool are open."""
    before, after = shown.sockets
    more = len(after - before)
    kept = shown.ledger.connections() - shown.ledger.count(End.HUNG_UP)
    assert more <= kept, f"X2: {more} sockets more, for {kept} connections"


def right_answers(shown: Shown) -> None:
    """The second batch has its own answers."""
    found = shown.second.outcome
    assert found == outcome.Value(texts(LATER)), f"X4: {LATER} gave {found}"


ASPECTS: dict[str, Callable[[Shown], None]] = {
    "L4-state_reached": state_reached,
    "C1-right_end": right_end,
    "C15-right_outcomes": right_outcomes,
    "E2-nothing_queued": nothing_queued,
    "C2-nothing_later": nothing_later,
    "X1-all_hung_up": hung_up,
    "C2-no_task_left": no_task_left,
    "X2-no_socket_left": no_socket_left,
    "X4-right_answers": right_answers,
}
"""What must be true after a case, by the rule that says so."""

ONLY_WHERE: dict[str, Callable[[Shown], bool]] = {
    "C1-right_end": lambda shown: not shown.case.goes_on,
    "C15-right_outcomes": lambda shown: shown.case.goes_on,
    "E2-nothing_queued": lambda shown: not shown.case.goes_on,
    "X1-all_hung_up": lambda shown: shown.cut,
}
"""Which cases an aspect is about, where that is not all."""


MAY_BE_LATE = ("L4-state_reached", "C1-right_end", "C15-right_outcomes", "E2-nothing_queued")
"""What a machine that is too busy for the times of a case breaks."""


def judged(shown: Shown) -> dict[str, str]:
    """Give what breaks each aspect that the case is about: nothing, where it is kept."""
    return {
        name: _broken_by(shown, aspect)
        for name, aspect in ASPECTS.items()
        if name not in ONLY_WHERE or ONLY_WHERE[name](shown)
    }


def _broken_by(shown: Shown, aspect: Callable[[Shown], None]) -> str:
    try:
        aspect(shown)
    except AssertionError as seen:
        return str(seen)
    return ""
