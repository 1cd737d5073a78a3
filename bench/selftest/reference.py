"""The self-tests that the report shows: one for each load, the latest; and one as a table.

Strategy: a quiet machine and a busy one each have a place, since a reader's may be either; a new
self-test takes the place of the one under the same load, and leaves the other.
"""

import os
import platform
import shlex
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.table import Table

from bench.conditions import commit, processor
from bench.cores import usable
from report import method
from report.method import SelfTest
from report.replaced import replace
from report.results import now
from report.warnings import LOADED
from report.words import NOTHING

REFERENCE = method.SELF_TEST
QUIET, NOT_QUIET = "quiet", "not quiet"
BOTH = 2

HEADINGS = ("aim", "ours", "met", "pytest-benchmark compare", "pyperf compare_to")
NARROW = 16
"""Columns for a figure; the words take the rest."""


def begun(args: Sequence[str], *, busy: bool) -> SelfTest:
    """Give a self-test that begins here and now, without its trials.

    Args:
        args: of the command line.
        busy: whether every processor was made so.
    """
    python, processors = platform.python_version(), len(usable())
    return SelfTest(
        made=now(),
        commit=commit(),
        machine=f"{processor()}, {processors} processors, {platform.platform()}, Python {python}",
        load=all_busy() if busy else as_it_is(),
        command=shlex.join(["python", "-m", "bench.selftest", *args]),
        trials=[],
    )


def all_busy() -> str:
    """Say that every processor is made busy, and by what."""
    count = len(usable())
    which = "both cores busy" if count == BOTH else f"all of {count} cores busy"
    return f"{which}, with a plain loop on each"


def as_it_is() -> str:
    """Say how busy this machine has been in the last minute."""
    load, _, _ = os.getloadavg()
    word = QUIET if load <= LOADED * len(usable()) else NOT_QUIET
    return f"{word}, load average {load:.2f} before"


def under(test: SelfTest) -> str:
    """Give the load that it was made under, without the figure."""
    return test.load.partition(",")[0]


def take_place(test: SelfTest, file: Path) -> None:
    """Put the self-test in the place of the one that was made under the same load; quiet first.

    Raises:
        UnreadableResults: the file holds something else.
        OSError: it can't be written.
    """
    others = [each for each in method.read(file) if under(each) != under(test)]
    tests = sorted([*others, test], key=lambda each: under(each) != QUIET)
    replace(file, b"".join(msgspec.json.encode(each) + b"\n" for each in tests))


def table(test: SelfTest, title: str | None) -> Table:
    """Give a row for each trial."""
    shown = Table("trial", title=title, show_lines=True)
    for heading in HEADINGS:
        shown.add_column(heading, max_width=NARROW)
    for each in test.trials:
        what = f"{each.what}\n[dim]{each.how}[/dim]"
        met = "met" if each.met else "NOT MET"
        others = (each.pytest_benchmark or NOTHING, each.pyperf or NOTHING)
        shown.add_row(what, each.aim, each.ours, met, *others)
    return shown
