"""What breaks a rule of deadlines and time limits, each in one way, on asyncio.

Strategy: the recipe's own policies are taken off the batch, and put on again in a way that
somebody would write who has not thought of the rule.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import outcome

from impls import on_asyncio
from impls.contract import Batch, Call, DeadlineExceeded, Endpoint, Finished
from impls.on_asyncio import Strategy, workers
from tests.rules.breaking import Caught, broken, enter

Policy = Callable[[float, Strategy], Strategy]
"""From a number of seconds and a strategy to one that keeps to them, or does not."""

UNTIMED = partial(on_asyncio.run, strategy=workers)


class GivenUp(Exception):  # noqa: N818 - it names what happened
    """What somebody raises who does not know TimeoutError."""


def of_the_batch(batch: Batch) -> tuple[float | None, Batch]:
    """Take the deadline off the batch."""
    return batch.deadline, replace(batch, deadline=None)


def of_each_call(batch: Batch) -> tuple[float | None, Batch]:
    """Take the calls' time limit off the batch."""
    return batch.call_timeout, replace(batch, call_timeout=None)


def run_under(
    policy: Policy,
    taken_off: Callable[[Batch], tuple[float | None, Batch]],
    target: Endpoint | Call | None,
    batches: Sequence[Batch],
) -> list[Finished]:
    """Run the batches, with this policy in place of the recipe's own."""
    finished = []
    for seconds, batch in map(taken_off, batches):
        strategy = workers if seconds is None else policy(seconds, workers)
        finished += on_asyncio.run(target, [batch], strategy=strategy)
    return finished


def for_the_batch(*caught: Caught) -> Callable[[Policy], Policy]:
    """Enter a broken policy on the deadline."""

    def enter_it(policy: Policy) -> Policy:
        enter(policy.__name__, partial(run_under, policy, of_the_batch), UNTIMED, *caught)
        return policy

    return enter_it


def for_each_call(*caught: Caught) -> Callable[[Policy], Policy]:
    """Enter a broken policy on the time limit of each call."""

    def enter_it(policy: Policy) -> Policy:
        enter(policy.__name__, partial(run_under, policy, of_each_call), UNTIMED, *caught)
        return policy

    return enter_it


# The batch's deadline.


@for_the_batch(
    ("C6-swallowed_deadline", r"C6: after its deadline the batch gave Value\(\[0\]\)"),
    ("C13-nothing_sent_after_the_deadline", "C13: 1 connections opened after the deadline"),
    ("C14-deadline_by_its_name", r"C14: the batch's deadline was reported as TimeoutError\(\)"),
)
def timeout_around_it(seconds: float, _: Strategy) -> Strategy:
    """Put `asyncio.timeout` around calls that are awaited one by one, and ask no more."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async with asyncio.timeout(seconds):
            return [await call(arg) for arg in args]

    return timed


@for_the_batch(
    ("C13-nothing_sent_after_the_deadline", r"C13: after its deadline the batch gave Value\(\[\]"),
    ("C14-deadline_by_its_name", r"C14: after its deadline the batch gave Value\(\[\]\)"),
    ("C15-deadline_is_a_timeout_error", r"C15: after its deadline the batch gave Value\(\[\]\)"),
)
def what_there_is(seconds: float, strategy: Strategy) -> Strategy:
    """Give what there is when the time is up."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        if seconds <= 0:
            return []
        try:
            return await asyncio.wait_for(strategy(call, args, limit), seconds)
        except TimeoutError:
            return []

    return timed


@for_the_batch(("C15-deadline_is_a_timeout_error", r"C15: the deadline raised GivenUp\(\)"))
def deadline_renamed(seconds: float, strategy: Strategy) -> Strategy:
    """Raise something else when the time is up."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        try:
            return await asyncio.wait_for(strategy(call, args, limit), seconds)
        except TimeoutError:
            raise GivenUp from None

    return timed


@for_the_batch(("C16-none_early", "C16: [0-9]+ of 60 deadlines passed early"))
def whole_milliseconds(seconds: float, strategy: Strategy) -> Strategy:
    """Count in whole milliseconds, and forget the rest."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async with asyncio.timeout(int(seconds * 1000) / 1000):
            return await strategy(call, args, limit)

    return timed


# Each call's time limit.


@for_each_call(
    ("C6-swallowed_time_limit", r"C6: after its time limit the call gave Value\(0\)"),
    ("C13-nothing_sent_after_the_time_limit", "C13: [0-9]+ connections opened after the time"),
)
def timeout_around_each(seconds: float, strategy: Strategy) -> Strategy:
    """Put `asyncio.timeout` around each call, and ask no more."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def timed_call(arg: int) -> Any:
            try:
                async with asyncio.timeout(seconds):
                    return await call(arg)
            except TimeoutError as error:
                return outcome.Error(error)

        return await strategy(timed_call, args, limit)

    return timed


@for_each_call(
    ("C13-nothing_sent_after_the_time_limit", "C13: 10 calls succeeded after their time"),
    ("C15-time_limit_is_a_timeout_error", r"C15: after its time limit the call gave Value\(None"),
    ("C19-answered_though_late", "C19: 200 calls succeeded of [0-9]+ answered"),
)
def none_for_late(seconds: float, strategy: Strategy) -> Strategy:
    """Give None for a call whose time is up."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def timed_call(arg: int) -> Any:
            if seconds <= 0:
                return outcome.Value(None)
            try:
                return await asyncio.wait_for(call(arg), seconds)
            except TimeoutError:
                return outcome.Value(None)

        return await strategy(timed_call, args, limit)

    return timed


@for_each_call(("C15-time_limit_is_a_timeout_error", "C15: a call's time limit ended the batch"))
def one_late_ends_all(seconds: float, strategy: Strategy) -> Strategy:
    """Collect what calls raise, but not the end of their time."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def timed_call(arg: int) -> Any:
            return await asyncio.wait_for(call(arg), seconds)

        return await strategy(timed_call, args, limit)

    return timed


@for_each_call(("C15-time_limit_is_a_timeout_error", r"C15: the time limit raised GivenUp\(\)"))
def time_limit_renamed(seconds: float, strategy: Strategy) -> Strategy:
    """Raise something else when a call's time is up."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        async def timed_call(arg: int) -> Any:
            try:
                return await asyncio.wait_for(call(arg), seconds)
            except TimeoutError:
                return outcome.Error(GivenUp())

        return await strategy(timed_call, args, limit)

    return timed


@for_each_call(("C12-own_clock", "C12: [1-8] of 10 calls ran out of time while they waited"))
def clock_before_the_slot(seconds: float, _: Strategy) -> Strategy:
    """Start a call's clock, and then wait for its slot."""

    async def timed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
        slots = asyncio.Semaphore(limit)

        async def one(arg: int) -> Any:
            async with slots:
                return await call(arg)

        async def timed_one(arg: int) -> Any:
            try:
                return await asyncio.wait_for(one(arg), seconds)
            except TimeoutError as error:
                return outcome.Error(error)

        return await asyncio.gather(*map(timed_one, args))

    return timed


# A call's own TimeoutError.


@broken(("C14-own_timeout_error", r"C14: the batch gave Value\(\[None\]\)"))
async def none_for_a_timeout_error(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Give None where a TimeoutError is raised, whoever raised it."""

    async def forgiven(arg: int) -> Any:
        try:
            return await call(arg)
        except TimeoutError:
            return None

    return await workers(forgiven, args, limit)


@broken(("C14-own_timeout_error", "C14: a call's own TimeoutError was reported as .*Deadline"))
async def any_timeout_error_is_ours(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take each TimeoutError for the batch's own."""
    try:
        return await workers(call, args, limit)
    except* TimeoutError:
        late = DeadlineExceeded("the batch's time was up")
    raise late
