"""Assertions that nothing here fails on every Python in use, held against what would fail them.

Strategy: a row for each assertion of a specimen whose fault some Python has no more, or has not
yet; with what would be seen of it, and the words that must be said of that.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from rules.languages import LONG
from rules.specimens import aborting, eager, limiters, results


def deaf_loop() -> asyncio.AbstractEventLoop:
    """Give a loop on which the task that is to fail never does."""

    def never_failing(
        loop: asyncio.AbstractEventLoop, code: Coroutine[Any, Any, Any], **options: Any
    ) -> "asyncio.Task[Any]":
        if getattr(code, "cr_code", None) is eager.fails.__code__:
            code.close()
            code = asyncio.sleep(LONG)
        return asyncio.Task(code, loop=loop, **options)

    loop = asyncio.new_event_loop()
    loop.set_task_factory(never_failing)  # type: ignore[arg-type]  # any coroutine will do
    return loop


BY_HAND: list[tuple[Callable[..., str], tuple[object, ...], str]] = [
    (limiters.one_granted, (2,), "L6: 2 hold the limiter's only slot"),
    (limiters.none_stranded, (False,), "L7: the slot is free, and the next in line waits"),
    (results.nothing, (lambda: [1],), r"R3: an empty batch gave \[1\]"),
    (eager.none_added, ([ValueError()],), r"E14: beside the calls' errors .* \[ValueError\(\)\]"),
    (eager.ends, (deaf_loop,), "E13: a task failed, and its group did not end"),
    (aborting.inner_ended, (["inner"],), "C4: the inner program went on"),
]
