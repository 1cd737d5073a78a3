"""The handle of an origin: it starts one, ends it, and says plainly what is wrong."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from origin.plan import Plan, Step
from origin.process import ROOT, Address, Origin, OriginError, started
from tests.origin.clients import PATIENCE, Raw, good
from tests.origin.commanded import Commanded, address

NOWHERE = ("127.0.0.1", 9)

PARENT = """
from origin.process import started
with started() as origin:
    print("{}:{}".format(*origin.calls), flush=True)
    input()
"""


@pytest.fixture
def nobody() -> Iterator[Address]:
    """An address that is taken, but where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()


# Its life.


def test_it_lives_as_long_as_its_block(leaving: ExitStack) -> None:
    """An origin answers calls inside its block, and is gone after it."""
    with started() as origin:
        client = leaving.enter_context(Raw(origin.calls))
        client.ask(1)
        assert client.answer() == good(1)
    assert client.is_closed()


def fail_inside(leaving: ExitStack, clients: list[Raw]) -> None:
    with started() as origin:
        clients.append(leaving.enter_context(Raw(origin.calls)))
        clients[0].ask(1)
        clients[0].answer()
        raise ZeroDivisionError


def test_it_ends_when_its_block_fails(leaving: ExitStack) -> None:
    """An origin ends with its block also if the block fails, and the failure comes through."""
    clients: list[Raw] = []
    with pytest.raises(ZeroDivisionError):
        fail_inside(leaving, clients)
    assert clients[0].is_closed()


def test_two_at_once() -> None:
    """Two origins don't share their ledgers."""
    with started() as one, started() as other, Raw(one.calls) as client:
        client.ask(1)
        client.answer()
        assert (len(one.ledger().calls), len(other.ledger().calls)) == (1, 0)


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process that started an origin, and said where it takes calls."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        yield process
        process.kill()


def test_it_does_not_outlive_its_parent(parent: subprocess.Popen[str], leaving: ExitStack) -> None:
    """An origin ends when its parent is killed and can't tell it anything."""
    assert parent.stdout
    calls = address(parent.stdout.readline().strip())
    client = leaving.enter_context(Raw(calls))
    client.ask(1)
    assert client.answer() == good(1)
    parent.kill()
    assert client.is_closed()


# What goes wrong.


def test_nobody_listens(nobody: Address) -> None:
    """Where nobody listens, the error says where that is, why, and what to do."""
    where = "{}:{}".format(*nobody)
    with pytest.raises(
        OriginError, match=rf"no origin at {where} \(Connection refused\).*python -m origin$"
    ):
        Origin(NOWHERE, nobody)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no core can be wrong here")
def test_it_does_not_start(capfd: pytest.CaptureFixture[str]) -> None:
    """An origin that can't start is an error at once, which gives its reason, and says no more."""
    why = "the origin did not start: cannot go on: Invalid argument"
    with pytest.raises(OriginError, match=why), started(core=100_000):
        pytest.fail("it started on a core that no machine has")
    assert capfd.readouterr() == ("", "")


def test_it_is_no_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that says something else, and complains of nothing, is told by what it said."""
    monkeypatch.setattr("sys.executable", "echo")
    with pytest.raises(OriginError, match="the origin did not start: it said '-m'"), started():
        pytest.fail("it started")


def test_its_complaints_are_passed_on(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says on its way, such as the traceback of a fault, is printed when it has ended."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "a fault" >&2\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(python))
    with started():
        assert capfd.readouterr().err == ""
    assert capfd.readouterr().err == "a fault\n"


ASK: list[Callable[[Origin], object]] = [Origin.ledger, lambda origin: origin.plan(Plan())]


@pytest.mark.parametrize("ask", ASK, ids=["ledger", "plan"])
def test_it_is_killed_in_the_middle(
    commanded: Callable[..., Commanded], ask: Callable[[Origin], object]
) -> None:
    """An origin that was killed is an error at the next thing asked of it, and at each after."""
    process = commanded()
    with closing(Origin(*process.listens())) as origin:
        ask(origin)
        process.process.kill()
        process.process.wait(PATIENCE)
        for _ in range(2):
            with pytest.raises(OriginError, match=r"ended in the middle|does not reply"):
                ask(origin)


@pytest.mark.parametrize("part", [b"", b'{"type":"To'])
def test_it_ends_inside_a_reply(part: bytes) -> None:
    """An origin that ends inside its reply, or before it, ended in the middle."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        with closing(Origin(NOWHERE, listener.getsockname())) as origin:
            connected, _ = listener.accept()
            connected.sendall(part)
            connected.shutdown(socket.SHUT_WR)
            with connected, pytest.raises(OriginError, match="ended in the middle"):
                origin.ledger()


def test_it_refuses() -> None:
    """A plan that no origin can follow is an error that says why, and the origin lives on."""
    with started() as origin:
        with pytest.raises(OriginError, match=r"Refused.*delay"):
            origin.plan(Plan({1: Step(delay=1e300)}))
        assert origin.ledger().calls == []
