"""Variants that something befalls, in a process of their own."""

import os
import signal
import threading
from collections.abc import Sequence
from functools import partial

from impls import on_asyncio
from impls.contract import Batch, Endpoint, Finished, Run, Variant


def dies(endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
    """Be killed, as the system does it to who takes too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def hangs(endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
    """Wait for what never comes."""
    threading.Event().wait()
    return []


def raises(endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
    """Fail before the first call."""
    raise RuntimeError("no such luck")


def prints(endpoint: Endpoint | None, batches: Sequence[Batch]) -> list[Finished]:
    """Do as it should, and write rubbish to where the race listens."""
    print("rubbish", flush=True)
    os.write(1, b"\0\xff more rubbish\n")
    return on_asyncio.run(endpoint, batches, strategy=on_asyncio.workers)


RUNS: dict[str, Run] = {run.__name__: run for run in (dies, hangs, raises, prints)}
VARIANTS = {
    name: Variant(name, (), partial(RUNS.__getitem__, name), home=__name__) for name in RUNS
}
