"""C: what happens to a batch that is cancelled from outside."""

import outcome

from impls.contract import Ability, Aborted, Batch
from origin.plan import NEVER, Plan, Seen, Step
from tests.rules.catalogue import (
    LATER,
    LIMIT,
    PATIENCE,
    Trial,
    answered_later,
    begun_later,
    later,
    rule,
    texts,
)

CALLS = range(20)
ABORT = -1
ABORTS = {ABORT: Step(gate=Seen(in_progress=LIMIT + 1))}


def aborted() -> Batch:
    """Give a batch that is cancelled when the limit is reached."""
    return Batch(CALLS, LIMIT, deadline=PATIENCE, abort_on=ABORT)


@rule("C1", "a cancellation from outside ends the batch, and is passed on")
def passed_on(trial: Trial) -> None:
    """The batch is cancelled when five calls are in progress."""
    [finished, _], _ = trial(
        Plan(ABORTS | answered_later(), otherwise=trial.others()), aborted(), later()
    )
    ended = finished.outcome
    assert isinstance(ended, outcome.Error), f"C1: the batch gave {ended}"
    assert isinstance(ended.error, Aborted), f"C1: the batch raised {ended.error!r}"


@rule("C2", "nothing of a cancelled batch begins later")
def none_begun_after_a_cancellation(trial: Trial) -> None:
    """What is left of the batch would be answered, and could go on, during the second one."""
    plan = Plan(ABORTS | answered_later(), otherwise=trial.others())
    _, ledger = trial(plan, aborted(), later())
    late = begun_later(CALLS, ledger)
    assert not late, f"C2: {late} calls began after the batch had been cancelled"


@rule("C2", "nothing of a cancelled batch runs on", Ability.CUTS)
def cut_off_by_a_cancellation(trial: Trial) -> None:
    """The second batch ends only when the origin has seen all five calls hung up."""
    all_cut = Step(gate=Seen(hung_up=LIMIT))
    plan = Plan(ABORTS | answered_later(all_cut), otherwise=Step(gate=NEVER))
    [_, second], _ = trial(plan, aborted(), later())
    ended = second.outcome
    assert isinstance(ended, outcome.Value), "C2: not all calls were cut off by the cancellation"


@rule("X4", "no call gets another's answer")
def own_answers_after_a_cancellation(trial: Trial) -> None:
    """Calls are cancelled in the middle, and their answers come when the next batch calls."""
    plan = Plan(ABORTS | answered_later(), otherwise=trial.others())
    [_, second], _ = trial(plan, aborted(), later())
    assert second.outcome == outcome.Value(texts(LATER)), f"X4: {LATER} gave {second.outcome}"
