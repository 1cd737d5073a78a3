"""E12: the first snippet of the well-known thread, as it was asked, and as it is written today.

Strategy: five calls are given to `asyncio.wait`, and the origin tells how many it received.  What
was never awaited says so when it is collected.  The thread's other ways are variants, or stand
with the rule that they break; `rules.thread` has them all.
"""

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

from impls.contract import Endpoint
from impls.on_asyncio import Client
from origin.plan import Plan
from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

CALLS = range(5)

FORBIDDEN = Known(
    "since Python 3.11 wait() takes tasks only, and refuses coroutines before any has begun",
    "https://github.com/python/cpython/issues/78971",
    {"python": ">=3.11"},
    seen="E12: TypeError: .*; 5 of 5 coroutines were never awaited, and the server received 0",
)


def waited_for(
    origin: Origin, wrapped: Callable[[Coroutine[Any, Any, str]], Any]
) -> tuple[str, int]:
    """Wait for five calls, each wrapped so; give how that ended, and how many were not awaited."""

    async def program() -> None:
        client = Client(Endpoint(*origin.calls))
        try:
            await asyncio.wait([wrapped(client.some_remote_call(arg)) for arg in CALLS])
        finally:
            await client.aclose()

    ended = "it ended"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            asyncio.run(program())
        except TypeError as error:
            ended = f"TypeError: {error}"
        gc.collect()
    return ended, sum("never awaited" in str(each.message) for each in caught)


def all_made(origin: Origin, wrapped: Callable[[Coroutine[Any, Any, str]], Any]) -> str:
    """Say that all five calls were made."""
    origin.plan(Plan())
    ended, left = waited_for(origin, wrapped)
    received = len(origin.ledger().calls)
    assert not left, (
        f"E12: {ended}; {left} of {len(CALLS)} coroutines were never awaited, "
        f"and the server received {received} calls"
    )
    return f"{ended}, and the server received {received} calls"


@specimen("E12", "asyncio.wait, given coroutines", fault=FORBIDDEN)
def coroutines_waited_for(origin: Origin) -> str:
    """The question's first snippet: one expects wait to wrap them, as it did for seven years."""
    return all_made(origin, lambda call: call)


@specimen("E12", "asyncio.wait, given futures")
def futures_waited_for(origin: Origin) -> str:
    """The question's second snippet: each is wrapped by ensure_future before."""
    return all_made(origin, asyncio.ensure_future)
