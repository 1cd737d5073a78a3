"""What a random batch is made of: what the origin does with each call, and how the batch ends.

Strategy: data that reads well as JSON.  Chance may write anything; `safe` lowers what could wait
for ever to what is surely reached, in whatever order the calls begin.
"""

from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from impls.contract import Batch
from origin.plan import BEHIND_HEAD, NEVER, At, Fault, Plan, Seen, Step
from rules.deviations import tolerated
from rules.trial import A_MOMENT_LATER, INTRUDER_TIME, PATIENCE, Trial, answered_later

FIRST = 4700
"""The argument of the first call: a number that stands in no address by accident."""

ABORT = FIRST - 1
"""The argument of the call whose answer aborts the batch."""

TIME = 0.02
"""Seconds that a call has, where its time is limited."""

DEADLINE = 0.1
"""Seconds that a batch has, where its time is limited; by then its first calls have come."""

PATIENT = 5 * PATIENCE
"""Seconds that it has where it is not: chance finds whatever else makes a busy machine slow."""

MOST = 12
"""The most calls of a schedule, and the largest limit."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=10)]


class Act(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the origin does with one call.

    Attributes:
        received: it waits until so many calls have come.
        answered: it waits until so many calls have been answered.
        silent: it waits for ever.
        delay: milliseconds that it waits then.
        fault: how it goes wrong at last.
        at: where in the exchange all this happens.
    """

    received: Count = 0
    answered: Count = 0
    silent: bool = False
    delay: Milliseconds = 0
    fault: Fault | None = None
    at: At = At.BEFORE_HEAD

    @property
    def waits(self) -> bool:
        """Whether it may hold its slot until others have been answered, or for ever."""
        return self.at is not At.AFTER and (self.silent or self.answered > 0)

    @property
    def step(self) -> Step:
        """The same, as the origin takes it."""
        gate = NEVER if self.silent else Seen(received=self.received, answered=self.answered)
        return Step(gate, self.delay / 1000, self.fault, self.at)


class Schedule(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A batch, and all that happens to it.

    Attributes:
        calls: what happens to each call.
        limit: of the batch.
        on_error: its policy.
        timed: whether each call's time is limited.
        deadline: whether the batch's time is.
        abort: whether it is aborted from outside, once the origin has received and answered
            as many calls as the next two say.
        received: calls received before the abort.
        answered: calls answered before the abort.
    """

    calls: Annotated[tuple[Act, ...], msgspec.Meta(min_length=1, max_length=MOST)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 1
    on_error: Literal["raise", "collect"] = "collect"
    timed: bool = False
    deadline: bool = False
    abort: bool = False
    received: Count = 0
    answered: Count = 0

    @property
    def args(self) -> range:
        """What the calls are made with."""
        return range(FIRST, FIRST + len(self.calls))

    @property
    def slots(self) -> int:
        """How many calls are surely in progress together."""
        return min(self.limit, len(self.calls))

    @property
    def runs_through(self) -> bool:
        """Whether nothing ends the batch early, so that nothing of it could be left behind."""
        return self.on_error == "collect" and not (self.timed or self.deadline or self.abort)

    @property
    def batch(self) -> Batch:
        """The batch."""
        return Batch(
            self.args,
            self.limit,
            on_error=self.on_error,
            call_timeout=TIME if self.timed else None,
            deadline=DEADLINE if self.deadline else PATIENT,
            abort_on=ABORT if self.abort else None,
        )

    def plan(self, *, cuts: bool) -> Plan:
        """Give the plan of the batch, and of a healthy one after it."""
        seen = Seen(received=self.received + 1, answered=self.answered)  # received itself, too
        abort = Step(seen) if cuts else Step(delay=INTRUDER_TIME)
        steps = {arg: act.step for arg, act in zip(self.args, self.calls, strict=True)}
        last = Step() if self.runs_through else A_MOMENT_LATER
        return Plan(steps | {ABORT: abort} | answered_later(last))


# What can't wait for ever.


def safe(schedule: Schedule) -> Schedule:
    """Lower what could wait for ever to what is surely reached.

    So many calls are surely received as fit into the limit.  Those that wait for answers must
    leave a slot to the others, or nothing would be answered; and only answers that are good and
    wait for no other are surely given.
    """
    ends = schedule.timed or schedule.deadline or schedule.abort
    calls = [_possible(act, schedule.slots, ends=ends) for act in schedule.calls]
    spare = schedule.slots - 1 - sum(act.waits and act.silent for act in calls)
    for place, act in enumerate(calls):
        if act.waits and not act.silent:
            calls[place] = act if spare > 0 else replace(act, answered=0)
            spare -= 1
    sure = sum(not act.waits and act.step.is_good() for act in calls)
    filled = sum(act.waits and act.silent for act in calls) >= schedule.slots
    return replace(
        schedule,
        calls=tuple(replace(act, answered=min(act.answered, sure)) for act in calls),
        received=min(schedule.received, schedule.slots) if schedule.abort else 0,
        answered=min(schedule.answered, sure) if schedule.abort and not filled else 0,
    )


def _possible(act: Act, slots: int, *, ends: bool) -> Act:
    """Let a call wait for ever only if something else ends it; then it meets no fault.

    A head without an end has nothing behind it.
    """
    silent = act.silent and ends
    fault = None if silent else act.fault
    at = At.BEFORE_HEAD if fault is Fault.ENDLESS_HEAD and act.at in BEHIND_HEAD else act.at
    return replace(act, received=min(act.received, slots), silent=silent, fault=fault, at=at)


def uncut(schedule: Schedule) -> Schedule:
    """Give what can be asked where calls can't be cut off: none waits for another.

    When such a batch is ended, its calls in progress run on, and begin no other.
    """
    ends = schedule.timed or schedule.deadline
    calls = (
        replace(act, received=0, answered=0, silent=act.silent and ends) for act in schedule.calls
    )
    return replace(schedule, calls=tuple(calls), received=0, answered=0)


def unreset(schedule: Schedule) -> Schedule:
    """Give what can be asked where a reset by the server is not heard of: there is none.

    Nor is a connection closed behind an answer, since who then writes to it is answered so.
    """
    calls = (replace(act, fault=None) if _resets(act) else act for act in schedule.calls)
    return replace(schedule, calls=tuple(calls))


def _resets(act: Act) -> bool:
    return act.fault is Fault.RESET or (act.fault is Fault.CUT and act.at is At.AFTER)


def for_this(schedule: Schedule, trial: Trial) -> Schedule:
    """Give what can be asked of this variant, by what it declares and is known to do."""
    schedule = schedule if trial.cuts else uncut(schedule)
    return unreset(schedule) if tolerated("F2", trial.variant) else schedule
