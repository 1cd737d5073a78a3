"""aiostream, on asyncio: a pipeline of `iterate`, `map` and `list`.

Strategy: `map` draws an argument when one of `task_limit` places is free, and gives the results
in the order of the arguments.  `list` gives the list as it grows, and to await the pipeline gives
the last of what it gives: the whole list.
"""

from collections.abc import Iterable
from typing import Any

from aiostream import pipe, stream

from impls.contract import Call


async def aiostream(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Await the pipeline."""
    mapped = pipe.map(call, ordered=True, task_limit=limit)  # type: ignore[arg-type] # of one source
    results: list[Any] = await (stream.iterate(args) | mapped | pipe.list())
    return results
