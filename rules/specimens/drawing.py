"""S1: how far ahead of the calls their arguments are drawn.

Strategy: the arguments count how many of them were drawn, and how many when the first call ended.
A call lets others run once, so by then whatever is drawn without waiting has been drawn.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

LIMIT = 5
MANY = 1000


class Drawn:
    """Arguments that know how many of them were drawn, and how many when the first call ended."""

    def __init__(self) -> None:
        self.count = 0
        self.at_first = 0

    def __iter__(self) -> Iterator[int]:
        """Give a thousand."""
        for arg in range(MANY):
            self.count += 1
            yield arg

    def ended(self) -> None:
        """Note that a call has ended."""
        self.at_first = self.at_first or self.count

    def lazily(self) -> str:
        """Hold what was drawn when the first call ended against the limit."""
        most = 3 * LIMIT
        assert self.at_first <= most, f"S1: {self.at_first} arguments drawn before a call had ended"
        return "a few arguments were drawn ahead"


def drawn(run: Callable[[Drawn], object]) -> str:
    """Run it over a thousand arguments."""
    args = Drawn()
    run(args)
    return args.lazily()


ALL_AT_ONCE = Known("it makes a task for each argument before the first of them runs")


@specimen("S1", "asyncio.gather behind a Semaphore", fault=ALL_AT_ONCE)
def drawn_by_gather(origin: Origin) -> str:
    """The semaphore bounds the calls, and so, one would think, what is drawn for them."""

    async def batch(args: Drawn) -> None:
        slots = asyncio.Semaphore(LIMIT)

        async def one(arg: int) -> None:
            async with slots:
                await asyncio.sleep(0)
                args.ended()

        await asyncio.gather(*map(one, args))

    return drawn(lambda args: asyncio.run(batch(args)))


@specimen("S1", "asyncio.as_completed behind a Semaphore", fault=ALL_AT_ONCE)
def drawn_by_as_completed(origin: Origin) -> str:
    """The loop over results does not draw on, but as_completed has drawn all before it."""

    async def batch(args: Drawn) -> None:
        slots = asyncio.Semaphore(LIMIT)

        async def one(arg: int) -> None:
            async with slots:
                await asyncio.sleep(0)
                args.ended()

        for each in asyncio.as_completed(map(one, args)):
            await each

    return drawn(lambda args: asyncio.run(batch(args)))


@specimen("S1", "trio: nursery.start_soon behind a Semaphore", "trio", fault=ALL_AT_ONCE)
def drawn_by_start_soon(origin: Origin) -> str:
    """start_soon returns at once, so the loop over the arguments never waits."""
    import trio

    async def batch(args: Drawn) -> None:
        slots = trio.Semaphore(LIMIT)

        async def one(arg: int) -> None:
            async with slots:
                await trio.lowlevel.checkpoint()
                args.ended()

        async with trio.open_nursery() as nursery:
            for arg in args:
                nursery.start_soon(one, arg)

    return drawn(lambda args: trio.run(batch, args))


@specimen("S1", "anyio.amap with the limiter in the call", "anyio", fault=ALL_AT_ONCE)
def drawn_by_amap(origin: Origin) -> str:
    """A map takes no limit, so the limiter goes into the call."""
    import anyio
    import anyio.lowlevel

    async def batch(args: Drawn) -> None:
        slots = anyio.CapacityLimiter(LIMIT)

        async def one(_: int) -> None:
            async with slots:
                await anyio.lowlevel.checkpoint()
                args.ended()

        await anyio.amap(one, args)

    return drawn(lambda args: anyio.run(batch, args))


@specimen(
    "S1",
    "ThreadPoolExecutor.map",
    fault=Known("map submits everything before it gives its first result; buffersize is newer"),
)
def drawn_by_executor_map(origin: Origin) -> str:
    """It looks like the map of the language, which is lazy."""
    args = Drawn()
    with ThreadPoolExecutor(LIMIT) as pool:
        results = pool.map(str, args)
        next(results)
        args.ended()
    return args.lazily()


@specimen("S1", "asyncio: the producer acquires before it draws")
def drawn_by_a_waiting_producer(origin: Origin) -> str:
    """A slot comes first, then the argument, then its task."""

    async def batch(args: Drawn) -> None:
        slots = asyncio.Semaphore(LIMIT)

        async def one(arg: int) -> None:
            await asyncio.sleep(0)
            args.ended()

        async with asyncio.TaskGroup() as group:
            await slots.acquire()
            for arg in args:
                group.create_task(one(arg)).add_done_callback(lambda _: slots.release())
                await slots.acquire()

    return drawn(lambda args: asyncio.run(batch(args)))


@specimen("S1", "trio: workers on a memory channel without a buffer", "trio")
def drawn_for_a_channel(origin: Origin) -> str:
    """The producer hands each argument to a worker, and waits until one takes it."""
    import trio

    async def batch(args: Drawn) -> None:
        async def worker(todo: trio.MemoryReceiveChannel[int]) -> None:
            async for _ in todo:
                await trio.lowlevel.checkpoint()
                args.ended()

        sends, receives = trio.open_memory_channel[int](0)
        async with trio.open_nursery() as nursery, sends:
            for _ in range(LIMIT):
                nursery.start_soon(worker, receives)
            for arg in args:
                await sends.send(arg)

    return drawn(lambda args: trio.run(batch, args))
