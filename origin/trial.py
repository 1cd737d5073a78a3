"""One plan being followed: the calls in progress, what they wait for, and the record of them.

Strategy: a call is received, and settled once: answered, faulted, or hung up by its client.
Between the two it may wait at its gate and then for its time, with a part of its answer sent
before.  Whatever changes the counts may open a gate, so every change ends with a look at those who
wait there.  A call that waits for nothing, the common one under load, costs a row and no more.
"""

import heapq
import time
from collections.abc import Iterator
from itertools import chain, count, pairwise
from typing import Protocol

from origin.ledger import CallSeen, End, Ledger
from origin.plan import AT_ONCE, LEFT_UNREAD, OPEN, At, Plan, Seen, Step
from origin.wire import Answer, Request, good, parts

clock = time.monotonic


class Peer(Protocol):
    """The connection that a call came by."""

    number: int

    def send(self, part: Answer) -> None:
        """Send a part of the answer, or what comes after it."""

    def answer(self, answer: Answer) -> None:
        """Send the answer, or the last part of it, and go on as it says."""

    def be_ready(self) -> None:
        """Take what comes from now on as the next request."""

    def read_on(self) -> None:
        """Take what was left unread of the request."""

    def drop(self) -> None:
        """Hang up."""


class Call:
    """A call in progress; it is settled before its answer is sent, so never counted too long.

    The answer may have a first part, sent before the call is held; there is a rest, if it is not
    just the good answer.
    """

    __slots__ = ("first", "peer", "received", "request", "rest", "step")

    def __init__(self, peer: Peer, request: Request, step: Step, received: float) -> None:
        """Note who asks for what, and since when."""
        self.peer = peer
        self.request = request
        self.step = step
        self.received = received
        self.first, self.rest = parts(request, step)


def waits_for(step: Step) -> Step | None:
    """Give the step, or None if a call that takes it waits for nothing."""
    return None if step == AT_ONCE else step


class Trial:
    """What happens under one plan.

    Attributes:
        opened: how many connections were opened.
        looks: whether some requests are left unread, so that all must be looked at first.
    """

    def __init__(self, plan: Plan) -> None:
        """Begin to follow `plan`, with nothing seen."""
        self._steps = {arg: waits_for(step) for arg, step in plan.steps.items()}
        self._otherwise = waits_for(plan.otherwise)
        self._warm_up = plan.warm_up
        self._in_progress: dict[Peer, Call] = {}
        self._idle: dict[Peer, Call] = {}
        self._gated: list[Call] = []
        self._timed: list[tuple[float, int, Call]] = []
        self._order = count()
        self._rows: list[CallSeen] = []
        self._received = self._answered = self._hung_up = 0
        self._cpu = time.process_time()
        self.opened = 0
        self.looks = any(step.at in LEFT_UNREAD for step in (plan.otherwise, *plan.steps.values()))

    def leaves(self, arg: int, size: int) -> int:
        """Give how many bytes of this call's request, of so many, are to be left unread."""
        step = self._steps.get(arg, self._otherwise) or AT_ONCE
        return {At.UNREAD: size, At.HALF_READ: size - size // 2}.get(step.at, 0)

    def receive(self, peer: Peer, request: Request) -> None:
        """Take a call whose request is whole."""
        received = clock()
        self._received += 1
        if self._idle:
            self._idle.pop(peer, None)
        step = self._steps.get(request.arg, self._otherwise)
        if step is None:
            self._answered += 1
            row = CallSeen(request.arg, peer.number, received, received, End.ANSWERED)
            self._rows.append(row)
            peer.answer(good(request))
        else:
            call = self._in_progress[peer] = Call(peer, request, step, received)
            if not call.first or self._begin(call):
                self._wait(call)
        if self._gated:
            self._open_gates()

    def lose(self, peer: Peer) -> None:
        """Take note that the client hung up; its call, if it had one, is over."""
        self._idle.pop(peer, None)
        call = self._in_progress.get(peer)
        if call:
            self._hung_up += 1
            self._settle(call, End.HUNG_UP)
            self._open_gates()

    def pass_time(self) -> float | None:
        """Answer the calls whose time has come; give the seconds until the next one's."""
        while self._timed:
            due, _, call = self._timed[0]
            if due > (now := clock()):
                return due - now
            heapq.heappop(self._timed)
            if self._waits(call):
                self._answer(call)
                self._open_gates()
        return None

    def drop_all(self) -> None:
        """Hang up on all calls in progress: this trial is over, and opens no gate any more."""
        self._gated.clear()
        for peer in list(self._in_progress):
            peer.drop()

    def calls_in_progress(self) -> int:
        """Give how many calls are in progress now."""
        return len(self._in_progress)

    def ledger(self, open_now: int) -> Ledger:
        """Give what was seen so far; how many connections are open now, the server knows."""
        open_calls = [
            CallSeen(call.request.arg, call.peer.number, call.received, clock(), End.OPEN)
            for call in self._in_progress.values()
        ]
        cpu = time.process_time() - self._cpu
        return Ledger(self._rows + open_calls, self.opened, cpu, open_now)

    def _waits(self, call: Call) -> bool:
        return self._in_progress.get(call.peer) is call or self._idle.get(call.peer) is call

    def _open_gates(self) -> None:
        while self._gated:
            self._gated = [call for call in self._gated if self._waits(call)]
            seen = self._seen()
            through = [call for call in self._gated if seen.reaches(call.step.gate)]
            if not through:
                return
            self._gated = [call for call in self._gated if not seen.reaches(call.step.gate)]
            for call in through:
                self._pass_gate(call)

    def _seen(self) -> Seen:
        in_progress, held = len(self._in_progress), len(self._gated)
        return Seen(self._received, in_progress, self._answered, self._hung_up, held)

    def _begin(self, call: Call) -> bool:
        """Send the first part; tell whether the client is still there to wait for the rest."""
        if call.step.at is At.AFTER:
            self._idle[call.peer] = call
            self._end(call)
            call.peer.answer(Answer(call.first))
        else:
            call.peer.send(Answer(call.first))
        return self._waits(call)

    def _wait(self, call: Call) -> None:
        if call.step.gate == OPEN:
            self._pass_gate(call)
        else:
            self._gated.append(call)

    def _pass_gate(self, call: Call) -> None:
        if call.step.delay:
            due = clock() + call.step.delay
            heapq.heappush(self._timed, (due, next(self._order), call))
        else:
            self._answer(call)

    def _answer(self, call: Call) -> None:
        if call.rest is None:
            self._end(call)
            call.peer.answer(good(call.request))
        else:
            self._go_on(call, call.rest)
        if self._answered == self._warm_up:
            self._cpu = time.process_time()

    def _go_on(self, call: Call, rest: Answer) -> None:
        """Go on from the place where the call was held, or its connection."""
        if call.step.at in LEFT_UNREAD:
            call.peer.read_on()
        if self._idle.pop(call.peer, None):
            call.peer.send(rest)
        elif rest.more:
            call.peer.send(Answer(b"", rest.then, self._pieces(call, rest)))
        else:
            self._end(call)
            call.peer.answer(rest)

    def _pieces(self, call: Call, rest: Answer) -> Iterator[bytes]:
        """Give the rest piece by piece; its call ends as any other, before the last one is sent."""
        pieces = chain([rest.data] if rest.data else [], rest.more, [b""])
        try:
            for piece, following in pairwise(pieces):
                if not following:
                    self._end(call)
                    call.peer.be_ready()
                yield piece
        finally:  # also if the client hangs up at once and nobody asks for what comes after it
            self._open_gates()

    def _end(self, call: Call) -> None:
        self._answered += 1
        as_it_should = call.rest is None or call.step.is_good()
        self._settle(call, End.ANSWERED if as_it_should else End.FAULTED)

    def _settle(self, call: Call, end: End) -> None:
        del self._in_progress[call.peer]
        row = CallSeen(call.request.arg, call.peer.number, call.received, clock(), end)
        self._rows.append(row)
