"""The command line keeps its promises: two paths, or one line that helps."""

import subprocess
import sys
from pathlib import Path

import pytest

from report.__main__ import main
from report.results import read
from tests.report.conftest import REFERENCE, Made, Make

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the report as a person would."""
    command = [sys.executable, "-m", "report", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def file(make: Make, tmp_path: Path) -> Path:
    """A small and complete results file."""
    return make({"loopback": {REFERENCE: [10] * 6}}).file(tmp_path)


def one_line(text: str) -> bool:
    """Tell whether a text is one line, and no traceback."""
    return text.count("\n") == 1 and "Traceback" not in text


def test_it_prints_where_the_pages_are(file: Path) -> None:
    """Without further wishes the pages stand beside the results."""
    done = run(file)
    expected = [str(file.parent / "index.html"), str(file.parent / "report.md")]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == expected
    assert all(Path(path).stat().st_size for path in expected)


def test_ctrl_c(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told in one line, and by the exit code that a shell gives it."""

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("report.__main__.read", interrupted)
    monkeypatch.setattr("sys.argv", ["report", str(file)])
    assert (main(), capsys.readouterr().err) == (130, "report: interrupted\n")


def test_the_pages_go_where_they_are_wanted(file: Path, tmp_path: Path) -> None:
    """A folder that is not there yet is made."""
    wanted = tmp_path / "some" / "where"
    assert run(file, "--into", wanted).returncode == 0
    assert sorted(path.name for path in wanted.iterdir()) == ["index.html", "report.md"]


def test_a_file_cut_off_in_a_line_is_reported_on_and_fails(file: Path) -> None:
    """The report is written and says so on top; the exit code tells a script."""
    file.write_bytes(file.read_bytes()[:-70])
    done = run(file)
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert "the file is cut off in line" in done.stderr
    assert "the file is cut off in line" in (file.parent / "index.html").read_text("utf-8")


def test_why_it_was_cut_short_cannot_rule_the_terminal(make: Make, tmp_path: Path) -> None:
    """The reason may be what some other program said."""
    hostile = "the origin said: \x1b[2J\nand went"
    done = run(make({"loopback": {REFERENCE: [10] * 6}}, cut_short=hostile).file(tmp_path))
    assert done.returncode == 0
    assert done.stderr == "report: not everything was raced: the origin said: [2J and went\n"


def test_damage_in_the_middle_is_no_recorded_end(file: Path) -> None:
    """An end that stands behind a broken line does not excuse it."""
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:3], b'{"type": "sam\n', *lines[3:]]))
    assert run(file).returncode == 1


def test_a_race_that_recorded_its_early_end_is_no_failure(eventful: Made, tmp_path: Path) -> None:
    """The report is written, one line says what is missing, and the exit code is 0."""
    done = run(eventful.file(tmp_path))
    assert done.returncode == 0
    assert one_line(done.stderr)
    assert "somebody pressed Ctrl-C" in done.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a love letter\n", "is no results file; make one with: make bench"),
        ('{"type":"race","schema":99}\n', "race again with: make bench"),
        (None, "can't read"),
    ],
    ids=["something else", "another version", "not there"],
)
def test_unreadable_results_get_one_line_with_the_remedy(
    tmp_path: Path, content: str | None, says: str
) -> None:
    """There is no report then, no traceback, and the exit code is 2."""
    path = tmp_path / "results.jsonl"
    if content is not None:
        path.write_text(content)
    done = run(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr)
    assert says in done.stderr


def test_a_folder_that_cannot_be_written_gets_one_line(file: Path) -> None:
    """The line names the folder and the option."""
    done = run(file, "--into", file / "inside-a-file")
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr)
    assert "--into" in done.stderr
    assert "inside-a-file" in done.stderr


def test_a_damaged_line_is_named_with_what_is_left_out(file: Path) -> None:
    """Rubbish in the middle ends the reading there, and the report says how much it left out."""
    lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join([*lines[:4], b"rubbish", *lines[5:]]))
    assert read(file).cut_short == (
        f"the file is damaged in line 5, and the {len(lines) - 5} lines after it are left out"
    )
