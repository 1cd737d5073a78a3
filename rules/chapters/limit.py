"""L: how many calls are in progress at once.

Strategy: mostly the origin counts, and holds calls until as many have come as may.  Where the
fault lies in the order of single steps within the client, a call of one's own counts itself.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import outcome

from impls.contract import Batch
from impls.on_threads import Client
from origin.ledger import End
from origin.plan import NEVER, Plan, Seen, Step
from rules.checks import check
from rules.languages import LANGUAGES, Happening
from rules.trial import INTRUDER_TIME, LIMIT, PATIENCE, Trial

CALLS = range(20)
ABORT = -1

ON_THE_WAY = 0.2
"""Seconds of the time limit of calls that are to have come to the origin when it passes."""

WAVE = Step(gate=Seen(in_progress=LIMIT), delay=INTRUDER_TIME)
"""Answers no call before the limit is reached, and then a moment later."""


@check("L1", gates=True)
def never_more(trial: Trial) -> str:
    """Calls are answered in waves, and a call too many has time to come."""
    _, ledger = trial(Plan(otherwise=WAVE), Batch(CALLS, LIMIT, deadline=PATIENCE))
    most = ledger.most_in_progress()
    assert most <= LIMIT, f"L1: {most} calls in progress at once; the limit is {LIMIT}"
    return f"at most {most} in progress; the limit is {LIMIT}"


@check("L1")
def while_calls_time_out(trial: Trial) -> str:
    """No call is answered in its time, so every slot changes hands by a time limit."""
    batch = Batch(range(3 * LIMIT), LIMIT, on_error="collect", call_timeout=ON_THE_WAY)
    _, ledger = trial(Plan(otherwise=Step(gate=NEVER)), batch)
    most = ledger.most_in_progress()
    assert most <= LIMIT, f"L1: {most} calls in progress at once; the limit is {LIMIT}"
    return f"at most {LIMIT} in progress while calls time out"


@check("L2", speaks={"threads"})
def until_the_thread_has_ended(trial: Trial) -> str:
    """Calls in threads heed no time limit, and take thirty times theirs."""

    def heedless(arg: int, *_ends: float) -> None:
        with closing(Client(trial.endpoint)) as client:
            client.some_remote_call(arg)

    trial.origin.plan(Plan(otherwise=Step(delay=0.3)))
    batch = Batch(range(2 * LIMIT), LIMIT, on_error="collect", call_timeout=0.01)
    trial.alone(heedless, batch)
    most = trial.origin.ledger(PATIENCE).most_in_progress()
    assert most <= LIMIT, f"L2: {most} calls in progress at once; the limit is {LIMIT}"
    return f"at most {most} in progress while threads outlast their time"


@check("L4", gates=True)
def never_less(trial: Trial) -> str:
    """The origin answers nothing before as many calls have come as the limit allows."""
    _, ledger = trial(Plan(otherwise=WAVE), Batch(CALLS, LIMIT, deadline=PATIENCE))
    most = ledger.most_in_progress()
    assert most >= LIMIT, f"L4: at most {most} calls in progress; the limit is {LIMIT}"
    return f"{LIMIT} in progress; the limit is {LIMIT}"


@check("L4", gates=True)
def beside_a_slow_call(trial: Trial) -> str:
    """One call, whenever it begins, is answered only when all others are."""
    slow = {0: Step(gate=Seen(answered=len(CALLS) - 1))}
    _, ledger = trial(Plan(slow), Batch(CALLS, LIMIT, deadline=PATIENCE))
    answered = ledger.count(End.ANSWERED)
    assert answered == len(CALLS), f"L4: beside a slow call only {answered} calls were answered"
    return f"beside a slow call all {len(CALLS) - 1} others were answered"


MANY = 100
"""A limit beyond what pools of threads and of connections have by default."""

PATIENT = 5 * PATIENCE
"""Seconds for a hundred processes or connections to come; only what is capped waits so long."""


@check("L4")
def a_hundred(trial: Trial) -> str:
    """The limit is a hundred, and the origin answers nothing before a hundred calls have come."""
    wave = Step(gate=Seen(in_progress=MANY))
    _, ledger = trial(Plan(otherwise=wave), Batch(range(2 * MANY), MANY, deadline=PATIENT))
    most = ledger.most_in_progress()
    assert most >= MANY, f"L4: at most {most} calls in progress; the limit is {MANY}"
    return f"{MANY} in progress; the limit is {MANY}"


@check("L5")
def after_batches_cut_short(trial: Trial) -> str:
    """One batch is aborted in its first instant, another fails in it; a third needs all slots."""
    words = LANGUAGES[trial.variant.speaks]
    third = range(100, 100 + LIMIT)
    begun: list[int] = []
    full: dict[str, Happening] = {}

    async def call(arg: int) -> None:
        if arg in third:
            reached = full.setdefault("reached", words.event())
            begun.append(arg)
            if len(begun) == LIMIT:
                await reached.set()
            await reached.wait()
        elif arg == 1:
            raise ValueError("the second call fails at once, as the first one ends")
        elif arg > 1:
            await words.checkpoint()

    trial.alone(
        words.call(call),
        Batch(range(10, 30), LIMIT, deadline=PATIENCE, abort_on=ABORT),
        Batch(CALLS, LIMIT, deadline=PATIENCE),
        Batch(third, LIMIT, deadline=PATIENCE),
    )
    most = len(begun)
    assert most == LIMIT, f"L5: at most {most} calls in progress afterwards; the limit is {LIMIT}"
    return f"{LIMIT} in progress afterwards; the limit is {LIMIT}"


@check("L6")
def just_after_a_release(trial: Trial) -> str:
    """Calls end in the step in which they begin, or soon after; they count themselves."""
    words = LANGUAGES[trial.variant.speaks]
    counting = threading.Lock()
    now = most = 0

    async def call(arg: int) -> None:
        nonlocal now, most
        with counting:
            now += 1
            most = max(most, now)
        for _ in range(arg % 3):
            await words.checkpoint()
        with counting:
            now -= 1

    trial.alone(words.call(call), Batch(range(200), LIMIT, deadline=PATIENCE))
    assert most <= LIMIT, f"L6: {most} calls had a slot at once; the limit is {LIMIT}"
    return f"at most {LIMIT} had a slot at once"


HURRIED = range(20)
"""The numbers of batches that are in a hurry, of ten calls each."""

LONGEST = 0.006
"""Seconds of the longest delay; the time limit of a call is half of it."""


@check("L7")
def all_batches_end(trial: Trial) -> str:
    """Of twenty batches half the calls run out of time, and every other batch is aborted."""
    draw = random.Random(7).uniform
    given_up = time.monotonic() + PATIENCE
    steps = {arg: Step(delay=draw(0, LONGEST)) for arg in range(-20, 200)}
    finished, _ = trial(Plan(steps), *(hurried(number, given_up) for number in HURRIED))
    hung = sum(
        isinstance(ended.outcome, outcome.Error) and isinstance(ended.outcome.error, TimeoutError)
        for ended in finished
    )
    assert not hung, f"L7: {hung} of {len(HURRIED)} batches hung"
    return f"all of {len(HURRIED)} batches ended"


def hurried(number: int, given_up: float) -> Batch:
    """Give a batch of ten calls, which has none any more once an earlier one has hung."""

    def unless_given_up(args: Sequence[int]) -> Iterator[int]:
        if time.monotonic() < given_up:
            yield from args

    return Batch(
        unless_given_up(range(10 * number, 10 * number + 10)),
        LIMIT,
        on_error="collect",
        call_timeout=LONGEST / 2,
        deadline=PATIENCE,
        abort_on=-1 - number if number % 2 else None,
    )
