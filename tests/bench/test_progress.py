"""What a person sees while the race runs, in terminals of all sizes and in a log."""

import io
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.progress import Line, Step, clock, shown, told
from impls.registry import choose

ROOT = Path(__file__).parents[2]
EARLIER = "bench/test_race.py"
WHAT = "generation 3 of 10: loopback, block 2 of 5"
WHO = "trio/workers"
CELLS = {"null": "1.47x slower", "loopback": "cannot tell", "web": "0.99x"}
VARIANTS = [each.name for each in choose(["main"])]
STANDING = [Line(name, CELLS) for name in (*VARIANTS, "asyncio/workers (twin)")]

SCRIPT = f"""
from signal import SIGINT, raise_signal
from sys import stdin
from bench.progress import Step, shown
with shown() as watch:
    watch.step(Step({WHAT!r}, {WHO!r}, 0.5))
    """
WAITS = f"{SCRIPT}stdin.read()"
INTERRUPTED = f"{SCRIPT}raise_signal(SIGINT)"

# Without what would tell Python or rich how to print.
CLEAN = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}


class Size(NamedTuple):
    """Of a terminal, in characters."""

    columns: int
    lines: int


class Terminal(io.StringIO):
    """A terminal that wraps, scrolls, and wraps again what stands there when it gets narrower.

    Strategy: all rows that there ever were are kept; the last of them are the screen.  A row is
    only ever erased or gone on with, so a carriage return means nothing.  An escape sequence that
    it does not know is an error.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.rows = [""]
        self.row = 0
        self.cursor = True

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        """All rows, also those that have left the screen."""
        return "\n".join(self.rows).rstrip()

    @property
    def seen(self) -> str:
        """The rows of the screen."""
        return "\n".join(self.rows[-self.size.lines :]).rstrip()

    def write(self, text: str) -> int:
        for escape, plain in re.findall(r"\x1b\[([?\d;]*[A-Za-z])|([^\x1b])", text):
            self._obey(escape) if escape else self._put(plain)
        return len(text)

    def resize(self, size: Size) -> None:
        parts = [
            [row[at : at + size.columns] for at in range(0, max(len(row), 1), size.columns)]
            for row in self.rows
        ]
        self.row = sum(map(len, parts[: self.row + 1])) - 1
        self.rows = [part for row in parts for part in row]
        self.size = size

    def _put(self, character: str) -> None:
        if character == "\r":
            return
        if character == "\n" or len(self.rows[self.row]) == self.size.columns:
            self.row += 1
            self.rows += [""] * (self.row == len(self.rows))
        self.rows[self.row] += character.strip("\n")

    def _obey(self, escape: str) -> None:
        if escape.endswith("A"):
            top = max(len(self.rows) - self.size.lines, 0)
            self.row = max(self.row - int(escape[:-1]), top)
        elif escape == "2K":
            self.rows[self.row] = ""
        elif escape in ("?25l", "?25h"):
            self.cursor = escape == "?25h"
        else:
            assert escape.endswith("m"), f"an unknown escape sequence: {escape!r}"


Open = Callable[[int, int], Terminal]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Make standard output a terminal of so many columns and lines, with a line on it."""
    for name in ("COLUMNS", "LINES", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    def opened(columns: int, lines: int) -> Terminal:
        terminal = Terminal(Size(columns, lines))
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setattr("os.get_terminal_size", lambda _=1: os.terminal_size(terminal.size))
        terminal.write(EARLIER)
        return terminal

    return opened


SIZES = [(120, 40), (80, 24), (79, 23), (40, 12), (20, 5), (9, 3), (3, 2)]


def test_a_step_is_shown(terminal: Open) -> None:
    """A person sees how much is done, what is done now, and by whom."""
    screen = terminal(120, 40)
    with shown() as watch:
        watch.step(Step(WHAT, WHO, 0.25))
        earlier, bar, doing = screen.text.splitlines()
        assert earlier == EARLIER
        assert " 25%  0:00:00 elapsed, 0:00:00 left" in bar
        assert doing == f"{WHAT}  {WHO}"


def test_each_step_is_shown(terminal: Open) -> None:
    """However fast the steps come: the one that stands there is the one that runs, or hangs."""
    screen = terminal(120, 40)
    with shown() as watch:
        for name in VARIANTS:
            watch.step(Step(WHAT, name, 0.25))
            assert screen.text.endswith(f"{WHAT}  {name}")


@pytest.mark.parametrize(
    ("elapsed", "share", "words"),
    [
        (1.4, 0.0, "0:00:01 elapsed"),
        (5.0, 0.02, "0:00:05 elapsed"),
        (60.0, 0.25, "0:01:00 elapsed, 0:03:00 left"),
        (300.0, 1.0, "0:05:00 elapsed, 0:00:00 left"),
    ],
)
def test_the_time_left(elapsed: float, share: float, words: str) -> None:
    """It follows from what is done, and nothing is said of it before enough is."""
    assert told(elapsed, share) == words


def test_hours_are_shown() -> None:
    """A thorough race of two interpreters may last so long."""
    assert clock(3725.0) == "1:02:05"


def test_the_standing_is_a_table(terminal: Open) -> None:
    """Courses are columns and entrants are rows, in the order given; a gap stays a gap."""
    screen = terminal(120, 40)
    with shown() as watch:
        watch.standing([Line("trio/workers", {"null": "1.00x", "web": "1.00x"})])
        watch.standing(
            [
                Line("asyncio/workers", {"null": "1.00x", "web": "1.00x"}),
                Line("curio/workers", {"web": "1.47x slower"}),
            ]
        )
        assert screen.text.splitlines()[-3:] == [
            "so far           null   web",
            "asyncio/workers  1.00x  1.00x",
            "curio/workers           1.47x slower",
        ]
        assert "trio" not in screen.text


def test_the_standing_stays(terminal: Open) -> None:
    """It stands below each step that follows."""
    screen = terminal(120, 40)
    with shown() as watch:
        watch.standing(STANDING)
        watch.step(Step(WHAT, WHO, 0.25))
        assert all(line.entrant in screen.text for line in STANDING)
        assert f"{WHAT}  {WHO}" in screen.text


def test_all_entrants_fit_into_a_small_terminal(terminal: Open) -> None:
    """Of 80 columns and 25 lines; nobody is left out, nor any course."""
    screen = terminal(80, 25)
    with shown() as watch:
        watch.standing(STANDING)
        assert all(line.entrant in screen.text for line in STANDING)
        assert "null          loopback     web" in screen.text


def test_entrants_that_do_not_fit_are_counted(terminal: Open) -> None:
    """Nobody goes unseen."""
    screen = terminal(80, 16)
    with shown() as watch:
        watch.standing(STANDING)
        kept = [line for line in STANDING if line.entrant + "  " in screen.text]
        assert kept == STANDING[:10]
        assert screen.text.endswith("... and 10 more")


def test_a_course_that_does_not_fit_is_left_out_whole(terminal: Open) -> None:
    """Half a figure would be another figure."""
    screen = terminal(60, 40)
    with shown() as watch:
        watch.standing(STANDING)
        heading = next(row for row in screen.rows if row.startswith("so far"))
        assert heading.split() == ["so", "far", "null", "loopback", "..."]
        assert "0.99" not in screen.text
        assert screen.text.count("cannot tell\n") == len(STANDING) - 1


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_left_behind(terminal: Open, size: tuple[int, int]) -> None:
    """In the end the terminal is as before, also above the screen: no picture was too large."""
    screen = terminal(*size)
    before = screen.text
    with shown() as watch:
        for share in (0.1, 0.2, 0.3):
            watch.step(Step(WHAT, WHO, share))
            watch.standing(STANDING)
        assert screen.text != before
        assert not screen.cursor
    assert screen.text == before
    assert screen.cursor


@pytest.mark.parametrize("before", SIZES)
@pytest.mark.parametrize("after", SIZES)
def test_a_resize(terminal: Open, before: tuple[int, int], after: tuple[int, int]) -> None:
    """The screen shows the picture as it is drawn for the new size, and no trace of the old."""
    fresh = terminal(*after)
    above = fresh.text
    with shown() as watch:
        watch.standing(STANDING)
        watch.step(Step(WHAT, WHO, 0.2))
        picture = fresh.text.removeprefix(above)
    screen = terminal(*before)
    with shown() as watch:
        watch.standing(STANDING)
        watch.step(Step(WHAT, "curio/workers", 0.1))
        screen.resize(Size(*after))
        watch.step(Step(WHAT, WHO, 0.2))
        rest = f"\n{screen.seen}".removesuffix(picture)
    assert EARLIER.endswith("".join(rest.split()))


def test_a_resize_leaves_what_stood_above(terminal: Open) -> None:
    """Only what was drawn here is erased."""
    screen = terminal(80, 100)
    with shown() as watch:
        watch.standing(STANDING)
        screen.resize(Size(30, 100))
        watch.step(Step(WHAT, WHO, 0.2))
        assert screen.rows[0] == EARLIER
        assert screen.rows[1].startswith("━")
    assert screen.text == EARLIER


def test_nothing_runs_beside_the_race(terminal: Open) -> None:
    """No thread draws: that would take time from what is timed."""
    terminal(80, 24)
    before = threading.enumerate()
    with shown() as watch:
        watch.step(Step(WHAT, WHO, 0.2))
        assert threading.enumerate() == before


def test_a_log_has_a_line_for_each_larger_thing(capsys: pytest.CaptureFixture[str]) -> None:
    """With the seconds and the share that is done; not for each round, and no table."""
    with shown() as watch:
        for name in VARIANTS:
            watch.step(Step(WHAT, name, 0.25))
        watch.standing(STANDING)
        watch.step(Step("generation 4 of 10: starting", "", 0.5))
    assert capsys.readouterr().out.splitlines() == [
        "",
        f"    0 s   25%  {WHAT}",
        "    0 s   50%  generation 4 of 10: starting",
    ]


def test_a_log_line_is_never_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever waits for it finds it whole, however long it is."""
    with shown() as watch:
        watch.step(Step(WHAT * 10, WHO, 0.25))
    assert capsys.readouterr().out.endswith(f"  {WHAT * 10}\n")


def test_a_log_comes_at_once() -> None:
    """A pipe gets each line when it is said, without colours, even where those are forced."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITS],
        cwd=ROOT,
        env={**CLEAN, "FORCE_COLOR": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "\n"
        assert process.stdout.readline() == f"    0 s   50%  {WHAT}\n"
        process.communicate("")
    assert process.returncode == 0


def test_a_log_that_nobody_reads_on() -> None:
    """Whoever closes the pipe ends neither the race nor what is printed after it."""
    script = f"{SCRIPT}stdin.read()\n    watch.step(Step('more', '', 0.6))\nprint('the end')"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=CLEAN,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "\n"
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate("")
    assert (process.returncode, errors) == (0, "")


def in_a_terminal(script: str, term: str) -> tuple[int, str]:
    """Run a script in a real terminal; give its exit code and what the terminal was sent."""
    near, far = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**CLEAN, "TERM": term},
        stdin=subprocess.DEVNULL,
        stdout=far,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(far)
        sent = b""
        with suppress(OSError):  # Linux says so when the other end is closed
            while more := os.read(near, 4096):
                sent += more
    os.close(near)
    return process.returncode, sent.decode()


def test_ctrl_c_leaves_the_terminal_in_order() -> None:
    """The cursor is visible again, and the picture is gone."""
    code, sent = in_a_terminal(INTERRUPTED, "xterm")
    assert code == -signal.SIGINT
    assert WHO in sent
    screen = Terminal(Size(80, 25))
    screen.write(sent)
    assert (screen.text, screen.cursor) == ("", True)


def test_a_terminal_that_can_only_print() -> None:
    """It gets the lines of a log, and nothing that it would not understand."""
    _, sent = in_a_terminal(WAITS, "dumb")
    assert sent.endswith(f"  50%  {WHAT}\r\n")
    assert "\x1b" not in sent
