"""X: what a batch costs as it grows, and what it leaves to others meanwhile.

Strategy: the calls are of our own and do next to nothing, so what is measured is the batch.  What
counts is a ratio within one run, of processor time or of memory: neither a busy machine nor a slow
one changes it much.
"""

import math
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise

import outcome

from impls.contract import Ability, Batch
from origin.plan import Plan, Seen, Step
from rules.chapters.resources import uncollected
from rules.checks import check
from rules.languages import LANGUAGES
from rules.trial import LIMIT, PATIENCE, Trial, texts

HEARTBEAT = -1
FEW, MANY = 500, 8_000
SIZES = (FEW, FEW, MANY, FEW, FEW, MANY)
TRIES = 3
MUCH = 14
"""Times what the calls take by themselves, at which a batch is said to starve others."""

NEARLY = 2.0
"""Times the processor time of a call in a small batch, up to which growth is nearly linear."""

SMALL = 112
"""Bytes for each further call: fifty for its result in a list, a hundred in a dictionary.

A place in a list and a pair that waits in a queue take a hundred and twenty, a task a thousand and
more; a bare argument that waits goes unseen.
"""

SLOW = 0.2
"""Seconds of the slow call: a hidden timer longer than that goes unseen."""


@check("X7", Ability.LAZY, speaks=("asyncio", "trio", "anyio", "curio"))
def others_run(trial: Trial) -> str:
    """The longest time between two heartbeats, against that of the same calls without a batch.

    Calls that never suspend let nobody else in, whoever makes them one after the other.  So the
    question is what the batch adds: a task for each costs some twenty times what such a call does.
    A busy machine can make either cost more, and never less: so both are tried again.
    """
    words = LANGUAGES[trial.variant.speaks]
    beats: list[float] = []

    async def call(arg: int) -> None:
        while arg == HEARTBEAT:
            beats.append(time.process_time())
            await words.checkpoint()

    alone = times = math.inf
    for _ in range(TRIES):
        alone = min(alone, *(bare(call, MANY) for _ in range(TRIES)))
        batch = Batch(beginning_and_end(beats), LIMIT, deadline=PATIENCE, abort_on=HEARTBEAT)
        trial.alone(words.call(call), batch)
        longest = max(later - earlier for earlier, later in pairwise(beats))
        if (times := min(times, longest / alone)) < MUCH:
            break
        beats.clear()
    assert times < MUCH, f"X7: nobody else ran for {times:.0f} times what the calls take"
    return "others run nearly as soon as between the bare calls"


def bare(call: Callable[[int], Awaitable[None]], count: int) -> float:
    """Make the calls one after the other, and nothing else; give the processor time in seconds."""

    async def calls(count: int) -> None:
        for arg in range(count):
            await call(arg)

    began = time.process_time()
    LANGUAGES["threads"].call(calls)(count)  # they never suspend, so no loop is needed
    return time.process_time() - began


def beginning_and_end(beats: list[float]) -> Iterator[int]:
    """Give the arguments; when the first is drawn, and the last, count as heartbeats."""
    beats.append(time.process_time())
    yield from range(MANY)
    beats.append(time.process_time())


@check("X8")
def nearly_linear(trial: Trial) -> str:
    """The processor time of a call in batches of 500 and of 8,000, the best of several runs.

    A busy machine can make a batch cost more, and never less; so what does not look linear is run
    again.
    """
    cost = dict.fromkeys(SIZES, math.inf)
    times = math.inf
    for _ in range(TRIES):
        with uncollected():  # the more there is, the more a collection costs, whoever made it
            finished = trial.variant.load()(None, [Batch(range(size), LIMIT) for size in SIZES])
        for size, each in zip(SIZES, finished, strict=True):
            cost[size] = min(cost[size], each.cpu / size)
        if (times := cost[MANY] / cost[FEW]) < NEARLY:
            break
    assert times < NEARLY, f"X8: a call among {MANY} costs {times:.1f} times what one of {FEW} does"
    return f"a call among {MANY} costs about what one of {FEW} does"


@check("X9", Ability.LAZY)
def memory_of_the_limit(trial: Trial) -> str:
    """The most memory in use at once, in batches of 500 and of 8,000 calls."""
    _, few, many = (peak(trial, size) for size in (FEW, FEW, MANY))  # the first one also imports
    each = (many - few) / (MANY - FEW)
    assert each < SMALL, f"X9: each further call takes {each:.0f} bytes, its result at most {SMALL}"
    return "no more memory for a further call than its result takes"


def peak(trial: Trial, size: int) -> int:
    """Give the most bytes in use during a batch of this size."""
    run = trial.variant.load()
    tracemalloc.start()
    try:
        run(None, [Batch(range(size), LIMIT)])
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@check("X11")
def none_dropped(trial: Trial) -> str:
    """One call is answered after 200 ms, the others at once."""
    args = range(20)
    steps = {2: Step(gate=Seen(in_progress=1), delay=SLOW)}
    [finished], _ = trial(Plan(steps), Batch(args, LIMIT, deadline=PATIENCE))
    ended = finished.outcome
    assert ended == outcome.Value(texts(args)), f"X11: a slow call among quick ones gave {ended}"
    return "a call of 0.2 s beside quick ones was answered"
