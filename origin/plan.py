"""What the origin will do with each call, told to it in advance.

Strategy: data only.  A call comes to the state that its step names, passes its gate there, then
waits out its delay, then goes on or meets its fault.  A gate waits for something that the origin
sees, never for a time, so a call can be held until exactly so many others are in progress,
answered or hung up.
"""

import math
import random
import sys
from collections.abc import Iterable
from enum import StrEnum
from statistics import NormalDist
from typing import Annotated

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
"""A time to wait; a day is the longest, well within what a selector can wait."""


class Seen(msgspec.Struct, frozen=True):
    """How much the origin has seen since the plan began; as a gate: at least this much.

    Attributes:
        received: calls whose argument was known.
        in_progress: those that have not ended.
        answered: those whose answer was sent whole, or that met their fault.
        hung_up: those whose client hung up.
        held: calls that wait at their gates now, in whatever state; a gated call counts itself.
    """

    received: int = 0
    in_progress: int = 0
    answered: int = 0
    hung_up: int = 0
    held: int = 0

    def reaches(self, gate: "Seen") -> bool:
        """Tell whether all that the gate waits for has been seen."""
        return (
            self.received >= gate.received
            and self.in_progress >= gate.in_progress
            and self.answered >= gate.answered
            and self.hung_up >= gate.hung_up
            and self.held >= gate.held
        )


OPEN = Seen()
"""The gate that holds nothing back."""

NEVER = Seen(received=sys.maxsize)
"""The gate that never opens: its call is held until the client hangs up."""


class At(StrEnum):
    """Where in its exchange a call is held, and where its fault strikes.

    A call that is held unread, or half read, is read on when it has passed, so its fault strikes
    before the head.  After the answer a call has ended; what is held then is its connection, until
    the client uses it for another call.
    """

    UNREAD = "accepted, nothing read"
    HALF_READ = "request half read"
    BEFORE_HEAD = "before the head"
    INSIDE_HEAD = "inside the head"
    INSIDE_BODY = "inside the body"
    BEFORE_LAST = "before the last byte"
    AFTER = "answered"


LEFT_UNREAD = frozenset({At.UNREAD, At.HALF_READ})
"""Where the request, or its second half, is left in the system's buffer."""


BEHIND_HEAD = frozenset({At.INSIDE_BODY, At.BEFORE_LAST, At.AFTER})


class Fault(StrEnum):
    """How a call goes wrong.

    The first four keep to the good answer until they strike, at the step's `at`.  The others are
    answers of their own, and `at` says only where they are held; a head without an end has no place
    behind its head.
    """

    RESET = "resets the connection"
    CUT = "hangs up"
    DRIP = "one byte at a time"
    LARGER = "a body larger than announced"
    STATUS = "status 500"
    NOT_FOUND = "status 404"
    RUBBISH = "answers what is not HTTP"
    ENDLESS_HEAD = "a head without an end"
    OTHER = "the answer for another argument"


STRIKING = frozenset({Fault.RESET, Fault.CUT, Fault.DRIP, Fault.LARGER})
"""The faults that keep to the good answer until they strike."""


class Step(msgspec.Struct, frozen=True):
    """What happens to one call: its gate, then its delay in seconds, then its fault, if any.

    All three at one place in the exchange: `at`.

    Raises:
        ValueError: the fault has no such place.
    """

    gate: Seen = OPEN
    delay: Seconds = 0.0
    fault: Fault | None = None
    at: At = At.BEFORE_HEAD

    def __post_init__(self) -> None:
        if self.fault is Fault.ENDLESS_HEAD and self.at in BEHIND_HEAD:
            raise ValueError(f"{self.fault} has no place {self.at!r}")

    def is_good(self) -> bool:
        """Tell whether the call is sent the whole good answer, and nothing else."""
        if self.at is At.AFTER and self.fault in STRIKING:
            return True
        return self.fault is None or self.fault is Fault.DRIP


AT_ONCE = Step()


class Plan(msgspec.Struct, frozen=True):
    """The steps of the calls that have one of their own; all others take `otherwise`.

    The origin counts its processor time from the answer to call number `warm_up` on.
    """

    steps: dict[int, Step] = {}
    otherwise: Step = AT_ONCE
    warm_up: int = 0


def log_normal(args: Iterable[int], *, median: float, p99: float, seed: int) -> Plan:
    """Plan delays as the web has them: log-normal, with this median and 99th percentile.

    Args:
        args: the calls to plan for.
        median: of the delays, in seconds.
        p99: their 99th percentile, in seconds.
        seed: of the draw; the same seed gives the same delays.
    """
    mu = math.log(median)
    sigma = (math.log(p99) - mu) / NormalDist().inv_cdf(0.99)
    draw = random.Random(seed)
    return Plan({arg: Step(delay=draw.lognormvariate(mu, sigma)) for arg in args})
