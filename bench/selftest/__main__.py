"""`python -m bench.selftest [NAME ...]`: try the measurement on what is known.

Strategy: record, then judge what was recorded; the second can be done again without the first.  It
is a measurement, not a test: the exit code is 0 whatever the figures are.  1, something could not
be measured, and one line says what; 130, it was interrupted.
"""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec
from rich.console import Console

from bench.cores import share
from bench.options import LATEST
from bench.progress import shown
from bench.selftest.busy import busy
from bench.selftest.kinds import KINDS, Evidence
from bench.selftest.parts import Parts
from bench.selftest.recording import forget, record_cost, record_races
from bench.selftest.reference import REFERENCE, begun, table, take_place
from bench.selftest.size import FULL, SHORT, Size
from bench.selftest.verdicts import Unmeasured
from origin.process import OriginError, started
from report import method
from report.console import fail
from report.method import SelfTest
from report.results import UnreadableResults

PROGRAM = "selftest"
ABOUT = "about.jsonl"
"""What a recording was made by and on: a self-test without trials."""

WIDTH = 140
"""Columns of the table where there is no terminal."""

TOO_LITTLE = "short form: it shows that everything works, and is too little to judge by"
DESCRIPTION = """\
Try the measurement on what is known, each figure against its aim, in about half an hour:

"""
EPILOG = """\
Everything that is raced is kept, and --from makes the figures from it again.  A complete self-test
takes its place in report/selftest.jsonl, which holds one of a quiet machine and one of a busy one
for the report to show.  The aims are aims: a figure that misses one is shown so, and the exit code
is 0 all the same.
"""


def main(args: Sequence[str] | None = None) -> int:
    """Try what the command line asks for, print the table, and return the exit code."""
    given = sys.argv[1:] if args is None else args
    asked = parsed(given)
    try:
        test = tried(asked, given)
        if asked.all and not asked.short:
            take_place(test, asked.into)
    except KeyboardInterrupt:
        return fail(PROGRAM, "interrupted", 130)
    except (Unmeasured, UnreadableResults, OriginError, OSError) as error:
        return fail(PROGRAM, str(error), 1)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table(test, TOO_LITTLE if asked.short else None))
    for told in (f"load: {test.load}", f"made by: {test.command}", f"kept in: {asked.folder}"):
        console.print(told, highlight=False, soft_wrap=True)
    return 0


def parsed(args: Sequence[str]) -> Namespace:
    """Read the command line."""
    kinds = "\n".join(f"  {name:8}  {kind.says}" for name, kind in KINDS.items())
    parser = ArgumentParser(
        prog="python -m bench.selftest",
        description=DESCRIPTION + kinds,
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("names", nargs="*", type=known, metavar="NAME", help="try these only")
    add("--short", action="store_true", help="in about a minute; too little to judge by")
    add("--busy", action="store_true", help="keep every processor busy meanwhile")
    add("--keep", type=Path, metavar="DIR", help="where the recording goes (report/latest/...)")
    add("--from", dest="again", type=Path, metavar="DIR", help="judge this recording again")
    add("--into", type=Path, default=REFERENCE, metavar="FILE", help="in place of %(default)s")
    asked = parser.parse_args(args)
    if asked.again and (asked.keep or asked.busy):
        parser.error("--from records nothing, so it goes with neither --keep nor --busy")
    asked.all = set(asked.names) in (set(), set(KINDS))
    asked.names = asked.names or list(KINDS)
    asked.size = SHORT if asked.short else FULL
    asked.folder = (asked.again or asked.keep or usual_folder(asked)).absolute()
    return asked


def known(name: str) -> str:
    """Take the name of a kind of trial, and no other."""
    if name not in KINDS:
        raise ArgumentTypeError(f"no trial is called {name!r}; there are: {', '.join(KINDS)}")
    return name


def usual_folder(asked: Namespace) -> Path:
    """Give the folder of such a recording, so that none replaces one of another kind."""
    some = [] if asked.all else sorted(set(asked.names))
    return LATEST / "-".join(["selftest", *["short"] * asked.short, *["busy"] * asked.busy, *some])


def tried(asked: Namespace, args: Sequence[str]) -> SelfTest:
    """Record, unless that was done, and make the trials.

    Raises:
        Unmeasured: something could not be measured.
        UnreadableResults: the recording is none.
        OriginError: the origin is gone.
        OSError: what was recorded could not be kept.
    """
    chosen = [kind for name, kind in KINDS.items() if name in asked.names]
    races = any(kind.needs_races for kind in chosen)
    cost = not all(kind.needs_races for kind in chosen)
    with shown() as watch:
        recording = 0.0 if asked.again else work(asked.size, races=races, cost=cost)
        parts = Parts(watch, recording + sum(kind.work for kind in chosen))
        if not asked.again:
            record(asked, args, parts, races=races, cost=cost)
        evidence = Evidence(asked.folder, asked.size)
        trials = [trial for kind in chosen for trial in kind.trials(evidence, parts)]
    [test] = method.read(asked.folder / ABOUT) or [begun(args, busy=False)]
    return msgspec.structs.replace(test, trials=trials)


def work(size: Size, *, races: bool, cost: bool) -> float:
    """Say how long recording takes, in races."""
    return races * (1 + size.races * len(size.variants)) + cost


def record(asked: Namespace, args: Sequence[str], parts: Parts, *, races: bool, cost: bool) -> None:
    """Record what the trials need, in the folder, in place of what was recorded there."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    forget(asked.folder)
    about = begun(args, busy=asked.busy)
    (asked.folder / ABOUT).write_bytes(msgspec.json.encode(about))
    cores = share()
    with busy() if asked.busy else nullcontext(), started(cores.origin) as origin:
        if races:
            record_races(asked.folder, asked.size, origin, cores, parts)
        if cost:
            record_cost(asked.folder, asked.size, cores.worker, parts.begin("recording's cost", 1))


if __name__ == "__main__":
    sys.exit(main())
