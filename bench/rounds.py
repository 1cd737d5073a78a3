"""One round: what is asked of the variant and of the origin, and whether the answer counts.

Strategy: every round begins with a warm-up batch of as many calls as the limit allows, which the
origin holds until all of them are in progress: so each variant shows in each round that it
reaches its limit, and has its connections open when the clock starts.  Afterwards results and
ledger are checked.  A round that broke a rule is no sample.
"""

import math
from typing import NamedTuple

import msgspec

from bench.ideal import ideal_time
from bench.scenarios import CALLS, Scenario
from bench.stable import Came
from bench.worker import Job
from origin.ledger import CallSeen, End, Ledger
from origin.plan import Plan, Seen, Step, log_normal
from report.results import RAISED, Saw, Spent
from report.times import counted

WARM_UP = range(-1_000_000, 0)
GATED_DEADLINE = 5.0
"""Seconds for a batch that the origin holds; who never reaches the limit would wait for ever."""

INTRUDER_TIME = 0.01
"""Seconds that the qualifying round waits for a call too many to come."""


class BrokeARule(Exception):  # noqa: N818 - it says what happened
    """The round is no sample; the message says which rule was broken, and what was seen."""


class Round(NamedTuple):
    """A round to run: for the variant its jobs, for the origin its plan.

    Attributes:
        limit: the most calls in progress at once.
        warm_up: the arguments of the batch that is not timed.
        batches: the arguments of those that are.
        plan: what the origin does; None where there are no remote calls.
        gauged: whether the origin takes its time, so that its gauge shows calls in progress; those
            that are answered at once show only as the connections that they keep at work.
        deadline: seconds for each of the timed batches, if they have one.
    """

    limit: int
    warm_up: range
    batches: list[range]
    plan: Plan | None
    gauged: bool = False
    deadline: float | None = None

    def jobs(self) -> list[Job]:
        """Give the batches as they travel to the worker.

        A timed batch has no deadline: where that costs something for each call, as it does with
        threads, we would measure it.
        """
        deadlines = [GATED_DEADLINE] + [self.deadline] * len(self.batches)
        return [
            (args.start, args.stop, self.limit, deadline)
            for args, deadline in zip([self.warm_up, *self.batches], deadlines, strict=True)
        ]

    def calls(self) -> int:
        """Give how many calls are timed."""
        return sum(map(len, self.batches))


class Measured(NamedTuple):
    """A round that counts; the last fields of `report.results.Sample`."""

    wall: float
    user: float
    system: float
    spent: Spent
    saw: Saw | None

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.user + self.system


def prepare(scenario: Scenario, repeats: int, seed: int, calls: int = CALLS) -> Round:
    """Prepare a round of `repeats` batches of so many calls; the seed chooses the delays."""
    batches = [range(calls * n, calls * (n + 1)) for n in range(repeats)]
    warm_up = WARM_UP[-scenario.limit :]
    if not scenario.remote:
        return Round(scenario.limit, warm_up, batches, plan=None)
    steps = dict.fromkeys(warm_up, Step(gate=Seen(in_progress=scenario.limit)))
    if scenario.delays:
        timed = range(calls * repeats)
        steps |= log_normal(timed, **scenario.delays._asdict(), seed=seed).steps
    plan = Plan(steps, warm_up=len(warm_up))
    return Round(scenario.limit, warm_up, batches, plan, gauged=scenario.delays is not None)


def qualifying(limit: int) -> Round:
    """Prepare the round that a variant must pass to race: waves that just reach its limit."""
    wave = Step(gate=Seen(in_progress=limit), delay=INTRUDER_TIME)
    plan = Plan(otherwise=wave)
    return Round(limit, WARM_UP[-limit:], [range(4 * limit)], plan, True, GATED_DEADLINE)


def measure(round_: Round, came: Came, ledger: Ledger | None) -> Measured:
    """Check a round, and give its figures.

    Raises:
        BrokeARule: it broke one.
    """
    if ledger:
        check_ledger(round_, ledger)
    batches = [round_.warm_up, *round_.batches]
    if len(came.ran) != len(batches):
        raise BrokeARule(f"it ran {len(came.ran)} of {len(batches)} batches")
    for args, ran in zip(batches, came.ran, strict=True):
        check_results(args, ran.unpacked(), ran.error, remote=ledger is not None)
    timed = [(ran.wall, ran.user, ran.system) for ran in came.ran[1:]]
    wall, user, system = map(sum, zip(*timed, strict=True))
    spent = Spent(*came.spent)
    check_times(wall, user, system, spent)
    seen = saw(round_, ledger) if ledger else None
    return Measured(wall, user, system, spent, seen)


def check_times(wall: float, user: float, system: float, spent: Spent) -> None:
    """Refuse times that no round can take: they come from the variant's own clock."""
    times = (wall, user, system, spent.start_up, spent.shut_down)
    if not (wall > 0 and all(0 <= each < math.inf for each in times)):
        told = ", ".join(f"{each:g}" for each in times)
        raise BrokeARule(f"its clock tells times that no round takes: {told} s")


def check_results(args: range, results: object, error: str | None, *, remote: bool) -> None:
    """Hold the results against what the arguments must give."""
    if error is not None:
        raise BrokeARule(f"{RAISED}{error}")
    if not isinstance(results, list):
        raise BrokeARule(f"R1: the results are no list but {results!r:.60}")
    if len(results) != len(args):
        raise BrokeARule(f"R1: {len(results)} results of {len(args)} calls")
    right = [f"ANSWER TO {arg}" for arg in args] if remote else list(args)
    wrong = [place for place in range(len(args)) if results[place] != right[place]]
    if wrong:
        first = wrong[0]
        raise BrokeARule(
            f"R1: {len(wrong)} of {len(args)} results are not in their place: "
            f"at {first} stands {results[first]!r}, not {right[first]!r}"
        )


def check_ledger(round_: Round, ledger: Ledger) -> None:
    """Hold what the origin saw against the limit and the arguments."""
    check_limit(round_, ledger)
    asked = [arg for args in (round_.warm_up, *round_.batches) for arg in args]
    if odd := ledger.not_exactly_once(asked):
        raise BrokeARule(f"{len(odd)} arguments were not called exactly once, such as {min(odd)}")


def check_limit(round_: Round, ledger: Ledger) -> None:
    """Hold what was in progress against the limit: never more, and no less at the peak."""
    limit, most = round_.limit, ledger.most_in_progress()
    if most > limit:
        raise BrokeARule(f"L1: {most} calls in progress at once; the limit is {limit}")
    reached = ledger.of(round_.warm_up).most_in_progress()
    if reached < limit:
        raise BrokeARule(
            f"L4: its first calls reached {reached} in progress within {GATED_DEADLINE:.0f} s; "
            f"the limit is {limit}"
        )
    at_work = connections_at_work(ledger)
    if at_work > limit:
        raise BrokeARule(f"L1: {at_work} connections at work at once; the limit is {limit}")
    for peak in peaks(round_, ledger):
        if peak < limit:
            raise BrokeARule(f"L4: at most {peak} calls in progress; the limit is {limit}")


def connections_at_work(ledger: Ledger) -> int:
    """Give the most connections that were at work at once, each from its first call to its last.

    A connection that takes the place of another is none more: a client may hang up and connect
    anew as often as it likes, and a pool of threads or processes may live for one batch.  But
    whoever keeps more of them at work than the limit makes more calls at once.
    """
    by_connection: dict[int, list[CallSeen]] = {}
    for call in ledger.calls:
        by_connection.setdefault(call.connection, []).append(call)
    spans = [
        CallSeen(
            connection,
            connection,
            min(call.received for call in calls),
            max(call.ended for call in calls),
            End.ANSWERED,
        )
        for connection, calls in by_connection.items()
    ]
    return msgspec.structs.replace(ledger, calls=spans).most_in_progress()


def peaks(round_: Round, ledger: Ledger) -> list[int]:
    """Give the most calls in progress in each timed batch, where that can be seen."""
    return [ledger.of(each).most_in_progress() for each in round_.batches if round_.gauged]


def saw(round_: Round, ledger: Ledger) -> Saw:
    """Give what the origin saw of the timed batches."""
    batches = [ledger.of(batch) for batch in round_.batches]
    timed = ledger.of(range(round_.batches[0].start, round_.batches[-1].stop))
    took = [call.ended - call.received for call in timed.calls]
    span = sum(batch.span() for batch in batches)
    return Saw(
        most_in_progress=max(peaks(round_, ledger), default=None),
        in_progress=sum(took) / span,
        connections=timed.connections(),
        cpu=timed.cpu,
        busy=timed.busy(),
        ideal=sum(ideal_time(batch.delays(), round_.limit) for batch in batches),
        held=sum(took) / len(took),
        took=counted(took),
        idle=counted(timed.idle()),
        since=counted([seconds for batch in batches for seconds in batch.since()]),
    )
