"""What the bounded maps of libraries fail, and why.

Strategy: by cause; what several libraries have in common is written once.  Most of it they have
from what they stand on: asyncio, anyio, or a semaphore in each call.
"""

from collections.abc import Mapping

from rules.deviations.causes import (
    BEGUN_BY_A_FAILURE,
    FREED_LATE,
    ONE_ERROR,
    REFUSES_NONE,
    WAITS_FOR_STUBBORN,
)
from rules.deviations.faults import Faults
from rules.known import Known

# aiometer.

TRIED_AGAIN = Known(
    "its tasks are in a group of anyio, which on asyncio cancels a task anew in each turn of the "
    "loop, as long as the task waits for something shielded by asyncio.shield; anyio's own "
    "CancelScope(shield=True) does not cost that"
)
ENDS_QUIETLY = Known(
    "its group, one of anyio, takes a call that ends by a cancellation for one that it has "
    "cancelled: it ends the others and raises nothing, so the results are those that had come, or "
    "a KeyError where one is missing between them",
    "https://github.com/agronholm/anyio/issues/374",
)

# aiostream.

HEAD_OF_THE_LINE = Known(
    "with ordered=True a result keeps its place of `task_limit` until those before it are there, "
    "so a slow call lets no other begin",
    "https://github.com/vxgmichel/aiostream/issues/89",
)
HEARD_IN_ORDER = Known(
    "with ordered=True an error is heard of when its turn comes, as a result would be"
)
CLEANED_IN_TURN = Known(
    "its clean-up cancels one task, waits until that has ended, and then goes to the next"
)
SILENCED = Known(
    "the first error is raised; what other calls raise then is silenced by the clean-up"
)
IN_THE_CONSUMER = Known(
    "with a task_limit of 1 the consumer's own task makes the calls, so a call that swallows its "
    "cancellation swallows that of the stream, which goes on"
)
NUMBERED = Known(
    "results that come in no order wait with their numbers, in pairs, until all are there and can "
    "be sorted"
)

# aiotools.

LOGGED = Known(
    "its TaskScope hands the error of every task to the loop's exception handler, which logs it; "
    "only that of the first task to end is raised as well"
)

# quattro.

NEVER_BEGUN = Known(
    "its coroutines are made before a slot is free for them, and a task that is cancelled before "
    "its first step, or while it waits for a slot, never awaits its own"
)

# asyncio-pool.

SWALLOWED = Known(
    "a cancellation that comes while `map` waits for a place in the pool is taken for the end of "
    "the call that it waits with, and `map` goes on with the next; a deadline or Ctrl-C is such "
    "a cancellation"
)
SWALLOWED_FOR_EVER = SWALLOWED._replace(hangs=True)
ENDS_THE_WAITING = Known(
    "a cancellation that comes while `map` waits for its last calls ends the waiting, and none of "
    "the calls"
)
ASKED_AT_THE_END = Known(
    "`map` asks for the results when all calls have ended, so an error ends nothing, and is heard "
    "of last"
)
FIRST_ASKED = Known(
    "the first future in the order of the arguments that has an error raises it, and no other is "
    "asked; by default `map` gives errors as results, which loses none, but raises none"
)
LEFT_BEHIND = Known(
    "if the arguments raise, `map` ends, and the calls that it has begun run on; `async with` the "
    "pool would wait for them"
)
A_FUTURE_EACH = Known("`map` keeps a future for each call until all calls have ended")

# aiojobs.

NEXT_JOB = Known(
    "a job that has failed makes room for the next, which begins before who waits for the first "
    "hears of the failure",
    seen="E2: [1-3] queued calls began",
)
FIRST_JOB = Known(
    "gather raises the first error; closing the scheduler drops what the other jobs raise"
)

# streamable.

WINDOW = Known(
    "it waits for the call whose turn it is, and begins at most one more before that one has "
    "ended, so a slow call holds up all that come after it"
)
IN_TURN = Known("an error is heard of when its turn comes, be it a call's or that of the arguments")
LEFT_RUNNING = Known(
    "nobody owns its tasks: whoever stops taking results, for an error or a cancellation, reaches "
    "at most the call that is waited for, and the others run on",
)
ONE_AHEAD = Known(
    "one task more than `concurrency` is begun, and waits for a slot: that of a call that fails",
    seen="E2: 1 queued call",
)
NONE_ASKED = Known("`async for` ends with the first error, and nobody asks the others for theirs")
TAKEN_FOR_THE_END = Known(
    "a StopAsyncIteration that a call raises is taken for the end of the stream: the batch ends "
    "as if all were well, and the results are too few"
)
GOES_ON = Known(
    "a cancellation ends in the call that is waited for; where that call swallows it, the next "
    "results are taken as if nothing had been"
)

OF_RIVALS: Mapping[str, Faults] = {
    "asyncio/aiometer": [
        FREED_LATE,
        (TRIED_AGAIN, ("C9-waits_cheaply",)),
        (ENDS_QUIETLY, ("E9-cancelled_by_itself",)),
    ],
    "trio/aiometer": [FREED_LATE],
    "asyncio/aiostream": [
        FREED_LATE,
        WAITS_FOR_STUBBORN,
        (HEAD_OF_THE_LINE, ("L4-beside_a_slow_call",)),
        (HEARD_IN_ORDER, ("E4-reported_while_the_first_is_held", "E14-no_errors_of_its_own")),
        (SILENCED, ONE_ERROR),
        (CLEANED_IN_TURN, ("C10-cancelled_together",)),
        (IN_THE_CONSUMER, ("C7-none_begun_by_a_stubborn_call",)),
    ],
    "asyncio/aiostream-unordered": [
        FREED_LATE,
        WAITS_FOR_STUBBORN,
        (SILENCED, (*ONE_ERROR, "E6-both_reported_from_the_buffers")),
        (CLEANED_IN_TURN, ("C10-cancelled_together",)),
        (IN_THE_CONSUMER, ("C7-none_begun_by_a_stubborn_call",)),
        (NUMBERED, ("X9-memory_of_the_limit",)),
    ],
    "asyncio/aiotools": [FREED_LATE, WAITS_FOR_STUBBORN, BEGUN_BY_A_FAILURE, (LOGGED, ONE_ERROR)],
    "asyncio/quattro": [
        FREED_LATE,
        WAITS_FOR_STUBBORN,
        BEGUN_BY_A_FAILURE,
        (NEVER_BEGUN, ("E12-all_awaited",)),
    ],
    "asyncio/asyncio-pool": [
        FREED_LATE,
        (
            SWALLOWED_FOR_EVER,
            (
                "C1-passed_on",
                "C2-none_begun_after_a_cancellation",
                "C2-cut_off_by_a_cancellation",
                "C10-cancelled_together",
                "S1-drawn_lazily",
                "X1-hung_up",
                "X4-own_answers_after_a_cancellation",
            ),
        ),
        (
            SWALLOWED,
            (
                "C3-while_a_time_limit_cancels",
                "C7-none_begun_by_a_stubborn_call",
                "K1-stops",
                "K2-met",
                "K3-given_back",
            ),
        ),
        (ENDS_THE_WAITING, ("C2-cancelled_twice", "C18-shielded_is_waited_for")),
        (
            ASKED_AT_THE_END,
            (
                "E2-none_begun_by_the_failure",
                "E3-cut_off_by_an_error",
                "E4-reported_while_the_first_is_held",
                "E7-clean_up_error_shown",
            ),
        ),
        (FIRST_ASKED, ("E6-both_reported",)),
        (LEFT_BEHIND, ("E15-settled_when_the_arguments_fail",)),
        (REFUSES_NONE, ("R3-empty",)),
        (A_FUTURE_EACH, ("X9-memory_of_the_limit",)),
    ],
    "asyncio/aiojobs": [
        FREED_LATE,
        (NEXT_JOB, ("E2-none_begun_by_the_failure",)),
        (FIRST_JOB, ONE_ERROR),
    ],
    "asyncio/streamable": [
        FREED_LATE,
        WAITS_FOR_STUBBORN,
        (WINDOW, ("L4-beside_a_slow_call",)),
        (
            IN_TURN,
            (
                "E4-reported_while_the_first_is_held",
                "E14-no_errors_of_its_own",
                "E15-settled_when_the_arguments_fail",
            ),
        ),
        (
            LEFT_RUNNING,
            ("C2-cut_off_by_a_cancellation", "E3-cut_off_by_an_error", "X1-hung_up"),
        ),
        (ONE_AHEAD, ("E2-none_begun_by_the_failure",)),
        (NONE_ASKED, ONE_ERROR),
        (TAKEN_FOR_THE_END, ("E10-stops_surface",)),
        (GOES_ON, ("C7-none_begun_by_a_stubborn_call",)),
    ],
}
