"""What makes an entrant's calls, and on which runtime.

Strategy: told from the name, as all that the report knows of an entrant.  A runtime with another
client is called by both, `asyncio-aiohttp`, and is that runtime all the same.  Whatever is not in
the table is async, as most of the field is.
"""

from report import names

FLOOR = "selectors/workers"
"""One thread, `selectors`, no coroutines: what a runtime charges is held against its charge."""

ASYNC = "Async variants"
THREADS = "Threads"
EXECUTORS = "Executors"
NO_RUNTIME = "Without a runtime"

KINDS = {"threads": THREADS, "asyncio-executor": EXECUTORS, names.family(FLOOR): NO_RUNTIME}
"""By family, or by the runtime of all its families."""

ALL = (ASYNC, *KINDS.values())
"""In the order in which a reader hears of them."""


def runtime(name: str) -> str:
    """Name the runtime without its loop, backend or client, such as `asyncio`."""
    return names.family(names.without_client(name))


def kind(name: str) -> str:
    """Say what makes the entrant's calls."""
    found = (KINDS.get(each) for each in (names.family(name), runtime(name)))
    return next(filter(None, found), ASYNC)
