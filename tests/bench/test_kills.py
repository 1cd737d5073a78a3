"""SIGKILL in the middle of a race, run from the command line: to a worker, the origin, the race.

Nothing here sleeps: something is killed when the race has said how far it is.
"""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from report.results import Kind, Mishap, Results, read
from tests.bench.commands import (
    ROOT,
    TINY,
    Command,
    Ended,
    assert_no_traceback,
    assert_one_line,
)

NULL = "generation 2 of 5: null, block 1 of 1"
LOOPBACK = "generation 2 of 5: loopback, block 1 of 1"
ON_LOOPBACK = (
    "--variants",
    "asyncio/workers,asyncio/semaphore",
    "--scenarios",
    "loopback",
    "--profile",
    "quick",
)
SECONDS_TO_END = 10.0
"""For processes whose race is gone; a round of theirs takes a tenth of one."""


def results_in(folder: Path) -> Results:
    """Read what the race has left."""
    return read(folder / "results.jsonl")


def assert_reported(folder: Path, end: Ended, why: str) -> None:
    """Expect both pages, which say this."""
    for page in ("index.html", "report.md"):
        assert str(folder / page) in end.out
        assert why in (folder / page).read_text(encoding="utf-8")


def test_a_worker(tmp_path: Path) -> None:
    """Its row says what happened; the others are raced to the end, and reported; its item fails."""
    with Command(*TINY, "--seed", SEED, "--report-into", str(tmp_path)) as command:
        command.wait_for("generation 1 of 5: null, block 1 of 1")
        command.wait_for("generation 2 of 5: warming up for null")
        command.workers()[-1].kill()
        end = command.end()
        assert not command.processes()
    assert end.code == pytest.ExitCode.TESTS_FAILED, end.said
    results = results_in(tmp_path)
    [mishap] = results.mishaps
    assert (mishap.entrant, mishap.course, mishap.kind) == LAST
    assert mishap.why.startswith("its process ended ")
    assert ": killed by SIGKILL, as the system does when memory runs out" in mishap.why
    assert results.cut_short is None
    assert_others_were_raced(results, mishap)
    assert f"{mishap.entrant} died: {mishap.why}" in end.out
    assert "1 failed, 1 passed" in end.out
    assert_no_traceback(end)
    assert_reported(tmp_path, end, "killed by SIGKILL")


SEED, LAST = "10", ("asyncio/semaphore", "null", Kind.DIED)
"""With this seed it starts last in the second generation."""


def assert_others_were_raced(results: Results, mishap: Mishap) -> None:
    """Expect of each entrant all samples but for the one that something befell."""
    counts = {
        each.name: sum(sample.entrant == each.name for sample in results.samples)
        for each in results.race.entrants
    }
    assert counts.pop(mishap.entrant) == mishap.generation
    assert set(counts.values()) == {results.race.generations}


def test_the_origin(tmp_path: Path) -> None:
    """One line says so; what was measured is kept, and reported; nothing is left."""
    with Command(*ON_LOOPBACK, "--report-into", str(tmp_path)) as command:
        command.wait_for(LOOPBACK)
        command.origin().kill()
        end = command.end()
        assert not command.processes()
    assert end.code == pytest.ExitCode.TESTS_FAILED, end.said
    assert_one_line(end, "the origin ended in the middle")
    results = results_in(tmp_path)
    assert (results.ended, results.cut_short) == (True, "the origin ended in the middle")
    assert {each.generation for each in results.samples} >= {0}
    assert_reported(tmp_path, end, "the origin ended in the middle")


def test_the_race(tmp_path: Path) -> None:
    """Workers and origin end by themselves; the report of what it has left says that it was cut."""
    with Command(*TINY, "--report-into", str(tmp_path)) as command:
        command.wait_for(NULL)
        others = [command.origin(), *command.workers()]
        command.process.kill()
        _, alive = psutil.wait_procs(others, timeout=SECONDS_TO_END)
        assert len(others) == 4
        assert not alive
        assert not command.processes()
        assert_no_traceback(command.end())
    results = results_in(tmp_path)
    assert not results.ended
    assert {each.generation for each in results.samples} >= {0}
    report = [sys.executable, "-m", "report", str(tmp_path / "results.jsonl")]
    made = subprocess.run(report, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 1, made.stderr
    assert made.stderr.splitlines() == [f"report: not everything was raced: {results.cut_short}"]
    assert made.stdout.splitlines() == [
        str(tmp_path / name) for name in ("index.html", "report.md")
    ]
    assert str(results.cut_short) in (tmp_path / "report.md").read_text(encoding="utf-8")
