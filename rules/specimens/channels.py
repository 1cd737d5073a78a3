"""E6, E7: a memory channel of trio, closed as most examples of its documentation close it.

Strategy: `trio/channel` of the field closes its channels by plain `with`, which trio's reference
has too, and keeps both rules.  Here is the same with `async with`, held against the same checks.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from rules.known import Known
from rules.specimens.errors import both, cleaned

WAY = "trio: workers on a memory channel, closed by `async with`"
CLOSING_IS_A_CHECKPOINT = Known(
    "to leave `async with` a channel is a checkpoint; in a task that is cancelled it raises "
    "Cancelled, which takes the place of the error that leaves the block.  Plain `with` closes a "
    "memory channel, too, and is none",
    "https://github.com/python-trio/trio/issues/746",
)


@both(WAY, fault=CLOSING_IS_A_CHECKPOINT, language="trio")
@cleaned(WAY, fault=CLOSING_IS_A_CHECKPOINT, language="trio")
async def closed_by_async_with(
    call: Callable[[int], Awaitable[Any]], args: Iterable[int], limit: int
) -> list[Any]:
    """`limit` workers receive from one channel."""
    import trio

    results: list[Any] = []

    async def worker(receiving: trio.MemoryReceiveChannel[tuple[int, int]]) -> None:
        async with receiving:
            async for place, arg in receiving:
                results[place] = await call(arg)

    async with trio.open_nursery() as nursery:
        sending, receiving = trio.open_memory_channel[tuple[int, int]](0)
        async with sending, receiving:
            for _ in range(limit):
                nursery.start_soon(worker, receiving.clone())
            for place, arg in enumerate(args):
                results.append(None)
                await sending.send((place, arg))
    return results
