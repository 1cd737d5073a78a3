"""E: what happens to a batch when one of its calls fails."""

import gc
import warnings

import outcome

from impls.contract import Ability, Batch
from origin.plan import NEVER, Fault, Plan, Seen, Step
from tests.rules.catalogue import (
    LIMIT,
    PATIENCE,
    Trial,
    answered_later,
    begun_later,
    later,
    rule,
)

CALLS = range(20)
FAILING = 2
FAILS = {FAILING: Step(gate=Seen(in_progress=LIMIT), fault=Fault.STATUS)}


@rule("E1", "no call begins after the first error is reported")
def none_begun_after_an_error(trial: Trial) -> None:
    """One of five calls fails; the others would be answered while the program goes on."""
    plan = Plan(FAILS | answered_later(), otherwise=trial.others())
    [failed, _], ledger = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE), later())
    assert isinstance(failed.outcome, outcome.Error), "E1: the batch did not report the error"
    late = begun_later(CALLS, ledger)
    assert not late, f"E1: {late} calls began after the error had been reported"


@rule("E2", "no queued call begins while a failure cancels the rest")
def none_begun_by_the_failure(trial: Trial) -> None:
    """One of five calls fails, with fifteen waiting for a slot: these five are all that begin."""
    plan = Plan(FAILS | answered_later(), otherwise=trial.others())
    _, ledger = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE), later())
    begun = len(ledger.of(CALLS).calls)
    assert begun == LIMIT, f"E2: {begun - LIMIT} queued calls began after one had failed"


@rule("E3", "calls in progress are cut off when one fails, and the server sees it", Ability.CUTS)
def cut_off_by_an_error(trial: Trial) -> None:
    """The second batch can end only when the origin has seen the other four calls hung up."""
    all_cut = Step(gate=Seen(hung_up=LIMIT - 1))
    plan = Plan(FAILS | answered_later(all_cut), otherwise=Step(gate=NEVER))
    [_, second], _ = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE), later())
    assert isinstance(second.outcome, outcome.Value), (
        "E3: not all calls were cut off after the error"
    )


@rule("E12", "no coroutine is left that was never awaited")
def all_awaited(trial: Trial) -> None:
    """A call fails while most calls of the batch have not begun."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plan = Plan(FAILS | answered_later(), otherwise=trial.others())
        trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE), later())
        gc.collect()
    said = [str(warning.message) for warning in caught if "never awaited" in str(warning.message)]
    assert not said, f"E12: {len(said)} warnings such as {said[0]!r}"
