"""The near end of the workers: each in a process of its own, and gone when it is told to go."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread, Timer

import psutil
import pytest

from bench.entrants import Entrant
from bench.pythons import Python
from bench.sheltered import sheltered
from bench.stable import Out, Stable, Worker, far_end, raised
from bench.worker import Job
from impls.contract import Variant
from impls.registry import VARIANTS
from report.results import Kind
from tests.bench.commands import ROOT
from tests.bench.races import GOOD, children
from tests.bench.unlucky import NOWHERE
from tests.bench.unlucky import VARIANTS as UNLUCKY

JOB: Job = (0, 20, 5, None)
PATIENCE = 20.0
THREE = ("asyncio/workers", "trio/workers", "threads/workers")
TRIES = 30
LATEST = 0.4
"""Seconds after which Ctrl-C comes last; by then three workers have been started."""

INTERRUPTED = """
import bench.conftest
from tests.bench.test_stable import start_three_and_be_interrupted
start_three_and_be_interrupted()
"""
"""With all that a race imports, so with numpy's threads, which take signals."""


@pytest.fixture
def stable() -> Iterator[Stable]:
    """Workers that end with the test, and leave no process."""
    before = children()
    with closing(Stable(None)) as stable:
        yield stable
    assert children() == before


def entrant(variant: Variant) -> Entrant:
    """Enter a variant."""
    return Entrant(variant.name, variant)


def results(worker: Worker) -> list[object] | None:
    """Give the results of a batch of checkpoints."""
    [ran] = worker.run(None, [JOB], PATIENCE).ran
    return ran.unpacked()


def test_a_worker(stable: Stable) -> None:
    """It runs what it is asked for, and the same one does so again."""
    worker = stable.worker(entrant(GOOD))
    assert results(worker) == results(worker) == list(range(20))
    assert stable.worker(entrant(GOOD)) is worker


def test_each_entrant_has_its_own(stable: Stable) -> None:
    """Two entries of one variant are two processes, in which both are the same."""
    before = children()
    twin = Entrant(f"{GOOD.name} (twin)", GOOD)
    for each in (entrant(GOOD), twin):
        assert results(stable.worker(each)) == list(range(20))
    assert len(children() - before) == 2


def test_a_lost_worker_is_gone_and_the_next_is_fresh(stable: Stable) -> None:
    """Its process has ended when `lose` returns; who asks again has another."""
    before, first = children(), stable.worker(entrant(GOOD))
    first.load()
    old = children() - before
    stable.lose(entrant(GOOD))
    assert children() == before
    assert results(stable.worker(entrant(GOOD))) == list(range(20))
    assert not old & children()


def test_losing_who_never_was(stable: Stable) -> None:
    """It is no fault."""
    stable.lose(entrant(GOOD))


@pytest.mark.parametrize("lost", [0, 1, 3])
def test_workers_that_were_never_waited_for_end_too(lost: int, stable: Stable) -> None:
    """Whoever has not yet said who it is, ends all the same, lost or not."""
    three = [entrant(VARIANTS[name]) for name in THREE]
    for each in three:
        stable.worker(each)
    for each in three[:lost]:
        stable.lose(each)


def in_group(number: int) -> set[psutil.Process]:
    """Give the processes of a group that have not ended."""
    found = set()
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == number and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process)
    return found


def test_what_a_worker_started_is_not_left(stable: Stable) -> None:
    """It ends with the worker."""
    before, worker = children(), stable.worker(entrant(UNLUCKY["forks"]))
    assert results(worker) == list(range(20))
    [number] = {os.getpgid(each.pid) for each in children() - before}
    family = in_group(number)
    assert len(family) == 2
    stable.lose(entrant(UNLUCKY["forks"]))
    assert not psutil.wait_procs(family, timeout=5.0)[1]


def test_one_that_dies_and_leaves_a_process(stable: Stable) -> None:
    """It died, although it is silent as if it hung; what it left ends as well."""
    before, worker = children(), stable.worker(entrant(UNLUCKY["forks_and_leaves"]))
    worker.load()
    [process] = children() - before
    with pytest.raises(Out, match=r"^its process ended in the middle$") as caught:
        worker.run(None, [JOB], 1.0)
    assert caught.value.kind is Kind.DIED
    assert in_group(process.pid)
    stable.lose(entrant(UNLUCKY["forks_and_leaves"]))
    assert not psutil.wait_procs(in_group(process.pid), timeout=5.0)[1]


def test_one_that_hangs_while_it_loads(stable: Stable, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up in time, and ends."""
    monkeypatch.setattr("bench.stable.START_PATIENCE", 2.0)
    with pytest.raises(Out, match="no reply for 2 s") as caught:
        stable.worker(entrant(UNLUCKY["never_loads"])).load()
    assert caught.value.kind is Kind.HUNG


def test_one_that_hangs(stable: Stable) -> None:
    """It is given up in time, and ends."""
    worker = stable.worker(entrant(UNLUCKY["hangs"]))
    worker.load()
    with pytest.raises(Out, match="no reply for 0 s") as caught:
        worker.run(None, [JOB], 0.1)
    assert caught.value.kind is Kind.HUNG


def test_one_whose_home_is_not_there(stable: Stable) -> None:
    """It is named as Python names it."""
    with pytest.raises(
        Out, match=r"^ModuleNotFoundError: No module named 'tests\.bench\.nowhere'$"
    ):
        stable.worker(entrant(NOWHERE)).load()


def test_an_interpreter_that_is_not_there(stable: Stable, tmp_path: Path) -> None:
    """One that went away since it was asked costs its entrant's row."""
    gone = Python(f"popen//python={tmp_path / 'python'}", "py3.13")
    with pytest.raises(Out) as caught:
        stable.worker(Entrant("py3.13:gone", GOOD, gone))
    assert caught.value.kind is Kind.FAILED
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_killed_between_two_runs(number: signal.Signals, stable: Stable) -> None:
    """The signal is named."""
    before, worker = children(), stable.worker(entrant(GOOD))
    worker.load()
    [process] = children() - before
    os.kill(process.pid, number)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(Out, match=f"^its process ended .*: killed by {number.name}") as caught:
        results(worker)
    assert caught.value.kind is Kind.DIED


@pytest.mark.parametrize(
    ("traceback", "last"),
    [
        ("Traceback:\n  File\nValueError: it - is |\n", "ValueError: it - is |"),
        ("Traceback:\n  File\nValueError\n\n", "ValueError"),
        ("  | E: g\n  +-+--- 1 ---\n    | ValueError: it\n    +-------------\n", "ValueError: it"),
    ],
)
def test_what_was_raised(traceback: str, last: str) -> None:
    """It is what was raised, without what is drawn around a group."""
    assert raised(traceback) == last


def test_a_far_end_of_another_module() -> None:
    """It serves by that module and that call, and by no other."""
    source = far_end("bench.gatekeeper", "serve(channel, aged=False)")
    compile(source, "far end", "exec")
    assert source.endswith("from bench.gatekeeper import serve\nserve(channel, aged=False)\n")
    assert "bench.worker" not in source


# Ctrl-C.


def start_three_and_be_interrupted() -> None:
    """Start three workers again and again, be interrupted each time later, and expect none left."""
    for each in range(TRIES):
        with suppress(KeyboardInterrupt):
            Timer(LATEST * each / TRIES, os.kill, (os.getpid(), signal.SIGINT)).start()
            with closing(Stable(None)) as stable:
                for name in THREE:
                    stable.worker(entrant(VARIANTS[name]))
                Event().wait()
        assert not children(), f"interrupted after {LATEST * each / TRIES} s"


@pytest.mark.timeout(180)  # thirty times three processes, while other tests run beside it
def test_ctrl_c_at_any_moment() -> None:
    """No process is left, whatever was being started."""
    command = [sys.executable, "-c", INTERRUPTED]
    end = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (end.returncode, end.stderr) == (0, "")


def test_ctrl_c_in_a_shelter() -> None:
    """It takes effect after the block, even where some other thread takes the signal."""
    leave = Event()
    done: list[int] = []

    def in_shelter() -> None:
        with sheltered():
            os.kill(os.getpid(), signal.SIGINT)
            done.extend(range(1000))

    thread = Thread(target=leave.wait)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        in_shelter()
    leave.set()
    thread.join()
    assert done == list(range(1000))
