"""What the ways of asyncio fail: gather, wait, as_completed, bare tasks, queues, held producers.

Strategy: a reason is a cause, and stands once, with a name; a way has as many rows as it has
causes.  What most have in common is that nobody owns the tasks: whoever tells of the first error,
or is cancelled, leaves the others running.  Where a TaskGroup owns them, little is left.
"""

from collections.abc import Mapping

from rules.deviations.causes import (
    BACK_TO_THE_QUEUE,
    FREED_LATE,
    ONE_ERROR,
    REFUSES_NONE,
    WAITS_FOR_STUBBORN,
)
from rules.deviations.faults import Faults
from rules.deviations.runtimes import WHOLE_MILLISECONDS
from rules.known import Known

# The limit.

NO_LIMIT = Known(
    "it keeps no limit: all calls are in progress at once, so none is left to hold back when one "
    "fails, or when the batch is to end"
)
BARRIER = Known("each slice waits for its slowest call, while the other slots stand idle")
FILLED_FIRST = Known("all arguments are put into the queue before a worker takes one from it")

# Errors.

GATHER_LETS_GO = Known(
    "gather raises the first error and lets go of the other calls: they run on",
    "https://github.com/python/cpython/issues/75633",
)
GATHER_LETS_BEGIN = GATHER_LETS_GO._replace(
    reason=GATHER_LETS_GO.reason + ", and those that wait for a slot begin"
)
LET_GO = Known("the first error is raised, and the other tasks are let go of: they run on")
LETS_BEGIN = LET_GO._replace(reason=LET_GO.reason + ", and those that wait for a slot begin")
FIRST_ONLY = Known("the first error is raised; for what other calls raise, nobody asks")
WAITS_FOR_ALL = Known("no task is asked before all have ended, so an error is heard of at the end")
IN_TURN = Known("a task is asked for its result when all before it have given theirs")
AS_RESULTS = Known(
    "errors stand among the results: none is raised, none ends the batch, and whoever does not "
    "look for them takes them for results"
)
UNHEARD = Known(
    "what a callback raises goes to the loop's exception handler, which logs it; the batch ends as "
    "if all were well, with None in that place"
)
NEVER_JOINED = Known(
    "a worker whose call fails ends without saying that it is done: join waits for ever, and of "
    "the error nobody hears"
)
ENDS_QUIETLY = Known(
    "a TaskGroup takes a task that ends by a cancellation for one that it has cancelled, so it "
    "raises nothing, and None stands in that place"
)
BEGUN_IN_A_LOOP = Known(
    "tasks run from when they are made; if the arguments then raise, nobody waits for those tasks"
)

UNAWAITED = Known(
    "all coroutines are made before gather takes them; if the arguments then raise, those that "
    "have been made are never awaited"
)

# Cancellation.

OWNS_NONE = Known(
    "a cancellation ends the waiting, and none of the tasks: they run on, and those that have not "
    "begun begin"
)
ONE_OF_ALL = Known("a cancellation reaches the task that is awaited, and none of the others")

# Memory.

HELD_BY_A_FRAME = Known(
    "an error holds the frame that it came through, and a variable there the tasks with their "
    "results, in a cycle that only the collector ends"
)
HELD_BY_AN_ERROR = Known(
    "an error that is kept holds the frames that it came through, and in these Pythons those of "
    "the loop, too, which hold the task in whose result it stands",
    versions={"python": ">=3.12"},
)
HELD_BY_WORKERS = Known(
    "workers that are left behind hold the results until the program ends them, and in these "
    "Pythons their cancellation holds their frames even then",
    versions={"python": ">=3.12"},
)

AT_ONCE = (
    NO_LIMIT,
    (
        "L1-never_more",
        "L1-while_calls_time_out",
        "L6-just_after_a_release",
        "E2-none_begun_by_the_failure",
        "C10-cancelled_together",
        "K1-stops",
    ),
)
NONE_CUT_OFF = (
    "C2-cut_off_by_a_cancellation",
    "C2-cancelled_twice",
    "C18-shielded_is_waited_for",
    "X1-hung_up",
)
FIRST_OF_TWO = (FIRST_ONLY, ONE_ERROR)
MADE_IN_VAIN = (UNAWAITED, ("E12-all_awaited",))
MADE_BEFORE = (BEGUN_IN_A_LOOP, ("E15-settled_when_the_arguments_fail",))
HELD = (HELD_BY_A_FRAME, ("X10-freed_after_a_failure",))
UNANSWERED = (
    *ONE_ERROR,
    "E8-heard_without_asking",
    "E9-cancelled_by_itself",
    "E10-stops_surface",
    "C14-own_timeout_error",
)
"""What an error that is not raised comes to, however it is lost."""

GATHER: Faults = (
    AT_ONCE,
    (GATHER_LETS_GO, ("E3-cut_off_by_an_error",)),
    FIRST_OF_TWO,
    WAITS_FOR_STUBBORN,
    MADE_IN_VAIN,
)
GATHER_SEMAPHORE: Faults = (
    (
        GATHER_LETS_BEGIN,
        (
            "E1-none_begun_after_an_error",
            "E2-none_begun_by_the_failure",
            "E3-cut_off_by_an_error",
        ),
    ),
    FIRST_OF_TWO,
    WAITS_FOR_STUBBORN,
    MADE_IN_VAIN,
)

OF_ASYNCIO: Mapping[str, Faults] = {
    "asyncio/wait-all": (
        AT_ONCE,
        (OWNS_NONE, (*NONE_CUT_OFF, "E3-cut_off_by_an_error")),
        (WAITS_FOR_ALL, ("E4-reported_while_the_first_is_held", "E7-clean_up_error_shown")),
        (FIRST_ONLY, ("E6-both_reported",)),
        MADE_BEFORE,
        HELD,
        (REFUSES_NONE, ("R3-empty",)),
    ),
    "asyncio/gather": GATHER,
    "asyncio+eager/gather": GATHER,
    "asyncio/gather-semaphore": GATHER_SEMAPHORE,
    "asyncio+uvloop/gather-semaphore": (
        *GATHER_SEMAPHORE,
        (WHOLE_MILLISECONDS, ("C16-none_early",)),
    ),
    "asyncio+eager/gather-semaphore": GATHER_SEMAPHORE,
    "asyncio/gather-tasks": (
        AT_ONCE,
        (GATHER_LETS_GO, ("E3-cut_off_by_an_error",)),
        FIRST_OF_TWO,
        WAITS_FOR_STUBBORN,
        MADE_BEFORE,
        HELD,
    ),
    "asyncio/gather-exceptions": (
        (
            AS_RESULTS,
            (*UNANSWERED, "E2-none_begun_by_the_failure", "E4-reported_while_the_first_is_held"),
        ),
        WAITS_FOR_STUBBORN,
        MADE_IN_VAIN,
        (HELD_BY_AN_ERROR, ("X10-freed_after_a_failure",)),
    ),
    "asyncio/tasks-in-turn": (
        AT_ONCE,
        (ONE_OF_ALL, ("C2-cut_off_by_a_cancellation", "X1-hung_up")),
        (LET_GO, ("E3-cut_off_by_an_error",)),
        (IN_TURN, ("E4-reported_while_the_first_is_held",)),
        FIRST_OF_TWO,
        WAITS_FOR_STUBBORN,
        MADE_BEFORE,
        HELD,
    ),
    "asyncio/callbacks": (
        AT_ONCE,
        (OWNS_NONE, (*NONE_CUT_OFF, "E3-cut_off_by_an_error")),
        (UNHEARD, (*UNANSWERED, "E4-reported_while_the_first_is_held")),
        MADE_BEFORE,
        HELD,
        (REFUSES_NONE, ("R3-empty",)),
    ),
    "asyncio/chunks": (
        (BARRIER, ("L4-beside_a_slow_call", "E15-settled_when_the_arguments_fail")),
        (GATHER_LETS_GO, ("E3-cut_off_by_an_error",)),
        FIRST_OF_TWO,
        WAITS_FOR_STUBBORN,
        (HELD_BY_AN_ERROR, ("X10-freed_after_a_failure",)),
    ),
    "asyncio/as-completed": (
        (OWNS_NONE, (*NONE_CUT_OFF, "C2-none_begun_after_a_cancellation")),
        (
            LETS_BEGIN,
            (
                "E1-none_begun_after_an_error",
                "E2-none_begun_by_the_failure",
                "E3-cut_off_by_an_error",
            ),
        ),
        FIRST_OF_TWO,
        MADE_BEFORE,
        HELD,
    ),
    "asyncio/wait-first": (
        (OWNS_NONE, NONE_CUT_OFF),
        (LET_GO, ("E3-cut_off_by_an_error",)),
        FIRST_OF_TWO,
        MADE_BEFORE,
        HELD,
    ),
    "asyncio/queue-join": (
        (OWNS_NONE, (*NONE_CUT_OFF, "C2-none_begun_after_a_cancellation")),
        (
            NEVER_JOINED,
            (
                *UNANSWERED,
                "E1-none_begun_after_an_error",
                "E2-none_begun_by_the_failure",
                "E3-cut_off_by_an_error",
                "E4-reported_while_the_first_is_held",
                "E14-no_errors_of_its_own",
                "X12-ends_when_all_fail",
            ),
        ),
        (FILLED_FIRST, ("S1-drawn_lazily", "X9-memory_of_the_limit")),
        (HELD_BY_WORKERS, ("X10-freed_after_a_failure",)),
    ),
    "asyncio/queue-sentinels": (
        (ENDS_QUIETLY, ("E9-cancelled_by_itself",)),
        (BACK_TO_THE_QUEUE, ("C7-none_begun_by_a_stubborn_call",)),
        WAITS_FOR_STUBBORN,
        FREED_LATE,
    ),
    "asyncio/slot-first": (
        (ENDS_QUIETLY, ("E9-cancelled_by_itself",)),
        WAITS_FOR_STUBBORN,
        FREED_LATE,
    ),
}
