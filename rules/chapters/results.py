"""R and S: what comes back, in which order calls begin, and how arguments are drawn."""

from collections.abc import Iterator, Sequence
from typing import Any

import outcome

from impls.contract import Ability, Batch, Finished
from origin.plan import Plan, Seen, Step
from rules.checks import check
from rules.languages import LANGUAGES
from rules.trial import LIMIT, PATIENCE, Trial, texts


@check("R1", gates=True)
def in_order(trial: Trial) -> str:
    """The calls are answered in the order 2, 1, 3, not in that of their arguments."""
    args = (3, 1, 2)
    steps = {
        2: Step(gate=Seen(in_progress=len(args))),
        1: Step(gate=Seen(answered=1)),
        3: Step(gate=Seen(answered=2)),
    }
    [finished], _ = trial(Plan(steps), Batch(iter(args), LIMIT, deadline=PATIENCE))
    return one_for_each(args, finished)


@check("R1", gates=True)
def duplicates_kept(trial: Trial) -> str:
    """Each argument comes twice, and is to be called as often."""
    args = (3, 1, 2, 1, 3, 2)
    [finished], ledger = trial(Plan(), Batch(iter(args), LIMIT, deadline=PATIENCE))
    seen = one_for_each(args, finished)
    excess = dict(ledger.not_exactly_once(args))
    assert not excess, f"R1: called too often (or, below 0, too seldom): {excess}"
    return seen


def one_for_each(args: Sequence[int], finished: Finished) -> str:
    """Hold the results of a batch against its arguments."""
    assert isinstance(finished.outcome, outcome.Value), f"R1: the batch gave {finished.outcome}"
    results: list[Any] = finished.outcome.value
    assert len(results) == len(args), f"R1: {len(results)} results of {len(args)} calls"
    assert results == texts(args), f"R1: the results are not in order: {results}"
    return f"{len(args)} results in the order of their arguments"


TEN = list(range(10))
ROUNDS = 30
"""Trio runs a round forwards or backwards: thirty times forwards is one chance in 2**30."""


@check("R2", speaks={"asyncio", "trio", "anyio", "curio"})
def begun_in_order(trial: Trial) -> str:
    """Thirty times ten calls that may all begin note it; threads begin as the system likes."""
    words = LANGUAGES[trial.variant.speaks]
    begun: list[int] = []

    async def call(arg: int) -> None:
        begun.append(arg)
        await words.checkpoint()

    batch = Batch(TEN, len(TEN), deadline=PATIENCE)
    trial.alone(words.call(call), *[batch] * ROUNDS)
    return "in the order of the arguments" if begun == TEN * ROUNDS else "in no fixed order"


@check("R3", gates=True)
def empty(trial: Trial) -> str:
    """There are no arguments at all."""
    [finished], ledger = trial(Plan(), Batch([], LIMIT, deadline=PATIENCE))
    assert finished.outcome == outcome.Value([]), f"R3: an empty batch gave {finished.outcome}"
    assert not ledger.calls, "R3: an empty batch made calls"
    return "an empty batch gave no results"


@check("S1", Ability.LAZY, gates=True)
def drawn_lazily(trial: Trial) -> str:
    """The batch ends while its first calls are in progress, with a thousand arguments to go."""
    drawn = 0

    def counted() -> Iterator[int]:
        nonlocal drawn
        for arg in range(1000):
            drawn += 1
            yield arg

    at_limit = Step(gate=Seen(in_progress=LIMIT + 1))
    trial.origin.plan(Plan({-1: at_limit}, otherwise=trial.others()))
    trial.variant.load()(trial.endpoint, [Batch(counted(), LIMIT, deadline=PATIENCE, abort_on=-1)])
    assert drawn <= 3 * LIMIT, f"S1: {drawn} arguments drawn for {LIMIT} calls"
    return f"no more than {3 * LIMIT} arguments drawn for {LIMIT} calls"
