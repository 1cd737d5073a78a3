"""The places of an exchange: a call is held at each, shows its client no more, and goes on.

On the loopback what one side sent has arrived at the other when the call returns.  So a client
that has heard from the origin that its call is held has received all that it was sent.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from origin.ledger import CallSeen, End
from origin.plan import LEFT_UNREAD, NEVER, At, Plan, Seen, Step
from origin.process import Address, Origin
from tests.origin.clients import BEFORE, PATIENCE, REQUEST, WHOLE, Raw, good, saw, until

Connect = Callable[[], Raw]
CONNECTIONS = Path("/proc/net/tcp")

places = pytest.mark.parametrize("at", At)
places_in_progress = pytest.mark.parametrize("at", [at for at in At if at is not At.AFTER])
places_left_unread = pytest.mark.parametrize("at", sorted(LEFT_UNREAD))


@pytest.fixture
def held(origin: Origin, client: Raw) -> Callable[[Step], Raw]:
    """Ask for a call that takes this step, and see that the origin has come to its place."""

    def ask(step: Step) -> Raw:
        origin.plan(Plan({7: step}))
        client.ask(7)
        saw(origin, 1)
        return client

    return ask


Held = Callable[[Step], Raw]


def the_call(origin: Origin, patience: float = 0.0) -> CallSeen:
    (call,) = origin.ledger(patience).of({7}).calls
    return call


def answer_another(connect: Connect, *args: int) -> None:
    """Make calls on a connection of their own."""
    client = connect()
    for arg in args:
        client.ask(arg)
        assert client.answer() == good(arg)


# Held, and on.


@places
def test_it_is_held_and_goes_on(held: Held, origin: Origin, connect: Connect, at: At) -> None:
    """A call is held with exactly so much sent, and its answer is whole when its gate opens."""
    client = held(Step(Seen(received=2), at=at))
    assert client.arrived() == BEFORE[at]
    assert the_call(origin).end is (End.ANSWERED if at is At.AFTER else End.OPEN)
    answer_another(connect, 8)
    assert client.exactly(len(WHOLE) - len(BEFORE[at])) == WHOLE.removeprefix(BEFORE[at])
    assert the_call(origin).end is End.ANSWERED
    assert client.arrived() == b""


@places
def test_the_connection_goes_on(held: Held, at: At) -> None:
    """After a call that was on its way through this place, its connection carries others."""
    client = held(Step(at=at))
    assert client.answer() == good(7)
    for arg in (8, 7, 9):
        client.ask(arg)
        assert client.answer() == good(arg)


@places
def test_the_last_call_of_a_connection(origin: Origin, connect: Connect, at: At) -> None:
    """A client that wants no other call gets its answer through each place, and a hang-up."""
    origin.plan(Plan({7: Step(Seen(received=2), at=at)}))
    client = connect()
    client.ask(7, b"Connection: close\r\n")
    saw(origin, 1)
    answer_another(connect, 8)
    assert client.answer() == good(7)
    assert client.is_closed()


def test_held_at_all_places_at_once(origin: Origin, connect: Connect) -> None:
    """Calls are held at all places at once, and counted so, whatever the place."""
    last = len(At)
    gate = Seen(held=last + 1)
    origin.plan(Plan({last: Step(gate), **{n: Step(gate, at=at) for n, at in enumerate(At)}}))
    clients = [connect() for _ in range(last + 1)]
    for arg, client in enumerate(clients):
        assert origin.ledger().count(End.OPEN) == arg - (arg == last)
        client.ask(arg)
        saw(origin, arg + 1)
    assert [client.answer() for client in clients] == [good(arg) for arg in range(last + 1)]
    assert origin.ledger().most_in_progress() == last


@places_in_progress
def test_a_delay_at_a_place(held: Held, origin: Origin, at: At) -> None:
    """A call waits for its time at its place, and ends after it."""
    client = held(Step(delay=0.05, at=at))
    assert client.answer() == good(7)
    call = the_call(origin)
    assert call.ended - call.received >= 0.05


# What is left unread.


class Unread(NamedTuple):
    """A place, and how many bytes of the request are left in the system's buffer there."""

    at: At
    size: int


def unread_at(origin: Address, client: Raw) -> int:
    """Ask the system how many bytes the origin has not yet read of this connection."""
    ends = f":{origin[1]:04X}", f":{client.socket.getsockname()[1]:04X}"
    for row in CONNECTIONS.read_text().splitlines():
        _, local, remote, _, queues, *_ = row.split()
        if (local[-5:], remote[-5:]) == ends:
            return int(queues.partition(":")[2], 16)
    raise AssertionError("the system knows no such connection")


@pytest.mark.skipif(not CONNECTIONS.exists(), reason="this system does not tell")
@pytest.mark.parametrize(
    "row",
    [Unread(At.UNREAD, 28), Unread(At.HALF_READ, 14), Unread(At.BEFORE_HEAD, 0)],
    ids=lambda row: row.at,
)
def test_what_is_left_unread(held: Held, origin: Origin, connect: Connect, row: Unread) -> None:
    """The origin has read nothing of the request, or half of it, until the call goes on."""
    assert len(REQUEST) == 28
    client = held(Step(Seen(received=2), at=row.at))
    assert unread_at(origin.calls, client) == row.size
    answer_another(connect, 8)
    assert client.answer() == good(7)
    assert unread_at(origin.calls, client) == 0


@places_left_unread
def test_a_request_byte_by_byte(origin: Origin, client: Raw, at: At) -> None:
    """A request that arrives byte by byte is a call when it is whole, and held."""
    origin.plan(Plan({7: Step(Seen(hung_up=1), at=at), 8: Step(NEVER)}))
    for byte in REQUEST:
        assert origin.ledger().calls == []
        client.send(bytes([byte]))
    saw(origin, 1)
    with Raw(origin.calls) as other:
        other.ask(8)
        saw(origin, 2)
    assert client.answer() == good(7)


@places_left_unread
def test_looking_costs_nothing_while_nothing_comes(held: Held, origin: Origin, at: At) -> None:
    """While a request lies unread the origin sleeps; so it does beside one that is not whole."""
    held(Step(NEVER, at=at))
    with Raw(origin.calls) as other:
        other.send(REQUEST[:5])
        assert origin.ledger(patience=0.3).cpu < 0.1


def test_what_is_no_call(origin: Origin, client: Raw) -> None:
    """What is not one call is refused, also where requests are looked at first."""
    origin.plan(Plan({7: Step(NEVER, at=At.UNREAD)}))
    client.send(REQUEST + REQUEST)
    assert client.answer()[0] == 400
    assert client.is_closed()
    assert origin.ledger().calls == []


@pytest.mark.parametrize("plans", [(At.UNREAD, At.AFTER), (At.AFTER, At.UNREAD)])
@pytest.mark.parametrize("size", [1, 5, len(REQUEST) - 1])
def test_a_new_plan_inside_a_request(
    origin: Origin, client: Raw, plans: tuple[At, At], size: int
) -> None:
    """A request that began under a plan that looks ahead ends well under another, and so back."""
    for at in plans:
        origin.plan(Plan({7: Step(at=at)}))
        client.send(REQUEST[:size])
        assert origin.ledger().calls == []
        origin.plan(Plan())
        client.send(REQUEST[size:])
        assert client.answer() == good(7)


@places
def test_a_plan_drops_it(held: Held, origin: Origin, at: At) -> None:
    """A new plan hangs up on a held call; a call that is answered keeps its connection."""
    client = held(Step(NEVER, at=at))
    assert client.exactly(len(BEFORE[at])) == BEFORE[at]
    origin.plan(Plan())
    if at is At.AFTER:
        client.ask(7)
        assert client.answer() == good(7)
    else:
        received, _ = client.everything()
        assert received == b""
        ledger = origin.ledger()
        assert (ledger.calls, ledger.open_now) == ([], 0)


# The client's hang-up.


@places_in_progress
@pytest.mark.parametrize("how", ["hang_up", "reset"])
def test_a_hang_up(held: Held, origin: Origin, at: At, how: str) -> None:
    """A client that hangs up while its call is held is seen at once, at every place."""
    getattr(held(Step(NEVER, at=at)), how)()
    ledger = origin.ledger(PATIENCE)
    assert [(call.arg, call.end) for call in ledger.calls] == [(7, End.HUNG_UP)]
    assert ledger.open_now == 0


@places_in_progress
def test_a_half_closed_client(held: Held, origin: Origin, at: At) -> None:
    """A client that only says that it has no more to say counts as hung up, at every place."""
    held(Step(NEVER, at=at)).socket.shutdown(socket.SHUT_WR)
    assert the_call(origin, PATIENCE).end is End.HUNG_UP


@places_in_progress
def test_a_hang_up_opens_a_gate(
    held: Held, origin: Origin, client: Raw, connect: Connect, at: At
) -> None:
    """A hang-up at any place is an event for the other calls, and for their gates."""
    origin.plan(Plan({7: Step(NEVER, at=at), 8: Step(Seen(hung_up=1))}))
    client.ask(7)
    saw(origin, 1)
    other = connect()
    other.ask(8)
    saw(origin, 2)
    client.hang_up()
    assert other.answer() == good(8)


def test_an_idle_connection_is_hung_up(held: Held, origin: Origin) -> None:
    """A connection that is hung up while it is idle is open no more, and its call was answered."""
    client = held(Step(NEVER, at=At.AFTER))
    assert origin.ledger().open_now == 1
    client.hang_up()
    ledger = until(origin, lambda ledger: ledger.open_now == 0)
    assert [(call.arg, call.end) for call in ledger.calls] == [(7, End.ANSWERED)]


@places_left_unread
def test_a_hang_up_inside_a_request(origin: Origin, client: Raw, at: At) -> None:
    """A client that hangs up inside its request made no call, and its connection is closed."""
    origin.plan(Plan({7: Step(NEVER, at=at)}))
    client.send(REQUEST[:5])
    until(origin, lambda ledger: ledger.open_now == 1)
    client.hang_up()
    ledger = until(origin, lambda ledger: ledger.open_now == 0)
    assert ledger.calls == []


# A connection in use, and idle.


@places_in_progress
def test_a_second_request_while_the_first_is_held(held: Held, origin: Origin, at: At) -> None:
    """One who asks again before the answer is refused where requests are read; the call is over."""
    client = held(Step(NEVER, at=at))
    client.ask(8)
    if at not in LEFT_UNREAD:
        assert the_call(origin, PATIENCE).end is End.HUNG_UP
        received, _ = client.everything()
        assert received.removeprefix(BEFORE[at]).startswith(b"HTTP/1.1 400 ")


def test_the_next_call_of_an_idle_connection(held: Held, origin: Origin, connect: Connect) -> None:
    """What was planned for an idle connection is forgotten when the client uses it again."""
    gate = Seen(received=4)
    client = held(Step(gate, at=At.AFTER))
    assert client.answer() == good(7)
    client.ask(8)
    assert client.answer() == good(8)
    answer_another(connect, 9, 10)
    client.ask(11)
    assert client.answer() == good(11)
    assert origin.ledger().most_in_progress() == 1
