"""Every way in which a call can go wrong, as a raw socket meets it."""

import re
from collections.abc import Callable
from http.client import BadStatusLine, IncompleteRead

import pytest

from origin.ledger import End
from origin.plan import Fault, Plan, Seen, Step
from origin.process import Origin
from tests.origin.clients import Raw, good, saw

CUT_OFF = re.compile(rb"HTTP/1\.1 200 OK\r\n.*Content-Length: 11\r\n\r\nanswer to", re.DOTALL)
CLOSED = b"Connection: close\r\n"


@pytest.fixture
def faulty(origin: Origin, client: Raw) -> Callable[[Fault], Raw]:
    """Ask for a call that meets this fault."""

    def ask(fault: Fault) -> Raw:
        origin.plan(Plan({7: Step(fault=fault)}))
        client.ask(7)
        return client

    return ask


Faulty = Callable[[Fault], Raw]


def test_silent(faulty: Faulty) -> None:
    """The origin hangs up without a byte."""
    assert faulty(Fault.SILENT).rest() == b""


def test_cut(faulty: Faulty) -> None:
    """The origin hangs up inside the body that it announced."""
    with faulty(Fault.CUT).response() as response, pytest.raises(IncompleteRead) as caught:
        response.read()
    assert good(7)[1].startswith(caught.value.partial)
    assert caught.value.partial
    assert caught.value.expected


def test_reset(faulty: Faulty) -> None:
    """The origin resets the connection: the client's system reports it, not a quiet end."""
    client = faulty(Fault.RESET)
    with pytest.raises(ConnectionResetError):
        client.rest()


def test_rubbish(faulty: Faulty) -> None:
    """The origin answers what is not HTTP, and hangs up."""
    client = faulty(Fault.RUBBISH)
    with pytest.raises(BadStatusLine):
        client.response()


def test_status(faulty: Faulty) -> None:
    """The origin answers with 500, and the connection carries another call."""
    client = faulty(Fault.STATUS)
    assert client.answer()[0] == 500
    client.ask(8)
    assert client.answer() == good(8)


def test_status_of_the_last_call(origin: Origin, client: Raw) -> None:
    """A failing status ends the connection too, if the client wants no other call."""
    origin.plan(Plan({7: Step(fault=Fault.STATUS)}))
    client.ask(7, CLOSED)
    assert client.answer()[0] == 500
    assert client.is_closed()


def meet(client: Raw) -> None:
    """Receive until the end, whichever it is."""
    try:
        client.rest()
    except ConnectionResetError:
        client.hang_up()


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_in_the_ledger(origin: Origin, client: Raw, fault: Fault) -> None:
    """The ledger has a call that met a fault once, as faulted and not as hung up."""
    origin.plan(Plan({7: Step(fault=fault)}))
    client.ask(7, CLOSED)
    meet(client)
    (call,) = origin.ledger().calls
    assert (call.arg, call.end) == (7, End.FAULTED)


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_spares_the_other_calls(
    origin: Origin, connect: Callable[[], Raw], fault: Fault
) -> None:
    """A fault that a gate held back meets its own call, and the others are answered."""
    origin.plan(Plan({7: Step(Seen(received=2), fault=fault)}))
    unlucky, lucky = connect(), connect()
    unlucky.ask(7, CLOSED)
    saw(origin, 1)
    lucky.ask(8)
    assert lucky.answer() == good(8)
    meet(unlucky)
    ledger = origin.ledger()
    assert {call.arg: call.end for call in ledger.calls} == {7: End.FAULTED, 8: End.ANSWERED}
