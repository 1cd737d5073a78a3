"""What a batch is, and what comes out of it: the words that every recipe shares.

Strategy: data only.  A recipe takes an `Endpoint` and some `Batch`es and gives back one
`Finished` for each; everything between is the runtime's own business.  This file imports no
runtime, so whoever talks about a batch (a test, the race, a rival) need not either.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from resource import RUSAGE_SELF, getrusage
from typing import Any, Literal, NamedTuple, Protocol

import outcome

READ_SIZE = 65_536
"""Bytes that a recipe asks for in one receive: equal work for all."""


class Endpoint(NamedTuple):
    """Where the origin listens for calls."""

    host: str
    port: int

    @property
    def authority(self) -> bytes:
        """What the Host header says."""
        return f"{self.host}:{self.port}".encode()

    def __str__(self) -> str:
        """Give `host:port`, as every message about a call names it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Batch:
    """A bounded batch of calls, and its policies.

    Attributes:
        args: what to call with; drawn lazily by strategies that can.
        limit: the most calls in progress at once; at least 1.
        on_error: `raise`: the first failure cancels the rest and leaves; `collect`: every
            outcome stands in its place.
        call_timeout: seconds for each call, from its own start; its end is a `TimeoutError`.
        deadline: seconds for the whole batch; its end is a `TimeoutError` of the batch.
        abort_on: an argument outside the batch.  The runtime makes this call beside the
            batch, and cancels the batch by its own means when the answer comes: so the origin
            chooses the instant.

    Raises:
        ValueError: the limit is below 1: such a batch could only hang.
    """

    args: Iterable[int]
    limit: int
    on_error: Literal["raise", "collect"] = "raise"
    call_timeout: float | None = None
    deadline: float | None = None
    abort_on: int | None = None

    def __post_init__(self) -> None:
        """Refuse at once what could only hang."""
        if self.limit < 1:
            raise ValueError(f"limit is {self.limit}: a batch needs a limit of 1 or more")


class Aborted(Exception):  # noqa: N818 - it names what happened, as `Cancelled` does in trio
    """The batch was cancelled from outside while it ran."""


class CallError(Exception):
    """A call failed: what the origin did, at which endpoint, to which argument."""


@dataclass(frozen=True, slots=True)
class Finished:
    """One batch as it ended.

    Attributes:
        outcome: `Value` of the list of results in the order of the arguments (with `collect`
            each is an `outcome.Value` or `outcome.Error` itself), or `Error` of what the
            batch raised, in the runtime's own shape.
        began: when, by `time.perf_counter`.
        wall: seconds from before the first argument was drawn until the batch had ended.
        user: seconds of processor time in its own code, of all threads, for the same span.
        system: seconds of processor time in the system's.
    """

    outcome: outcome.Outcome[list[Any]]
    began: float
    wall: float
    user: float
    system: float

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.user + self.system


def processor_time() -> tuple[float, float]:
    """Give the seconds of processor time that this process has spent: its own, the system's."""
    usage = getrusage(RUSAGE_SELF)
    return usage.ru_utime, usage.ru_stime


class Stopwatch:
    """Times one batch, from inside its runtime: the variant's own clock."""

    __slots__ = ("_began", "_spent")

    def __init__(self) -> None:
        """Start."""
        self._began, self._spent = time.perf_counter(), processor_time()

    def finished(self, ended: outcome.Outcome[list[Any]]) -> Finished:
        """Stop, and give the batch as it ended."""
        (user, system), now = processor_time(), time.perf_counter()
        wall = now - self._began
        return Finished(ended, self._began, wall, user - self._spent[0], system - self._spent[1])


class Ability(StrEnum):
    """What a variant may be unable to do, and then declares, with the reason."""

    LAZY = "draws its arguments lazily"
    CUTS = "cuts off calls in progress"


class Run(Protocol):
    """A variant's one way in."""

    def __call__(self, endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
        """Run the batches one after the other in one runtime, over one pool of connections.

        Args:
            endpoint: where the calls go; None makes each call one checkpoint of the runtime.
            batches: what to run; the later ones find the pool as the earlier ones left it.
        """


@dataclass(frozen=True, slots=True)
class Variant:
    """A runtime (and loop) with a strategy: what is tested and measured.

    Attributes:
        name: as the reports write it, such as `asyncio+uvloop/workers`.
        needs: the modules that must be installed for it.
        load: imports what it needs, and gives its way in.
        cannot: what it is unable to do, each with the reason a person would accept.
        home: the module whose `VARIANTS` holds it, so that another process can load it.
    """

    name: str
    needs: tuple[str, ...]
    load: Callable[[], Run]
    cannot: Mapping[Ability, str] = field(default_factory=dict)
    home: str = "impls.registry"
