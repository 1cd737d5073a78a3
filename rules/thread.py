"""The ways of the well-known question-and-answer thread, and who shows each of them here.

Strategy: a table, so that whoever comes from that thread finds the way that was told there.  A way
that carries a batch is a variant; what can't is a specimen, which is found by its way.
"""

from typing import NamedTuple

THREAD = "https://stackoverflow.com/questions/34753401"
"""Difference between coroutine and future/task in Python 3.5."""


class Asked(NamedTuple):
    """A way of the thread.

    Attributes:
        number: its place among them.
        says: what people call it.
        subjects: who shows it: names of variants, or ways of specimens.
    """

    number: int
    says: str
    subjects: tuple[str, ...]


WAYS = (
    Asked(1, "wait, given coroutines", ("asyncio.wait, given coroutines",)),
    Asked(2, "wait, given futures of ensure_future, without a limit", ("asyncio/wait-all",)),
    Asked(3, "gather, without a limit", ("asyncio/gather",)),
    Asked(
        4,
        "gather with a Semaphore",
        ("asyncio/gather-semaphore", "asyncio+uvloop/gather-semaphore"),
    ),
    Asked(5, "gather over tasks that are made first", ("asyncio/gather-tasks",)),
    Asked(6, "gather(return_exceptions=True) with a Semaphore", ("asyncio/gather-exceptions",)),
    Asked(7, "create_task, and each task awaited in turn", ("asyncio/tasks-in-turn",)),
    Asked(8, "loop.create_task with add_done_callback", ("asyncio/callbacks",)),
    Asked(
        9,
        "fire and forget: create_task, and no reference kept",
        ("asyncio.create_task() without a reference, over open_connection()",),
    ),
    Asked(10, "chunks: gather over slices as long as the limit", ("asyncio/chunks",)),
    Asked(11, "as_completed behind a Semaphore", ("asyncio/as-completed",)),
    Asked(12, "a window that wait(FIRST_COMPLETED) keeps full", ("asyncio/wait-first",)),
    Asked(13, "workers on a Queue, and join", ("asyncio/queue-join",)),
    Asked(
        14,
        "TaskGroup with a Semaphore",
        ("asyncio/semaphore", "asyncio+uvloop/semaphore", "asyncio+rloop/semaphore"),
    ),
    Asked(
        15,
        "TaskGroup with workers",
        ("asyncio/workers", "asyncio+uvloop/workers", "asyncio+rloop/workers"),
    ),
    Asked(16, "run_in_executor with a thread pool", ("asyncio-executor/threads",)),
    Asked(17, "run_in_executor with a process pool", ("asyncio-executor/processes",)),
    Asked(
        18,
        "run_in_executor, given a coroutine function",
        ("loop.run_in_executor", "loop.run_in_executor in debug mode"),
    ),
    Asked(
        19,
        "eager tasks",
        (
            "asyncio+eager/workers",
            "asyncio+eager/semaphore",
            "asyncio+eager/gather",
            "asyncio+eager/gather-semaphore",
        ),
    ),
    Asked(
        20,
        "asyncio.Protocol instead of streams",
        ("asyncio-protocol/workers", "asyncio-protocol+uvloop/workers"),
    ),
)
