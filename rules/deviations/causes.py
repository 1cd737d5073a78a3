"""What several ways have in common: causes of faults, and the checks that show them.

Strategy: a cause stands here once two files of ways name it; those of the runtimes themselves stand
with their rows (`runtimes`).
"""

from rules.deviations.runtimes import CANCELLED_ONCE, NEXT_IN_LINE
from rules.known import Known

HELD_BY_THE_ERROR = Known(
    "the error's traceback holds the frames of the batch, and they hold its results, in a cycle "
    "that only the garbage collector frees; the recipes empty the list"
)
REFUSES_NONE = Known(
    "asyncio.wait refuses an empty set of tasks with a ValueError",
    "https://github.com/python/cpython/pull/19900",
)
BACK_TO_THE_QUEUE = Known(
    "a worker whose call swallows its cancellation goes back to the queue; it is cancelled "
    "only once, so when the queue is empty it waits for ever, and its group for it",
    hangs=True,
)

FREED_LATE = (HELD_BY_THE_ERROR, ("X10-freed_after_a_failure",))
BEGUN_BY_A_FAILURE = (NEXT_IN_LINE, ("E2-none_begun_by_the_failure",))
WAITS_FOR_STUBBORN = (CANCELLED_ONCE, ("C7-bounded_overrun",))
ONE_ERROR = ("E6-both_reported", "E7-clean_up_error_shown")
"""The checks that look for a second error."""
