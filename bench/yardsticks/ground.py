"""How everything here is measured: processes, rounds, turns.

Strategy: a ratio comes from two workers that take turns in random order, so that what disturbs
the machine disturbs both; and from several pairs of fresh processes, since one process's memory
layout alone moves a figure by several per cent.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from bench import rounds
from bench.entrants import Entrant
from bench.rounds import BrokeARule, Measured, Round
from bench.stable import Came, Stable, Worker
from bench.worker import Job, Ran
from impls.contract import Variant
from origin.plan import Plan
from origin.process import Address, Origin

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds after which a run hangs; a million calls on the slowest take a tenth of it."""


@dataclass(frozen=True)
class Ground:
    """What all measurements stand on.

    Attributes:
        origin: the other end of every call.
        core: the processor of the workers.
        step: is called before each run.
    """

    origin: Origin
    core: int | None
    step: Callable[[], None]

    @contextmanager
    def processes(self, kind: type[Stable] = Stable) -> Iterator[Callable[[Variant], Worker]]:
        """Give what starts a process for a variant, and end them all with the block."""
        with closing(kind(self.core)) as stable:
            yield lambda variant: stable.worker(Entrant(variant.name, variant))

    def remote(self, worker: Worker, round_: Round) -> tuple[Measured, list[Any]]:
        """Run a round against the origin: give its figures, and what a probe told.

        Raises:
            BrokeARule: it broke one.
            Out: the worker hung, died or failed.
        """
        self.origin.plan(round_.plan or Plan())
        ran, spent = self._run(worker, self.origin.calls, round_.jobs())
        batches = 1 + len(round_.batches)
        came = Came(ran[:batches], spent)
        measured = rounds.measure(round_, came, self.origin.ledger(patience=1.0))
        return measured, results(ran[batches:])

    def alone(self, worker: Worker, jobs: list[Job]) -> list[Ran]:
        """Run checkpoints.

        Raises:
            BrokeARule: a batch failed.
            Out: the worker hung, died or failed.
        """
        ran = self._run(worker, None, jobs).ran
        results(ran)
        return ran

    def _run(self, worker: Worker, endpoint: Address | None, jobs: list[Job]) -> Came:
        self.step()
        return worker.run(endpoint, jobs, PATIENCE)


def results(ran: list[Ran]) -> list[Any]:
    """Give the results of all batches, none of which may have failed."""
    for each in ran:
        if each.error:
            raise BrokeARule(f"the batch raised {each.error}")
    return [result for each in ran for result in each.unpacked() or ()]


def in_turns(runs: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Let each run once, in random order: a block."""
    return {name: runs[name]() for name in random.sample(list(runs), len(runs))}
