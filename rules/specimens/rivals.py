"""Functions of libraries that no variant takes: races, options, and defaults.

Strategy: each that breaks a rule stands beside one that keeps it, of the same library if it has
one.  The calls are those of the chapters' own specimens, so a library is held against the same
as asyncio.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import aclosing
from functools import partial, wraps
from typing import Any

from impls.contract import Variant
from origin.process import Origin
from rules.chapters.errors import reported_while_the_first_is_held
from rules.checks import Experiment
from rules.known import Known
from rules.specimen import specimen
from rules.specimens.drawing import drawn
from rules.specimens.errors import Call, Strategy, on_its_recipe
from rules.specimens.errors_within import FEW, cancels_itself, leaves_async, must_fail
from rules.specimens.overtaking import CALLS, WAITS_FOR_ALL, Calls, consumed, racing, won
from rules.specimens.streams import LIMIT, consume, consumer_stops, held_back
from rules.specimens.streams import Calls as Streamed
from rules.trial import Trial

# aiometer: amap, run_any, and what stands behind all of its functions.


@specimen(
    "S1",
    "aiometer.amap, over what has no length",
    "aiometer",
    fault=Known("it takes a sequence, since its buffer has room for all results"),
)
def drawn_by_amap_of_aiometer(_: Origin) -> str:
    """Arguments that need not be there all at once, one would think."""
    import aiometer

    async def batch(args: Any) -> None:
        async with aiometer.amap(asyncio.sleep, args, max_at_once=LIMIT) as results:
            async for _ in results:
                args.ended()

    try:
        return drawn(lambda args: asyncio.run(batch(args)))
    except TypeError as refusal:
        raise AssertionError(f"S1: refused: {refusal}") from refusal


@specimen(
    "S2",
    "aiometer.amap",
    "aiometer",
    fault=Known("a call's result waits in a buffer that has room for all, and its slot is free"),
)
def ahead_by_amap(_: Origin) -> str:
    """It is told how many run at once, and runs on, whoever takes the results."""
    import aiometer

    async def batch(calls: Streamed) -> None:
        async with aiometer.amap(calls.make, list(calls.args), max_at_once=LIMIT) as results:
            await consume(calls, aiter(results).__anext__)

    calls = Streamed()
    asyncio.run(batch(calls))
    return held_back(calls)


@specimen("S3", "break out of aiometer.amap", "aiometer", fault=WAITS_FOR_ALL)
def break_out_of_amap(_: Origin) -> str:
    """Who leaves the loop leaves the block, which owns the calls, and would end them."""
    import aiometer

    async def batch(calls: Streamed) -> None:
        async with aiometer.amap(calls.make, list(calls.args), max_at_once=LIMIT) as results:
            async for _ in results:
                calls.stop()
                break

    return consumer_stops(batch)


@specimen("S4", "aiometer.run_any", "aiometer", fault=WAITS_FOR_ALL)
def winner_of_run_any(_: Origin) -> str:
    """It is for the result of the first that completes."""
    import aiometer

    calls = racing()
    asyncio.run(aiometer.run_any([partial(calls.make, arg) for arg in CALLS]))
    return won(calls)


@specimen(
    "E9",
    "aiometer.run_all",
    "aiometer",
    fault=Known(
        "its group, one of anyio, takes a call that ends by a cancellation for one that it has "
        "cancelled: it ends the others and raises nothing, so the results are those that had come, "
        "or a KeyError where one is missing between them",
        "https://github.com/agronholm/anyio/issues/374",
    ),
)
def run_all_of_cancelled(_: Origin) -> str:
    """As many results as calls, or an error."""
    import aiometer

    async def batch() -> list[int]:
        return await aiometer.run_all([partial(cancels_itself, arg) for arg in FEW])

    return must_fail("E9", lambda: asyncio.run(batch()))


# aiotools: gather_safe, race, and as_completed_safe, which a variant takes.


def held_against(
    experiment: Experiment, number: str, way: str, library: str, fault: Known | None = None
) -> Callable[[Strategy], Strategy]:
    """Enter a strategy of a library as a specimen, which is held against this check."""

    def enter(strategy: Strategy) -> Strategy:
        @wraps(strategy)
        def shown(origin: Origin) -> str:
            variant = Variant(way, (), partial(on_its_recipe, "asyncio", strategy))
            return experiment(Trial(variant, origin))

        specimen(number, way, library, fault=fault)(shown)
        return strategy

    return enter


@held_against(
    reported_while_the_first_is_held,
    "E4",
    "aiotools.gather_safe behind a Semaphore",
    "aiotools",
    Known("it gives errors as results, and nothing before the slowest call has ended"),
)
async def gathered_safely(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """All results in their order, of which some are errors, to be raised."""
    from aiotools import gather_safe

    slots = asyncio.Semaphore(limit)

    async def one(arg: int) -> Any:
        async with slots:
            return await call(arg)

    results = await gather_safe(one(arg) for arg in args)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


@specimen("S4", "aiotools.race", "aiotools")
def winner_of_race(_: Origin) -> str:
    """It cancels the others when the first has come."""
    from aiotools import race

    calls = racing()
    asyncio.run(race(map(calls.make, CALLS)))
    return won(calls)


@specimen("S6", "aiotools.as_completed_safe", "aiotools")
def taken_safely(_: Origin) -> str:
    """Use each result as it comes."""
    from aiotools import as_completed_safe

    async def results(calls: Calls) -> AsyncIterator[int]:
        async with aclosing(as_completed_safe(map(calls.make, CALLS))) as completed:
            async for task in completed:
                yield await task

    return consumed(results)


# quattro: gather(return_exceptions=True).


def gathered_by_quattro(
    number: str, call: Callable[[int], Coroutine[Any, Any, int]], **options: Any
) -> str:
    """Gather calls of which one raises what is no error of a call."""
    from quattro import gather

    async def batch() -> list[Any]:
        return list(await gather(*map(call, FEW), **options))

    return must_fail(number, lambda: asyncio.run(batch()))


@specimen(
    "E11",
    "quattro.gather(return_exceptions=True)",
    "quattro",
    fault=Known("SystemExit and KeyboardInterrupt are caught with all the rest"),
)
def exits_gathered_as_results(_: Origin) -> str:
    """Every error of a call is to be a value; these two are not errors of a call."""
    return gathered_by_quattro("E11", leaves_async, return_exceptions=True)


@specimen("E11", "quattro.gather", "quattro")
def exits_gathered(_: Origin) -> str:
    """It raises what ends the program, as the group beneath it does."""
    return gathered_by_quattro("E11", leaves_async)


@specimen("E9", "quattro.gather", "quattro")
def cancelled_gathered_by_quattro(_: Origin) -> str:
    """It asks each task for its result, and so meets the cancellation."""
    return gathered_by_quattro("E9", cancels_itself)
