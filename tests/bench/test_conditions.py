"""Under which conditions a race was run, as its results tell it."""

import os
import platform
import resource
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bench import about
from bench import conditions as told
from bench.cores import Cores
from bench.pythons import Python
from report.results import Machine, decode, encode
from tests.bench.races import ANYWHERE, GOOD, OTHER, enter

NEW = Python(
    "popen//python=/opt/new",
    "py3.13",
    describes="3.13.0 (main)",
    build="--with-lto",
    system="Linux-7",
    versions={"trio": "1.2.3"},
)


def test_the_step_of_the_clock() -> None:
    """It is more than nothing, and finer than any round needs."""
    assert 0 < told.step_of_the_clock() < 1e-3


def test_the_step_of_a_coarse_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the smallest step that is seen, however often the clock is read in between."""
    times = iter([(n // 7 * 0.25, n // 14 * 0.25) for n in range(100_000)])
    monkeypatch.setattr(told, "processor_time", lambda: next(times))
    assert told.step_of_the_clock() == 0.25


def test_the_machine() -> None:
    """It has what decides whether its figures can be trusted, and travels in the results."""
    machine = told.machine(Cores(0, 1))
    assert (machine.origin, machine.workers) == (0, 1)
    assert machine.processors == len(os.sched_getaffinity(0))
    assert 0 < machine.clock < 1e-3
    assert machine.load >= 0
    header = enter([GOOD, OTHER], ["null"]).header(ANYWHERE)
    assert isinstance(header.machine, Machine)
    assert decode(encode(header)) == header


@pytest.mark.parametrize(("core", "folder"), [(3, "cpu3"), (None, "cpu0")])
def test_the_governor(
    core: int | None, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is that of the processor which the entrants run on."""
    file = tmp_path / folder / "cpufreq" / "scaling_governor"
    file.parent.mkdir(parents=True)
    file.write_text("powersave\n")
    monkeypatch.setattr(told, "CPUFREQ", tmp_path)
    assert told.governor(core) == "powersave"
    assert told.governor(4) is None


def test_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the process are told, and those of its group where the system has some."""
    monkeypatch.setattr(told, "CGROUP", tmp_path)
    (tmp_path / "cpu.max").write_text("max 100000\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert told.limits() == {
        "limit on open files": f"{soft} of {hard}",
        "limit on processor time": "max 100000",
    }


def test_the_versions() -> None:
    """Every package that takes part is told by its distribution; what is not here is left out."""
    assert about.versions(["trio", "pytest_benchmark", "no_such_module", "sys"]) == {
        "pytest-benchmark": version("pytest-benchmark"),
        "trio": version("trio"),
    }


def test_the_conditions() -> None:
    """They tell the Python with its build, the system, the commit, and who took part."""
    conditions = told.conditions([], ["trio"])
    assert sys.version.split()[0] in conditions["Python"]
    assert conditions["Python's build"]
    assert conditions["system"] == platform.platform()
    assert conditions["trio"] == version("trio")
    assert conditions["execnet"] == version("execnet")
    assert "curio" not in conditions
    assert conditions["commit"]
    assert conditions["processor"]
    assert all(isinstance(text, str) for text in conditions.values())


def test_the_conditions_of_an_interpreter_that_was_named() -> None:
    """Whatever it said of itself stands there by its label."""
    before, after = told.conditions([], []), told.conditions([NEW], [])
    of = {name: text for name, text in after.items() if name not in before}
    assert of == {
        "py3.13": "3.13.0 (main)",
        "py3.13, how it is started": "popen//python=/opt/new",
        "py3.13, its build": "--with-lto",
        "py3.13, its system": "Linux-7",
        "py3.13, trio": "1.2.3",
    }


def test_the_commit_where_there_is_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs an unpacked archive is told so, instead of an error."""
    monkeypatch.setattr(told, "__file__", str(tmp_path / "conditions.py"))
    assert told.commit() == "unknown: not a git repository"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert told.commit() == "unknown: git is not here"
