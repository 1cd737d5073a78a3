"""Variants that something befalls, or that do something odd, in a process of their own."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import outcome

from impls import on_asyncio
from impls.contract import Batch, Call, Endpoint, Finished, Run, Variant

DOOR = "UNLUCKY_DOOR"
"""The variable of the environment that says where `asks_leave` knocks."""

LATE = 0.05
"""Seconds that `takes_its_time` takes before its first batch, and again after its last."""

MUCH = 30_000_000
"""Bytes that `allocates` holds for a moment."""

LEFT_OPEN = 3
"""Descriptors that `leaves_open` leaves open in each run."""

RUNS: dict[str, Run] = {}
held: list[int] = []


def run(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as a variant should."""
    return on_asyncio.run(endpoint, batches, strategy=on_asyncio.workers)


def unlucky(way_in: Run) -> Run:
    """Enter a way in, by its name."""
    RUNS[way_in.__name__] = way_in  # type: ignore[attr-defined]  # all of them are functions
    return way_in


# What ends a process, or a run.


@unlucky
def dies(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Be killed, as the system does it to who takes too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return []


@unlucky
def crashes(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Be ended as by a fault in an extension module."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return []


@unlucky
def leaves(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """End the process with no word of why."""
    os._exit(3)


@unlucky
def exits(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Ask the interpreter to end."""
    raise SystemExit(3)


@unlucky
def hangs(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Wait for what never comes."""
    threading.Event().wait()
    return []


@unlucky
def spins(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Be busy with what never ends."""
    while True:
        pass


@unlucky
def forks_and_leaves(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """End with no word of why, and leave a process that holds all pipes open."""
    fork()
    return leaves(endpoint, batches)


@unlucky
def forks(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as it should, and leave a process that holds all pipes open."""
    fork()
    return run(endpoint, batches)


def fork() -> None:
    """Start a process that never ends."""
    if os.fork() == 0:
        while True:
            signal.pause()


@unlucky
def raises(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Fail before the first call."""
    raise RuntimeError("no such luck")


@unlucky
def raises_a_group(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Fail as a nursery does."""
    raise ExceptionGroup("in a nursery", [ValueError("a stone"), RuntimeError("no such luck")])


@unlucky
def raises_eof(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Fail as asyncio's streams do: its IncompleteReadError is an EOFError."""
    raise EOFError("no such luck")


# What gives too little, or nonsense.


@unlucky
def stops_short(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Leave out the last batch."""
    return run(endpoint, batches)[:-1]


@unlucky
def gives_nothing(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Give no batch at all."""
    run(endpoint, batches)
    return []


def each_as(change: Callable[[Finished], Finished]) -> Run:
    """Do as one should, and give each batch otherwise than it was."""

    def changed(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
        return [change(finished) for finished in run(endpoint, batches)]

    return changed


def with_results(results: Any) -> Run:
    """Give these as the results of each batch."""
    return each_as(lambda finished: replace(finished, outcome=outcome.Value(results)))


def with_times(**times: Any) -> Run:
    """Give these as the times of each batch."""
    return each_as(lambda finished: replace(finished, **times))


RUNS |= {
    "gives_a_number": with_results(5),
    "gives_a_mapping": with_results({str(place): place for place in range(1000)}),
    "gives_none": with_results(None),
    "takes_no_time": with_times(wall=0.0),
    "takes_no_processor_time": with_times(user=0.0, system=0.0),
    "takes_less_than_no_time": with_times(wall=-1.0),
    "takes_no_number": with_times(wall=float("nan")),
    "tells_time_in_words": with_times(wall="a while"),
    "began_long_ago": with_times(began=0.0),
}


# What harms nobody.


@unlucky
def prints(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as it should, and write rubbish to where the race listens."""
    print("rubbish", flush=True)
    os.write(1, b"\0\xff more rubbish\n")
    return run(endpoint, batches)


@unlucky
def shouts(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Write rubbish into every pipe that it finds, that of its reply too."""
    for descriptor in list(Path("/dev/fd").iterdir()):
        try:
            if descriptor.is_fifo():
                os.write(int(descriptor.name), b"\xff rubbish\n")
        except OSError:  # the one that listed them, and those that are for reading
            continue
    return run(endpoint, batches)


@unlucky
def takes_its_time(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as it should, with something to do before and after."""
    spin()
    finished = run(endpoint, batches)
    spin()
    return finished


def spin() -> None:
    """Be at work for a while."""
    until = time.perf_counter() + LATE
    while time.perf_counter() < until:
        pass


@unlucky
def allocates(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as it should, and hold much memory for a moment, if there are batches enough."""
    if len(batches) > 1:
        bytearray(b"x") * MUCH
    return run(endpoint, batches)


@unlucky
def leaves_open(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as it should, and leave files open."""
    held.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(LEFT_OPEN))
    return run(endpoint, batches)


@unlucky
def asks_leave(endpoint: Endpoint | Call | None, batches: Sequence[Batch]) -> list[Finished]:
    """Knock and say who it is, and go on when it is let in."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(os.environ[DOOR])
        door.sendall(str(os.getpid()).encode())
        door.recv(1)
    return run(endpoint, batches)


def never_loads() -> Run:
    """Hang where a variant imports what it needs."""
    threading.Event().wait()
    return run


VARIANTS = {
    name: Variant(name, (), partial(RUNS.__getitem__, name), home=__name__) for name in RUNS
}
VARIANTS["never_loads"] = Variant("never_loads", (), never_loads, home=__name__)
NOWHERE = Variant("nowhere", (), never_loads, home="tests.bench.nowhere")
"""Its home is not there."""
