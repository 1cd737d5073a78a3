"""What breaks a rule of errors, each in one way, on asyncio.

Strategy: the ways that people meet first are specimens too, and stand here as they stand there.
The others are what somebody would write who has not thought of the rule.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from impls import on_asyncio
from impls.contract import Batch, Endpoint, Finished
from impls.contract import Call as AnyCall
from impls.on_asyncio import Call, Strategy, finish, workers
from rules.specimens.errors import (
    awaited_in_turn,
    gathered,
    gathered_and_cancelled,
    ready_made_coroutines,
    spawned_in_a_loop,
)
from rules.specimens.errors_within import Results
from tests.rules.breaking import broken, enter

broken(
    ("E1-none_begun_after_an_error", "E1: [0-9]+ calls began after the error had been reported"),
    ("E2-none_begun_by_the_failure", "E2: [0-9]+ queued calls began after one had failed"),
    ("E3-cut_off_by_an_error", "E3: [0-9]+ calls were not cut off after another had failed"),
)(gathered)

broken(
    (
        "E4-reported_while_the_first_is_held",
        r"E4: a call failed while the first was held, and the batch raised \[DeadlineExceeded\(",
    ),
)(awaited_in_turn)

broken(
    ("E6-both_reported", r"E6: two calls failed together; reported: \[Failed\([01]\)\]"),
    ("E7-clean_up_error_shown", r"E7: a sibling's clean-up failed; reported: \[Failed\(\)\]"),
)(gathered_and_cancelled)


@broken(
    (
        "E6-both_reported_from_the_buffers",
        r"E6: two failures were in the buffers; reported: \[CallError\([^,]*, called with .'\)\]",
    ),
)
async def first_error_only(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Unpack the group, as people do who do not like groups."""
    try:
        return await workers(call, args, limit)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


broken(("E12-all_awaited", "E12: [0-9]+ warnings such as .* was never awaited"))(
    ready_made_coroutines
)

broken(
    (
        "E15-settled_when_the_arguments_fail",
        "E15: [0-9]+ calls were in progress after the batch had ended",
    ),
)(spawned_in_a_loop)


@broken(("E3-cut_off_by_an_error", "E3: 4 calls were not cut off after another had failed"))
async def shielded_from_a_failure(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Let no cancellation reach the calls."""
    inner: list[asyncio.Future[Any]] = []

    async def sheltered(arg: int) -> Any:
        inner.append(asyncio.ensure_future(call(arg)))
        return await asyncio.shield(inner[-1])

    return await workers(sheltered, args, limit)


@broken(("E8-heard_without_asking", r"E8: a call failed, and the batch gave Value\(\[\]\)"))
async def errors_swallowed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Give what there is when a call has failed."""
    try:
        return await workers(call, args, limit)
    except ExceptionGroup:
        return []


@broken(
    (
        "E8-heard_without_asking",
        r"E8: the call's own error was hidden by RuntimeError\('some calls failed'\)",
    )
)
async def errors_renamed(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Say that something failed, but not what."""
    try:
        return await workers(call, args, limit)
    except ExceptionGroup:
        raise RuntimeError("some calls failed") from None


@broken(
    ("E11-exits_are_no_values", r"E11: a call raised KeyboardInterrupt \(raise\); got Value\(\[0, ")
)
async def all_errors_are_values(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Catch everything."""

    async def caught(arg: int) -> Any:
        try:
            return await call(arg)
        except BaseException as error:  # noqa: BLE001 - what is broken here
            return error

    return await workers(caught, args, limit)


@broken(
    (
        "E14-no_errors_of_its_own",
        r"E14: beside the call's error the batch raised \[RuntimeError\('a worker was shut down'",
    )
)
async def one_more_error(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Tell of the machinery, too."""
    try:
        return await workers(call, args, limit)
    except ExceptionGroup as failed:
        errors = [*failed.exceptions, RuntimeError("a worker was shut down")]
        raise failed.derive(errors) from None


@broken(
    (
        "E15-settled_when_the_arguments_fail",
        r"E15: the arguments raised, and the batch gave Error\(DeadlineExceeded\(",
    )
)
async def ended_by_any_error(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Take an error of the arguments for their end."""

    def until_they_fail() -> Iterator[int]:
        try:
            yield from args
        except Exception:  # noqa: BLE001 - what is broken here
            return

    return await workers(call, until_they_fail(), limit)


@broken(
    ("E10-stops_surface", r"E10: a call raised StopAsyncIteration \(raise\); got Value\(\[0\]\)")
)
async def looped_over(call: Call, args: Iterable[int], limit: int) -> list[Any]:
    """Give results by a class with __anext__, which makes the call."""
    return [result async for result in Results(call, args)]


def unguarded(
    target: Endpoint | AnyCall | None, batches: Sequence[Batch], *, strategy: Strategy
) -> list[Finished]:
    """Make a call of one's own as it is, without a look at what it raises."""

    async def finish_all(call: Call) -> list[Finished]:
        return [await finish(call, strategy, batch) for batch in batches]

    assert callable(target)
    return asyncio.run(finish_all(target))


enter(
    "cancellations_unguarded",
    partial(unguarded, strategy=workers),
    partial(on_asyncio.run, strategy=workers),
    (
        "E9-cancelled_by_itself",
        r"E9: a call raised a cancellation by itself \(raise\); got Value\(\[0, None, ",
    ),
)
