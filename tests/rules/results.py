"""R and S: what comes back, and how arguments are drawn."""

from collections.abc import Iterator

import outcome

from impls.contract import Ability, Batch
from origin.plan import Plan, Seen, Step
from tests.rules.catalogue import LIMIT, PATIENCE, Trial, rule, texts


@rule("R1", "the results stand in the order of the arguments")
def in_order(trial: Trial) -> None:
    """The calls are answered in the order 2, 1, 3, not in that of their arguments."""
    args = (3, 1, 2)
    steps = {
        2: Step(gate=Seen(in_progress=len(args))),
        1: Step(gate=Seen(answered=1)),
        3: Step(gate=Seen(answered=2)),
    }
    [finished], _ = trial(Plan(steps), Batch(iter(args), LIMIT, deadline=PATIENCE))
    results = finished.outcome.unwrap()
    assert len(results) == len(args), f"R1: {len(results)} results of {len(args)} calls"
    assert results == texts(args), f"R1: the results are not in order: {results}"


@rule("R1", "each argument is called as often as it is given, and has as many results")
def duplicates_kept(trial: Trial) -> None:
    """Each argument comes twice."""
    args = (3, 1, 2, 1, 3, 2)
    [finished], ledger = trial(Plan(), Batch(iter(args), LIMIT, deadline=PATIENCE))
    results = finished.outcome.unwrap()
    assert len(results) == len(args), f"R1: {len(results)} results of {len(args)} calls"
    assert results == texts(args), f"R1: the results are not in order: {results}"
    excess = ledger.not_exactly_once(args)
    assert not excess, f"R1: called too often or too seldom: {excess}"


@rule("R3", "an empty batch gives no results, and calls nothing")
def empty(trial: Trial) -> None:
    """There are no arguments at all."""
    [finished], ledger = trial(Plan(), Batch([], LIMIT, deadline=PATIENCE))
    assert finished.outcome == outcome.Value([]), f"R3: an empty batch gave {finished.outcome}"
    assert not ledger.calls, "R3: an empty batch made calls"


@rule("S1", "arguments are drawn lazily: no more than the limit and a few ahead", Ability.LAZY)
def drawn_lazily(trial: Trial) -> None:
    """The batch ends while its first calls are in progress, with a thousand arguments to go."""
    drawn = 0

    def counted() -> Iterator[int]:
        nonlocal drawn
        for arg in range(1000):
            drawn += 1
            yield arg

    plan = Plan({-1: Step(gate=Seen(in_progress=LIMIT + 1))}, otherwise=trial.others())
    trial(plan, Batch(counted(), LIMIT, deadline=PATIENCE, abort_on=-1))
    assert LIMIT <= drawn <= 3 * LIMIT, f"S1: {drawn} arguments drawn for {LIMIT} calls"
