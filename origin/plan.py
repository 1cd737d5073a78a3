"""What the origin will do with each call, told to it in advance.

Strategy: data only.  A call passes its gate, then waits out its delay, then is answered or meets
its fault.  A gate waits for something that the origin sees, never for a time, so a call can be
held until exactly so many others are in progress, answered or hung up.
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
    """How much the origin has seen since the plan began; as a gate: at least this much."""

    received: int = 0
    in_progress: int = 0
    answered: int = 0
    hung_up: int = 0

    def reaches(self, gate: "Seen") -> bool:
        """Tell whether all that the gate waits for has been seen."""
        return (
            self.received >= gate.received
            and self.in_progress >= gate.in_progress
            and self.answered >= gate.answered
            and self.hung_up >= gate.hung_up
        )


OPEN = Seen()
"""The gate that holds nothing back."""

NEVER = Seen(received=sys.maxsize)
"""The gate that never opens: its call is held until the client hangs up."""


class Fault(StrEnum):
    """How a call goes wrong."""

    STATUS = "status 500"
    SILENT = "hangs up without a byte"
    CUT = "hangs up inside the body"
    RESET = "resets the connection inside the body"
    RUBBISH = "answers what is not HTTP"


class Step(msgspec.Struct, frozen=True):
    """What happens to one call: its gate, then its delay in seconds, then its fault, if any."""

    gate: Seen = OPEN
    delay: Seconds = 0.0
    fault: Fault | None = None


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
