"""What the idioms of trio's, anyio's and curio's documentation fail, and why.

Strategy: by cause.  What a cause explains on several variants is written once.
"""

from collections.abc import Mapping

from rules.deviations.causes import (
    BACK_TO_THE_QUEUE,
    BEGUN_BY_A_FAILURE,
    FREED_LATE,
    ONE_ERROR,
    WAITS_FOR_STUBBORN,
)
from rules.deviations.faults import Faults
from rules.deviations.runtimes import ONE_CONTEXT
from rules.known import Known

JOINED_FOR_EVER = Known(
    "a worker that fails never says that its argument is done, so join() waits for ever, and "
    "nobody asks the group for the worker's error"
)

NEXT_OF_THE_QUEUE = Known(
    "a worker whose call swallows its cancellation goes back to the queue, and takes the next call"
)

FIRST_ERROR_ONLY = Known(
    "a TaskGroup of curio tells of one error where it is asked, cancels the other tasks, and drops "
    "what they raise"
)

LEFT_CLEANING = Known(
    "a TaskGroup of curio that is cancelled again while it waits for the tasks that it has "
    "cancelled leaves them behind"
)

ONE_AFTER_ANOTHER = Known(
    "a TaskGroup of curio that is cancelled while it joins its tasks cancels each in turn, and "
    "waits for its end before the next"
)

NEVER_AWAITED = Known(
    "a coroutine is made of each argument before anyio is given any, so if drawing one fails, "
    "nobody awaits those of the others"
)

TAKEN_FOR_ITS_OWN = Known(
    "on asyncio a group of anyio takes a call that ends by a cancellation for one that it has "
    "cancelled: it raises nothing, and None stands in that place",
    "https://github.com/agronholm/anyio/issues/374",
)

NEEDS_ONE = Known("anyio.as_completed refuses to be called without awaitables, with a ValueError")

QUIETLY = (TAKEN_FOR_ITS_OWN, ("E9-cancelled_by_itself",))
MADE_BEFORE = (NEVER_AWAITED, ("E12-all_awaited",))
NONE = (NEEDS_ONE, ("R3-empty",))
TWICE = (LEFT_CLEANING, ("C2-cancelled_twice",))
STUBBORN = (
    "C6-swallowed_deadline",
    "C7-bounded_overrun",
    "C7-none_begun_by_a_stubborn_call",
)

OF_IDIOMS: Mapping[str, Faults] = {
    "trio/limiter": [FREED_LATE],
    "trio/channel": [FREED_LATE],
    "anyio@asyncio/limiter": [FREED_LATE, BEGUN_BY_A_FAILURE, QUIETLY],
    "anyio@asyncio/channel": [FREED_LATE, QUIETLY],
    "anyio@asyncio/amap": [FREED_LATE, BEGUN_BY_A_FAILURE],
    "anyio@asyncio/gather": [FREED_LATE, MADE_BEFORE, BEGUN_BY_A_FAILURE],
    "anyio@asyncio/as-completed": [FREED_LATE, MADE_BEFORE, BEGUN_BY_A_FAILURE, QUIETLY, NONE],
    "anyio@trio/limiter": [FREED_LATE],
    "anyio@trio/channel": [FREED_LATE],
    "anyio@trio/amap": [FREED_LATE],
    "anyio@trio/gather": [FREED_LATE, MADE_BEFORE],
    "anyio@trio/as-completed": [FREED_LATE, MADE_BEFORE, NONE],
    "curio/queue": [
        FREED_LATE,
        TWICE,
        (BACK_TO_THE_QUEUE, STUBBORN),
        (NEXT_OF_THE_QUEUE, ("C3-while_a_time_limit_cancels",)),
        (
            JOINED_FOR_EVER,
            (
                "C14-own_timeout_error",
                "E4-reported_while_the_first_is_held",
                *ONE_ERROR,
                "E8-heard_without_asking",
                "E9-cancelled_by_itself",
                "E10-stops_surface",
                "E14-no_errors_of_its_own",
                "X12-ends_when_all_fail",
            ),
        ),
    ],
    "curio/wait-any": [
        FREED_LATE,
        TWICE,
        (BACK_TO_THE_QUEUE, STUBBORN),
        (NEXT_OF_THE_QUEUE, ("C3-while_a_time_limit_cancels",)),
        (FIRST_ERROR_ONLY, ONE_ERROR),
        (ONE_AFTER_ANOTHER, ("C10-cancelled_together",)),
    ],
    "curio/window": [
        FREED_LATE,
        TWICE,
        (FIRST_ERROR_ONLY, ONE_ERROR),
        WAITS_FOR_STUBBORN,
        (ONE_CONTEXT, ("X6-contexts_apart",)),
    ],
}
