"""The near end of the workers: one process for each entrant, which may hang, die or fail.

Strategy: whatever happens over there becomes one exception here, with a reason in words.  It
costs that worker its life, and nobody else anything; the entrant gets a fresh one when it is
asked for next.
"""

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import execnet
import psutil
from execnet.gateway_base import WorkerPool

from bench.entrants import Entrant
from bench.pythons import UnusablePython
from bench.readings import Spending
from bench.sheltered import sheltered
from bench.starting import gateway, kill
from bench.worker import READY, Job, Ran
from report.results import Kind

FAR_END = """
import os, sys, threading

def end_with_the_race():
    try:
        channel.waitclose()
    finally:
        os._exit(1)

if os.getpgrp() != os.getpid():
    os.setpgid(0, 0)
threading.Thread(target=end_with_the_race, daemon=True).start()
sys.path.insert(0, channel.receive())
from {module} import serve
{call}
"""
"""The far end: in a process group of its own, so that nothing that the variant starts is left.

It ends when the race closes the channel, or is gone, however busy it is: execnet would give it
another fifteen seconds, in which it disturbs the others.
"""

START_PATIENCE = 30.0
"""Seconds for an interpreter to start and import one runtime, on a machine that is busy."""

KILL_PATIENCE = 5.0
"""Seconds for the system to end a process that it was told to."""


KILLED_BY: dict[int | None, str] = {
    **{-each: f": killed by {each.name}" for each in signal.Signals},
    -signal.SIGKILL: ": killed by SIGKILL, as the system does when memory runs out",
}


def far_end(module: str, call: str = "serve(channel)") -> str:
    """Give the source of a far end.

    Args:
        module: has the function `serve`.
        call: of that function, over there.
    """
    return FAR_END.format(module=module, call=call)


class Came(NamedTuple):
    """What came of a run: its batches, and what it took besides time."""

    ran: list[Ran]
    spent: Spending


class Out(Exception):  # noqa: N818 - as in "out of the race"
    """A worker is of no more use; `kind` and the message say what happened."""

    def __init__(self, kind: Kind, why: str) -> None:
        """Say what happened and why."""
        super().__init__(why)
        self.kind = kind


class Worker:
    """One entrant in a process of its own, which runs `remote` over there."""

    remote = far_end("bench.worker")

    def __init__(self, group: execnet.Group, entrant: Entrant, core: int | None) -> None:
        """Start the process on that processor, and let it begin to load the variant.

        Raises:
            Out: its interpreter can't be started.
        """
        self._family: int | None = None
        self._ready = False
        self._here = entrant.python.is_here
        try:
            with gateway(entrant.python, group) as (started, self._process):
                self._channel = started.remote_exec(self.remote)
                self._channel.send(entrant.python.root)
                home, name = entrant.variant.home, entrant.variant.name
                self._channel.send((home, name, core if self._here else None))
        except UnusablePython as error:
            raise Out(Kind.FAILED, str(error)) from None

    def load(self) -> None:
        """Wait until the variant is loaded.

        Raises:
            Out: it hung, died or failed.
        """
        if not self._ready:
            number = self._receive(START_PATIENCE)
            self._family = number if self._here else None
            self._ready = self._receive(START_PATIENCE) == READY

    def run(self, endpoint: tuple[str, int] | None, jobs: list[Job], patience: float) -> Came:
        """Run the jobs in one run of the variant.

        Args:
            endpoint: where the calls go, or None for checkpoints.
            jobs: the batches.
            patience: seconds after which it hangs.

        Raises:
            Out: it hung, died or failed, now or when it was loaded.
        """
        self.load()
        try:
            self._channel.send((endpoint, jobs))
        except OSError:
            raise Out(Kind.DIED, f"its process ended between two rounds{self._killed()}") from None
        ran, spent = self._receive(patience)
        return Came([Ran(*each) for each in ran], spent)

    def _receive(self, patience: float) -> Any:
        try:
            return self._channel.receive(patience)
        except self._channel.TimeoutError:
            if self._is_alive():
                raise Out(Kind.HUNG, f"no reply for {patience:.0f} s") from None
        except self._channel.RemoteError as error:
            raise Out(Kind.FAILED, raised(error.formatted)) from None
        except EOFError:
            pass
        raise Out(Kind.DIED, f"its process ended in the middle{self._killed()}")

    def _is_alive(self) -> bool:
        """Whether it has not ended; one that it started may keep its pipe open, and us waiting."""
        try:
            return bool(self._process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def _killed(self) -> str:
        """Say which signal ended the process, if one did, and it was here."""
        code = None
        if self._here:
            with contextlib.suppress(psutil.TimeoutExpired):
                code = self._process.wait(KILL_PATIENCE)
        return KILLED_BY.get(code, "")

    def kill(self) -> None:
        """End the process and what it started, however deep it is in whatever it does.

        One on another machine ends with the ssh here.  `bury` sees it gone.
        """
        if self._family is None:
            kill(self._process)
            return
        # The dead are a group, too; macOS does not permit to kill one of them alone.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._family, signal.SIGKILL)
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.kill()

    def bury(self) -> None:
        """Wait until the process is gone; one that takes long ends without us."""
        with contextlib.suppress(psutil.TimeoutExpired):
            self._process.wait(KILL_PATIENCE)


def raised(traceback: str) -> str:
    """Give what was raised; in a group the last of it, without the lines that are drawn there."""
    lines = [line.lstrip(" |+-") for line in traceback.splitlines()]
    return [line for line in lines if line][-1]


W = TypeVar("W", bound=Worker)


class StableOf(Generic[W]):
    """The workers of all entrants, all of one kind."""

    kind: type[W]

    def __init__(self, core: int | None) -> None:
        """Keep all workers on that processor; they run one at a time."""
        self._group = execnet.Group()
        self._core = core
        self._workers: dict[str, W] = {}

    def worker(self, entrant: Entrant) -> W:
        """Give the entrant's worker, a fresh one where there is none.

        Raises:
            Out: it can't be started.
        """
        if entrant.name not in self._workers:
            self._workers[entrant.name] = self.kind(self._group, entrant, self._core)
        return self._workers[entrant.name]

    def meanwhile(self, work: Callable[..., None], *args: Any) -> None:
        """Do this in a thread of its own; a wait for a worker ends when that is killed."""
        WorkerPool(self._group.execmodel).spawn(work, *args)

    def lose(self, entrant: Entrant) -> None:
        """Kill the entrant's worker, if it has one."""
        if worker := self._workers.pop(entrant.name, None):
            worker.kill()
            worker.bury()

    def close(self) -> None:
        """End all workers: all are killed before the first is waited for; Ctrl-C waits, too."""
        with sheltered():
            for worker in self._workers.values():
                worker.kill()
            for worker in self._workers.values():
                worker.bury()
            self._group.terminate(timeout=1.0)


class Stable(StableOf[Worker]):
    """The workers of a race."""

    kind = Worker
