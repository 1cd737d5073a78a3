"""`pytest bench/ --benchmark-only`, as a person runs it from the root of the project.

Nothing here sleeps: a race is interrupted when it has said how far it is.
"""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bench.records import claim, previous
from bench.scenarios import PROFILES, SCENARIOS
from impls.registry import VARIANTS, choose
from report.results import Results, read
from tests.bench.commands import (
    PATIENCE,
    RACE,
    ROOT,
    TINY,
    Command,
    Ended,
    assert_no_traceback,
    assert_one_line,
    ended,
)

ALL = ("--scenarios", "null", "--profile", "standard")
OF_ALL = PROFILES["standard"]
SECOND_BLOCK = f": null, block 2 of {OF_ALL.blocks['null']}"
FEW_FILES = ("sh", "-c", 'ulimit -n 100; exec "$@"', "sh")
SMALL_FILES = ("bash", "-c", 'ulimit -f {}; exec "$@"', "bash")
"""Ends files after so many KiB, as a disk that is full."""

SECONDS_TO_STOP = 14.0
"""After Ctrl-C: two on a machine that is not busy; one that waited in vain for a process: 15."""

PAGES = ("index.html", "report.md")


# What is refused.


@pytest.mark.parametrize("patterns", ["twisted/*", "asyncio/workers,twisted/*"])
def test_an_unknown_variant(patterns: str) -> None:
    """It is named, and so are all that there are."""
    end = ended("--variants", patterns)
    assert_one_line(end, "no variant matches 'twisted/*'; there are:")
    said = end.errors.split("\n\n")[0]
    assert [line.strip() for line in said.splitlines()[1:]] == list(VARIANTS)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--scenarios", "null,moonlight"),
            f"no scenario is called 'moonlight'; there are: {', '.join(SCENARIOS)}",
        ),
        (
            ("--profile", "endless"),
            "python -m pytest: error: argument --profile: invalid choice: 'endless' (choose from "
            + ", ".join(map(repr, PROFILES)),
        ),
        (
            ("--until", "soon"),
            "python -m pytest: error: argument --until: 'soon' is no margin; one is written as 5%",
        ),
        (
            ("--time-limit", "soon"),
            "python -m pytest: error: argument --time-limit: 'soon' is no time; one is written ",
        ),
        (("--python", "/nowhere/python"), "--python /nowhere/python: no such interpreter; give"),
        (
            ("--variants", "asyncio/workers"),
            "a race needs two entrants, and asyncio/workers is alone; choose more of them",
        ),
        (
            ("--origin-address", "0.0.0.0"),  # noqa: S104 - as a person would try it
            "--origin-address 0.0.0.0: workers can't connect to that; give one address of this ",
        ),
        (
            ("--python", "ssh=moon//python=/usr/bin/python3//chdir=/house"),
            "workers on moon can't find an origin on the loopback of this machine; give its ",
        ),
        (
            (*TINY, "--origin-address", "nobody.invalid"),
            "the origin did not start: cannot listen at nobody.invalid: ",
        ),
        (("-n", "2"), "a race can't be shared out among processes; leave -n"),
        (
            (*TINY, "-k", "semaphore"),
            "a race needs two entrants, and asyncio/semaphore is alone; choose more of them",
        ),
    ],
)
def test_what_can_not_be_raced(options: tuple[str, ...], told: str, tmp_path: Path) -> None:
    """One line says what is wrong with it and what there is; nothing is raced."""
    into = tmp_path / "report"
    assert_one_line(ended(*options, "--report-into", str(into)), told)
    assert not into.exists()


def test_no_benchmarks() -> None:
    """A pytest that has been told to do without pytest-benchmark is refused in one line."""
    command = [sys.executable, "-m", "pytest", "bench/", "-p", "no:benchmark"]
    code, out, errors = run(*command)
    assert_one_line(Ended(code, out, errors), "pytest-benchmark shows the race; leave -p no:")


def run(*command: str) -> tuple[int, str, str]:
    """Run a command to its end; give its exit code, and what it said on either stream."""
    end = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return end.returncode, end.stdout, end.stderr


def test_a_folder_into_which_another_race_writes(tmp_path: Path) -> None:
    """One line says what to do, and what the other has written stays."""
    path = tmp_path / "results.jsonl"
    path.write_text("something", encoding="utf-8")
    with claim(path):
        end = ended(*TINY, "--report-into", str(tmp_path))
    assert_one_line(end, f"another race writes into {tmp_path}; wait for it or name another")
    assert end.code == pytest.ExitCode.TESTS_FAILED
    assert path.read_text(encoding="utf-8") == "something"
    assert list(tmp_path.iterdir()) == [path]


def test_too_few_open_files(tmp_path: Path) -> None:
    """One line says what the limit is, what is needed, and how to raise it; nothing is raced."""
    into = tmp_path / "report"
    end = ended(*TINY, "--report-into", str(into), under=FEW_FILES)
    needs = "the limit on open files is 100 and the race needs 280; raise it with: ulimit -n 280"
    assert_one_line(end, needs)
    assert not into.exists()


def test_a_folder_that_can_not_be(tmp_path: Path) -> None:
    """Where results can't be written, one line says which folder that is."""
    file = tmp_path / "file"
    file.touch()
    end = ended(*TINY, "--report-into", str(file / "into"))
    assert_one_line(end, f"Not a directory: {file / 'into'}")


def test_too_little_time(tmp_path: Path) -> None:
    """A time that does not hold one generation ends the race at once, and the file says why."""
    end = ended(*TINY, "--time-limit", "0.1s", "--report-into", str(tmp_path))
    why = "the time was up within the first generation: 0.1 s are too few for one; "
    assert_one_line(end, why + "allow more, or choose fewer entrants")
    results = read(tmp_path / "results.jsonl")
    assert str(results.cut_short).startswith(why)
    assert not results.samples


def test_a_disk_that_fills(tmp_path: Path) -> None:
    """One line says that the results take no more, and what they took is kept."""
    options = (*TINY, "--report-into", str(tmp_path))
    end = ended(*options, under=limited_to(3))
    assert_one_line(end, f"File too large: {tmp_path / 'results.jsonl'}")
    results = read(tmp_path / "results.jsonl")
    assert str(results.cut_short).startswith("the file is cut off in line ")
    assert results.samples


def test_a_disk_that_has_no_room_for_the_report(tmp_path: Path) -> None:
    """One line says so and how to make it, the race has failed, and all samples are kept."""
    end = ended(*TINY, "--report-into", str(tmp_path), under=limited_to(12))
    results = tmp_path / "results.jsonl"
    assert_one_line(end, "no report: ")
    assert f"make it with: .venv/bin/python -m report {results}" in end.out
    assert end.code == pytest.ExitCode.TESTS_FAILED
    assert read(results).cut_short is None


def limited_to(kibibytes: int) -> tuple[str, ...]:
    """Give what runs a command whose files have no more than this."""
    return tuple(part.format(kibibytes) if "ulimit" in part else part for part in SMALL_FILES)


def test_help() -> None:
    """It lists what chooses the race, with the choices."""
    code, out, _ = ended("--help")
    assert code == 0
    race = " ".join(out.partition("\nrace:\n")[2].partition("\n\n")[0].split())
    options = (
        *("--profile", "--until", "--time-limit", "--python", "--origin-address"),
        *("--variants", "--scenarios", "--seed", "--report-into"),
    )
    assert [option for option in options if option not in race] == []
    assert "{" + ",".join(PROFILES) + "}" in race
    assert ",".join(SCENARIOS) in race


# What is raced.


def test_a_tiny_race(tmp_path: Path) -> None:
    """It ends well, says last where the report is, shows its own rounds, and leaves nothing."""
    into, figures = tmp_path / "some" / "folder", tmp_path / "figures.json"
    options = ("--report-into", str(into), f"--benchmark-json={figures}", "--seed", "7")
    end = ended(*TINY, *options)
    assert end.code == 0, end.said
    assert end.out.splitlines()[-3:-1] == [str(into / name) for name in PAGES]
    assert "2 passed" in end.out.splitlines()[-1]
    results = read(into / "results.jsonl")
    assert (results.race.seed, results.cut_short, results.mishaps) == (7, None, [])
    assert len(results.samples) == 3 * PROFILES["quick"].generations
    assert shown(figures) == {
        f"test_race[null-{name}]": pytest.approx(rounds_of(results, name))
        for name in ("asyncio/workers", "asyncio/semaphore")
    }
    assert "asyncio/workers" in (into / "index.html").read_text(encoding="utf-8")


def test_a_race_beside_tests(tmp_path: Path) -> None:
    """Only the race's own items enter it, also where pytest keeps no output to itself.

    The results of the race before it are kept until the next.
    """
    path, earlier = tmp_path / "results.jsonl", b'{"type":"sample","of":"an earlier version"}'
    path.write_bytes(earlier)
    end = ended(*TINY, "tests/test_layers.py", "-p", "no:capture", "--report-into", str(tmp_path))
    assert end.code == 0, end.said
    assert str(tmp_path / "report.md") in end.out
    assert len(read(path).samples) == 3 * PROFILES["quick"].generations
    assert previous(path).read_bytes() == earlier


def test_nobody_reads_on(tmp_path: Path) -> None:
    """A race whose output went into `head` is raced to its end, silently, and reported."""
    with Command(*TINY, "--report-into", str(tmp_path)) as command:
        command.wait_for("generation 1 of")
        assert command.process.stdout
        command.process.stdout.close()
        command.process.stdout = None  # or it would be read to its end
        _, errors = command.process.communicate(timeout=PATIENCE)
        assert not command.processes()
    assert errors == ""
    assert read(tmp_path / "results.jsonl").cut_short is None
    assert all((tmp_path / page).exists() for page in PAGES)


def shown(figures: Path) -> dict[str, list[float]]:
    """Give the rounds that pytest-benchmark shows of each item, in seconds."""
    benchmarks = json.loads(figures.read_text(encoding="utf-8"))["benchmarks"]
    return {each["name"]: each["stats"]["data"] for each in benchmarks}


def rounds_of(results: Results, entrant: str) -> list[float]:
    """Give the CPU time of a call in each of an entrant's rounds, in seconds."""
    return [each.cpu / each.calls for each in results.samples if each.entrant == entrant]


def test_a_time_limit(tmp_path: Path) -> None:
    """No generation begins that would end too late; the report says that it is not all."""
    end = ended(
        *TINY, "--profile", "thorough", "--time-limit", "12s", "--report-into", str(tmp_path)
    )
    assert end.code == 0, end.said
    results = read(tmp_path / "results.jsonl")
    done = max(each.generation for each in results.samples) + 1
    of = PROFILES["thorough"].generations
    assert results.cut_short == f"the time was up after {done} of {of} generations"
    assert f"not everything was raced: {results.cut_short}" in end.out


# Ctrl-C.


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("moment", "kept"),
    [(f" 1 of {OF_ALL.generations}: qualifying", False), (SECOND_BLOCK, True)],
)
def test_ctrl_c(moment: str, kept: bool, tmp_path: Path) -> None:
    """It ends a race of all in seconds, keeps and reports what was measured, leaves nothing."""
    with Command(*ALL, "--report-into", str(tmp_path)) as command:
        command.wait_for(moment)
        assert len(command.workers()) == 1 + len(choose(["main"]))
        began = time.monotonic()
        os.killpg(command.process.pid, signal.SIGINT)  # as a terminal does: to all who share it
        end = command.end()
        assert time.monotonic() - began < SECONDS_TO_STOP
        assert not command.processes()
    assert end.code == pytest.ExitCode.INTERRUPTED, end.said
    assert_no_traceback(end)
    assert_interrupted(tmp_path, kept=kept)
    assert all(str(tmp_path / page) in end.out for page in PAGES)


def test_ctrl_c_before_the_race(tmp_path: Path) -> None:
    """While the rules are put to the entrants nothing is raced yet, and what was there stays."""
    (tmp_path / "index.html").write_text("of an earlier race")
    with Command(*ALL, "--report-into", str(tmp_path)) as command:
        command.wait_for("before the race: the rules")
        os.killpg(command.process.pid, signal.SIGINT)
        end = command.end()
        assert not command.processes()
    assert end.code == pytest.ExitCode.INTERRUPTED, end.said
    assert_no_traceback(end)
    assert f"nothing was raced, and nothing written into {tmp_path}" in end.out
    assert (tmp_path / "index.html").read_text() == "of an earlier race"


def test_ctrl_c_within_a_library(tmp_path: Path) -> None:
    """What it kept from being closed is told to nobody."""
    end = ended("-p", "tests.bench.struck", *TINY, "--report-into", str(tmp_path))
    assert end.code == pytest.ExitCode.INTERRUPTED, end.said
    assert_no_traceback(end)


@pytest.mark.timeout(180)
def test_ctrl_c_in_a_terminal(tmp_path: Path) -> None:
    """Typed while the picture is drawn it does the same, and the cursor is back."""
    command = [*RACE, "-p", "no:cacheprovider", *ALL, "--report-into", str(tmp_path)]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execv(command[0], command)  # noqa: S606 - a shell would stand between us and the race
    assert read_until(terminal, SECOND_BLOCK)
    workers = psutil.Process(child).children(recursive=True)
    began = time.monotonic()
    os.write(terminal, b"\x03")
    said = read_until(terminal, "")
    _, status = os.waitpid(child, 0)
    assert time.monotonic() - began < SECONDS_TO_STOP
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == pytest.ExitCode.INTERRUPTED, said
    assert not psutil.wait_procs(workers, timeout=1.0)[1]
    assert said.rindex(SHOW_CURSOR) > said.rfind(HIDE_CURSOR)
    assert "Traceback" not in said
    assert_interrupted(tmp_path, kept=True)


HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def read_until(terminal: int, words: str) -> str:
    """Read what is drawn until these words stand there, or without any until all has ended."""
    said = ""
    while not words or words not in ESCAPES.sub("", said):
        try:
            said += os.read(terminal, 65_536).decode(errors="replace")
        except OSError:  # Linux says so when nobody has the terminal any more
            assert not words, said
            break
    return said


def assert_interrupted(folder: Path, *, kept: bool) -> None:
    """Expect results and pages of a race that stopped where it was, far from its end."""
    results = read(folder / "results.jsonl")
    assert (results.ended, results.cut_short) == (True, "the race was interrupted")
    assert bool(results.samples) is kept
    assert not results.mishaps
    assert {each.generation for each in results.samples} <= {0, 1}
    for page in PAGES:
        assert "the race was interrupted" in (folder / page).read_text(encoding="utf-8")
