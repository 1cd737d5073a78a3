"""A batch that is cancelled from outside when its limit is reached."""

from impls.contract import Batch
from origin.plan import Seen, Step
from rules.trial import LIMIT, PATIENCE

CALLS = range(20)
ABORT = -1
ABORTS = {ABORT: Step(gate=Seen(in_progress=LIMIT + 1))}


def aborted() -> Batch:
    """Give a batch that is cancelled when the limit is reached."""
    return Batch(CALLS, LIMIT, deadline=PATIENCE, abort_on=ABORT)
