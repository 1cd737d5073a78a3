"""The control connection: what a command does, and what no command can do.

Each test has an origin of its own, started by hand, since some of them try to bring it down.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from origin.control import GetLedger, Refused, Reply, SetPlan, Told, decode_reply, encode
from origin.ledger import End, Ledger
from origin.plan import NEVER, Plan, Seen, Step
from origin.process import Origin
from tests.origin.clients import PATIENCE, Line, Raw, good, saw
from tests.origin.commanded import Commanded

HELD = Plan(otherwise=Step(NEVER))


class Judged:
    """An origin started by hand, and whatever a test connects to it."""

    def __init__(self, process: Commanded, leaving: ExitStack) -> None:
        """Learn where it listens."""
        self.pid = process.process.pid
        self._calls, self._control = process.listens()
        self._leaving = leaving

    def client(self) -> Raw:
        """Connect for calls."""
        return self._leaving.enter_context(Raw(self._calls))

    def line(self) -> Line:
        """Connect for commands, line by line."""
        return self._leaving.enter_context(Line(self._control))

    def handle(self) -> Origin:
        """Connect as everybody does."""
        origin = Origin(self._calls, self._control)
        self._leaving.callback(origin.close)
        return origin


@pytest.fixture
def judged(commanded: Callable[..., Commanded], leaving: ExitStack) -> Judged:
    return Judged(commanded(), leaving)


@pytest.fixture
def origin(judged: Judged) -> Origin:
    return judged.handle()


@pytest.fixture
def client(judged: Judged) -> Raw:
    return judged.client()


@pytest.fixture
def line(judged: Judged) -> Line:
    return judged.line()


def reply(line: Line) -> Reply:
    said: Reply = decode_reply(line.reply())
    return said


def told(line: Line) -> Ledger:
    """Receive a ledger."""
    told = reply(line)
    assert isinstance(told, Told)
    return told.ledger


def assert_well(judged: Judged) -> None:
    """Assert that the origin still answers."""
    client = judged.client()
    judged.handle().plan(Plan())
    client.ask(1)
    assert client.answer() == good(1)


# A new plan.


def test_a_plan_forgets(origin: Origin, client: Raw) -> None:
    """A new plan begins with an empty ledger; connections that were opened before don't count."""
    client.ask(1)
    client.answer()
    origin.plan(Plan())
    ledger = origin.ledger()
    assert (ledger.calls, ledger.opened) == ([], 0)


def test_a_plan_keeps_idle_connections(origin: Origin, client: Raw) -> None:
    """A connection that waits for no answer outlives the plan and carries the next one's calls."""
    client.ask(1)
    client.answer()
    origin.plan(Plan())
    client.ask(2)
    assert client.answer() == good(2)
    assert [call.arg for call in origin.ledger().calls] == [2]


@pytest.mark.parametrize(
    "step", [Step(NEVER), Step(delay=60.0), Step(Seen(hung_up=1)), Step(Seen(hung_up=1), 60.0)]
)
def test_a_plan_drops_calls_in_progress(origin: Origin, judged: Judged, step: Step) -> None:
    """A new plan hangs up on every call in progress, unanswered, and remembers none of them."""
    origin.plan(Plan(otherwise=step))
    clients = [judged.client() for _ in range(3)]
    for arg, client in enumerate(clients):
        client.ask(arg)
    saw(origin, 3)
    origin.plan(Plan())
    assert all(client.is_closed() for client in clients)
    assert origin.ledger().calls == []


# The ledger.


def test_a_ledger_at_once(origin: Origin, client: Raw) -> None:
    """Without patience the ledger comes at once, with the calls in progress as open."""
    origin.plan(HELD)
    client.ask(1)
    saw(origin, 1)
    (call,) = origin.ledger().calls
    assert (call.arg, call.end) == (1, End.OPEN)
    assert call.ended >= call.received


def test_a_ledger_waits_for_calls_in_progress(origin: Origin, client: Raw) -> None:
    """With patience the ledger comes as soon as the last call in progress is answered."""
    origin.plan(Plan({1: Step(delay=0.1)}))
    client.ask(1)
    saw(origin, 1)
    began = time.monotonic()
    (call,) = origin.ledger(patience=600.0).calls
    assert call.end is End.ANSWERED
    assert time.monotonic() - began < PATIENCE


def test_a_ledger_waits_no_longer_than_its_patience(origin: Origin, client: Raw) -> None:
    """When patience is over the ledger comes, with the calls in progress as open."""
    origin.plan(HELD)
    client.ask(1)
    saw(origin, 1)
    began = time.monotonic()
    (call,) = origin.ledger(patience=0.05).calls
    assert call.end is End.OPEN
    assert time.monotonic() - began >= 0.05


def test_two_wait_for_the_ledger(judged: Judged, origin: Origin, client: Raw) -> None:
    """Each control connection gets the ledger when its own patience is over, or all is quiet."""
    origin.plan(HELD)
    client.ask(1)
    saw(origin, 1)
    patient, hasty = judged.line(), judged.line()
    patient.send(encode(GetLedger(600.0)) + b"\n")
    hasty.send(encode(GetLedger(0.05)) + b"\n")
    assert told(hasty).count(End.OPEN) == 1
    client.hang_up()
    assert told(patient).count(End.HUNG_UP) == 1


def test_one_who_waited_is_gone(judged: Judged, origin: Origin, client: Raw) -> None:
    """One who asks for the ledger and leaves before it comes harms nobody."""
    origin.plan(HELD)
    client.ask(1)
    saw(origin, 1)
    with judged.line() as line:
        line.send(encode(GetLedger(0.05)) + b"\n")
    (call,) = origin.ledger(patience=0.1).calls
    assert call.end is End.OPEN
    assert_well(judged)


# What is no command.

RUBBISH = {
    "nothing": b"",
    "no JSON": b"rubbish",
    "no text": b"\xff\xfe\0",
    "half": b'{"type": "GetLedger"',
    "no command": b'{"type": "Explode"}',
    "a name that is no text": b'{"type": "\xff"}',
    "no object": b"null",
    "a list in a list in a list": b"[" * 100_000,
    "an object in an object in an object": b'{"x":' * 100_000,
    "a plan without a plan": b'{"type": "SetPlan"}',
    "a call that is no number": b'{"type": "SetPlan", "plan": {"steps": {"one": {}}}}',
    "an unknown fault": b'{"type": "SetPlan", "plan": {"otherwise": {"fault": "fire"}}}',
    "a delay before now": b'{"type": "SetPlan", "plan": {"otherwise": {"delay": -1}}}',
    "a delay without end": b'{"type": "SetPlan", "plan": {"otherwise": {"delay": 1e300}}}',
    "patience in words": b'{"type": "GetLedger", "patience": "long"}',
    "patience without end": b'{"type": "GetLedger", "patience": 1e300}',
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
def test_rubbish(judged: Judged, line: Line, rubbish: bytes) -> None:
    """What is no command is refused with a reason, and the next command is obeyed."""
    line.send(rubbish + b"\n" + encode(SetPlan(Plan())) + b"\n")
    refused = reply(line)
    assert isinstance(refused, Refused)
    assert refused.why
    assert b"Done" in line.reply()
    assert_well(judged)


def test_half_a_command(judged: Judged) -> None:
    """One who leaves inside a command harms nobody."""
    with judged.line() as line:
        line.send(encode(SetPlan(HELD))[:-5])
    assert_well(judged)


def test_a_command_byte_by_byte(line: Line) -> None:
    """A command may arrive byte by byte."""
    for byte in encode(SetPlan(Plan())) + b"\n":
        line.send(bytes([byte]))
    assert b"Done" in line.reply()


def test_many_who_leave_at_once(judged: Judged, line: Line) -> None:
    """Commands whose sender does not wait for replies are obeyed, and harm nobody."""
    line.send((encode(SetPlan(Plan())) + b"\nrubbish\n") * 300)
    line.hang_up()
    assert_well(judged)


# Things that happen at one instant.


@pytest.fixture
def stopped(judged: Judged) -> Callable[[], None]:
    """Stop the origin, so that it finds all that happens meanwhile at once when it goes on."""

    def stop() -> None:
        os.kill(judged.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, judged.pid, os.WSTOPPED | os.WNOWAIT)

    return stop


def test_a_plan_and_a_hang_up_at_one_instant(
    judged: Judged, origin: Origin, stopped: Callable[[], None]
) -> None:
    """A client that hangs up at the instant in which a new plan drops it harms nobody."""
    origin.plan(HELD)
    line, clients = judged.line(), [judged.client() for _ in range(5)]
    for client in clients:
        client.ask(1)
    saw(origin, 5)
    stopped()
    line.send(encode(SetPlan(Plan())) + b"\n")
    for client in clients:
        client.hang_up()
    os.kill(judged.pid, signal.SIGCONT)
    assert b"Done" in line.reply()
    assert_well(judged)


def test_an_answer_and_a_hang_up_at_one_instant(
    judged: Judged, origin: Origin, stopped: Callable[[], None]
) -> None:
    """A client that hangs up at the instant of its last answer harms nobody."""
    origin.plan(Plan({1: Step(Seen(received=2))}))
    held, opener = judged.client(), judged.client()
    held.ask(1, b"Connection: close\r\n")
    saw(origin, 1)
    stopped()
    opener.ask(2)
    held.hang_up()
    os.kill(judged.pid, signal.SIGCONT)
    assert opener.answer() == good(2)
    assert_well(judged)
