"""streamable, on asyncio: `map` with its `concurrency`.

Strategy: nothing happens before somebody iterates.  Then `map` keeps `concurrency` tasks at work,
and one that waits, and gives results in the order of the arguments, errors too.  With a concurrency
of 1 it awaits each call where it is iterated, and makes no task.  It awaits only what is written as
`async def`; anything else it would call in threads, and give the coroutines.

`as_completed=True` is no choice here: it waits for ever for a call that ends by a cancellation, as
a specimen shows.
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
