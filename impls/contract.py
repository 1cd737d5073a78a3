"""What a batch is, and what comes out of it: the words that every recipe shares.

Strategy: data only.  A recipe takes an `Endpoint` and some `Batch`es and gives back one
`Finished` for each; everything between is the runtime's own business.  This file imports no
runtime, so whoever talks about a batch (a test, the race, a rival) need not either.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
        call_timeout: seconds for each call, from its own start; its end is a `CallTimeout`.
        deadline: seconds for the whole batch; its end is a `DeadlineExceeded` of the batch.
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

    def too_late(self, *_: object) -> "DeadlineExceeded":
        """Give the end of the batch's time."""
        return DeadlineExceeded(f"the batch was not done within {self.deadline:g} s")

    def call_too_late(self, call: Callable[..., Any], arg: int) -> "CallTimeout":
        """Give the end of the time of a call; a client's is named by the client's endpoint."""
        asked = getattr(getattr(call, "__self__", None), "endpoint", "a call of one's own")
        return CallTimeout(
            f"{asked} gave no whole answer within {self.call_timeout:g} s, called with {arg}"
        )


class Aborted(Exception):  # noqa: N818 - it names what happened, as `Cancelled` does in trio
    """The batch was cancelled from outside while it ran."""


class DeadlineExceeded(TimeoutError):  # noqa: N818 - it names what happened
    """The batch's own time was up; a call's is a `CallTimeout`."""


class CallError(Exception):
    """A call failed: what the origin did, at which endpoint, to which argument."""


class CallTimeout(CallError, TimeoutError):  # noqa: N818 - it names what happened
    """A call's own time was up."""


@contextmanager
def let_go(results: list[Any]) -> Iterator[None]:
    """Empty the results if the block fails.

    Its error holds the frames that hold them, and is often part of a cycle: they could stay until
    the next collection of garbage.
    """
    try:
        yield
    except BaseException:
        results.clear()
        raise


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
    APART = "gives each call a context of its own"
    OWN = "makes calls of one's own"
    ALONE = "runs in one process, whose memory can be measured"


Language = Literal["asyncio", "trio", "anyio", "curio", "threads"]
"""What a call is written for; the calls of threads are plain functions."""

Call = Callable[[int], Any]
"""A call of one's own: of an argument, in the variant's language."""


class Run(Protocol):
    """A variant's one way in."""

    def __call__(
        self, target: Endpoint | Call | None, batches: Sequence[Batch], /
    ) -> list[Finished]:
        """Run the batches one after the other in one runtime, over one pool of connections.

        Args:
            target: where the calls go; or a call of one's own, made as it is; None makes each
                call one checkpoint of the runtime.
            batches: what to run; the later ones find the pool as the earlier ones left it.
        """


class Kind(StrEnum):
    """Why a variant is in the field."""

    MAIN = "main"
    """A recipe, or the floor: what every race is about."""
    WAY = "way"
    """Another way that people are told, of what the runtime itself offers."""
    RIVAL = "rival"
    """The bounded map of a library."""
    CLIENT = "client"
    """A whole client, as people use it, under the same strategy."""
    LOOP = "loop"
    """Another loop, other tasks, or asyncio's protocols for its streams, under the same recipe."""


class Told(NamedTuple):
    """Where people meet a way: what that is, and its address on the web."""

    where: str
    link: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A runtime (and loop) with a strategy: what is tested and measured.

    Attributes:
        name: as the reports write it, such as `asyncio+uvloop/workers`.
        needs: the modules that must be installed for it.
        load: imports what it needs, and gives its way in.
        speaks: the language of the calls that it can make.
        cannot: what it is unable to do, each with the reason a person would accept.
        home: the module whose `VARIANTS` holds it, so that another process can load it.
        kind: why it is in the field; a race is of the main ones, unless others are named.
        told: where people meet it.
        since: the first Python that can run it.
    """

    name: str
    needs: tuple[str, ...]
    load: Callable[[], Run]
    speaks: Language = "asyncio"
    cannot: Mapping[Ability, str] = field(default_factory=dict)
    home: str = "impls.registry"
    kind: Kind = Kind.MAIN
    told: Told | None = None
    since: tuple[int, int] = (3, 11)
