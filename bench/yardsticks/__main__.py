"""`python -m bench.yardsticks [NAME ...]`: measure this project's claims about itself.

Strategy: a benchmark, not a test: the exit code is 0 whatever the figures are.  1, something
could not be measured, and one line says what; 130, it was interrupted.
"""

import shlex
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from functools import partial
from itertools import count

from rich.console import Console

from bench.cores import share
from bench.progress import Step, shown
from bench.yardsticks.claims import CLAIMS, Measurement, table
from bench.yardsticks.ground import Ground
from bench.yardsticks.tasks import Task, tasks
from origin.process import OriginError, started
from report.console import fail

WIDTH = 100
"""Columns of the table where there is no terminal."""

DESCRIPTION = """\
Measure what this project claims of itself, each claim against its aim, in about four minutes:

"""
EPILOG = """\
Everything runs in fresh processes, one at a time, kept on one processor (the origin has another).
A ratio is the median over blocks in which both sides take turns; its range stands beside it.
The aims are aims: a figure that misses one is shown so, and the exit code is 0 all the same.
"""


def main(args: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print the table, and return the exit code."""
    names = parser().parse_args(args).names or list(CLAIMS)
    try:
        measured = measure([task for task in tasks() if task.claim in names])
    except KeyboardInterrupt:
        return fail("yardsticks", "interrupted", 130)
    except (OriginError, OSError) as error:
        return fail("yardsticks", str(error), 1)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table(measured))
    console.print(f"made by: {command(sys.argv[1:] if args is None else args)}", highlight=False)
    failed = [f"{each.claim}, {each.subject}: {each.note}" for each in measured if each.failed]
    return fail("yardsticks", "; ".join(failed), 1) if failed else 0


def parser() -> ArgumentParser:
    """Describe the command line."""
    claims = "\n".join(f"  {name:8}  {claim.says}" for name, claim in CLAIMS.items())
    parser = ArgumentParser(
        prog="python -m bench.yardsticks",
        description=DESCRIPTION + claims,
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", type=known, metavar="NAME", help="measure these claims only"
    )
    return parser


def known(name: str) -> str:
    """Take the name of a claim, and no other."""
    if name not in CLAIMS:
        raise ArgumentTypeError(f"no claim is called {name!r}; there are: {', '.join(CLAIMS)}")
    return name


def measure(chosen: Sequence[Task]) -> list[Measurement]:
    """Make the measurements, and show how far they are."""
    cores = share()
    runs = sum(task.runs for task in chosen)
    done = count()
    with started(cores.origin) as origin, shown() as watch:

        def step(task: Task) -> None:
            watch.step(Step(f"{task.claim}, {task.subject}", "", next(done) / runs))

        return [task.done(Ground(origin, cores.worker, partial(step, task))) for task in chosen]


def command(args: Sequence[str]) -> str:
    """Give what a person types to make the same again."""
    return shlex.join(["python", "-m", "bench.yardsticks", *args])


if __name__ == "__main__":
    sys.exit(main())
