"""`python -m origin`, as a person or a parent process starts and ends it."""

import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from origin.plan import NEVER, Plan, Step
from origin.process import Origin
from tests.origin.clients import Raw, good, saw
from tests.origin.commanded import Commanded, address

Command = Callable[..., Commanded]


@pytest.fixture
def taken() -> Iterator[str]:
    """A port at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def assert_answers(client: Raw) -> None:
    client.ask(1)
    assert client.answer() == good(1)


def test_it_says_where_it_listens(commanded: Command, leaving: ExitStack) -> None:
    """It says first where it takes calls and then where commands, on the loopback, and does so."""
    origin = commanded()
    (calls, where), (control, _) = origin.said(), origin.said()
    assert (calls, control) == ("calls", "control")
    assert where.startswith("127.0.0.1:")
    assert_answers(leaving.enter_context(Raw(address(where))))


@pytest.mark.parametrize("lines", [1, 2])
def test_ctrl_c(commanded: Command, lines: int) -> None:
    """Ctrl-C ends it well and silently, as soon as it has said where it listens."""
    origin = commanded()
    for _ in range(lines):
        origin.said()
    origin.process.send_signal(signal.SIGINT)
    code, _, errors = origin.end()
    assert (code, errors) == (0, "")


def test_ctrl_c_in_the_middle_of_a_call(commanded: Command, leaving: ExitStack) -> None:
    """Ctrl-C hangs up on clients, and still ends well and silently."""
    origin = commanded()
    handle = leaving.enter_context(closing(Origin(*origin.listens())))
    handle.plan(Plan(otherwise=Step(NEVER)))
    client = leaving.enter_context(Raw(handle.calls))
    client.ask(1)
    saw(handle, 1)
    origin.process.send_signal(signal.SIGINT)
    assert origin.end() == (0, "", "")
    assert client.is_closed()


@pytest.mark.parametrize("option", ["--port", "--control-port"])
def test_a_taken_port(commanded: Command, taken: str, option: str) -> None:
    """A taken port is told in one line that says what to do, and in the exit code."""
    code, out, errors = commanded(option, taken).end()
    assert (code, out) == (1, "")
    assert re.fullmatch(r"origin: cannot listen .*in use.*free the port.*\n", errors)


@pytest.mark.parametrize("host", ["nobody.invalid", "::1", "192.0.2.1"])
def test_no_host(commanded: Command, host: str) -> None:
    """Where it can't listen is told with the system's reason, in one line, without a remedy."""
    code, out, errors = commanded("--host", host).end()
    assert (code, out) == (1, "")
    assert re.fullmatch(rf"origin: cannot listen at {re.escape(host)}: [^:;()]+\n", errors)


def test_commands_come_from_this_machine(commanded: Command, leaving: ExitStack) -> None:
    """Wherever it takes calls, it takes commands on the loopback only."""
    calls, control = commanded("--host", "0.0.0.0").listens()  # noqa: S104 - what is tested
    assert (calls[0], control[0]) == ("0.0.0.0", "127.0.0.1")  # noqa: S104 - what is tested
    assert_answers(leaving.enter_context(Raw(calls)))


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
@pytest.mark.parametrize("option", ["--port", "--control-port"])
def test_no_port(commanded: Command, option: str, port: str) -> None:
    """What can't be a port is refused by the command line."""
    code, out, errors = commanded(f"{option}={port}").end()
    assert (code, out) == (2, "")
    assert f"argument {option}: invalid port value: '{port}'" in errors


def test_it_starts_again_where_it_was(commanded: Command, leaving: ExitStack) -> None:
    """A port that is asked for is the one where it listens, also just after another origin."""
    first = commanded()
    calls, _ = first.listens()
    client = leaving.enter_context(Raw(calls))
    assert_answers(client)
    first.process.send_signal(signal.SIGINT)
    first.end()
    again = commanded("--port", str(calls[1]))
    assert again.listens()[0] == calls


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processes here keep no core")
def test_it_stays_on_its_core(commanded: Command) -> None:
    """An origin that is given a core is on that one alone."""
    core = max(os.sched_getaffinity(0))
    origin = commanded("--core", str(core))
    origin.listens()
    assert os.sched_getaffinity(origin.process.pid) == {core}


def test_it_ends_with_its_standard_input(commanded: Command, leaving: ExitStack) -> None:
    """Asked to end with its standard input it does so, well and silently, and not before."""
    origin = commanded("--end-with-stdin")
    calls, _ = origin.listens()
    assert origin.process.stdin
    origin.process.stdin.write("not yet")
    origin.process.stdin.flush()
    for _ in range(2):
        assert_answers(leaving.enter_context(Raw(calls)))
    assert origin.end() == (0, "", "")


def test_many_connections(leaving: ExitStack) -> None:
    """It takes as many connections as the system allows, however few a process begins with."""
    few = ("sh", "-c", 'ulimit -S -n 30; exec "$@"', "sh")
    origin = leaving.enter_context(Commanded(under=few))
    calls, _ = origin.listens()
    clients = [leaving.enter_context(Raw(calls)) for _ in range(100)]
    for arg, client in enumerate(clients):
        client.ask(arg)
    assert [client.answer() for client in clients] == [good(arg) for arg in range(100)]
