"""Known deviations of runtimes and loops: by check, then by the variants' names as patterns.

Strategy: a row is of a runtime or a loop; a deviation of our own recipe is a fault of ours, to be
mended.
"""

from collections.abc import Mapping

from rules.known import Known

NO_HANG_UP = Known(
    "rloop: abort() and close() of a transport never reach an idle peer, "
    "and the descriptor stays open",
    versions={"rloop": "==0.5.0"},
)

RESET_UNHEARD = Known(
    "rloop: a reset by the peer is a quiet end of the stream, or nothing at all, and then a read "
    "waits for ever",
    versions={"rloop": "==0.5.0"},
)

NEXT_IN_LINE = Known(
    "`async with` gives the slot of a call that failed to the next in line before its group hears "
    "of the failure, so one queued call begins, and is cut off; to give it back only after a "
    "success would prevent that, but is not how a semaphore is used",
    seen="E2: [1-3] queued calls began",
)

EXITS_SWALLOWED = Known(
    "rloop: logs a KeyboardInterrupt or SystemExit of a task as an error of a callback, and runs "
    "on, so asyncio.run never ends",
    versions={"rloop": "==0.5.0"},
)

CANCELLED_ONCE = Known(
    "asyncio and curio throw a cancellation into a task once; one that swallows it is left alone, "
    "and its group must wait until it ends by itself"
)

WHOLE_MILLISECONDS = Known(
    "uvloop: rounds a delay to whole milliseconds, and counts it from the last whole one, so a "
    "timer can fire up to one and a half early",
    "https://github.com/MagicStack/uvloop/issues/739",
)

ONE_CONTEXT = Known(
    "all tasks of curio share one context, so one call sees what another has set, unless its "
    "kernel is made with taskcls=ContextTask",
    "https://github.com/dabeaz/curio/issues/310",
)

QUADRATIC = Known(
    "curio's kernel asserts that no task is made ready twice, and looks through all that are; "
    "python -O leaves that out",
    "https://github.com/dabeaz/curio/issues/360",
)

DEVIATIONS: Mapping[str, Mapping[str, Known]] = {
    # The limit
    "L1-while_calls_time_out": {"asyncio+rloop/*": NO_HANG_UP},
    # Errors
    "E2-none_begun_by_the_failure": {
        "asyncio*/semaphore": NEXT_IN_LINE,
        "anyio@asyncio*/semaphore": NEXT_IN_LINE,
        "curio/semaphore": NEXT_IN_LINE,
    },
    "E3-cut_off_by_an_error": {"asyncio+rloop/*": NO_HANG_UP},
    "E11-exits_are_no_values": {"asyncio+rloop/*": EXITS_SWALLOWED},
    "E15-settled_when_the_arguments_fail": {"asyncio+rloop/workers": NO_HANG_UP},
    # Cancellation and deadlines
    "C2-cut_off_by_a_cancellation": {"asyncio+rloop/*": NO_HANG_UP},
    "C7-bounded_overrun": {
        "asyncio*/*": CANCELLED_ONCE,
        "curio/*": CANCELLED_ONCE,
    },
    "C16-none_early": {"*+uvloop/*": WHOLE_MILLISECONDS},
    # Faults of the server
    "F2-reset": {"asyncio+rloop/*": RESET_UNHEARD},
    # Resources and scale
    "X1-hung_up": {"asyncio+rloop/*": NO_HANG_UP},
    "X2-no_descriptor_left": {"asyncio+rloop/*": NO_HANG_UP},
    "X6-contexts_apart": {"curio/*": ONE_CONTEXT},
    "X8-nearly_linear": {"curio/semaphore": QUADRATIC},
    # Ctrl-C
    "K3-given_back": {"asyncio+rloop/*": NO_HANG_UP},
}
