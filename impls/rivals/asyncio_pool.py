"""asyncio-pool, on asyncio: `AioPool.map`.

Strategy: the pool waits for one of `size` places before it makes a call's task; `map` begins all,
waits for all, and then asks `get_result` for what came of each.  By default that gives an error
as a result; asking the future itself raises it.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from asyncio_pool import AioPool

from impls.contract import Call


async def asyncio_pool(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Map the call over the arguments, in a pool of this size."""
    results: list[Any] = await AioPool(size=limit).map(call, args, get_result=asyncio.Future.result)
    return results
