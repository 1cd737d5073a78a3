"""run_in_executor with a pool of threads or of processes: its pools, and what they cost.

A round of the race begins with a batch that is not timed, so what that one starts, the next ones
must find.
"""

from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Any

import outcome
import pytest

from impls.contract import Batch, CallError, Endpoint, Finished
from impls.registry import VARIANTS
from impls.ways import executors
from impls.ways.executors import SERVED, Job, Terms
from origin.plan import Fault, Plan, Seen, Step
from origin.process import Origin

LIMIT = 3
PATIENCE = 5.0
"""Seconds after which a batch that hangs is given up; a process takes a tenth of one to start."""

WAVE = Step(gate=Seen(in_progress=LIMIT))
FREELY = Terms("raise", None, None, float("inf"))

both = pytest.mark.parametrize("name", ["asyncio-executor/threads", "asyncio-executor/processes"])


def run(name: str, origin: Origin, plan: Plan, *arguments: range) -> list[Finished]:
    """Run a batch for each of these ranges, under the plan."""
    origin.plan(plan)
    batches = [Batch(args, LIMIT, deadline=PATIENCE) for args in arguments]
    return VARIANTS[name].load()(Endpoint(*origin.calls), batches)


@both
def test_one_pool_for_a_run(name: str, origin: Origin) -> None:
    """The second batch goes over the connections that the first one has opened."""
    first, second = range(LIMIT), range(100, 100 + 4 * LIMIT)
    finished = run(name, origin, Plan(dict.fromkeys(first, WAVE)), first, second)
    assert all(isinstance(each.outcome, outcome.Value) for each in finished), finished
    ledger = origin.ledger()
    assert ledger.opened == LIMIT
    begun, found = ({call.connection for call in ledger.of(args).calls} for args in (first, second))
    assert found <= begun


@both
def test_a_batch_that_fails_leaves_its_pool(name: str, origin: Origin) -> None:
    """All its calls have been made when it ends, and the next batch has a pool of its own."""
    first, second = range(4 * LIMIT), range(100, 100 + LIMIT)
    failed, well = run(name, origin, Plan({0: Step(fault=Fault.STATUS)}), first, second)
    assert isinstance(failed.outcome, outcome.Error)
    assert isinstance(failed.outcome.error, CallError)
    assert well.outcome == outcome.Value([f"ANSWER TO {arg}" for arg in second])
    ledger = origin.ledger()
    assert not ledger.not_exactly_once([*first, *second])
    assert max(call.ended for call in ledger.of(first).calls) < min(
        call.received for call in ledger.of(second).calls
    )


def test_what_a_process_tells_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each result comes with what its process has spent since the one before, also between."""
    clock = iter([(1.0, 0.25), (1.5, 0.5), (4.0, 0.5)])
    monkeypatch.setattr(executors, "processor_time", lambda: next(clock))
    monkeypatch.setattr(executors, "Here", type("Here", (), {}))
    executors.prepared.cache_clear()
    executors.begin_here(None, SERVED.Barrier(1))
    assert [executors.call_here(FREELY, arg) for arg in (7, 8)] == [
        (7, (0.5, 0.25)),
        (8, (2.5, 0.0)),
    ]
    executors.prepared.cache_clear()


def test_what_processes_spend_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is added to what the batch's own process spends, in each batch anew."""

    async def told(_: Executor, job: Job, args: Iterable[int]) -> list[Any]:
        job.spent.extend((10.0, 20.0) for _ in args)
        return []

    monkeypatch.setitem(executors.NEW_POOL, told, executors.thread_pool)
    for finished in executors.run(None, [Batch(range(2), 1), Batch(range(2), 1)], strategy=told):
        assert 20.0 <= finished.user < 30.0
        assert 40.0 <= finished.system < 50.0
