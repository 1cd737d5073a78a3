"""The model of random schedules is a model: each of its judges catches what breaks its rule.

Strategy: no batch is run.  What was seen is written down by hand: first what breaks no rule, then
the same with one thing wrong.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import outcome
import pytest

from impls.contract import CallError, CallTimeout, Finished
from impls.registry import REFERENCE, VARIANTS
from origin.ledger import CallSeen, End, Ledger
from origin.plan import Fault
from origin.process import Origin
from rules.acts import FIRST, Act, Schedule
from rules.model import JUDGES, Held
from rules.trial import LATER, Trial, texts

A, B, C = FIRST, FIRST + 1, FIRST + 2
SECOND = [CallSeen(arg, 0, 10.0 + arg, 10.5 + arg, End.ANSWERED) for arg in LATER]
FAR = SECOND[-1].received

PLAIN = Schedule((Act(), Act(), Act()), limit=2)
RAISES = Schedule((Act(fault=Fault.STATUS), Act(), Act(), Act()), limit=1, on_error="raise")
STATUS = Schedule((Act(fault=Fault.STATUS),))
NAMELESS = CallError("it failed")
WELL = [outcome.Value(text) for text in texts([A, B, C])]
IN_TURN = [
    CallSeen(A, 0, 1.0, 2.0, End.ANSWERED),
    CallSeen(B, 0, 2.0, 3.0, End.ANSWERED),
    CallSeen(C, 0, 3.0, 4.0, End.ANSWERED),
]


def ended(with_it: outcome.Outcome[Any]) -> Finished:
    return Finished(with_it, 0.0, 0.0, 0.0, 0.0)


def held(origin: Origin, seen: Mapping[str, Any]) -> Held:
    """Give what was seen: all is well, but for what is said."""
    said: dict[str, Any] = {
        "schedule": PLAIN,
        "first": outcome.Value(WELL),
        "second": outcome.Value(texts(LATER)),
        "calls": IN_TURN,
    } | dict(seen)
    calls: Sequence[CallSeen] = said["calls"]
    return Held(
        said["schedule"],
        Trial(VARIANTS[REFERENCE], origin),
        ended(said["first"]),
        ended(said["second"]),
        Ledger([*calls, *SECOND], 1, 0.0),
    )


def test_what_breaks_no_rule(origin: Origin) -> None:
    for judge in JUDGES:
        judge(held(origin, {}))


BROKEN: Mapping[str, Mapping[str, Any]] = {
    "E14: the batch ended with something else": {"first": outcome.Error(ValueError())},
    "L4: the batch ended with a deadline": {"first": outcome.Error(TimeoutError())},
    "E8: the batch ended with results": {"schedule": RAISES},
    "R1: 3 calls gave 2 results": {"first": outcome.Value(WELL[:2])},
    f"F3: call {C} gave Error.*; it may give its answer": {
        "first": outcome.Value([*WELL[:2], outcome.Error(NAMELESS)])
    },
    f"X4: call {C} gave Value": {"first": outcome.Value([*WELL[:2], WELL[0]])},
    rf"F2: call \[{A}\] raised ValueError": {
        "schedule": STATUS,
        "first": outcome.Value([outcome.Error(ValueError())]),
        "calls": IN_TURN[:1],
    },
    "F2: CallError.* names not both": {
        "schedule": STATUS,
        "first": outcome.Value([outcome.Error(NAMELESS)]),
        "calls": IN_TURN[:1],
    },
    "F2: CallTimeout.* names not both": {
        "schedule": Schedule((Act(),), on_error="raise", timed=True),
        "first": outcome.Error(ExceptionGroup("both", [CallTimeout("in vain")])),
        "calls": IN_TURN[:1],
    },
    "L1: 3 calls in progress at once; the limit is 2": {
        "calls": [CallSeen(arg, arg, 1.0, 2.0, End.ANSWERED) for arg in (A, B, C)]
    },
    f"R1: calls were made too often: .{A}: 2": {"calls": [IN_TURN[0], *IN_TURN]},
    f"R1: calls were never made: .{C}": {"calls": IN_TURN[:2]},
    "E2: 2 calls began; 0 good answers make room": {
        "schedule": RAISES,
        "first": outcome.Error(ExceptionGroup("one", [NAMELESS])),
        "calls": [
            CallSeen(A, 0, 1.0, 2.0, End.FAULTED),
            CallSeen(B, 0, 2.0, 3.0, End.HUNG_UP),
        ],
    },
    "X3: a healthy batch gave": {"second": outcome.Value(texts(LATER)[:-1])},
    rf"C2: calls \[{C}\] began after": {
        "calls": [*IN_TURN[:2], CallSeen(C, 0, FAR + 1, FAR + 1, End.ANSWERED)]
    },
    rf"X1: calls \[{C}\] were not hung up": {
        "calls": [*IN_TURN[:2], CallSeen(C, 0, 3.0, FAR + 1, End.HUNG_UP)]
    },
    rf"X1: calls \[{B}\] were not hung up": {
        "calls": [IN_TURN[0], CallSeen(B, 0, 2.0, 3.0, End.OPEN), IN_TURN[2]]
    },
}
"""What a judge says, and what of all that was seen is wrong then."""


@pytest.mark.parametrize("words", BROKEN)
def test_what_breaks_a_rule(words: str, origin: Origin) -> None:
    """Some judge catches it, and says so; taken out, its assertion would be missed."""
    seen, said = held(origin, BROKEN[words]), []
    for judge in JUDGES:
        try:
            judge(seen)
        except AssertionError as broken:
            said.append(str(broken))
    assert any(re.match(words, each) for each in said), said
