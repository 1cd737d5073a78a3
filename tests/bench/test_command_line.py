"""`pytest bench/ --benchmark-only`, as a person runs it from the root of the project.

Nothing here sleeps: a race is interrupted when it has said how far it is.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import psutil
import pytest

from bench.scenarios import PROFILES, SCENARIOS
from impls.registry import VARIANTS
from report.results import Results, read

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "pytest", "bench/", "--benchmark-only", "--color=no")
TINY = ("--variants", "asyncio/workers", "--scenarios", "null", "--profile", "quick")
LONG = ("--variants", "*/workers", "--scenarios", "null,loopback", "--profile", "standard")
FEW_FILES = ("sh", "-c", 'ulimit -n 100; exec "$@"', "sh")
PATIENCE = 50.0
"""Seconds for a command to end; a tiny race takes three."""


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
    """A race as it runs, in a session of its own, so that no process of it can hide."""

    def __init__(self, *options: str, under: tuple[str, ...] = ()) -> None:
        """Start it."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        self.process = subprocess.Popen(
            [*under, *COMMAND, "-p", "no:cacheprovider", *options],
            cwd=ROOT,
            env={**clean, "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

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

    def kill(self) -> None:
        """End all of it, if a test did not get so far."""
        for process in self.processes():
            process.kill()
        self.process.communicate()


@pytest.fixture
def commands() -> Iterator[list[Command]]:
    """What was started, and ends with the test."""
    started: list[Command] = []
    yield started
    for command in started:
        command.kill()


def start(commands: list[Command], *options: str, under: tuple[str, ...] = ()) -> Command:
    """Start a command that ends with the test."""
    command = Command(*options, under=under)
    commands.append(command)
    return command


def assert_one_message(ended: Ended, first: str) -> str:
    """Expect a failure that is one message and no traceback; give that message."""
    assert ended.code not in (0, None), ended.said
    for noise in ("Traceback", "conftest.py", "INTERNALERROR", ".py:"):
        assert noise not in ended.said, ended.said
    assert ended.said.count(first) == 1, ended.said
    return ended.said[ended.said.index(first) :]


# What is refused.


@pytest.mark.parametrize("patterns", ["twisted/*", "asyncio/workers,twisted/*"])
def test_an_unknown_variant(patterns: str, commands: list[Command]) -> None:
    """It is named, and so are all that there are."""
    ended = start(commands, "--variants", patterns).end()
    said = assert_one_message(ended, "no variant matches 'twisted/*'; there are:")
    assert [line.strip() for line in said.split("\n\n")[0].splitlines()[1:]] == list(VARIANTS)


def test_an_unknown_scenario(commands: list[Command]) -> None:
    """It is named in one line, and so are all that there are."""
    ended = start(commands, "--scenarios", "null,moonlight").end()
    said = assert_one_message(ended, "no scenario is called 'moonlight'; there are: ")
    assert said.splitlines()[0].endswith(": " + ", ".join(SCENARIOS))


def test_an_unknown_profile(commands: list[Command]) -> None:
    """It is named in one line, and so are all that there are."""
    ended = start(commands, "--profile", "endless").end()
    said = assert_one_message(ended, "argument --profile: invalid choice: 'endless'")
    assert all(name in said.splitlines()[0] for name in PROFILES)


def test_too_few_open_files(tmp_path: Path, commands: list[Command]) -> None:
    """One line says what the limit is, what is needed, and how to raise it; nothing is raced."""
    into = tmp_path / "report"
    ended = start(commands, *TINY, "--report-into", str(into), under=FEW_FILES).end()
    said = assert_one_message(ended, "the limit on open files is 100 and the race needs 264; ")
    assert "raise it with: ulimit -n 264" in said.splitlines()[0]
    assert not into.exists()


def test_a_folder_that_cannot_be(tmp_path: Path, commands: list[Command]) -> None:
    """Where results can't be written, one line says which folder that is."""
    file = tmp_path / "file"
    file.touch()
    ended = start(commands, *TINY, "--report-into", str(file / "into")).end()
    said = assert_one_message(ended, "Not a directory: ")
    assert str(file / "into") in said.splitlines()[0]


def test_help(commands: list[Command]) -> None:
    """It lists what chooses the race, with the choices."""
    code, out, _ = start(commands, "--help").end()
    assert code == 0
    race = " ".join(out.partition("\nrace:\n")[2].partition("\n\n")[0].split())
    options = ("--profile", "--variants", "--scenarios", "--seed", "--report-into")
    assert [option for option in options if option not in race] == []
    assert "{" + ",".join(PROFILES) + "}" in race
    assert ",".join(SCENARIOS) in race


# What is raced.


def test_a_tiny_race(tmp_path: Path, commands: list[Command]) -> None:
    """It ends well, says last where the report is, shows its own rounds, and leaves nothing."""
    into, figures = tmp_path / "some" / "folder", tmp_path / "figures.json"
    options = ("--report-into", str(into), f"--benchmark-json={figures}", "--seed", "7")
    command = start(commands, *TINY, *options)
    ended = command.end()
    assert ended.code == 0, ended.said
    assert not command.processes()
    pages = [str(into / name) for name in ("index.html", "report.md")]
    assert ended.out.splitlines()[-3:-1] == pages
    assert "1 passed" in ended.out.splitlines()[-1]
    results = read(into / "results.jsonl")
    assert (results.race.seed, results.cut_short, results.mishaps) == (7, None, [])
    assert shown(figures) == pytest.approx([each.cpu / each.calls for each in results.samples])
    assert len(results.samples) == PROFILES["quick"].blocks["null"]
    assert "asyncio/workers" in (into / "index.html").read_text(encoding="utf-8")


def shown(figures: Path) -> list[float]:
    """Give the rounds that pytest-benchmark shows, in seconds."""
    [benchmark] = json.loads(figures.read_text(encoding="utf-8"))["benchmarks"]
    rounds: list[float] = benchmark["stats"]["data"]
    return rounds


@pytest.mark.parametrize(
    ("moment", "kept"), [(" rounds  qualifying", False), (" rounds  null, block 2 of ", True)]
)
def test_ctrl_c(moment: str, kept: bool, tmp_path: Path, commands: list[Command]) -> None:
    """It ends the race in seconds, keeps what was measured, reports it as such, leaves nothing."""
    command = start(commands, *LONG, "--report-into", str(tmp_path))
    command.wait_for(moment)
    assert len(command.processes()) > 2
    began = time.monotonic()
    os.killpg(command.process.pid, signal.SIGINT)  # as a terminal does: to all who share it
    ended = command.end()
    assert time.monotonic() - began < 10.0
    assert ended.code == pytest.ExitCode.INTERRUPTED, ended.said
    assert "Traceback" not in ended.said
    assert not command.processes()
    results = read(tmp_path / "results.jsonl")
    assert (results.ended, results.cut_short) == (True, "the race was interrupted")
    assert bool(results.samples) is kept
    assert_no_late_sample(results)
    for page in ("index.html", "report.md"):
        assert str(tmp_path / page) in ended.out
        assert "the race was interrupted" in (tmp_path / page).read_text(encoding="utf-8")


def assert_no_late_sample(results: Results) -> None:
    """Expect that the race stopped where it was, far from its end."""
    assert len(results.samples) < sum(results.race.blocks.values()) * len(results.race.entrants) / 2
    assert not results.mishaps
