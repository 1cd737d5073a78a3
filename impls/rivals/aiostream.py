"""aiostream, on asyncio: pipelines that end in `list`.

Strategy: `map` and `starmap` draw an argument when one of `task_limit` places is free.  By default
results come in the order of the arguments, and so do errors, and a result keeps its place until
those before it are there; with `ordered=False` all come as they are done, and whoever wants an
order numbers the arguments.  `async_` lets `map` await what is not written as `async def`.  `list`
gives the list as it grows, and to await the pipeline gives the last of what it gives: the whole
list.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from aiostream import async_, pipe, stream

from impls.contract import Call


async def aiostream(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Await the pipeline."""
    mapped = pipe.map(async_(call), ordered=True, task_limit=limit)  # type: ignore[arg-type] # of one
    results: list[Any] = await (stream.iterate(args) | mapped | pipe.list())
    return results


async def aiostream_unordered(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Await a pipeline of numbered results, and bring them into order."""

    async def one(place: int, arg: int) -> tuple[int, Any]:
        return place, await call(arg)

    numbered = stream.iterate(args) | pipe.enumerate()
    mapped: Any = pipe.starmap(one, ordered=False, task_limit=limit)
    results: list[tuple[int, Any]] = await (numbered | mapped | pipe.list())
    return [result for _, result in sorted(results, key=itemgetter(0))]
