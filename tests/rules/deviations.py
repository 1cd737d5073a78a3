"""Known deviations of runtimes and loops: why a variant breaks a rule.

They are strict: when a release mends one, the suite turns red until its row goes.
"""

from fnmatch import fnmatchcase

from impls.contract import Variant

NO_HANG_UP = (
    "rloop 0.5.0: abort() and close() of a transport never reach an idle peer, "
    "and the descriptor stays open"
)

NEXT_IN_LINE = (
    "a task that fails gives its slot to the next in line before its group hears of the failure, "
    "so one queued call begins, and is cut off"
)

# By rule, then by the variants' names as a shell-style pattern.
DEVIATIONS = {
    "L1-while_calls_time_out": {"asyncio+rloop/*": NO_HANG_UP},
    "E2-none_begun_by_the_failure": {
        "asyncio*/semaphore": NEXT_IN_LINE,
        "anyio@asyncio*/semaphore": NEXT_IN_LINE,
        "curio/semaphore": NEXT_IN_LINE,
    },
    "E3-cut_off_by_an_error": {"asyncio+rloop/*": NO_HANG_UP},
    "C2-cut_off_by_a_cancellation": {"asyncio+rloop/*": NO_HANG_UP},
    "X2-no_descriptor_left": {"asyncio+rloop/*": NO_HANG_UP},
}


def reason_for(rule: str, variant: Variant) -> str | None:
    """Give the reason why the variant is known to break the rule, if it is."""
    rows = DEVIATIONS.get(rule, {}).items()
    return next((why for pattern, why in rows if fnmatchcase(variant.name, pattern)), None)
