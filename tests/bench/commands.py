"""Commands that tests run as a person runs them, from the root of the project."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self, cast

import psutil

ROOT = Path(__file__).parents[2]
RACE = (sys.executable, "-m", "pytest", "bench/", "--benchmark-only", "--color=no")
TINY = (
    "--variants",
    "asyncio/workers,asyncio/semaphore",
    "--scenarios",
    "null",
    "--profile",
    "quick",
)
"""The shortest race there is: two entrants and the twin; it takes three seconds."""

PATIENCE = 50.0
"""Seconds for a command to end."""


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    errors: str

    @property
    def said(self) -> str:
        """All that it said."""
        return self.out + self.errors


class Command:
    """A race as it runs, in a session of its own, so that no process of it can hide.

    Attributes:
        process: that was started.
    """

    def __init__(self, *options: str, under: tuple[str, ...] = ()) -> None:
        """Start it."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        self.process = subprocess.Popen(
            [*under, *RACE, "-p", "no:cacheprovider", *options],
            cwd=ROOT,
            env={**clean, "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        """Let it run within this block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all of it, if the test did not get so far."""
        for process in self.processes():
            process.kill()
        self.process.communicate()

    def wait_for(self, words: str) -> None:
        """Read what it says until it says this."""
        says = cast("IO[str]", self.process.stdout)  # a pipe was asked for
        assert any(words in line for line in iter(says.readline, "")), f"it never said {words!r}"

    def end(self) -> Ended:
        """Wait for its end."""
        out, errors = self.process.communicate(timeout=PATIENCE)
        return Ended(self.process.returncode, out, errors)

    def processes(self) -> list[psutil.Process]:
        """Give all processes of its session that still run."""
        return [each for each in psutil.process_iter() if self._owns(each)]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            alive = process.status() != psutil.STATUS_ZOMBIE
            return alive and os.getsid(process.pid) == self.process.pid
        except (ProcessLookupError, psutil.NoSuchProcess):
            return False

    def origin(self) -> psutil.Process:
        """Give the process of its origin."""
        [origin] = [each for each in self._children() if "origin" in each.cmdline()]
        return origin

    def workers(self) -> list[psutil.Process]:
        """Give the processes of its workers."""
        return [each for each in self._children() if "origin" not in each.cmdline()]

    def _children(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.process.pid).children()
        return children


def ended(*options: str, under: tuple[str, ...] = ()) -> Ended:
    """Run a race to its end, and expect that it leaves no process."""
    with Command(*options, under=under) as command:
        end = command.end()
        assert not command.processes()
    return end


def assert_one_line(end: Ended, told: str) -> None:
    """Expect a failure that is told in one line, which begins so after what pytest sets before."""
    assert_no_traceback(end)
    assert end.code not in (0, None), end.said
    lines = [bare(line) for line in end.said.splitlines()]
    assert [line.startswith(told) for line in lines].count(True) == 1, end.said


def bare(line: str) -> str:
    """Take off what pytest sets before and after a message."""
    return line.strip(" !").removeprefix("ERROR: ").removeprefix("_pytest.outcomes.Exit: ")


def assert_no_traceback(end: Ended) -> None:
    """Expect that nothing of what only its authors understand is said."""
    for noise in ("Traceback", "conftest.py", "INTERNALERROR", "Exception in thread"):
        assert noise not in end.said, end.said
