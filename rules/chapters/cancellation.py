"""C: what happens to a batch that is cancelled from outside.

Strategy: where the origin can see it, its gates choose the instant.  What it can't see, such as a
clean-up, is shown by calls of one's own; the call `ABORT` is made beside the batch, and the batch
is cancelled as soon as it returns, so it waits for the instant that is to be tried.
"""

import time
from collections.abc import Coroutine, Iterator
from typing import Any

import outcome

from impls.contract import Ability, Aborted, Batch, Finished
from origin.ledger import End
from origin.plan import NEVER, Plan, Seen, Step
from rules.aborting import ABORT, ABORTS, CALLS, aborted
from rules.checks import check
from rules.languages import LANGUAGES, LONG, AsyncCall, Happening, Words
from rules.trial import (
    LATER,
    LIMIT,
    PATIENCE,
    DoesNotApply,
    Trial,
    answered_later,
    begun_later,
    later,
    texts,
)

AFTERWARDS = 1
A_FEW = 10
"""Checkpoints that a clean-up passes; time enough for whatever else is to happen at once."""

A_MOMENT = 0.001
SOON = 0.01
"""Seconds of the time limit of a call that will not keep it."""

BEGUN_BY_THEN = 0.1
"""Seconds of the deadline of a batch whose call is to have begun, even on a busy machine."""

CLEAN_UPS = ((0.2, 0.01), (1.0, 0.03), (1.0, 0.03))
"""Seconds of a clean-up, and the share of them that may be spent on waiting, from try to try.

A few wake-ups take far less.  A loop that spins takes all that it gets: a tenth where ten processes
want to run, and in a short time perhaps less.
"""


def words_of(trial: Trial) -> Words:
    """Give the words of the variant's language."""
    return LANGUAGES[trial.variant.speaks]


def made(trial: Trial, call: AsyncCall, batch: Batch) -> Finished:
    """Run one batch over a call of one's own."""
    [finished] = trial.alone(words_of(trial).call(call), batch)
    return finished


async def a_few_checkpoints(words: Words) -> None:
    """Let everybody else take some steps."""
    for _ in range(A_FEW):
        await words.checkpoint()


@check("C1", gates=True)
def passed_on(trial: Trial) -> str:
    """The batch is cancelled when five calls are in progress."""
    plan = Plan(ABORTS | answered_later(), otherwise=trial.others())
    [finished, _], _ = trial(plan, aborted(), later())
    ended = finished.outcome
    assert isinstance(ended, outcome.Error), f"C1: the cancelled batch gave {ended}"
    assert isinstance(ended.error, Aborted), f"C1: the cancelled batch raised {ended.error!r}"
    return "the batch was cancelled, and said so"


@check("C2", gates=True)
def none_begun_after_a_cancellation(trial: Trial) -> str:
    """What is left of the batch would be answered, and could go on, during the second one."""
    plan = Plan(ABORTS | answered_later(), otherwise=trial.others())
    _, ledger = trial(plan, aborted(), later())
    assert ledger.of([ABORT]).count(End.ANSWERED), "C2: the limit, and so its abort, never came"
    late = begun_later(CALLS, ledger)
    assert not late, f"C2: {late} calls began after the batch had been cancelled"
    return "no call began after the batch had been cancelled"


@check("C2", Ability.CUTS, gates=True)
def cut_off_by_a_cancellation(trial: Trial) -> str:
    """The second batch ends only when the origin has seen all five calls hung up."""
    all_cut = Step(gate=Seen(hung_up=LIMIT))
    plan = Plan(ABORTS | answered_later(all_cut), otherwise=Step(gate=NEVER))
    [_, second], _ = trial(plan, aborted(), later())
    went_on = second.outcome == outcome.Value(texts(LATER))
    assert went_on, "C2: not all calls were cut off by the cancellation"
    return f"all {LIMIT} calls in progress were cut off"


@check("C2", Ability.CUTS)
def cancelled_twice(trial: Trial) -> str:
    """The deadline passes, and while a call cleans up, shielded, the batch is cancelled as well."""
    words = words_of(trial)
    begun, cleaning, cancelled = words.event(), words.event(), words.event()
    ended: list[bool] = []
    left: list[int] = []

    async def clean_up() -> None:
        await cancelled.wait()
        await a_few_checkpoints(words)
        ended.append(True)

    async def call(arg: int) -> None:
        if arg == ABORT:
            await cleaning.wait()
            await cancelled.set()
        elif arg == AFTERWARDS:
            left.append(1 - len(ended))
            await cancelled.set()  # or what was left behind would never end
        else:
            await interrupted(words, begun, cleaning, clean_up())

    twice = Batch([0], 1, deadline=BEGUN_BY_THEN, abort_on=ABORT)
    trial.alone(words.call(call), twice, Batch([AFTERWARDS], 1))
    assert left == [0], "C2: the batch ended before a call that was cleaning up"
    return "the batch ended when its call had, though it was cancelled twice"


@check("C3", Ability.CUTS)
def while_a_failure_cancels(trial: Trial) -> str:
    """One of two calls fails; the other cleans up until the batch has been cancelled, too."""
    words = words_of(trial)
    both_run, cleaning, cancelled = words.event(), words.event(), words.event()
    came_about: list[bool] = []

    async def clean_up() -> None:
        await cancelled.wait()
        await a_few_checkpoints(words)

    async def call(arg: int) -> None:
        if arg == ABORT:
            await cleaning.wait()
            await cancelled.set()
        elif arg == LATER[0]:
            came_about.append(cleaning.is_set())
            await cancelled.set()  # or what was left behind would never end
        elif arg:
            await both_run.wait()
            raise LookupError
        else:
            await interrupted(words, both_run, cleaning, clean_up())

    batch = Batch(range(2), 2, deadline=PATIENCE, abort_on=ABORT)
    failed, _ = trial.alone(words.call(call), batch, Batch([LATER[0]], 1))
    if came_about != [True]:
        raise DoesNotApply("a failure cancels no other call")
    ended = failed.outcome
    assert isinstance(ended, outcome.Error), f"C3: the batch gave {ended}"
    if isinstance(ended.error, Aborted):
        return "the batch was cancelled, and said so"
    return "the batch raised the error that had come first"


@check("C3", Ability.CUTS)
def while_a_time_limit_cancels(trial: Trial) -> str:
    """A call that ran out of time cleans up until the batch is cancelled, with calls to go."""
    words = words_of(trial)
    begun, cleaning, cancelled = words.event(), words.event(), words.event()
    others: list[int] = []

    async def clean_up() -> None:
        await cancelled.wait()
        await a_few_checkpoints(words)

    async def call(arg: int) -> None:
        if arg == ABORT:
            await cleaning.wait()
            await cancelled.set()
        elif cancelled.is_set():
            others.append(arg)
        elif begun.is_set():  # no limit is kept
            await words.checkpoint()
        else:
            await interrupted(words, begun, cleaning, clean_up())

    batch = Batch(range(9), 1, on_error="collect", call_timeout=SOON, abort_on=ABORT)
    ended = made(trial, call, batch).outcome
    assert not others, f"C3: {len(others)} calls began after the batch had been cancelled"
    assert isinstance(ended, outcome.Error), f"C3: the batch gave {ended}"
    assert isinstance(ended.error, Aborted), f"C3: the batch raised {ended.error!r}"
    return "the cancellation was kept beside the call's time limit"


@check("C5", Ability.CUTS)
def result_in_the_same_instant(trial: Trial) -> str:
    """The last call has its result in the instant in which the batch is cancelled."""
    words = words_of(trial)
    begun, result = words.event(), words.event()

    async def call(arg: int) -> None:
        if arg == ABORT:
            await begun.wait()
            await result.set()
        else:
            await begun.set()
            await result.wait()

    ended = made(trial, call, Batch([0], 1, deadline=PATIENCE, abort_on=ABORT)).outcome
    assert isinstance(ended, outcome.Error), f"C5: the batch gave {ended}"
    assert isinstance(ended.error, Aborted), f"C5: the batch raised {ended.error!r}"
    return "the batch was cancelled, and said so"


@check("C8", Ability.CUTS)
def unshielded_clean_up(trial: Trial) -> str:
    """The clean-up of a cancelled call waits for a moment, without a shield."""
    words = words_of(trial)
    begun = words.event()
    ended: list[int] = []

    async def call(arg: int) -> None:
        if arg == ABORT:
            await begun.wait()
            return
        try:
            await begun.set()
            await words.sleep(LONG)
        finally:
            await words.sleep(A_MOMENT)
            ended.append(arg)

    made(trial, call, Batch([0], 1, abort_on=ABORT))
    return "it runs to its end" if ended else "it is cut off where it first waits"


@check("C9", Ability.CUTS)
def waits_cheaply(trial: Trial) -> str:
    """The clean-up of a cancelled call takes a while, shielded, and we take the processor time.

    What looks dear is tried again, for longer: something else may have fallen into it.
    """
    share = idle = 1.0
    for seconds, idle in CLEAN_UPS:
        if (share := share_of_a_clean_up(trial, words_of(trial), seconds)) < idle:
            break
    assert share < idle, f"C9: waiting for a call's clean-up kept the processor {share:.0%} busy"
    return "waiting for a call's clean-up kept the processor idle"


def share_of_a_clean_up(trial: Trial, words: Words, seconds: float) -> float:
    """Cancel a call whose clean-up takes so long; give the share of it that its thread spent."""
    begun, cleaning = words.event(), words.event()
    busy: list[float] = []

    async def clean_up() -> None:
        start, spent = time.perf_counter(), time.thread_time()
        await words.sleep(seconds)
        busy.append((time.thread_time() - spent) / (time.perf_counter() - start))

    async def call(arg: int) -> None:
        if arg == ABORT:
            await begun.wait()
        else:
            await interrupted(words, begun, cleaning, clean_up())

    made(trial, call, Batch([0], 1, abort_on=ABORT))
    return max(busy)


@check("C10", Ability.CUTS)
def cancelled_together(trial: Trial) -> str:
    """Five calls are cancelled, and each takes some steps to clean up."""
    words = words_of(trial)
    all_begun, cleaning = words.event(), words.event()
    begun, ended, together = 0, 0, [0]

    async def clean_up() -> None:
        nonlocal ended
        together.append(together[-1] + 1)
        await a_few_checkpoints(words)
        together.append(together[-1] - 1)

    async def call(arg: int) -> None:
        nonlocal begun
        if arg == ABORT:
            await all_begun.wait()
            return
        begun += 1
        reached = all_begun if begun == LIMIT else cleaning
        await interrupted(words, reached, cleaning, clean_up())

    made(trial, call, Batch(CALLS, LIMIT, abort_on=ABORT))
    most = max(together)
    assert most == LIMIT, f"C10: of {LIMIT} cancelled calls {most} cleaned up at once"
    return f"all {LIMIT} cancelled calls cleaned up at once"


@check("C18", Ability.CUTS)
def shielded_is_waited_for(trial: Trial) -> str:
    """The batch is cancelled while a call does something that is shielded."""
    words = words_of(trial)
    begun = words.event()
    left_behind = True

    async def shielded() -> None:
        nonlocal left_behind
        await begun.set()
        await a_few_checkpoints(words)
        left_behind = False

    async def call(arg: int) -> None:
        if arg == ABORT:
            await begun.wait()
        else:
            await words.shielded(shielded())

    ends: list[bool] = []

    def noted() -> Iterator[int]:
        ends.append(left_behind)
        yield from ()

    trial.alone(words.call(call), Batch([0], 1, abort_on=ABORT), Batch(noted(), 1))
    assert ends == [False], "C18: the batch ended before what a call had shielded"
    return "the batch waited for what a call had shielded"


async def interrupted(
    words: Words, begun: Happening, cleaning: Happening, clean_up: Coroutine[Any, Any, None]
) -> None:
    """Do nothing until cancelled; then clean up behind a shield."""
    try:
        await begun.set()
        await words.sleep(LONG)
    finally:
        await cleaning.set()
        await words.shielded(clean_up)
