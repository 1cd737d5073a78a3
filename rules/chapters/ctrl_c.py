"""K: what Ctrl-C does to a batch, in a process of its own, with a real signal."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from http.client import HTTPConnection
from typing import IO, NamedTuple, cast

import psutil

from impls.contract import Ability
from origin.ledger import End, Ledger
from origin.plan import NEVER, Plan, Seen, Step
from origin.process import ROOT, Origin
from rules.checks import check
from rules.interrupted import CALLS, HEARD, LIMIT
from rules.trial import HEARD_TIME, PATIENCE, Trial

STARTING = 30.0
"""Seconds for a process to begin its calls, on however busy a machine."""

ENDING = 5 * PATIENCE
"""Seconds for it to say how its batch ended, and again to end."""

ALL_BEGUN, ALL_HEARD = -1, -2
"""The calls of our own: one is answered when all others are in progress; one lets them end."""


class Interrupted(NamedTuple):
    """What became of a process after Ctrl-C.

    Attributes:
        says: how its batch ended, in its own words; nothing if it went on.
        ended: whether the process ended.
        ledger: what the origin saw of its calls, when the batch had ended.
    """

    says: str
    ended: bool
    ledger: Ledger


@check("K1")
def stops(trial: Trial) -> str:
    """Ctrl-C comes when the limit is reached, and the process has ten seconds to end."""
    seen = interrupted(trial)
    late = len(seen.ledger.calls) - LIMIT
    assert not late, f"K1: {late} calls began after Ctrl-C"
    assert seen.says, "K1: the batch went on after Ctrl-C"
    assert seen.ended, "K1: the process did not end after Ctrl-C"
    return "no call began after Ctrl-C, and the process ended"


@check("K2")
def met(trial: Trial) -> str:
    """What is caught around the batch when Ctrl-C comes."""
    says = interrupted(trial).says or "nothing"
    assert "KeyboardInterrupt" in says, f"K2: Ctrl-C was met as {says}"
    return says


@check("K3")
def given_back(trial: Trial) -> str:
    """When the batch has ended, and the process has not, no call is in progress at the origin."""
    ledger = interrupted(trial).ledger
    left = ledger.count(End.OPEN)
    assert not left, f"K3: {left} of {LIMIT} calls were still in progress when the batch had ended"
    return f"{ledger.count(End.HUNG_UP)} calls hung up, {ledger.count(End.ANSWERED)} answered"


def interrupted(trial: Trial) -> Interrupted:
    """Give what becomes of a process that runs a batch of this variant; run it only once."""
    variant = trial.variant
    return run(trial.origin, variant.home, variant.name, Ability.CUTS not in variant.cannot)


@lru_cache(maxsize=64)
def run(origin: Origin, home: str, name: str, cuts: bool) -> Interrupted:
    """Start the process, interrupt it when the limit is reached, and see how it ends."""
    held = Step(gate=NEVER) if cuts else Step(gate=Seen(answered=2), delay=HEARD_TIME)
    own = {ALL_BEGUN: Step(gate=Seen(in_progress=LIMIT + 1)), ALL_HEARD: Step()}
    origin.plan(Plan(own, otherwise=held))
    with running(home, name, origin) as child:
        call(origin, ALL_BEGUN, child)
        fall_asleep(child)
        os.kill(child.pid, signal.SIGINT)
        until = time.monotonic() + ENDING
        if not cuts and said(child, until) == HEARD:
            call(origin, ALL_HEARD, child)
        says = said(child, until)
        ledger = origin.ledger(PATIENCE if says else 0.0).of(CALLS)
        return Interrupted(says, ends(child), ledger)


@contextmanager
def running(home: str, name: str, origin: Origin) -> Iterator["subprocess.Popen[str]"]:
    """Start the process, and see to it that it is gone with the block."""
    program = [sys.executable, "-m", "rules.interrupted", home, name, *map(str, origin.calls)]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def call(origin: Origin, arg: int, child: "subprocess.Popen[str]") -> None:
    """Make a call of our own, and wait for its answer, unless the process ends or speaks before.

    Raises:
        ChildProcessError: it did, or nothing happens at all.
    """
    with closing(HTTPConnection(*origin.calls)) as connection:
        connection.request("GET", f"/{arg}")
        answer, voice = connection.sock.fileno(), cast("IO[str]", child.stdout).fileno()
        if answer not in ready([answer, voice], STARTING):
            raise ChildProcessError("the process did not come to make its calls")


def ready(descriptors: Sequence[int], seconds: float) -> set[int]:
    """Give those of them that have something to read, as soon as one has, or after so long."""
    with selectors.DefaultSelector() as selector:  # select() takes no numbers above 1023
        for each in descriptors:
            selector.register(each, selectors.EVENT_READ)
        return {key.fd for key, _ in selector.select(seconds)}


def fall_asleep(child: "subprocess.Popen[str]") -> None:
    """Wait until the process has no more to do, or chance decides what it is interrupted at."""
    process = psutil.Process(child.pid)
    while process.status() == psutil.STATUS_RUNNING:
        time.sleep(0)


def said(child: "subprocess.Popen[str]", until: float) -> str:
    """Give the next thing that the process says, or nothing if it says none until then."""
    output = cast("IO[str]", child.stdout)  # a pipe was asked for
    return (
        output.readline().strip()
        if ready([output.fileno()], max(0.0, until - time.monotonic()))
        else ""
    )


def ends(child: "subprocess.Popen[str]") -> bool:
    """Tell whether the process ends when nobody listens any more."""
    cast("IO[str]", child.stdin).close()
    try:
        child.wait(ENDING)
    except subprocess.TimeoutExpired:
        return False
    return True
