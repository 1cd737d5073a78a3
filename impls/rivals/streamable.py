"""streamable, on asyncio: `map` with its `concurrency`.

Strategy: nothing happens before somebody iterates.  Then `map` keeps up to `concurrency` tasks
begun ahead of what has been taken, and gives results in the order of the arguments, errors too.
With a concurrency of 1 it awaits each call where it is iterated, and makes no task.
It awaits only what is written as `async def`; of anything else it would give the coroutines.
"""

from collections.abc import Iterable
from typing import Any

from streamable import stream

from impls.contract import Call


async def streamable(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take all that the stream gives."""

    async def one(arg: int) -> Any:
        return await call(arg)

    return [result async for result in stream(args).map(one, concurrency=limit)]
