"""wrk at the same origin: what our fastest calls are measured against.

Strategy: wrk is written in C, keeps nothing of an answer, and asks for one page again and again:
no batch, so a bar and no rival.  It has one thread, the same processor that our worker has, as many
connections, and a path as long as ours.  Its calls are counted by the origin, and ours timed by the
variant's own clock, which takes in what comes before the first and after the last.

The origin is in Python, and bounds whoever spends less on a call than it does: wrk, where
both processors are free.  Then the figure says how near we come to that bound, and not to what
wrk could do elsewhere; so both sides' figures, and what each was bound by, stand beside it.
"""

import resource
import shutil
import subprocess
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bench.rounds import WARM_UP, BrokeARule, Round
from bench.scenarios import SCENARIOS
from bench.stable import Out, Worker
from bench.yardsticks.ground import PATIENCE, Ground
from origin.ledger import End, Ledger
from origin.plan import Plan, Seen, Step
from report.results import Kind

LIMIT = SCENARIOS["loopback"].limit
ARGS = range(10_000, 60_000)
"""So all paths are of one length; it takes about as long as the second that wrk is given."""

FULL = 0.8
"""The share of its processor from which on a process has no more to give."""


class Pace(NamedTuple):
    """How fast the calls of one side went, and what bound them.

    Attributes:
        speed: calls per second.
        origin: the share of its processor that the origin was busy.
        client: the same of who called.
    """

    speed: float
    origin: float
    client: float

    def bound(self) -> str:
        """Say what had no more to give; where nothing is, the machine had other work."""
        if max(self.origin, self.client) < FULL:
            return "neither"
        return "the origin" if self.origin >= self.client else "itself"


def installed() -> bool:
    """Say whether there is a wrk to run."""
    return shutil.which("wrk") is not None


def of_variant(ground: Ground, worker: Worker) -> Pace:
    """Let the variant make its calls.

    Raises:
        BrokeARule: it broke one.
        Out: the worker hung, died or failed.
    """
    warm_up = WARM_UP[-LIMIT:]
    steps = dict.fromkeys(warm_up, Step(gate=Seen(in_progress=LIMIT)))
    measured, _ = ground.remote(worker, Round(LIMIT, warm_up, [ARGS], Plan(steps, warm_up=LIMIT)))
    busy = measured.saw.busy if measured.saw else 0.0
    return Pace(len(ARGS) / measured.wall, busy, measured.cpu / measured.wall)


def of_wrk(ground: Ground) -> Pace:
    """Let wrk make calls for a second.

    Raises:
        BrokeARule: they were not as many at once as they should be, or not all were answered.
        Out: wrk hung or failed.
    """
    ground.step()
    ground.origin.plan(Plan())
    before = children()
    run("http://{}:{}/{}".format(*ground.origin.calls, ARGS.start), ground.core)
    return pace(ground.origin.ledger(patience=1.0), children() - before)


def run(url: str, core: int | None) -> None:
    """Run wrk on that processor.

    Raises:
        Out: it hung or failed.
    """
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    command = [*pinned, "wrk", "--threads=1", f"--connections={LIMIT}", "--duration=1s", url]
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise Out(Kind.HUNG, f"wrk: no end in {PATIENCE:.0f} s") from None
    if done.returncode:
        raise Out(Kind.FAILED, f"wrk: {done.stderr.strip() or f'exit code {done.returncode}'}")


def children() -> float:
    """Give the seconds of processor time of all processes that we waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def pace(ledger: Ledger, cpu: float) -> Pace:
    """Give the pace of what the origin saw, which cost its client so much.

    Raises:
        BrokeARule: the calls were not as many at once as they should be, or not all were answered.
    """
    calls = len(ledger.calls)
    if ledger.connections() != LIMIT:
        raise BrokeARule(f"wrk: {ledger.connections()} connections at work, not {LIMIT}")
    if unanswered := calls - ledger.count(End.ANSWERED):
        raise BrokeARule(f"wrk: {unanswered} of {calls} calls were not answered")
    span = ledger.span()
    return Pace(calls / span, ledger.busy(), cpu / span)


def told(ours: Sequence[Pace], theirs: Sequence[Pace]) -> str:
    """Say how fast both were, and what bound them."""
    return f"{of_side('ours', ours)}; {of_side('wrk', theirs)}"


def of_side(name: str, paces: Sequence[Pace]) -> str:
    """Say how fast one side was, by the medians of its blocks."""
    middle = Pace(*map(median, zip(*paces, strict=True)))
    return (
        f"{name}: {middle.speed:,.0f} calls/s, bound by {middle.bound()} "
        f"(the origin {middle.origin:.0%} busy, the client {middle.client:.0%})"
    )
