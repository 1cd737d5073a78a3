"""What the origin saw: the oracle for every rule that can be seen from outside.

Strategy: rows with times, and questions that are answered from them afterwards, so that keeping
the ledger costs the origin one tuple for each call.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from enum import StrEnum
from itertools import accumulate, pairwise

import msgspec


class End(StrEnum):
    """How a call ended, as the origin saw it.

    Answered is who was sent the whole good answer and nothing else, at whatever pace; what strikes
    the connection afterwards does not change that.  A call whose client hangs up before the last
    byte has hung up, also where a fault had begun: an endless head has no other end.
    """

    ANSWERED = "answered"
    FAULTED = "faulted"
    HUNG_UP = "hung up"
    OPEN = "open"


class CallSeen(msgspec.Struct, frozen=True, array_like=True):
    """One call: from its request's last byte to its answer's, or to the client's hang-up.

    Times are in seconds of the origin's monotonic clock; an open call has not ended.
    """

    arg: int
    connection: int
    received: float
    ended: float
    end: End


class Ledger(msgspec.Struct, frozen=True):
    """What the origin saw since the plan was set.

    Attributes:
        calls: every call, in the order in which they ended.
        opened: how many connections were opened.
        cpu: seconds of processor time that the origin spent.
        open_now: how many connections are open, whichever plan they come from.
    """

    calls: list[CallSeen]
    opened: int
    cpu: float
    open_now: int = 0

    def of(self, args: Collection[int]) -> "Ledger":
        """Give the ledger of these arguments' calls alone."""
        calls = [call for call in self.calls if call.arg in args]
        return msgspec.structs.replace(self, calls=calls)

    def most_in_progress(self) -> int:
        """Give the most calls that were in progress at once.

        At one instant, what ends has made room for what begins; but a call that was answered at
        once was in progress too, so it ends after it began.
        """
        changes = [(call.received, 0, 1) for call in self.calls]
        changes += [
            (call.ended, 1 if call.ended == call.received else -1, -1)
            for call in self.calls
            if call.end is not End.OPEN
        ]
        return max(accumulate(change for *_, change in sorted(changes)), default=0)

    def connections(self) -> int:
        """Give how many connections carried these calls."""
        return len({call.connection for call in self.calls})

    def count(self, end: End) -> int:
        """Give how many calls ended so."""
        return sum(call.end is end for call in self.calls)

    def not_exactly_once(self, args: Iterable[int]) -> Counter[int]:
        """Give the arguments called too often (positive) or too seldom (negative)."""
        excess = Counter(call.arg for call in self.calls)
        excess.subtract(args)
        return Counter({arg: count for arg, count in excess.items() if count})

    def delays(self) -> list[float]:
        """Give the seconds that the origin took for each call, in the order of their coming."""
        calls = sorted(self.calls, key=lambda call: call.received)
        return [call.ended - call.received for call in calls]

    def idle(self) -> list[float]:
        """Give for each call but a connection's first how long it had been answered before."""
        calls = sorted(self.calls, key=lambda call: (call.connection, call.received))
        return [
            call.received - last.ended
            for last, call in pairwise(calls)
            if last.connection == call.connection
        ]

    def since(self) -> list[float]:
        """Give the seconds from the first call's coming to each one's end."""
        first = min((call.received for call in self.calls), default=0.0)
        return [call.ended - first for call in self.calls]

    def span(self) -> float:
        """Give the seconds from the first call's coming to the last one's end."""
        if not self.calls:
            return 0.0
        return max(call.ended for call in self.calls) - min(call.received for call in self.calls)

    def busy(self) -> float:
        """Give the share of that span in which the origin's processor was busy with them."""
        span = self.span()
        return self.cpu / span if span else 0.0
