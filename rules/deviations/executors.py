"""What run_in_executor fails, with a pool of threads and with one of processes."""

from collections.abc import Mapping

from rules.deviations.faults import Faults
from rules.known import Known

SUBMITTED = Known(
    "gather has submitted every call before the first one fails, and a call that the pool has "
    "taken from its queue can't be cancelled, so the pool goes on with it"
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
        (SUBMITTED, ("E2-none_begun_by_the_failure", "X15-none_begun_after_an_error")),
        (FIRST_ERROR, ("E6-both_reported",)),
        (NOT_SET, ("E10-stops_surface",)),
        (ANOTHER_ONE, ("C14-own_timeout_error",)),
    ],
    "asyncio-executor/processes": [
        (
            SUBMITTED,
            ("E2-none_begun_by_the_failure", "X15-none_begun_after_an_error", "K1-stops"),
        ),
    ],
}
