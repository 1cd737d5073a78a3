"""The self-test's command line: what it records, judges, writes and refuses."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from bench.selftest.__main__ import main, parsed
from bench.selftest.kinds import KINDS
from report import method
from tests.bench.commands import ROOT
from tests.bench.selftest.recordings import SIZE, Recording, self_test, written


def test_a_recording_is_judged_again(
    recording: Recording,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without racing: the table; the reference file takes neither a part nor the short form."""
    monkeypatch.setattr("bench.selftest.__main__.SHORT", SIZE)
    folder = written(tmp_path / "recording", [recording(seed) for seed in range(5)])
    about = self_test("quiet, load average 0.10 before")
    (folder / "about.jsonl").write_bytes(msgspec.json.encode(about))
    into = tmp_path / "selftest.jsonl"
    assert main(["--from", str(folder), "--into", str(into), "alarms", "cost"]) == 0
    assert not into.exists()
    assert main(["--from", str(folder), "--into", str(into), "--short"]) == 0
    assert not into.exists()
    out = capsys.readouterr().out
    assert "false alarms" in out
    assert "short form" in out
    assert f"kept in: {folder}" in out


def test_a_complete_self_test_is_written(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the conditions of the recording, and a trial for each kind."""
    monkeypatch.setattr("bench.selftest.__main__.FULL", SIZE)
    folder = written(tmp_path / "recording", [recording(seed) for seed in range(5)])
    about = self_test("both cores busy", "then")
    (folder / "about.jsonl").write_bytes(msgspec.json.encode(about))
    into = tmp_path / "selftest.jsonl"
    assert main(["--from", str(folder), "--into", str(into)]) == 0
    [found] = method.read(into)
    assert (found.made, found.load) == ("then", "both cores busy")
    kinds = [trial.what.split(":")[0] for trial in found.trials]
    assert kinds == [
        "false alarms",
        "false alarms among others that differ",
        "power",
        "power",
        "coverage",
        "cost of measuring",
    ]


def test_nothing_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that says so, and 1."""
    assert main(["--from", str(tmp_path), "alarms"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("selftest: ")
    assert "holds no race; make some with: make selftest" in error
    assert error.count("\n") == 1


def test_a_folder_that_takes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that names it, and 1, before anything is raced."""
    (tmp_path / "file").write_text("not a folder")
    assert main(["--keep", str(tmp_path / "file"), "cost"]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["speed"], "no trial is called 'speed'; there are: alarms, power, coverage, cost"),
        (["--from", "there", "--busy"], "--from records nothing"),
    ],
)
def test_what_can_not_be_asked(
    args: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what can."""
    with pytest.raises(SystemExit):
        main(args)
    assert says in capsys.readouterr().err


def test_ctrl_c_ends_it_and_leaves_no_process(tmp_path: Path) -> None:
    """130, one line, and nobody is left: no worker, no origin, nothing that keeps busy."""
    command = [sys.executable, "-m", "bench.selftest", "--short", "--busy", "--keep", str(tmp_path)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        assert process.stderr
        while "calibrating" not in process.stdout.readline():
            pass
        theirs = started_by(process.pid)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert process.wait(30) == 130
        assert time.monotonic() - began < 10
        assert process.stderr.read().strip().splitlines()[-1] == "selftest: interrupted"
    _, alive = psutil.wait_procs(theirs, 5)
    assert theirs
    assert not alive


def started_by(number: int) -> list[psutil.Process]:
    """Give the processes that a process has started."""
    found: list[psutil.Process] = psutil.Process(number).children(recursive=True)
    return found


def test_no_recording_replaces_one_of_another_kind() -> None:
    """Half an hour of races is not lost to a look at one figure."""
    asked: tuple[list[str], ...] = (
        [],
        ["--short"],
        ["--busy"],
        ["cost"],
        ["alarms", "cost"],
        ["--short", "cost"],
    )
    folders = {parsed(args).folder for args in asked}
    assert len(folders) == len(asked)
    assert parsed(list(KINDS)).folder == parsed([]).folder


def test_every_kind_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The help says what there is to try."""
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(name in told and kind.says in told for name, kind in KINDS.items())
