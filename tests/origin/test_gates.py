"""Gates: a call is held until the origin has seen exactly so much.

The events come from other connections.  Before each, the ledger shows that the call is still
held; after the last, its answer comes.
"""

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest

from origin.ledger import CallSeen, End, Ledger
from origin.plan import NEVER, Fault, Plan, Seen, Step
from origin.process import Origin
from tests.origin.clients import PATIENCE, Raw, good, saw, until

Connect = Callable[[], Raw]
HELD, BEHIND_GATE = 900, 1


class Others:
    """The other clients: what they do, done and seen by the origin."""

    def __init__(self, origin: Origin, connect: Connect) -> None:
        """Begin with one call seen: the one that is held."""
        self._origin = origin
        self._connect = connect
        self._calls = count(2)
        self._held: list[Raw] = []

    def finish_a_call(self) -> None:
        """Make a call that is answered at once."""
        next(self._calls)
        self._ask(0).answer()

    def begin_a_call(self) -> None:
        """Make a call that is held."""
        self._held.append(self._ask(HELD))
        saw(self._origin, next(self._calls))

    def hang_up(self) -> None:
        """Give up a call that is held."""
        before = self._origin.ledger().count(End.HUNG_UP)
        self._held.pop().hang_up()
        until(self._origin, lambda ledger: ledger.count(End.HUNG_UP) > before)

    def _ask(self, arg: int) -> Raw:
        client = self._connect()
        client.ask(arg)
        return client


class Gate(NamedTuple):
    """A gate, what happens first, and the events of which the last one opens it."""

    name: str
    gate: Seen
    before: list[Callable[[Others], None]]
    events: list[Callable[[Others], None]]


BEGIN, FINISH, HANG_UP = Others.begin_a_call, Others.finish_a_call, Others.hang_up

GATES = [
    Gate("received", Seen(received=4), [], [BEGIN, FINISH, BEGIN]),
    Gate("in progress", Seen(in_progress=3), [FINISH, FINISH, FINISH], [BEGIN, FINISH, BEGIN]),
    Gate("answered", Seen(answered=2), [BEGIN, BEGIN, HANG_UP], [FINISH, FINISH]),
    Gate("hung up", Seen(hung_up=2), [BEGIN, BEGIN, FINISH, FINISH], [HANG_UP, HANG_UP]),
    Gate("held, itself too", Seen(held=3), [BEGIN, FINISH, HANG_UP], [BEGIN, BEGIN]),
    Gate("two things", Seen(hung_up=1, answered=1), [BEGIN], [FINISH, HANG_UP]),
    Gate("two things, turned", Seen(hung_up=1, answered=1), [BEGIN], [HANG_UP, FINISH]),
]
gates = pytest.mark.parametrize("row", GATES, ids=[row.name for row in GATES])


def the_call(ledger: Ledger) -> CallSeen:
    (call,) = (call for call in ledger.calls if call.arg == BEHIND_GATE)
    return call


@pytest.fixture
def others(origin: Origin, connect: Connect) -> Others:
    return Others(origin, connect)


@gates
def test_a_gate_opens_with_the_event_it_waits_for(
    origin: Origin, client: Raw, others: Others, row: Gate
) -> None:
    """A call behind a gate is held through every event but the last, and answered at that one."""
    origin.plan(Plan({BEHIND_GATE: Step(row.gate), HELD: Step(NEVER)}))
    client.ask(BEHIND_GATE)
    saw(origin, 1)
    for event in row.before + row.events:
        assert the_call(origin.ledger()).end is End.OPEN
        event(others)
    assert client.answer() == good(BEHIND_GATE)
    assert the_call(origin.ledger()).end is End.ANSWERED


def test_calls_behind_one_gate_pass_together(origin: Origin, connect: Connect) -> None:
    """Calls that wait until so many are in progress pass together, so none of them is left."""
    origin.plan(Plan(otherwise=Step(Seen(in_progress=5))))
    clients = [connect() for _ in range(5)]
    for arg, client in enumerate(clients):
        client.ask(arg)
    assert [client.answer() for client in clients] == [good(arg) for arg in range(5)]
    assert origin.ledger().most_in_progress() == 5


def test_gates_open_each_other(origin: Origin, connect: Connect) -> None:
    """A call that passes its gate is an event that opens the next one's."""
    origin.plan(Plan({1: Step(Seen(answered=2)), 2: Step(Seen(answered=1)), 3: Step()}))
    clients = {arg: connect() for arg in (1, 2, 3)}
    for seen, (arg, client) in enumerate(clients.items(), start=1):
        client.ask(arg)
        saw(origin, seen)
    assert [client.answer() for client in clients.values()] == [good(arg) for arg in clients]
    assert [call.arg for call in origin.ledger().calls] == [3, 2, 1]


def test_a_fault_is_an_answer_to_a_gate(origin: Origin, connect: Connect) -> None:
    """A call that met its fault is answered, as far as gates are concerned."""
    origin.plan(Plan({1: Step(Seen(answered=1)), 2: Step(fault=Fault.CUT)}))
    first, second = connect(), connect()
    first.ask(1)
    saw(origin, 1)
    second.ask(2)
    assert first.answer() == good(1)


def test_never(origin: Origin, client: Raw, others: Others) -> None:
    """A call that is never answered is held until its client hangs up, and so the ledger says."""
    origin.plan(Plan({BEHIND_GATE: Step(NEVER), HELD: Step(NEVER)}))
    client.ask(BEHIND_GATE)
    saw(origin, 1)
    for event in (FINISH, BEGIN, HANG_UP):
        event(others)
        assert the_call(origin.ledger()).end is End.OPEN
    client.hang_up()
    assert the_call(origin.ledger(PATIENCE)).end is End.HUNG_UP


def test_a_delayed_answer_opens_a_gate(origin: Origin, connect: Connect) -> None:
    """A call that is answered when its time has come opens the gate that waits for its answer."""
    origin.plan(Plan({1: Step(Seen(answered=1)), 2: Step(delay=0.01)}))
    first, second = connect(), connect()
    first.ask(1)
    second.ask(2)
    assert (second.answer(), first.answer()) == (good(2), good(1))


def test_a_delay_begins_behind_the_gate(origin: Origin, connect: Connect) -> None:
    """A call waits at its gate first, and then for its time."""
    origin.plan(Plan({1: Step(Seen(received=2), delay=0.05)}))
    first, second = connect(), connect()
    first.ask(1)
    saw(origin, 1)
    second.ask(2)
    assert first.answer() == good(1)
    calls = {call.arg: call for call in origin.ledger().calls}
    assert calls[1].ended - calls[2].received >= 0.05
