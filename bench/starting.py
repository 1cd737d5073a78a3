"""A process of an interpreter, started for a worker, and ended with all that it started.

Strategy: every way to fail becomes one exception, and leaves no process: what was not there before
is ended.  It is started in a thread that blocks SIGINT, which it inherits, while we wait where
Ctrl-C reaches us.
"""

import signal
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple

import execnet
import psutil
from execnet.gateway_base import WorkerPool
from execnet.gateway_bootstrap import HostNotFound

from bench import pythons
from bench.pythons import Python
from bench.sheltered import sheltered

EXECMODEL = "//execmodel=main_thread_only"
KILL_PATIENCE = 1.0
"""Seconds for the system to end a process that it was told to."""


class Started(NamedTuple):
    """A process that was started, here or, where it is ssh, for one that is not."""

    gateway: execnet.Gateway
    process: psutil.Process


@contextmanager
def gateway(python: Python, group: execnet.Group) -> Iterator[Started]:
    """Start a process of the interpreter, and turn every way to fail into one.

    Raises:
        UnusablePython: it can't be started, or what was started is no Python.
    """
    try:
        yield started(python.spec + EXECMODEL, group)
    except (OSError, EOFError, AssertionError, HostNotFound, execnet.RemoteError) as error:
        # execnet asserts the first byte that it hears: what says another is no Python.
        raise python.unusable("it can't be started any more", str(error)) from error


def started(spec: str, group: execnet.Group) -> Started:
    """Start a process in a thread, where Ctrl-C does not reach it, but us while we wait.

    Whatever goes wrong, none is left: what was not there before is ended.

    Raises:
        EOFError: it ended at once.
        TimeoutError: it says nothing.
    """
    before, starter = children(), WorkerPool(group.execmodel)
    with ExitStack() as undo:
        undo.callback(end_all_but, before, starter)
        starting = starter.spawn(make, spec, group)
        if not starter.waitall(pythons.PATIENCE):
            raise TimeoutError(f"no reply for {pythons.PATIENCE:g} s")
        made = starting.get()
        if not (new := children() - before):
            raise EOFError
        undo.pop_all()
    return Started(made, new.pop())


def make(spec: str, group: execnet.Group) -> execnet.Gateway:
    """Start a process that inherits from this thread that SIGINT is blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return group.makegateway(spec)


def children() -> set[psutil.Process]:
    """Give the processes that this one has started and not yet seen the end of."""
    return set(psutil.Process().children())


def end_all_but(before: Collection[psutil.Process], starter: WorkerPool) -> None:
    """End what the starter started, even if it has yet to do so: so it is given a moment."""
    with sheltered():
        end(children().difference(before))
        starter.waitall(KILL_PATIENCE)
        end(children().difference(before))


def end(processes: Collection[psutil.Process]) -> None:
    """Kill these children of ours with all that they started, and wait until they are gone."""
    for each in processes:
        kill(each)
    psutil.wait_procs(processes, timeout=KILL_PATIENCE)


def kill(process: psutil.Process) -> None:
    """Kill a process and all that it started, as far as that is still known as its own."""
    with suppress(psutil.NoSuchProcess):
        for each in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                each.kill()
