"""`python -m bench.growth`: what a batch costs each variant as it grows to 100,000 calls.

Strategy: calls of `null`, in a few fresh processes for each variant, so that only the strategy and
its runtime are measured: processor time and the peak of memory, for batches of growing size.  Each
size is run as often as the others, or the one that is run more often would look cheaper.  Who
would take too long for the next size goes no further, and the file says so.  Nothing else is
raced meanwhile, but the machine may be busy: so where a batch runs twice, the quickest counts.
"""

import platform
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from bench.about import versions
from bench.conditions import commit, processor
from bench.cores import share
from bench.entrants import Entrant
from bench.progress import Step, shown
from bench.scenarios import SCENARIOS
from bench.stable import Out, Stable
from impls.contract import Ability, Variant
from impls.registry import EVERYBODY, VARIANTS, choose, missing
from report import kept
from report.console import fail
from report.growth import FOLDER, SCHEMA, Grown, Growth, Point, merged, read
from report.results import Kind, now

SIZES = (1_000, 10_000, 100_000)
LIMIT = SCENARIOS["null"].limit
PROCESSES = 3
"""Of each variant: the layout of one process's memory alone moves a figure."""

LONGEST = 20.0
"""Seconds that a batch may be expected to take."""

PATIENCE = 200.0
"""Seconds after which a batch hangs: a busy machine may take some times as long as expected."""

QUICK = 1.0
"""Seconds for all sizes together; if they took less, they are run a second time."""


class Growing:
    """A variant in a fresh process, which grows as far as it can in time."""

    def __init__(self, variant: Variant, core: int | None) -> None:
        """Begin with nothing measured."""
        self._variant, self._core = variant, core
        self._hides_memory = Ability.ALONE in variant.cannot
        self.points: list[Point] = []
        self._took = 0.0  # by the clock, the last batch

    def run(self) -> str:
        """Measure size after size; say what stopped it, if anything did.

        Raises:
            Out: a batch failed, hung, or its process died.
        """
        with closing(Stable(self._core)) as stable:
            self._worker = stable.worker(Entrant(self._variant.name, self._variant))
            return self._grow()

    def _grow(self) -> str:
        self._batch(SIZES[0])  # what is imported on first use is no cost of a call
        stopped = self._first_pass()
        if sum(each.cpu for each in self.points) < QUICK:
            for place, point in enumerate(self.points):
                self.points[place] = self._again(point)
        return stopped

    def _first_pass(self) -> str:
        for size in SIZES:
            if (seconds := self._expected(size)) > LONGEST:
                return f"{size:,} calls would take about {seconds:.0f} s"
            self.points.append(self._batch(size))
        return ""

    def _again(self, point: Point) -> Point:
        """Run a batch a second time; what the larger ones have left counts as no memory of it."""
        again = self._batch(point.calls)
        return msgspec.structs.replace(point, cpu=min(point.cpu, again.cpu))

    def _expected(self, size: int) -> float:
        """Give the seconds that this size will take, if its processor time grows as before."""
        if not self.points:
            return 0.0
        before, last = [self.points[0], *self.points][-2:]
        return self._took * max(last.cpu / before.cpu, size / last.calls)

    def _batch(self, size: int) -> Point:
        [ran], spent = self._worker.run(None, [(0, size, LIMIT, None)], PATIENCE)
        self._took = ran.wall
        if ran.error or ran.unpacked() != list(range(size)):
            raise Out(Kind.FAILED, f"a batch of {size:,} gave {ran.error or 'other results'}")
        return Point(size, ran.cpu, None if self._hides_memory else spent[2])


def grown(variant: Variant, core: int | None) -> Grown:
    """Measure a variant as far as it grows in time; one that fails keeps what it showed."""
    if why := missing(variant):
        return Grown(variant.name, missing=why)
    processes, stopped = [], ""
    for _ in range(PROCESSES):
        growing = Growing(variant, core)
        processes.append(growing.points)
        try:
            stopped = growing.run() or stopped
        except Out as out:
            return Grown(variant.name, processes, stopped, failed=f"{out.kind}: {out}")
    return Grown(variant.name, processes, stopped)


def all_grown(variants: Sequence[Variant]) -> Iterator[Grown]:
    """Measure one variant after the other, and show how far we are."""
    core = share().worker
    with shown() as watch:
        for at, variant in enumerate(variants):
            watch.step(Step(f"growth of {variant.name}", "", at / len(variants)))
            yield grown(variant, core)


def nothing_yet() -> Growth:
    """Give what a file says of this code and its versions, whoever of the field is measured."""
    on = versions({module for each in VARIANTS.values() for module in each.needs})
    machine = f"{processor()}, {platform.platform()}"
    return Growth(SCHEMA, now(), commit(), platform.python_version(), on, machine, [])


def measure(variants: Sequence[Variant]) -> Path:
    """Add each variant to the file of this Python, once it is measured; give the file's path."""
    empty = nothing_yet()
    file = FOLDER / f"py{empty.python.rpartition('.')[0]}.json"
    for each in all_grown(variants):
        new = msgspec.structs.replace(empty, made=now(), subjects=[each])
        kept.add(new, file, read, merged)
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
    except LookupError as error:
        parser.error(error.args[0])
    try:
        print(measure(chosen))
    except OSError as error:
        return fail("growth", str(error), 1)
    except KeyboardInterrupt:
        return fail("growth", "interrupted; who was measured before is kept", 130)
    return 0


if __name__ == "__main__":
    sys.exit(main())
