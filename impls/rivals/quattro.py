"""quattro, on asyncio: `gather` with its `concurrency_limit`.

Strategy: `gather` makes a task of each coroutine, in quattro's own TaskGroup, which is asyncio's
with a semaphore around each task.  It gives a tuple.
"""

from collections.abc import Iterable
from typing import Any

from quattro import gather

from impls.contract import Call


async def quattro(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Gather all calls."""
    return list(await gather(*(call(arg) for arg in args), concurrency_limit=limit))
