"""What run_in_executor fails, with a pool of threads and with one of processes."""

from collections.abc import Mapping

from rules.deviations.faults import Faults
from rules.known import Known

QUEUE_MADE_FIRST = Known(
    "gather cancels none of the others, and leaving the block of the pool makes every queued call "
    "first, while the loop stands still"
)

ONE_AHEAD = Known(
    "the pool has handed one call more than it has processes to their queue, where it can't be "
    "cancelled"
)

FIRST_ERROR = Known("gather raises the first error, and drops those of the other calls")

NOT_SET = Known(
    "asyncio can't set StopIteration on its future; it fails in a callback, and nobody is woken",
    "https://github.com/python/cpython/issues/112182",
    versions={"python": "<3.12.6"},
)

ANOTHER_ONE = Known(
    "asyncio makes a new TimeoutError of one that comes out of a pool, as if that were the pool's",
    versions={"python": "<3.13"},
)

OF_EXECUTORS: Mapping[str, Faults] = {
    "asyncio-executor/threads": [
        (QUEUE_MADE_FIRST, ("E2-none_begun_by_the_failure", "X15-none_begun_after_an_error")),
        (FIRST_ERROR, ("E6-both_reported",)),
        (NOT_SET, ("E10-stops_surface",)),
        (ANOTHER_ONE, ("C14-own_timeout_error",)),
    ],
    "asyncio-executor/processes": [
        (QUEUE_MADE_FIRST, ("E2-none_begun_by_the_failure", "X15-none_begun_after_an_error")),
        (ONE_AHEAD, ("K1-stops",)),
    ],
}
