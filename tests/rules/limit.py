"""L: how many calls are in progress at once."""

import pytest

from impls.contract import Batch
from origin.ledger import End
from origin.plan import NEVER, Plan, Seen, Step
from tests.rules.catalogue import INTRUDER_TIME, LIMIT, PATIENCE, Trial, rule

WAVE = Step(gate=Seen(in_progress=LIMIT), delay=INTRUDER_TIME)
"""Answers no call before the limit is reached, and then a moment later."""


@rule("L1", "no more than the limit are in progress at the server")
def never_more(trial: Trial) -> None:
    """Calls are answered in waves, and a call too many has time to come."""
    _, ledger = trial(Plan(otherwise=WAVE), Batch(range(20), LIMIT, deadline=PATIENCE))
    most = ledger.most_in_progress()
    assert most <= LIMIT, f"L1: {most} calls in progress at once; the limit is {LIMIT}"


@rule("L4", "the limit is reached")
def never_less(trial: Trial) -> None:
    """The origin answers nothing before as many calls have come as the limit allows."""
    _, ledger = trial(Plan(otherwise=WAVE), Batch(range(20), LIMIT, deadline=PATIENCE))
    most = ledger.most_in_progress()
    assert most >= LIMIT, f"L4: at most {most} calls in progress; the limit is {LIMIT}"


@rule("L1", "no more than the limit are in progress, while calls run out of time, too")
def while_calls_time_out(trial: Trial) -> None:
    """No call is answered in its time, so every slot changes hands by a time limit."""
    batch = Batch(range(40), LIMIT, on_error="collect", call_timeout=0.03)
    _, ledger = trial(Plan(otherwise=Step(gate=NEVER)), batch)
    most = ledger.most_in_progress()
    assert most <= LIMIT, f"L1: {most} calls in progress at once; the limit is {LIMIT}"


@rule("L4", "a slow call holds back no other, while calls remain")
def beside_a_slow_call(trial: Trial) -> None:
    """One call, whenever it begins, is answered only when all others are."""
    calls = range(20)
    slow = {0: Step(gate=Seen(answered=len(calls) - 1))}
    _, ledger = trial(Plan(slow), Batch(calls, LIMIT, deadline=PATIENCE))
    answered = ledger.count(End.ANSWERED)
    assert answered == len(calls), f"L4: beside a slow call only {answered} calls were answered"


@rule("L8", "a limit below 1 is refused at once")
def below_one(trial: Trial) -> None:
    """The batch itself refuses it, so no strategy can hang on it, and nothing is called."""
    trial.origin.plan(Plan())
    for limit in (0, -1):
        with pytest.raises(ValueError, match="a batch needs a limit of 1 or more"):
            trial(Plan(), Batch(range(3), limit))
    assert not trial.origin.ledger().calls, "L8: something was called"
