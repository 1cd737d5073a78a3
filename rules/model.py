"""A model of the rules: what may come of a schedule, and whether that is what came of it.

Strategy: the model says nothing that the speed of the machine decides: where two things race,
both are allowed.  Each judge holds one rule against what was seen.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import outcome

from impls.contract import Aborted, CallError, DeadlineExceeded, Endpoint, Finished
from origin.ledger import End, Ledger
from origin.plan import Fault
from rules.acts import Act, Schedule
from rules.deviations import tolerated
from rules.trial import LATER, Trial, single_errors, texts

# What the rules let come of it.


class Got(StrEnum):
    """What comes of a call."""

    VALUE = "its answer"
    ERROR = "an error"
    TIMEOUT = "a time limit"


class Ending(StrEnum):
    """What comes of a batch."""

    RESULTS = "results"
    FAILED = "an error of a call"
    ABORTED = "an abort"
    LATE = "a deadline"
    ODD = "something else"


def may_give(schedule: Schedule, act: Act) -> set[Got]:
    """Give what may come of a call; nothing, where only the end of the batch ends it."""
    got = {Got.TIMEOUT} if schedule.timed else set()
    if act.silent and act.waits:
        return got
    if act.step.is_good() or act.fault is Fault.LARGER:
        got.add(Got.VALUE)
    if not act.step.is_good():
        got.add(Got.ERROR)
    return got


def may_end(schedule: Schedule) -> set[Ending]:
    """Give what may come of the batch."""
    calls = [may_give(schedule, act) for act in schedule.calls]
    raises = schedule.on_error == "raise"
    ends = {
        Ending.RESULTS: all(Got.VALUE in got if raises else got for got in calls),
        Ending.FAILED: raises and any(got - {Got.VALUE} for got in calls),
        Ending.ABORTED: schedule.abort,
        Ending.LATE: schedule.deadline,
    }
    return {ending for ending, may in ends.items() if may}


# What was seen.


class Held(NamedTuple):
    """A schedule as it was run.

    Attributes:
        schedule: what was asked.
        trial: of whom.
        first: how the batch ended.
        second: how the healthy batch after it ended.
        ledger: what the origin saw of all.
    """

    schedule: Schedule
    trial: Trial
    first: Finished
    second: Finished
    ledger: Ledger

    @property
    def ending(self) -> Ending:
        """What came of the batch."""
        ended = self.first.outcome
        if isinstance(ended, outcome.Error):
            return ending_of(ended.error, deadline=self.schedule.deadline)
        return Ending.RESULTS

    @property
    def calls(self) -> Ledger:
        """What the origin saw of the batch."""
        return self.ledger.of(self.schedule.args)

    @property
    def far(self) -> float:
        """When the origin received the last call of the healthy batch.

        The origin may come to what was sent before the first one only after it: a call of a new
        connection waits to be accepted.  It accepts one each time that it looks around.
        """
        return max(call.received for call in self.ledger.of(LATER).calls)

    @property
    def allowed(self) -> dict[int, set[Got]]:
        """What may come of each call."""
        acts = zip(self.schedule.args, self.schedule.calls, strict=True)
        return {arg: may_give(self.schedule, act) for arg, act in acts}

    def excused(self, *numbers: str) -> bool:
        """Tell whether the variant is known to break one of these rules."""
        return any(tolerated(number, self.trial.variant) for number in numbers)


def ending_of(error: BaseException, *, deadline: bool) -> Ending:
    """Tell what a batch raised; one that failed may have met its deadline before it could leave."""
    if isinstance(error, Aborted):
        return Ending.ABORTED
    if isinstance(error, TimeoutError) and not isinstance(error, CallError):
        return Ending.LATE
    allowed = (CallError, DeadlineExceeded) if deadline else CallError
    failed = all(isinstance(each, allowed) for each in single_errors(error))
    return Ending.FAILED if failed else Ending.ODD


def got_of(arg: int, found: outcome.Outcome[Any]) -> Got:
    """Tell what came of a call."""
    if not isinstance(found, outcome.Error):
        return Got.VALUE
    return Got.TIMEOUT if isinstance(found.error, TimeoutError) else Got.ERROR


# The rules.  Each takes what was seen; what breaks it is an AssertionError with its number.

BROKEN_BY = {
    Ending.RESULTS: "E8",
    Ending.FAILED: "F2",
    Ending.ABORTED: "C1",
    Ending.LATE: "L4",
    Ending.ODD: "E14",
}
"""Which rule a batch breaks that ends so and may not."""


def the_end(held: Held) -> None:
    """The batch ends as it may."""
    allowed, ending = may_end(held.schedule), held.ending
    assert ending in allowed, (
        f"{BROKEN_BY[ending]}: the batch ended with {ending} ({held.first.outcome}); "
        f"it may end with {' or '.join(sorted(allowed))}"
    )


def the_results(held: Held) -> None:
    """Every call has its own result, in its own place."""
    if held.ending is not Ending.RESULTS:
        return
    results = held.first.outcome.unwrap()
    args = held.schedule.args
    assert len(results) == len(args), f"R1: {len(args)} calls gave {len(results)} results"
    collects = held.schedule.on_error == "collect"
    for (arg, allowed), result in zip(held.allowed.items(), results, strict=True):
        found = result if collects else outcome.Value(result)
        the_result(arg, found, allowed, held.trial.endpoint)


def the_result(
    arg: int, found: outcome.Outcome[Any], allowed: set[Got], endpoint: Endpoint
) -> None:
    """A call has what it may have, and what it has is its own."""
    got = got_of(arg, found)
    assert got in allowed, f"F3: call {arg} gave {found}; it may give {' or '.join(allowed)}"
    if isinstance(found, outcome.Error):
        the_error(found.error, [arg], endpoint)
    else:
        assert found == outcome.Value(*texts([arg])), f"X4: call {arg} gave {found}"


def the_errors(held: Held) -> None:
    """What a batch raises is what its calls did."""
    ended = held.first.outcome
    if not (isinstance(ended, outcome.Error) and held.ending is Ending.FAILED):
        return
    failing = [arg for arg, got in held.allowed.items() if got - {Got.VALUE}]
    for each in single_errors(ended.error):
        if not isinstance(each, DeadlineExceeded):
            the_error(each, failing, held.trial.endpoint)


def the_error(error: BaseException, args: Sequence[int], endpoint: Endpoint) -> None:
    """An error is a CallError that names the endpoint, and one of these arguments."""
    assert isinstance(error, CallError), f"F2: call {args} raised {error!r}"
    told = str(endpoint) in str(error)
    named = told and any(str(arg) in str(error) for arg in args)
    assert named, f"F2: {error!r} names not both {endpoint} and one of {args}"


def the_limit(held: Held) -> None:
    """No more than the limit are in progress."""
    most, limit = held.calls.most_in_progress(), held.schedule.limit
    if not held.excused("L1"):
        assert most <= limit, f"L1: {most} calls in progress at once; the limit is {limit}"


SPOILING = frozenset({Fault.RESET, Fault.CUT, Fault.LARGER, Fault.RUBBISH, Fault.OTHER})
"""Faults that a call may owe to its connection, as it found it: it may be made again, once."""


def the_number_of_calls(held: Held) -> None:
    """Each call is made once; twice, where it had to be made again."""
    most = 2 if any(act.fault in SPOILING for act in held.schedule.calls) else 1
    made = Counter(call.arg for call in held.calls.calls)
    often = {arg: times for arg, times in made.items() if times > most}
    assert not often, f"R1: calls were made too often: {often}"
    if held.ending is Ending.RESULTS:
        never = set(held.schedule.args) - set(made)
        assert held.schedule.timed or not never, f"R1: calls were never made: {never}"


def the_queue(held: Held) -> None:
    """A failure lets no queued call begin: only what goes well makes room, if errors are raised."""
    if held.schedule.on_error == "collect" or held.excused("E2"):
        return
    begun = {call.arg for call in held.calls.calls}
    cut = {call.arg for call in held.calls.calls if call.end in {End.HUNG_UP, End.OPEN}}
    good = {arg for arg in begun - cut if Got.VALUE in held.allowed[arg]}
    most = held.schedule.limit + len(good)
    assert len(begun) <= most, f"E2: {len(begun)} calls began; {len(good)} good answers make room"


def the_program_goes_on(held: Held) -> None:
    """The healthy batch has its results, from the same pool."""
    found = held.second.outcome
    assert found == outcome.Value(texts(LATER)), f"X3: a healthy batch gave {found} afterwards"


def nothing_later(held: Held) -> None:
    """Nothing of the batch begins once the program has gone on."""
    late = [call.arg for call in held.calls.calls if call.received > held.far]
    assert not late, f"C2: calls {late} began after the batch had ended"


def the_hang_up(held: Held) -> None:
    """Whatever was in progress is hung up before the program has gone far."""
    if held.excused("X1", "E3", "C2"):
        return
    left = [call.arg for call in held.calls.calls if call.end is End.OPEN or call.ended > held.far]
    assert not left, f"X1: calls {left} were not hung up when the batch had ended"


JUDGES = (
    the_end,
    the_results,
    the_errors,
    the_program_goes_on,
    the_limit,
    the_number_of_calls,
    the_queue,
    nothing_later,
    the_hang_up,
)
