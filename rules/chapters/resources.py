"""X: what a batch holds, and gives back: connections, descriptors, contexts, memory, threads.

Strategy: a program goes on after a batch, so most checks run a second one over the same pool, and
what the first has left behind shows itself there.
"""

import gc
import logging
import random
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any

import outcome

from impls.contract import Ability, Batch, Language
from origin.plan import NEVER, Fault, Plan, Seen, Step
from rules import trial as trials
from rules.aborting import ABORT, ABORTS, CALLS, aborted
from rules.checks import check
from rules.descriptors import Descriptors, open_files
from rules.languages import LANGUAGES
from rules.trial import (
    HEARD_TIME,
    LATER,
    LIMIT,
    PATIENCE,
    Trial,
    answered_later,
    later,
    makes_own,
    texts,
)

BATCHES = 40
SIZE = 10
HEALTHY = range(1000, 1000 + LIMIT)
LONGEST = 0.006
"""Seconds of the longest delay; the time limit of a call is half of it."""

ON_THE_WAY = 0.1
"""Seconds of the time limit of calls that are to have been sent when it passes."""


# Connections.


@check("X1", Ability.CUTS)
def hung_up(trial: Trial) -> str:
    """The program goes on until the origin has seen all calls of the cancelled batch hung up."""
    plan = Plan(ABORTS | answered_later(Step(gate=Seen(hung_up=LIMIT))), otherwise=Step(NEVER))
    [_, second], ledger = trial(plan, aborted(), later())
    all_cut = second.outcome == outcome.Value(texts(LATER))
    assert all_cut, "X1: not all cancelled calls were hung up"
    [abort] = ledger.of([ABORT]).calls
    last = max(call.ended for call in ledger.of(CALLS).calls) - abort.ended
    return f"{LIMIT} calls hung up within {coarsely(last)}"


@check("X2")
def no_descriptor_left(trial: Trial) -> str:
    """Of 400 calls half run out of time and many are aborted; we count from within, and after.

    Each count from within follows a healthy batch that has all its slots in use at once: whoever
    keeps connections or processes for the next batch has as many then, old ones or new.
    """
    within: list[Descriptors] = []
    trial(Plan(), Batch([0], 1))  # what a runtime opens once for all it may keep
    gc.collect()  # what earlier tests left to the collector is none of ours
    before = open_files()
    plan = churned(dict.fromkeys(HEALTHY, Step(gate=Seen(held=LIMIT))))
    healthy = Batch(HEALTHY, LIMIT, deadline=PATIENCE)
    trial(plan, healthy, counting(within), *churn(), healthy, counting(within))
    first, last = map(len, within)
    more = last - first  # one at least: that of the aborts
    assert more <= LIMIT, f"X2: {more} more descriptors after {BATCHES * SIZE} calls"
    left = open_files() - before
    assert not left, f"X2: {len(left)} more descriptors after the end"
    return f"no more descriptors after {BATCHES * SIZE} calls"


@check("X3")
def healthy_after_churn(trial: Trial) -> str:
    """After 400 calls of which many fail, run out of time or are aborted, all slots are in use."""
    healthy = dict.fromkeys(HEALTHY, Step(gate=Seen(held=LIMIT)))
    last = Batch(HEALTHY, LIMIT, deadline=PATIENCE)
    finished, _ = trial(churned(healthy, faults=True), *churn(), last)
    ended = finished[-1].outcome
    assert ended == outcome.Value(texts(HEALTHY)), f"X3: the batch after the churn gave {ended}"
    return f"{LIMIT} at once, and all answered, after {BATCHES * SIZE} calls of trouble"


@check("X4", gates=True)
def own_answers_after_a_cancellation(trial: Trial) -> str:
    """Calls are cancelled in the middle, and their answers come when the next batch calls."""
    plan = Plan(ABORTS | answered_later(), otherwise=trial.others())
    [_, second], _ = trial(plan, aborted(), later())
    assert second.outcome == outcome.Value(texts(LATER)), f"X4: {LATER} gave {second.outcome}"
    return "each call its own answer"


@check("X4", gates=True)
def own_answers_after_time_limits(trial: Trial) -> str:
    """Calls run out of time in the middle, and their answers come when the next batch calls."""
    slow = Batch(range(LIMIT), LIMIT, "collect", call_timeout=ON_THE_WAY, deadline=PATIENCE)
    plan = Plan(answered_later(), otherwise=Step(gate=Seen(answered=2)))
    [_, second], _ = trial(plan, slow, later())
    ended = second.outcome
    assert ended == outcome.Value(texts(LATER)), f"X4: after the time limits {LATER} gave {ended}"
    return "each call its own answer"


def coarsely(seconds: float) -> str:
    """Round up to what a person would say, whoever else keeps the machine busy."""
    return next((f"{bound:g} s" for bound in (0.01, 0.1, 1) if seconds <= bound), "some seconds")


TROUBLES = (None, None, None, Fault.STATUS, Fault.CUT, Fault.RESET)


def churned(steps: dict[int, Step] | None = None, *, faults: bool = False) -> Plan:
    """Give each call of the churn a random delay, and half of them a fault if asked to."""
    draw = random.Random(2)
    troubles = TROUBLES if faults else (None,)
    calls = {
        arg: Step(delay=draw.uniform(0, LONGEST), fault=draw.choice(troubles) if arg >= 0 else None)
        for arg in range(-BATCHES, BATCHES * SIZE)
    }
    return Plan(calls | (steps or {}))


def churn() -> Iterator[Batch]:
    """Give batches of each of which something is cancelled."""
    for number in range(BATCHES):
        yield Batch(
            range(number * SIZE, (number + 1) * SIZE),
            LIMIT,
            on_error="collect",
            call_timeout=LONGEST / 2,
            deadline=PATIENCE,
            abort_on=-1 - number if number % 2 else None,
        )


def counting(into: list[Descriptors]) -> Batch:
    """Give a batch of no calls that notes the descriptors as its arguments are drawn."""

    def nothing() -> Iterator[int]:
        into.append(open_files())
        yield from ()

    return Batch(nothing(), 1)


# Garbage and memory.


@check("X5")
def survives_a_collection(trial: Trial) -> str:
    """One of five calls collects garbage when the origin sees all in progress; then they go on."""
    steps = {COLLECTING: Step(gate=Seen(in_progress=LIMIT)), COLLECTED: Step()}
    trial.origin.plan(Plan(steps, otherwise=Step(gate=Seen(answered=2))))
    remote = Remote(trial)

    async def call(arg: int) -> Any:
        if arg == CLOSING:
            return await remote.close()
        answer = await remote.call(arg)
        if arg == COLLECTING:
            collect()
            await remote.call(COLLECTED)
        return answer

    closing = Batch([CLOSING], 1)
    five = Batch(range(LIMIT), LIMIT, deadline=5 * PATIENCE)  # a full collection takes its time
    [finished, _] = trial.alone(remote.words.call(call), five, closing)
    ended = finished.outcome
    assert ended == outcome.Value(texts(range(LIMIT))), f"X5: the batch gave {ended}"
    return "all calls answered after a collection"


COLLECTING, COLLECTED, CLOSING = 2, -1, -2


def collect() -> None:
    """Collect garbage; a connection that vanishes so would warn, and what matters is the call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


class Remote:
    """The client of a language's own recipe, beneath a call of one's own."""

    def __init__(self, trial: Trial) -> None:
        """Make the client; it belongs to one run."""
        speaks = trial.variant.speaks
        self.words = LANGUAGES[speaks]
        self._client = import_module(f"impls.on_{speaks}").Client(trial.endpoint)
        self._blocks = speaks == "threads"

    async def call(self, arg: int) -> Any:
        """Make one call."""
        made = self._client.some_remote_call(arg)
        return made if self._blocks else await made

    async def close(self) -> None:
        """Hang up all idle connections."""
        if self._blocks:
            self._client.close()
        else:
            await self._client.aclose()


class Payload:
    """A result that is large, or else nobody would mind."""


@check("X10")
def freed_after_a_failure(trial: Trial) -> str:
    """When the program has dropped the failed batch, no result is alive, with the collector off."""
    words = LANGUAGES[trial.variant.speaks]
    alive: weakref.WeakSet[Payload] = weakref.WeakSet()
    made = 0

    async def call(arg: int) -> Payload:
        nonlocal made
        await words.checkpoint()
        while arg == FAILING and made < LIMIT:
            await words.checkpoint()
        if arg == FAILING:
            raise ValueError(arg)
        alive.add(payload := Payload())
        made += 1
        return payload

    with uncollected(), unlogged():
        trial.alone(words.call(call), Batch(CALLS, LIMIT, deadline=PATIENCE))
        left = len(alive)
    assert not left, f"X10: {left} of {made} results are alive after the failure"
    return "no result is alive after the failure"


FAILING = 10


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage within the block."""
    gc.collect()
    with trials.uncollected():
        yield


@contextmanager
def unlogged() -> Iterator[None]:
    """Log nothing within the block: who keeps a log, as pytest does, keeps what it was told of."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


# Contexts.


@check("X6", Ability.APART)
def contexts_apart(trial: Trial) -> str:
    """Each call looks into a context variable, sets it, lets others run, and looks again."""
    words = LANGUAGES[trial.variant.speaks]
    mine: ContextVar[int | None] = ContextVar("mine", default=None)

    async def call(arg: int) -> tuple[int | None, int | None]:
        found = mine.get()
        mine.set(arg)
        await words.checkpoint()
        return found, mine.get()

    [finished] = trial.alone(words.call(call), Batch(CALLS, LIMIT, deadline=PATIENCE))
    seen = finished.outcome.unwrap()
    wrong = sum(pair != (None, arg) for arg, pair in zip(CALLS, seen, strict=True))
    assert not wrong, f"X6: {wrong} calls saw what another had set"
    return "no call saw what another had set"


# Workers that die, and threads.


THREADS: tuple[Language, ...] = ("threads",)


@check("X12", gates=True)
def ends_when_all_fail(trial: Trial) -> str:
    """All calls in progress fail at once, so no worker is left to take the others."""
    failing = Step(gate=Seen(in_progress=LIMIT), fault=Fault.STATUS)
    plan = Plan(dict.fromkeys(range(LIMIT), failing))
    [finished], _ = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE))
    assert finished.wall < PATIENCE, "X12: the batch hung when all calls in progress had failed"
    return "the batch ended when all calls in progress had failed"


@check("X13", speaks=THREADS)
def coroutine_function_refused(trial: Trial) -> str:
    """The call is a coroutine function, by mistake."""
    makes_own(trial.variant)

    async def call(arg: int) -> int:
        return arg

    ended = outcome.capture(trial.alone, call, Batch(range(3), LIMIT))
    given: Any = None if isinstance(ended, outcome.Error) else ended.value[0].outcome
    if isinstance(given, outcome.Value):
        for coroutine in given.value:
            coroutine.close()
    assert not isinstance(given, outcome.Value), "X13: the results are coroutines"
    return "the coroutine function was refused"


@check("X14", speaks=THREADS)
def ends_soon_after_a_deadline(trial: Trial) -> str:
    """The origin never answers, and the batch has a deadline of 50 ms."""
    [finished], _ = trial(Plan(otherwise=Step(gate=NEVER)), Batch(CALLS, LIMIT, deadline=0.05))
    assert finished.wall < PATIENCE, "X14: the batch went on for more than two seconds"
    return "the batch ended soon after its deadline"


@check("X15", speaks=THREADS)
def none_begun_after_an_error(trial: Trial) -> str:
    """One of five calls fails; the others are answered a moment later, and might go on."""
    fails = {2: Step(gate=Seen(in_progress=LIMIT), fault=Fault.STATUS)}
    heard_by_then = Step(gate=Seen(answered=1), delay=HEARD_TIME)
    plan = Plan(fails | dict.fromkeys(range(LIMIT, len(CALLS)), Step()), otherwise=heard_by_then)
    _, ledger = trial(plan, Batch(CALLS, LIMIT, deadline=PATIENCE))
    late = len(ledger.calls) - LIMIT
    assert not late, f"X15: {late} queued calls began after the error"
    return "no queued call began after the error"
