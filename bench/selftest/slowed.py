"""Variants that take a known share of CPU time more: a plain loop, of so many turns a call.

Strategy: a batch turns the loop for all of its calls at its beginning.  5 % of the cheapest call
are three turns, and a wrapper around the call would cost more than that; so it is the batch that
pays, inside the variant's own clock.  It turns by number and not by the clock, so that it takes
the same share of a slower machine.  How many turns a call a variant takes stands in its name, which
is all that a worker is told.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from impls.contract import Batch, Endpoint, Finished, Run, Variant
from impls.registry import VARIANTS as REGISTERED


class Turns(NamedTuple):
    """Turns of the loop for each call: one that is a checkpoint, and one to the origin."""

    checkpoint: float
    remote: float


def burn(turns: int) -> None:
    """Take processor time."""
    for _ in range(turns):
        pass


def burning(
    strategy: Callable[..., Any], turns: float, call: Any, args: Sequence[int], limit: int
) -> Any:
    """Burn for all calls of the batch, then leave it to the strategy, blocking or not."""
    burn(round(turns * len(args)))
    return strategy(call, args, limit)


def run(
    inner: "partial[list[Finished]]",
    turns: Turns,
    endpoint: Endpoint | None,
    batches: Sequence[Batch],
) -> list[Finished]:
    """Run the batches by a strategy that burns first."""
    each = turns.checkpoint if endpoint is None else turns.remote
    return inner(endpoint, batches, strategy=partial(burning, inner.keywords["strategy"], each))


def slowed(variant: Variant, turns: Turns) -> Variant:
    """Slow a variant of the registry."""

    def load() -> Run:
        return partial(run, cast("partial[list[Finished]]", variant.load()), turns)

    name = f"{variant.name} {turns.checkpoint} {turns.remote}"
    return Variant(name, variant.needs, load, variant.speaks, variant.cannot, home=__name__)


class Slowed(dict[str, Variant]):
    """Any variant of the registry, slowed as the name says."""

    def __missing__(self, name: str) -> Variant:
        """Read the name of a slowed variant."""
        variant, checkpoint, remote = name.split()
        return slowed(REGISTERED[variant], Turns(float(checkpoint), float(remote)))


VARIANTS = Slowed()
