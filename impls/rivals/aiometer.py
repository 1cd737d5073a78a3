"""aiometer, on asyncio and on trio: `run_all`, of the functions to call.

Strategy: of its four functions it is the one that gives results, in the order of the arguments:
`run_on_each` gives none, `amap` gives them as they come, `run_any` gives one.  A task waits for
one of `max_at_once` slots before it is made.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from aiometer import run_all

from impls.contract import Call


async def aiometer(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Run a partial of the call for each argument."""
    return await run_all([partial(call, arg) for arg in args], max_at_once=limit)
