"""Every way in which a call can go wrong, as a raw socket meets it."""

import socket
import struct
from collections.abc import Callable
from http.client import BadStatusLine
from typing import NamedTuple

import pytest

from origin.ledger import CallSeen, End
from origin.plan import BEHIND_HEAD, At, Fault, Plan, Seen, Step
from origin.process import Origin
from tests.origin.clients import BEFORE, PATIENCE, WHOLE, Raw, good, saw

CLOSED = b"Connection: close\r\n"
DATA_SEGMENTS_IN = struct.Struct("152xI")
"""Where Linux tells in its tcp_info how many segments with data have come."""


class Meeting(NamedTuple):
    """A fault and where it strikes, and how the ledger has its call."""

    fault: Fault
    at: At
    end: End

    def __str__(self) -> str:
        return f"{self.fault}, {self.at}"


STRIKING = [Fault.RESET, Fault.CUT, Fault.LARGER]

MEETINGS = [
    *(Meeting(Fault.DRIP, at, End.ANSWERED) for at in At),
    *(Meeting(fault, At.AFTER, End.ANSWERED) for fault in STRIKING),
    *(Meeting(fault, at, End.FAULTED) for fault in STRIKING for at in At if at is not At.AFTER),
    *(
        Meeting(fault, at, End.FAULTED)
        for fault in (Fault.STATUS, Fault.NOT_FOUND, Fault.RUBBISH, Fault.OTHER)
        for at in At
    ),
    *(Meeting(Fault.ENDLESS_HEAD, at, End.HUNG_UP) for at in At if at not in BEHIND_HEAD),
]
meetings = pytest.mark.parametrize("meeting", MEETINGS, ids=str)
places = pytest.mark.parametrize("at", At)


@pytest.fixture
def faulty(origin: Origin, client: Raw) -> Callable[..., Raw]:
    """Ask for a call that meets this fault."""

    def ask(fault: Fault, at: At = At.BEFORE_HEAD, headers: bytes = b"") -> Raw:
        origin.plan(Plan({7: Step(fault=fault, at=at)}))
        client.ask(7, headers)
        return client

    return ask


Faulty = Callable[..., Raw]


def the_call(origin: Origin, patience: float = 0.0) -> CallSeen:
    (call,) = origin.ledger(patience).of({7}).calls
    return call


# What strikes a good answer.


@places
def test_cut(faulty: Faulty, at: At) -> None:
    """The origin hangs up quietly, with so much of the answer sent."""
    assert faulty(Fault.CUT, at).everything() == (BEFORE[at], None)


@places
def test_reset(faulty: Faulty, at: At) -> None:
    """The origin resets the connection: the client's system reports it, not a quiet end."""
    assert faulty(Fault.RESET, at).everything() == (BEFORE[at], ConnectionResetError)


@places
def test_drip(faulty: Faulty, at: At) -> None:
    """The answer comes whole, and its connection carries another call."""
    client = faulty(Fault.DRIP, at)
    assert client.answer() == good(7)
    client.ask(8)
    assert client.answer() == good(8)


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="this system does not tell")
def test_drip_by_bytes(faulty: Faulty) -> None:
    """From where the fault strikes, each byte is a segment of its own."""
    client = faulty(Fault.DRIP, At.INSIDE_HEAD)
    assert client.exactly(len(WHOLE)) == WHOLE
    info = client.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, DATA_SEGMENTS_IN.size)
    (segments,) = DATA_SEGMENTS_IN.unpack(info)
    expected = 1 + len(WHOLE) - len(BEFORE[At.INSIDE_HEAD])
    assert segments >= expected  # more, where the system sends one again that nobody has read yet


def test_drip_of_the_last_call(faulty: Faulty) -> None:
    """A dripped answer ends the connection, if the client wants no other call."""
    client = faulty(Fault.DRIP, headers=CLOSED)
    assert client.answer() == good(7)
    assert client.is_closed()


def test_drip_opens_a_gate_at_its_end(origin: Origin, connect: Callable[[], Raw]) -> None:
    """A dripped answer is answered when its last byte is sent, also if its client then leaves."""
    drip = Step(fault=Fault.DRIP)
    origin.plan(Plan({1: drip, 2: drip, 3: Step(Seen(answered=2))}))
    clients = {arg: connect() for arg in (3, 1, 2)}
    for arg, client in clients.items():
        client.ask(arg, CLOSED)
    assert [client.answer() for client in clients.values()] == [good(arg) for arg in clients]
    assert origin.ledger().calls[-1].arg == 3


@places
def test_larger(faulty: Faulty, at: At) -> None:
    """More comes than was announced; at the end it follows an answer that was whole."""
    client = faulty(Fault.LARGER, at, CLOSED)
    with client.response() as response:
        assert response.getheader("Content-Length") == str(len(good(7)[1]))
        response.length = None  # to read beyond it
        assert response.read() == good(7)[1] + b" and more"


def test_larger_in_one_piece(faulty: Faulty) -> None:
    """What is too much comes together with the answer."""
    client = faulty(Fault.LARGER)
    assert client.socket.recv(65_536) == WHOLE + b" and more"


# Answers of their own.


def test_rubbish(faulty: Faulty) -> None:
    """The origin answers what is not HTTP, and hangs up."""
    client = faulty(Fault.RUBBISH)
    with pytest.raises(BadStatusLine):
        client.response()
    assert client.is_closed()


@pytest.mark.parametrize(("fault", "status"), [(Fault.STATUS, 500), (Fault.NOT_FOUND, 404)])
def test_status(faulty: Faulty, fault: Fault, status: int) -> None:
    """The origin answers with this status, and the connection carries another call."""
    client = faulty(fault)
    assert client.answer()[0] == status
    client.ask(8)
    assert client.answer() == good(8)


@pytest.mark.parametrize(("fault", "status"), [(Fault.STATUS, 500), (Fault.NOT_FOUND, 404)])
def test_status_of_the_last_call(faulty: Faulty, fault: Fault, status: int) -> None:
    """A failing status ends the connection too, if the client wants no other call."""
    client = faulty(fault, headers=CLOSED)
    assert client.answer()[0] == status
    assert client.is_closed()


@pytest.mark.parametrize(("fault", "arg"), [(None, 7), (Fault.OTHER, 8)])
def test_which_argument_it_is_for(faulty: Faulty, fault: Fault | None, arg: int) -> None:
    """An answer says which argument it is for; one for another argument says so, and is whole."""
    with faulty(fault).response() as response:
        assert response.getheader("Content-Location") == f"/{arg}"
        assert (response.status, response.read()) == good(arg)


def test_endless_head(faulty: Faulty, origin: Origin) -> None:
    """The head goes on as long as the client takes it, line by line, and its call is open."""
    client = faulty(Fault.ENDLESS_HEAD)
    head = client.exactly(5_000_000)
    assert head.startswith(b"HTTP/1.1 200 OK\r\nX-More: and more\r\nX-More: ")
    assert (len(head), head.count(b"\r\n\r\n")) == (5_000_000, 0)
    assert the_call(origin).end is End.OPEN


def test_endless_head_to_one_who_does_not_read(faulty: Faulty, origin: Origin) -> None:
    """An endless head waits for a client that does not take it, and spins on nothing."""
    faulty(Fault.ENDLESS_HEAD)
    saw(origin, 1)
    assert origin.ledger(patience=0.3).cpu < 0.1


@pytest.mark.parametrize("taken", [0, 1, 1_000_000])
def test_endless_head_has_an_end(faulty: Faulty, origin: Origin, taken: int) -> None:
    """An endless head ends with its client, who has hung up; so the ledger says."""
    client = faulty(Fault.ENDLESS_HEAD)
    saw(origin, 1)
    client.exactly(taken)
    client.hang_up()
    ledger = origin.ledger(PATIENCE)
    assert [(call.arg, call.end) for call in ledger.calls] == [(7, End.HUNG_UP)]
    assert ledger.open_now == 0


def test_a_second_request_inside_an_endless_head(faulty: Faulty, origin: Origin) -> None:
    """One who asks again inside the head is refused, like everybody before the answer's end."""
    client = faulty(Fault.ENDLESS_HEAD)
    saw(origin, 1)
    client.ask(8)
    received, _ = client.everything()
    assert b"HTTP/1.1 400 Bad Request" in received
    assert the_call(origin).end is End.HUNG_UP


@pytest.mark.parametrize("at", sorted(BEHIND_HEAD))
def test_endless_head_has_nothing_behind_it(at: At) -> None:
    """There is no place behind a head without an end, and a plan for it is refused."""
    with pytest.raises(ValueError, match=f"a head without an end has no place .*{at}"):
        Step(fault=Fault.ENDLESS_HEAD, at=at)


# All of them.


def meet(client: Raw, fault: Fault) -> None:
    """Receive until the end, whichever it is; of what has none, a little."""
    if fault is Fault.ENDLESS_HEAD:
        client.exactly(100)
    else:
        client.everything()
    client.hang_up()


@meetings
def test_a_fault_in_the_ledger(faulty: Faulty, origin: Origin, meeting: Meeting) -> None:
    """The ledger has a call that met a fault once, and tells how it ended."""
    client = faulty(meeting.fault, meeting.at, CLOSED)
    saw(origin, 1)
    meet(client, meeting.fault)
    call = the_call(origin, PATIENCE)
    assert (call.arg, call.end) == (7, meeting.end)


@meetings
def test_a_fault_spares_the_other_calls(
    origin: Origin, connect: Callable[[], Raw], meeting: Meeting
) -> None:
    """A fault that a gate held back meets its own call, and the others are answered."""
    step = Step(Seen(received=2), fault=meeting.fault, at=meeting.at)
    origin.plan(Plan({7: step}))
    unlucky, lucky = connect(), connect()
    unlucky.ask(7, CLOSED)
    saw(origin, 1)
    lucky.ask(8)
    assert lucky.answer() == good(8)
    meet(unlucky, meeting.fault)
    ledger = origin.ledger(PATIENCE)
    assert {call.arg: call.end for call in ledger.calls} == {7: meeting.end, 8: End.ANSWERED}
