"""E: what happens to a batch when one of its calls fails.

Strategy: here calls fail at the origin, which sees what follows.  What it can't see, such as an
error of a clean-up or a call that raises KeyboardInterrupt, is in `rules.chapters.errors_within`.
"""

import gc
import warnings
from collections.abc import Iterator

import outcome

from impls.contract import Ability, Batch, Call, CallError, Endpoint, Variant
from impls.on_threads import Client
from origin.ledger import End, Ledger
from origin.plan import NEVER, Fault, Plan, Seen, Step
from rules.checks import check
from rules.trial import (
    HEARD_TIME,
    INTRUDER_TIME,
    LATER,
    LIMIT,
    PATIENCE,
    DoesNotApply,
    Trial,
    answered_later,
    begun_later,
    later,
    makes_own,
    single_errors,
)

Ended = outcome.Outcome[list[object]]

CALLS = range(8)
FAILING = (2, 5, 6, 7)
FAILURE = Step(gate=Seen(in_progress=LIMIT), delay=INTRUDER_TIME, fault=Fault.STATUS)
FAILS = dict.fromkeys(FAILING, FAILURE)
"""Of any five calls one of these fails, and one does not: trio starts tasks in any order.  In the
order of the arguments only the third fails, while three calls wait for a slot."""


class ArgumentsFailed(Exception):  # noqa: N818 - it names what happened, as `Aborted` does
    """There were no more arguments, and not because they had come to an end."""


def reported(seen: outcome.Outcome[object]) -> list[BaseException]:
    """Give the single errors that a batch raised."""
    return single_errors(seen.error) if isinstance(seen, outcome.Error) else []


def ended(variant: Variant, target: Endpoint | Call, batch: Batch) -> Ended:
    """Give how the batch ended, also where what a call raised left the runtime itself."""
    if not isinstance(target, Endpoint):
        makes_own(variant)
    try:
        [finished] = variant.load()(target, [batch])
    except BaseException as error:  # noqa: BLE001 - cancellations and KeyboardInterrupt count here
        return outcome.Error(error)
    return finished.outcome


def in_the_second_batch(trial: Trial) -> Step:
    """Answer a call in the midst of the second batch; in the first, where it can't be cut off."""
    return Step(gate=Seen(received=LIMIT + 3)) if trial.cuts else trial.others()


def after_a_failure(rule: str, trial: Trial, others: Step | None = None) -> tuple[Ended, Ledger]:
    """Let a call of five fail, and a second batch run; give how the first ended, and the ledger.

    The others are answered in the midst of the second batch, unless they take a step of theirs.
    """
    plan = Plan(FAILS | answered_later(), otherwise=others or in_the_second_batch(trial))
    [failed, _], ledger = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE), later())
    assert ledger.count(End.FAULTED), f"{rule}: the limit, and so the failure, never came"
    return failed.outcome, ledger


@check("E1", gates=True)
def none_begun_after_an_error(trial: Trial) -> str:
    """A call of five fails; the others would be answered while the program goes on."""
    _, ledger = after_a_failure("E1", trial)
    late = begun_later(CALLS, ledger)
    assert not late, f"E1: {late} calls began after the error had been reported"
    return "no call began after the error had been reported"


@check("E2", gates=True)
def none_begun_by_the_failure(trial: Trial) -> str:
    """A call of five fails, with three waiting for a slot: these five are all that begin."""
    _, ledger = after_a_failure("E2", trial)
    begun = len(ledger.of(CALLS).calls)
    assert begun == LIMIT, f"E2: {begun - LIMIT} queued calls began after one had failed"
    return "no queued call began after one had failed"


@check("E3", Ability.CUTS, gates=True)
def cut_off_by_an_error(trial: Trial) -> str:
    """A call of five fails; the others would never be answered, and another batch goes on."""
    _, ledger = after_a_failure("E3", trial, Step(gate=NEVER))
    left = still_in_progress(CALLS, ledger)
    assert not left, f"E3: {left} calls were not cut off after another had failed"
    return "the calls in progress were cut off"


@check("E4", Ability.CUTS)
def reported_while_the_first_is_held(trial: Trial) -> str:
    """A call of five fails, and the first would never be answered."""
    plan = Plan(FAILS, otherwise=Step(gate=NEVER))
    [failed], _ = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE))
    errors = reported(failed.outcome)
    in_time = any(isinstance(error, CallError) for error in errors)
    assert in_time, f"E4: a call failed while the first was held, and the batch raised {errors}"
    return "the error was reported while the first call was held"


@check("E6", Ability.LAZY)
def both_reported_from_the_buffers(trial: Trial) -> str:
    """When the batch next looks at its connections, two of them have brought a failure.

    For that a slot that comes free draws an argument, and drawing it takes until the origin has
    answered the two others.
    """
    failing, free, signal = (0, 1), 2, 99
    fails = Step(gate=Seen(received=len((*failing, free, signal))), fault=Fault.STATUS)
    plan = Plan(dict.fromkeys(failing, fails) | {free: Step(gate=Seen(in_progress=3))})

    def args() -> Iterator[int]:
        yield from (*failing, free)
        client = Client(trial.endpoint)
        client.some_remote_call(signal)
        client.close()
        trial.origin.ledger(patience=PATIENCE)

    [failed], ledger = trial(plan, Batch(args(), 3, deadline=PATIENCE))
    came = [call.arg for call in sorted(ledger.calls, key=lambda call: call.received)]
    if signal not in came:
        raise DoesNotApply("it draws no argument when a slot comes free")
    if came.index(signal) < len(failing):
        raise DoesNotApply("it draws an argument before the calls of the last ones have begun")
    errors = [error for error in reported(failed.outcome) if isinstance(error, CallError)]
    both = len(errors) == len(failing)
    assert both, f"E6: two failures were in the buffers; reported: {errors}"
    return "both failures that were in the buffers were reported"


@check("E8", gates=True)
def heard_without_asking(trial: Trial) -> str:
    """The third call of five fails; the others are answered once that has been heard of."""
    others = Step(gate=Seen(answered=1), delay=HEARD_TIME)
    trial.origin.plan(Plan({2: FAILURE}, otherwise=others))
    batch = Batch(range(LIMIT), LIMIT, deadline=PATIENCE)
    seen = ended(trial.variant, trial.endpoint, batch)
    assert isinstance(seen, outcome.Error), f"E8: a call failed, and the batch gave {seen}"
    heard = any(isinstance(error, CallError) for error in reported(seen))
    assert heard, f"E8: the call's own error was hidden by {seen.error!r}"
    return "the batch raised the call's own error"


def arguments_failing() -> Iterator[int]:
    """Give five arguments; the sixth raises."""
    yield from range(LIMIT)
    raise ArgumentsFailed


@check("E12")
def all_awaited(trial: Trial) -> str:
    """A call fails while most calls of the batch have not begun; then the arguments do."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
        caught.clear()  # of what earlier tests left
        after_a_failure("E12", trial)
        trial(Plan(), Batch(arguments_failing(), LIMIT, deadline=PATIENCE))
        gc.collect()
    said = [str(warning.message) for warning in caught if "never awaited" in str(warning.message)]
    assert not said, f"E12: {len(said)} warnings such as {said[0]!r}"
    return "no coroutine was left"


@check("E14")
def no_errors_of_its_own(trial: Trial) -> str:
    """A call of five fails, and the others are cut off by that, or answered."""
    failed, _ = after_a_failure("E14", trial)
    noise = [error for error in reported(failed) if not isinstance(error, CallError)]
    assert not noise, f"E14: beside the call's error the batch raised {noise}"
    return "the batch raised nothing but the call's error"


@check("E15")
def settled_when_the_arguments_fail(trial: Trial) -> str:
    """The sixth argument raises, when the first call has been answered, if they come lazily."""
    five = range(LIMIT)
    first = {0: Step(gate=Seen(in_progress=LIMIT))}
    others = Step(gate=NEVER) if trial.cuts else trial.others()
    plan = Plan(first | answered_later(), otherwise=others)
    [failed, _], ledger = trial(plan, Batch(arguments_failing(), LIMIT, deadline=PATIENCE), later())
    errors = reported(failed.outcome)
    told = any(isinstance(error, ArgumentsFailed) for error in errors)
    assert told, f"E15: the arguments raised, and the batch gave {failed.outcome}"
    left = still_in_progress(five, ledger)
    assert not left, f"E15: {left} calls were in progress after the batch had ended"
    return "the calls in progress were settled before the batch ended"


def still_in_progress(calls: range, ledger: Ledger) -> int:
    """Count the calls of the first batch that were answered or hung up after the second one.

    A hang-up takes a moment to reach the origin, so the second batch gives it the time it takes.
    """
    end = max(call.ended for call in ledger.of(LATER).calls)
    return sum(call.ended > end or call.end is End.OPEN for call in ledger.of(calls).calls)
