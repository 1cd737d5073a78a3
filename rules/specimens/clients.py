"""L4, X1, X3: what the pools of whole clients do with limits, and with calls that are cancelled.

Strategy: small programs with httpx, or with httpcore, on which it stands; each that breaks a rule
stands beside one that keeps it.  The origin answers the calls that show the rule when it has seen
what the rule asks for; all of them give up at one common instant.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import Any

from origin.plan import NEVER, Plan, Seen, Step
from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

GIVEN_UP = 1.0
"""Seconds for what the origin waits for."""

Ask = Callable[[int], Awaitable[object]]


def url(origin: Origin, arg: int) -> str:
    """Give where this argument is asked for."""
    host, port = origin.calls
    return f"http://{host}:{port}/{arg}"


# L4: a limit of the pool's own.

MANY = 20


def twenty_at_once(origin: Origin, **options: Any) -> str:
    """Make twenty calls at once, over a pool of httpcore with these options.

    Raises:
        AssertionError: they were not in progress at once.
    """
    import httpcore

    origin.plan(Plan(otherwise=Step(gate=Seen(in_progress=MANY))))

    async def main() -> None:
        async with httpcore.AsyncConnectionPool(**options) as pool:
            with suppress(TimeoutError):
                async with asyncio.timeout(GIVEN_UP), asyncio.TaskGroup() as group:
                    for arg in range(MANY):
                        group.create_task(pool.request("GET", url(origin, arg)))

    asyncio.run(main())
    most = origin.ledger().most_in_progress()
    assert most == MANY, f"L4: at most {most} calls in progress; the limit is {MANY}"
    return f"{most} in progress"


@specimen(
    "L4",
    "twenty calls at once over httpcore.AsyncConnectionPool()",
    "httpcore",
    fault=Known("its max_connections is 10, if nobody says otherwise; httpx says 100"),
)
def pool_of_ten(origin: Origin) -> str:
    """Start twenty tasks over one pool: one would expect twenty calls."""
    return twenty_at_once(origin)


@specimen("L4", "twenty calls at once over a pool with max_connections=None", "httpcore")
def pool_without_a_limit(origin: Origin) -> str:
    """The same over a pool that leaves the limit to the program."""
    return twenty_at_once(origin, max_connections=None)


# X1: a call that is cancelled twice: by its time limit, say, and by the group that it is in.

CANCELLED, BESIDE, AFTER = range(3)


async def cancelled_twice(ask: Ask) -> str:
    """Cancel a call that waits for its answer, and again a turn of the loop later; then go on.

    Raises:
        AssertionError: its connection is not hung up.
    """
    task = asyncio.ensure_future(ask(CANCELLED))
    await ask(BESIDE)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])
    try:
        await asyncio.wait_for(ask(AFTER), GIVEN_UP)
    except TimeoutError:
        raise AssertionError("X1: the connection of the cancelled call stays open") from None
    return "the cancelled call was hung up"


def plan_of_the_cancelled() -> Plan:
    """Never answer the first call, and the last one when the first has been hung up."""
    steps = {CANCELLED: NEVER, BESIDE: Seen(received=2), AFTER: Seen(hung_up=1)}
    return Plan({arg: Step(gate=gate) for arg, gate in steps.items()})


@specimen(
    "X1",
    "a call of httpx that is cancelled twice, on asyncio",
    "httpx",
    fault=Known(
        "httpcore shields its hanging up by anyio's cancel scopes, which do not keep off what "
        "asyncio itself cancels; the connection stays open, and in the pool, for ever",
        "https://github.com/encode/httpcore/pull/922",
        {"httpcore": "<=1.0.9"},
    ),
)
def httpx_cancelled_twice(origin: Origin) -> str:
    """A time limit and then a group's abort: one would expect that to be one cancellation."""
    import httpx

    async def main() -> str:
        async with httpx.AsyncClient(timeout=GIVEN_UP * 2, trust_env=False) as client:
            return await cancelled_twice(lambda arg: client.get(url(origin, arg)))

    origin.plan(plan_of_the_cancelled())
    return asyncio.run(main())


@specimen("X1", "a call of aiohttp that is cancelled twice", "aiohttp")
def aiohttp_cancelled_twice(origin: Origin) -> str:
    """The same over a client that hangs up at once, without awaiting anything."""
    import aiohttp

    async def main() -> str:
        async with aiohttp.ClientSession() as session:

            async def ask(arg: int) -> str:
                async with session.get(url(origin, arg)) as response:
                    return await response.text()

            return await cancelled_twice(ask)

    origin.plan(plan_of_the_cancelled())
    return asyncio.run(main())


# X3: a pool that keeps the limit, so that cancelled calls wait for its slots.

SLOTS = 5
AT_ONCE = 2 * SLOTS
TIMES = 100
MOST_TURNS = 20
HEALTHY = range(1000, 1000 + SLOTS)


def healthy_after_cancellations(origin: Origin, backend: str, *, behind_a_limiter: bool) -> str:
    """Cancel ten calls a few turns after they began, a hundred times; then fill all slots.

    Raises:
        AssertionError: the healthy calls are not in progress at once.
    """
    import anyio
    import httpx

    draw = random.Random(2)
    limits = httpx.Limits(max_connections=SLOTS)
    answered: list[int] = []

    async def main() -> None:
        limiter = anyio.CapacityLimiter(SLOTS) if behind_a_limiter else nullcontext()

        async def ask(arg: int) -> None:
            async with limiter:
                await client.get(url(origin, arg))
            answered.append(arg)

        async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
            for _ in range(TIMES):
                async with anyio.create_task_group() as group:
                    for arg in range(AT_ONCE):
                        group.start_soon(ask, arg)
                    for _ in range(draw.randrange(MOST_TURNS)):
                        await anyio.lowlevel.checkpoint()
                    group.cancel_scope.cancel()
            with anyio.move_on_after(GIVEN_UP):
                async with anyio.create_task_group() as group:
                    for arg in HEALTHY:
                        group.start_soon(ask, arg)

    origin.plan(Plan(dict.fromkeys(HEALTHY, Step(gate=Seen(held=SLOTS)))))
    anyio.run(main, backend=backend)
    healthy = len(set(HEALTHY) & set(answered))
    assert healthy == SLOTS, f"X3: {healthy} of {SLOTS} healthy calls were answered"
    return f"{SLOTS} at once, and all answered, after {TIMES} cancellations"


SLOTS_LOST = Known(
    "a call that is cancelled when it has just been given a new connection leaves that behind "
    "before it connects, and httpcore's pool keeps it for ever, in a slot that nobody gets again",
    "https://github.com/encode/httpcore/issues/1093",
    {"httpcore": "<=1.0.9"},
)


@specimen("X3", "httpx with max_connections for the limit, on asyncio", "httpx", fault=SLOTS_LOST)
def pool_as_the_limit_on_asyncio(origin: Origin) -> str:
    """Let the pool keep the limit: one would expect calls to give back what they wait for."""
    return healthy_after_cancellations(origin, "asyncio", behind_a_limiter=False)


@specimen(
    "X3", "httpx with max_connections for the limit, on trio", "httpx", "trio", fault=SLOTS_LOST
)
def pool_as_the_limit_on_trio(origin: Origin) -> str:
    """The same on trio."""
    return healthy_after_cancellations(origin, "trio", behind_a_limiter=False)


@specimen("X3", "httpx behind a CapacityLimiter, on asyncio", "httpx")
def limiter_before_the_pool_on_asyncio(origin: Origin) -> str:
    """Keep the limit before the pool, so that nobody waits for a connection."""
    return healthy_after_cancellations(origin, "asyncio", behind_a_limiter=True)


@specimen("X3", "httpx behind a CapacityLimiter, on trio", "httpx", "trio")
def limiter_before_the_pool_on_trio(origin: Origin) -> str:
    """The same on trio."""
    return healthy_after_cancellations(origin, "trio", behind_a_limiter=True)
