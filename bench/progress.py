"""What a person sees while the race runs: a bar and the standing in a terminal, lines elsewhere.

Strategy: everything is drawn inside the calls of a `Watch`, which come between two rounds, and
never from a thread: nothing of ours may run beside what is timed.  Each step is drawn, since the
next round may be the one that hangs, and its name must be the one that stands there.  The
picture is made anew for the size that the terminal has just then, as lines that are never wider
or more than fit.
"""

import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple, Protocol

from rich.console import Console, Group
from rich.control import Control
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.segment import ControlType
from rich.text import Text

BAR = 30
"""Columns of the bar."""

HEAD = 2
"""Lines above the table."""

GAP = 2
"""Columns between two of the table."""

ENOUGH = 0.03
"""The share of the work that must be done before the rest of the time can be told from it."""


class Step(NamedTuple):
    """What is about to be done.

    Attributes:
        what: the larger thing, such as "generation 3 of 10: loopback, block 2 of 5".
        who: does it, such as "trio/workers"; may be empty.
        share: of the whole work that is done already, 0 to 1.
    """

    what: str
    who: str
    share: float


class Line(NamedTuple):
    """How one entrant stands so far.

    Attributes:
        entrant: its name.
        cells: for each course what is to be shown, such as "1.47x slower".
    """

    entrant: str
    cells: Mapping[str, str]


class Watch(Protocol):
    """Whoever is told how far the race is."""

    def step(self, step: Step) -> None:
        """Take what is done next; called before each round."""

    def standing(self, lines: Sequence[Line]) -> None:
        """Take how all entrants stand; called after each generation."""


@contextmanager
def shown() -> Iterator[Watch]:
    """Show how far the work is on standard output, and leave a terminal as it was."""
    console = Console()
    say("")  # pytest leaves its own line open
    # rich takes any file for a terminal where FORCE_COLOR is set, as it is in many a CI.
    if console.is_interactive and console.file.isatty():
        try:
            with Live(console=console, auto_refresh=False, transient=True) as live:
                yield Picture(live)
        finally:
            console.show_cursor()  # Live does so too, but a second Ctrl-C may cut that short
    else:
        yield Log()


class Log:
    """A line whenever something larger begins.

    The standing is left out: who reads a log reads it afterwards, and then there is the report.
    """

    def __init__(self) -> None:
        """Let the clock begin."""
        self._began = time.monotonic()
        self._what = ""

    def step(self, step: Step) -> None:
        """Print what begins, unless it was said before."""
        if step.what != self._what:
            seconds = time.monotonic() - self._began
            say(f"{seconds:5.0f} s  {step.share:4.0%}  {step.what}")
        self._what = step.what

    def standing(self, lines: Sequence[Line]) -> None:
        """Print nothing."""


def say(line: str) -> None:
    """Print a line at once; where nobody reads any more, it and all that follow go nowhere."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        # What could not be printed is tried again at the end, so the descriptor must take it:
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Picture:
    """A bar, the time, what is being done, and below that the standing so far."""

    def __init__(self, live: Live) -> None:
        """Draw by means of `live`, and let the clock begin."""
        self._live = live
        self._began = time.monotonic()
        self._step = Step("", "", 0.0)
        self._standing: Sequence[Line] = ()
        self._widths: list[int] = []

    def step(self, step: Step) -> None:
        """Draw what is done next."""
        self._step = step
        self._draw()

    def standing(self, lines: Sequence[Line]) -> None:
        """Draw the table as it is from now on."""
        self._standing = lines
        self._draw()

    def _draw(self) -> None:
        console = self._live.console
        width, height = console.size
        # Live ends by one line more, which would push the first where nothing can erase it.
        lines = [*self._head(), *table(self._standing, width, height - 1 - HEAD)][: height - 1]
        for line in lines:
            line.truncate(width, overflow="crop")
        console.control(erasing(rewrapped(self._widths, width)))
        self._live.update(Group(*lines), refresh=True)
        self._widths = [line.cell_len for line in lines]

    def _head(self) -> list[Text]:
        console, (what, who, share) = self._live.console, self._step
        bar = console.render(ProgressBar(total=1.0, completed=share, width=BAR))
        drawn = ((segment.text, segment.style or "") for segment in bar)
        clock = told(time.monotonic() - self._began, share)
        return [
            Text.assemble(*drawn, f" {share:4.0%}  {clock}"),
            Text.assemble(what, "  ", (who, "bold")),
        ]


def told(elapsed: float, share: float) -> str:
    """Word the time, and how much is left if enough is done to tell.

    Args:
        elapsed: seconds since the beginning.
        share: of the work that is done, 0 to 1.
    """
    words = f"{clock(elapsed)} elapsed"
    return f"{words}, {clock(elapsed * (1 - share) / share)} left" if share > ENOUGH else words


def clock(seconds: float) -> str:
    """Give hours, minutes and seconds: `0:01:23`."""
    return str(timedelta(seconds=round(seconds)))


def table(standing: Sequence[Line], width: int, height: int) -> list[Text]:
    """Draw the standing, a row for each entrant and a column for each course.

    Args:
        standing: of all entrants.
        width: columns that there are; a course that does not fit is left out whole, since half a
            figure would be another figure.
        height: lines that there are; entrants that do not fit are counted.
    """
    if not standing:
        return []
    courses = dict.fromkeys(course for line in standing for course in line.cells)
    columns = [["so far", *(line.entrant for line in standing)]]
    columns += [[name, *(line.cells.get(name, "") for line in standing)] for name in courses]
    heading, *rows = (Text(row) for row in fitted(columns, width))
    heading.stylize("dim")
    return [Text(), heading, *counted(rows, height - 2)]


def fitted(columns: Sequence[Sequence[str]], width: int) -> list[str]:
    """Set columns side by side, as many as fit, and say in the first row if some do not."""
    first, *others = columns
    rows = list(first)
    for column in others:
        start = max(map(len, rows)) + GAP
        if start + max(map(len, column)) > width:
            rows[0] += " ..."
            break
        rows = [row.ljust(start) + cell for row, cell in zip(rows, column, strict=True)]
    return rows


def counted(rows: Sequence[Text], height: int) -> list[Text]:
    """Give as many rows as fit, the last of which counts those that do not."""
    if len(rows) <= height:
        return list(rows)
    kept = max(height - 1, 0)
    return [*rows[:kept], Text(f"... and {len(rows) - kept} more", style="dim")]


def rewrapped(widths: Sequence[int], width: int) -> int:
    """Count the lines that a terminal made of what it wrapped when it became narrower.

    Args:
        widths: of the lines as they were drawn.
        width: of the terminal now.
    """
    return sum(max(math.ceil(each / width) - 1, 0) for each in widths)


def erasing(lines: int) -> Control:
    """Erase so many lines from the last one upwards; Live goes on from there with its own.

    A terminal that cuts lines instead of wrapping them loses as many that stood above.
    """
    return Control(*[(ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)] * lines)
