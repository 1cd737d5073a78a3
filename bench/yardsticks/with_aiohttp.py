"""The batch on asyncio with aiohttp for a client: what our own call is measured against.

Strategy: everything but the client is the asyncio recipe's: its `workers`, its clock, its loop.
The client is as cheap as its documentation allows: one session and its pool of keep-alive
connections for all calls, no limit of its own beside ours, no cookies ("Sometimes cookie
processing is not desirable": `DummyCookieJar`), no time limits (the recipe's call has none
either), no decompression, and a known charset.  It checks the status, as the recipe does.  What
else it offers made it no faster here: URLs marked as encoded, fewer headers, no redirects.
`aiohttp[speedups]` is about DNS and compression; a call here has neither.
"""

import asyncio
from collections.abc import Sequence

from impls import on_asyncio
from impls.contract import Batch, Call, Endpoint, Finished, Run, Variant

NAME = "aiohttp/workers"


async def finish_all(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Run the batches one after the other, over one session."""
    from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

    async with ClientSession(
        connector=TCPConnector(limit=0),
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(),
        auto_decompress=False,
        raise_for_status=True,
    ) as session:

        async def some_remote_call(arg: int) -> str:
            async with session.get(f"http://{endpoint}/{arg}") as response:
                return (await response.text("utf-8")).upper()

        return [
            await on_asyncio.finish(some_remote_call, on_asyncio.workers, batch)
            for batch in batches
        ]


def run(target: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Run the batches in an event loop of their own; see `contract.Run`."""
    with asyncio.Runner() as runner:
        return runner.run(finish_all(target, batches))


def load() -> Run:
    """Import aiohttp before the clock runs, and give the way in."""
    import aiohttp  # noqa: F401

    return run


VARIANTS = {NAME: Variant(NAME, ("aiohttp",), load, home=__name__)}
