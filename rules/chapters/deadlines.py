"""C: what happens to a batch, or to a call, whose time is up.

Strategy: a verdict is about order and counts, which a busy machine does not change.  Each call is
of one's own, and outlasts its limit by far; whether it was cut off, and when by its
own clock, it notes itself.  What must not even begin is looked for in the origin's ledger.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

import outcome

from impls.contract import Ability, Batch, DeadlineExceeded, Finished
from origin.ledger import End
from origin.plan import Plan, log_normal
from rules.chapters.cancellation import BEGUN_BY_THEN, made, words_of
from rules.chapters.errors import reported
from rules.checks import check
from rules.languages import AsyncCall, Happening, Words
from rules.trial import LIMIT, PATIENCE, DoesNotApply, Trial

CALLS = range(10)
LAST = -1
SHORT = 0.02
"""Seconds of a deadline, or of a call's time limit."""

LONG = 5 * SHORT
"""Seconds of a call that will not keep it, where it is not cut off."""

STUBBORN = 0.3
"""Seconds that a stubborn call takes: three times its deadline."""

DEADLINES = [0.0015 + 0.00001 * (step % 40) for step in range(60)]
"""A loop that counts in whole milliseconds would take each for two.  So many, since on a busy
machine most tasks wake too late to show what their loop does."""

LATE = 0.8
"""The part of a millisecond that has passed when such a deadline begins; that loop forgets it."""

BEYOND = 0.004
"""Seconds of a call that outlasts the longest of them."""

SOON = 0.005
"""Seconds of the time limit of a call that is answered at about that time."""


async def swallowing(words: Words, left: Happening, seconds: float) -> bool:
    """Wait so long; swallow a cancellation, and tell so, but not when the batch has been left.

    Who is left behind then is cancelled by the runtime as it ends, and must not go on.
    """
    try:
        await words.sleep(seconds)
    except words.cancelled:
        if left.is_set():
            raise
        return True
    return False


def made_and_left(trial: Trial, call: AsyncCall, left: Happening, batch: Batch) -> Finished:
    """Run one batch over a call of one's own, and say when it has been left."""

    async def or_left(arg: int) -> Any:
        return await (left.set() if arg == LAST else call(arg))

    finished, _ = trial.alone(words_of(trial).call(or_left), batch, Batch([LAST], 1))
    return finished


@check("C6")
def swallowed_deadline(trial: Trial) -> str:
    """The batch's deadline passes, and its only call swallows the cancellation."""
    words = words_of(trial)
    left = words.event()

    async def call(arg: int) -> int:
        await swallowing(words, left, STUBBORN)
        return arg

    ended = made_and_left(trial, call, left, Batch([0], 1, deadline=BEGUN_BY_THEN)).outcome
    assert isinstance(ended, outcome.Error), f"C6: after its deadline the batch gave {ended}"
    return "the batch's deadline was reported"


@check("C6")
def swallowed_time_limit(trial: Trial) -> str:
    """A call's time is up, and it swallows the cancellation."""
    words = words_of(trial)

    async def call(arg: int) -> int:
        with suppress(words.cancelled):
            await words.sleep(LONG)
        return arg

    [ended] = made(
        trial, call, Batch([0], 1, on_error="collect", call_timeout=SHORT)
    ).outcome.unwrap()
    assert isinstance(ended, outcome.Error), f"C6: after its time limit the call gave {ended}"
    return "the call's time limit was reported"


@check("C7", Ability.CUTS)
def bounded_overrun(trial: Trial) -> str:
    """A call swallows its cancellation at the deadline, and then waits for something long."""
    words = words_of(trial)
    left = words.event()
    swallowed, waited = list[int](), list[int]()

    async def call(arg: int) -> None:
        if await swallowing(words, left, STUBBORN):
            swallowed.append(arg)
        await words.sleep(STUBBORN)
        waited.append(arg)

    made_and_left(trial, call, left, Batch([0], 1, deadline=BEGUN_BY_THEN))
    if not swallowed:
        raise DoesNotApply("nothing is cancelled at the deadline")
    assert not waited, "C7: the batch waited for a call that had swallowed its cancellation"
    return "a call that had swallowed its cancellation was cut off where it waited next"


@check("C7")
def none_begun_by_a_stubborn_call(trial: Trial) -> str:
    """A call swallows its cancellation at the deadline, and nine more wait for its slot."""
    words = words_of(trial)
    left = words.event()
    ended, begun = list[int](), list[int]()

    async def call(arg: int) -> None:
        await words.checkpoint()
        if ended:
            begun.append(arg)
        await swallowing(words, left, STUBBORN)
        ended.append(arg)

    made_and_left(trial, call, left, Batch(CALLS, 1, deadline=BEGUN_BY_THEN))
    late = len(begun)
    assert not late, f"C7: {late} calls began after one had swallowed its cancellation"
    return "no call began after one had swallowed its cancellation"


@check("C12")
def own_clock(trial: Trial) -> str:
    """Ten calls wait for two slots for longer than a call may take, but each keeps its time."""
    words = words_of(trial)
    took: dict[int, float] = {}

    async def call(arg: int) -> None:
        start = time.monotonic()
        try:
            await words.sleep(SHORT)
        finally:
            took[arg] = time.monotonic() - start

    limit = 2 * SHORT
    batch = Batch(CALLS, 2, on_error="collect", call_timeout=limit, deadline=PATIENCE)
    results = made(trial, call, batch).outcome.unwrap()
    early = [
        arg
        for arg, ended in zip(CALLS, results, strict=True)
        if isinstance(ended, outcome.Error) and took.get(arg, 0.0) < limit / 2
    ]
    assert not early, f"C12: {len(early)} of {len(CALLS)} calls ran out of time while they waited"
    return "no call ran out of time while it waited for a slot"


def made_in_vain(trial: Trial, batch: Batch) -> tuple[Finished, int]:
    """Run the batch; give how it ended, and how many connections or calls it made.

    A call before it and a call after it, each by a connection of its own, see to it that the
    origin has taken notice of all connections before it tells how many there were.
    """
    trial(Plan(), Batch([LAST], 1))
    [finished, _], ledger = trial(Plan(), batch, Batch([LAST], 1))
    return finished, max(ledger.opened, len(ledger.calls)) - 1


@check("C13")
def nothing_sent_after_the_deadline(trial: Trial) -> str:
    """The batch's deadline has passed before it begins."""
    finished, opened = made_in_vain(trial, Batch(CALLS, LIMIT, deadline=0.0))
    assert not opened, f"C13: {opened} connections opened after the deadline"
    ended = finished.outcome
    assert isinstance(ended, outcome.Error), f"C13: after its deadline the batch gave {ended}"
    return "no connection was opened"


@check("C13")
def nothing_sent_after_the_time_limit(trial: Trial) -> str:
    """Each call's time is up before it begins."""
    batch = Batch(CALLS, LIMIT, on_error="collect", call_timeout=0.0)
    finished, opened = made_in_vain(trial, batch)
    assert not opened, f"C13: {opened} connections opened after the time limit"
    ended = finished.outcome.unwrap()
    late = sum(isinstance(each, outcome.Value) for each in ended)
    assert not late, f"C13: {late} calls succeeded after their time"
    return "no connection was opened"


@check("C14")
def own_timeout_error(trial: Trial) -> str:
    """A call raises a TimeoutError by itself, within a batch and calls that have time left."""
    words = words_of(trial)
    own = TimeoutError("the call's own")

    async def call(_: int) -> None:
        await words.checkpoint()
        raise own

    batch = Batch([0], 1, call_timeout=PATIENCE, deadline=PATIENCE)
    ended = made(trial, call, batch).outcome
    assert isinstance(ended, outcome.Error), f"C14: the batch gave {ended}"
    seen = reported(ended)
    assert seen == [own], f"C14: a call's own TimeoutError was reported as {seen}"
    return "the call's own TimeoutError was reported as it was"


@check("C14")
def deadline_by_its_name(trial: Trial) -> str:
    """The batch's deadline passes."""
    words = words_of(trial)
    ended = made(trial, lambda _: words.sleep(LONG), Batch([0], 1, deadline=SHORT)).outcome
    assert isinstance(ended, outcome.Error), f"C14: after its deadline the batch gave {ended}"
    assert isinstance(ended.error, DeadlineExceeded), (
        f"C14: the batch's deadline was reported as {ended.error!r}"
    )
    return "the batch's deadline was reported as such"


@check("C15")
def deadline_is_a_timeout_error(trial: Trial) -> str:
    """The batch's deadline passes."""
    words = words_of(trial)
    ended = made(trial, lambda _: words.sleep(LONG), Batch([0], 1, deadline=SHORT)).outcome
    assert isinstance(ended, outcome.Error), f"C15: after its deadline the batch gave {ended}"
    assert isinstance(ended.error, TimeoutError), f"C15: the deadline raised {ended.error!r}"
    return "the deadline raised a TimeoutError"


@check("C15")
def time_limit_is_a_timeout_error(trial: Trial) -> str:
    """A call's time is up."""
    words = words_of(trial)
    batch = Batch([0], 1, on_error="collect", call_timeout=SHORT)
    ended = made(trial, lambda _: words.sleep(LONG), batch).outcome
    assert isinstance(ended, outcome.Value), (
        f"C15: a call's time limit ended the batch with {ended}"
    )
    [call] = ended.unwrap()
    assert isinstance(call, outcome.Error), f"C15: after its time limit the call gave {call}"
    assert isinstance(call.error, TimeoutError), f"C15: the time limit raised {call.error!r}"
    return "the time limit raised a TimeoutError"


def millisecond() -> float:
    """Give how much of the clock's present millisecond has passed."""
    return time.monotonic() * 1000 % 1


def late_in_a_millisecond() -> Iterator[int]:
    """Give no arguments, as soon as most of a millisecond of the clock has passed."""
    while millisecond() < LATE:
        pass
    yield from ()


@check("C16")
def none_early(trial: Trial) -> str:
    """Deadlines of odd lengths pass, begun at odd times; the batch's own clock tells when."""
    words = words_of(trial)

    async def call(_: int) -> None:
        while millisecond() > LATE / 2:
            pass
        await words.sleep(BEYOND)

    batches = [Batch([0], 1, deadline=seconds) for seconds in DEADLINES]
    and_waits = chain.from_iterable((Batch(late_in_a_millisecond(), 1), each) for each in batches)
    _, *finished = trial.alone(words.call(call), *and_waits)
    early = sum(
        isinstance(ended.outcome, outcome.Error) and ended.wall < seconds
        for ended, seconds in zip(finished[::2], DEADLINES, strict=True)
    )
    assert not early, f"C16: {early} of {len(DEADLINES)} deadlines passed early"
    return f"none of {len(DEADLINES)} deadlines passed early"


@check("C19")
def answered_though_late(trial: Trial) -> str:
    """The origin answers calls at about the time limit; we hold its count against the client's."""
    calls = range(200)
    plan = log_normal(calls, median=SOON, p99=2 * SOON, seed=19)
    batch = Batch(calls, 20, on_error="collect", call_timeout=SOON)
    [finished], ledger = trial(plan, batch)
    succeeded = sum(isinstance(each, outcome.Value) for each in finished.outcome.unwrap())
    answered = ledger.count(End.ANSWERED)
    assert succeeded <= answered, f"C19: {succeeded} calls succeeded of {answered} answered"
    return "some had been answered" if succeeded < answered else "none had been answered"
