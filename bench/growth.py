"""`python -m bench.growth`: what a batch costs each variant as it grows to 100,000 calls.

Strategy: calls of `null`, in one fresh process for each variant, so that only the strategy and
its runtime are measured: processor time and the peak of memory, for batches of growing size.  Who
would take too long for the next size goes no further, and the file says so.  Nothing else is
raced meanwhile, but the machine may be busy: so a batch runs a few times, and the quickest counts.
"""

import platform
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bench.conditions import commit, processor, versions
from bench.cores import share
from bench.entrants import Entrant
from bench.progress import Step, shown
from bench.scenarios import SCENARIOS
from bench.stable import Out, Stable, Worker
from impls.contract import Variant
from impls.registry import EVERYBODY, choose, missing
from report import kept
from report.growth import FOLDER, SCHEMA, Grown, Growth, Point, merged, read
from report.results import Kind, now

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
LIMIT = SCENARIOS["null"].limit
LONGEST = 30.0
"""Seconds that a batch may be expected to take."""

ENOUGH = 0.1
"""Seconds of a batch that one run of tells enough."""

RUNS = 5
"""Of a batch that is shorter."""


class Growing:
    """A variant in a fresh process, which grows as far as it can in time."""

    def __init__(self, worker: Worker) -> None:
        """Begin with nothing measured."""
        self._worker = worker
        self.points: list[Point] = []

    def run(self) -> str:
        """Measure size after size; say what stopped it, if anything did."""
        self._batch(SIZES[0])  # what is imported on first use is no cost of a call
        for size in SIZES:
            if (seconds := self._expected(size)) > LONGEST:
                return f"{size:,} calls would take about {seconds:.0f} s"
            self.points.append(self._point(size))
        return ""

    def _expected(self, size: int) -> float:
        """Give the seconds that this size will take, if it grows as it did before."""
        if len(self.points) < 2:  # noqa: PLR2004 - it takes two to see a growth
            return 0.0
        before, last = self.points[-2:]
        return last.cpu * max(last.cpu / before.cpu, size / last.calls)

    def _point(self, size: int) -> Point:
        points = [self._batch(size)]
        while points[-1].cpu < ENOUGH and len(points) < RUNS:
            points.append(self._batch(size))
        return min(points, key=lambda each: each.cpu)

    def _batch(self, size: int) -> Point:
        """Run one batch.

        Raises:
            Out: it failed, hung, or its process died.
        """
        [ran], spent = self._worker.run(None, [(0, size, LIMIT, None)], 4 * LONGEST)
        if ran.error or ran.unpacked() != list(range(size)):
            raise Out(Kind.FAILED, f"a batch of {size:,} gave {ran.error or 'other results'}")
        return Point(size, ran.cpu, spent[2])


def grown(variant: Variant, core: int | None) -> Grown:
    """Measure a variant as far as it grows in time; one that fails keeps what it showed."""
    if why := missing(variant):
        return Grown(variant.name, [], why)
    with closing(Stable(core)) as stable:
        growing = None
        try:
            growing = Growing(stable.worker(Entrant(variant.name, variant)))
            return Grown(variant.name, growing.points, growing.run())
        except Out as out:
            return Grown(variant.name, growing.points if growing else [], f"{out.kind}: {out}")


def all_grown(variants: Sequence[Variant]) -> Iterator[Grown]:
    """Measure one variant after the other, and show how far we are."""
    core = share().worker
    with shown() as watch:
        for at, variant in enumerate(variants):
            watch.step(Step(f"growth of {variant.name}", "", at / len(variants)))
            yield grown(variant, core)


def keep(subjects: list[Grown], variants: Sequence[Variant]) -> Path:
    """Add what was measured to the file of this Python; give its path."""
    python = platform.python_version()
    on = versions({module for each in variants for module in each.needs})
    machine = f"{processor()}, {platform.platform()}"
    new = Growth(SCHEMA, now(), commit(), python, on, machine, subjects)
    file = FOLDER / f"py{python.rpartition('.')[0]}.json"
    kept.write(merged(read(file), new) if file.exists() else new, file)
    return file


def main(args: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, and return the exit code."""
    parser = ArgumentParser(prog="python -m bench.growth", description=(__doc__ or ""))
    parser.add_argument(
        "--variants",
        default=EVERYBODY,
        metavar="PATTERN",
        help="who: shell-style patterns, separated by commas (%(default)s)",
    )
    try:
        chosen = choose(parser.parse_args(args).variants.split(","))
        print(keep(list(all_grown(chosen)), chosen))
    except LookupError as error:
        parser.error(error.args[0])
    except (OSError, kept.Unreadable) as error:
        print(f"growth: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("growth: interrupted; nothing was kept", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
