"""The near end of the workers: one process for each variant, which may hang, die or fail.

Strategy: whatever happens over there becomes one exception here, with a reason in words.  It
costs that worker its life, and nobody else anything; the variant gets a fresh one when it is
asked for next.
"""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import execnet
import psutil

from bench.worker import READY, Job, Ran
from impls.contract import Variant
from report.results import Kind

ROOT = Path(__file__).parents[1]
REMOTE = """
import sys
sys.path.insert(0, channel.receive())
from bench.worker import serve
serve(channel)
"""
START_PATIENCE = 30.0
"""Seconds for an interpreter to start and import one runtime, on a machine that is busy."""


KILL_PATIENCE = 5.0
"""Seconds for the system to end a process that it was told to."""


class Out(Exception):  # noqa: N818 - as in "out of the race"
    """A worker is of no more use; `kind` and the message say what happened."""

    def __init__(self, kind: Kind, why: str) -> None:
        """Say what happened and why."""
        super().__init__(why)
        self.kind = kind


@contextlib.contextmanager
def sheltered() -> Iterator[None]:
    """Start processes that Ctrl-C never reaches, not even while they start: it is the race's."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Worker:
    """One variant in a process of its own, which runs `remote` over there."""

    remote = REMOTE

    def __init__(self, group: execnet.Group, variant: Variant, core: int | None) -> None:
        """Start the process on that processor, and let it begin to load the variant."""
        with sheltered():
            gateway = group.makegateway("popen//execmodel=main_thread_only")
        self._channel = gateway.remote_exec(self.remote)
        self._channel.send(str(ROOT))
        self._channel.send((variant.home, variant.name, core))
        self._process: psutil.Process | None = None
        self._ready = False

    def run(self, endpoint: tuple[str, int] | None, jobs: list[Job], patience: float) -> list[Ran]:
        """Run the jobs in one run of the variant.

        Args:
            endpoint: where the calls go, or None for checkpoints.
            jobs: the batches.
            patience: seconds after which it hangs.

        Raises:
            Out: it hung, died or failed, now or when it was loaded.
        """
        if not self._ready:
            self._load()
        try:
            self._channel.send((endpoint, jobs))
        except OSError:
            raise Out(Kind.DIED, "its process ended between two rounds") from None
        ran: list[Ran] = self._receive(patience)
        return ran

    def _load(self) -> None:
        self._process = psutil.Process(self._receive(START_PATIENCE))
        self._ready = self._receive(START_PATIENCE) == READY

    def _receive(self, patience: float) -> Any:
        try:
            return self._channel.receive(patience)
        except self._channel.TimeoutError:
            raise Out(Kind.HUNG, f"no reply for {patience:.0f} s") from None
        except self._channel.RemoteError as error:
            raise Out(Kind.FAILED, error.formatted.strip().splitlines()[-1]) from None
        except EOFError:
            raise Out(Kind.DIED, "its process ended in the middle") from None

    def kill(self) -> None:
        """End the process, however deep it is in whatever it does, and see it gone."""
        if self._process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                self._process.kill()
                self._process.wait(KILL_PATIENCE)


class Stable:
    """The workers of all variants, all of one kind."""

    kind = Worker

    def __init__(self, core: int | None) -> None:
        """Keep all workers on that processor; they run one at a time."""
        self._group = execnet.Group()
        self._core = core
        self._workers: dict[str, Worker] = {}

    def worker(self, variant: Variant) -> Worker:
        """Give the variant's worker, a fresh one where there is none."""
        if variant.name not in self._workers:
            self._workers[variant.name] = self.kind(self._group, variant, self._core)
        return self._workers[variant.name]

    def lose(self, variant: Variant) -> None:
        """Kill the variant's worker."""
        self._workers.pop(variant.name).kill()

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.kill()
        self._group.terminate(timeout=1.0)
