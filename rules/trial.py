"""A variant before the judge, and what the checks of all chapters share.

Strategy: a check runs batches against the origin and asserts on what the origin saw, with a
message that says what that was.  So the same function judges every variant, and is itself judged
by variants that break it on purpose.  No check waits for time to pass: the origin holds calls
until it has seen what the check needs.  Only a batch that breaks a rule meets its deadline.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from impls.contract import Ability, Batch, Call, Endpoint, Finished, Variant
from origin.ledger import Ledger
from origin.plan import Plan, Seen, Step
from origin.process import Origin

LIMIT = 5
PATIENCE = 2.0
"""Seconds after which a batch that does what it must not, or nothing at all, is given up."""

INTRUDER_TIME = 0.02
"""Seconds that the origin leaves a call too many to come; a correct variant sends none."""

HEARD_TIME = 0.3
"""Seconds that the origin leaves a thread to hear that another's call has failed, where a sibling
that is answered meanwhile would go on; on a busy machine a thread may have to wait its turn."""

LATER = range(100, 110)
"""The calls of a second batch, one at a time.  The program goes on, over the same pool, so what
the first batch left behind can show itself."""

A_MOMENT_LATER = Step(delay=INTRUDER_TIME)


def later() -> Batch:
    """Give the second batch."""
    return Batch(LATER, 1, deadline=PATIENCE)


def answered_later(last: Step = A_MOMENT_LATER) -> dict[int, Step]:
    """Answer the second batch at once, but for its last call, which takes this step."""
    return dict.fromkeys(LATER, Step()) | {LATER[-1]: last}


class DoesNotApply(Exception):  # noqa: N818 - it is a verdict
    """A check found that what it looks for can't come about with this variant; it says why."""


class Trial(NamedTuple):
    """A variant before the judge."""

    variant: Variant
    origin: Origin

    @property
    def endpoint(self) -> Endpoint:
        """Where the origin takes calls."""
        return Endpoint(*self.origin.calls)

    @property
    def cuts(self) -> bool:
        """Whether the variant cuts off calls in progress."""
        return Ability.CUTS not in self.variant.cannot

    def __call__(self, plan: Plan, *batches: Batch) -> tuple[list[Finished], Ledger]:
        """Run the batches under the plan; give how they ended and what the origin saw."""
        self.origin.plan(plan)
        with uncollected():
            finished = self.variant.load()(self.endpoint, batches)
        return finished, self.origin.ledger(patience=PATIENCE)

    def alone(self, call: Call, *batches: Batch) -> list[Finished]:
        """Run the batches over a call of one's own, which speaks as the variant does.

        Raises:
            DoesNotApply: the variant makes no such calls.
        """
        makes_own(self.variant)
        with uncollected():
            return self.variant.load()(call, batches)

    def others(self) -> Step:
        """Give what happens to the calls beside the one that ends the batch.

        They would be answered in the midst of the second batch.  Where calls can't be cut off,
        the first batch must wait for them, so they are answered once that one has been heard of.
        """
        if self.cuts:
            return Step(gate=Seen(answered=2))
        return Step(gate=Seen(answered=1), delay=HEARD_TIME)


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage within the block.

    A task that only the collector ends, or a connection that only it closes, has been left behind.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def makes_own(variant: Variant) -> None:
    """See whether the variant makes calls of one's own.

    Raises:
        DoesNotApply: it declares that it does not.
    """
    if why := variant.cannot.get(Ability.OWN):
        raise DoesNotApply(why)


def texts(args: Sequence[int]) -> list[str]:
    """Give what the calls of these arguments must give."""
    return [f"ANSWER TO {arg}" for arg in args]


def single_errors(error: BaseException) -> list[BaseException]:
    """Give the errors of a group, and of groups in it; of any other error, itself."""
    if isinstance(error, BaseExceptionGroup):
        return [single for each in error.exceptions for single in single_errors(each)]
    return [error]


def begun_later(calls: range, ledger: Ledger) -> int:
    """Count the calls of the first batch that began after the second batch did.

    What was sent before may be received just after the second batch's first call, but not after
    its second one, since those come one at a time.
    """
    _, start, *_ = sorted(call.received for call in ledger.of(LATER).calls)
    return sum(call.received > start for call in ledger.of(calls).calls)
