"""What three tools say of the same two entrants: this project, pyperf, pytest-benchmark.

Strategy: each by its own code, from the CPU time for a call of each of their rounds.  Ours takes
the ratios within blocks, and all pairs of the race at once.  `pyperf compare_to` takes the rounds
of each entrant as a benchmark, with a run for each generation.  pytest-benchmark's comparison by
itself says nothing but the figures, so it is asked what its documentation's example asks:
`--benchmark-compare-fail=min:5%`, the first entrant as the saved run and the second as the new one.
"""

from collections.abc import Callable, Mapping

from pyperf import Benchmark, Run
from pyperf._compare import CompareData, CompareResult  # the only place that has the verdict
from pytest_benchmark.stats import Stats
from pytest_benchmark.utils import parse_compare_fail

from report.comparison import Tell
from report.figures import Standing

REGRESSED = "min:5%"

Judge = Callable[[Standing, str, str], Tell]
"""Says what the second entrant is, compared with the first."""


class Unmeasured(Exception):  # noqa: N818 - it names what happened to a trial
    """A trial has no figure; the message says why."""


def ours(standing: Standing, first: str, second: str) -> Tell:
    """Take the report's verdict."""
    pair = standing.pair(second, first)
    if pair is None:
        raise Unmeasured(f"{standing.course.name}: {first} and {second} could not be compared")
    return pair.told


def by_generation(standing: Standing, entrant: str) -> dict[int, list[float]]:
    """Give the CPU time for a call of each round, in microseconds, generation by generation."""
    [row] = [row for row in standing.rows if row.entrant == entrant]
    rounds: dict[int, list[float]] = {}
    for (generation, _), value in row.by_place.items():
        rounds.setdefault(generation, []).append(value)
    return rounds


def by_pyperf(standing: Standing, first: str, second: str) -> Tell:
    """Ask what `pyperf compare_to` asks."""

    def data(entrant: str) -> CompareData:
        rounds = by_generation(standing, entrant).values()
        runs = [Run(each, metadata={"name": entrant}, collect_metadata=False) for each in rounds]
        return CompareData(entrant, Benchmark(runs))

    result = CompareResult(data(first), data(second))
    if not result.significant:
        return Tell.CANNOT_TELL
    return Tell.SLOWER if result.norm_mean > 1 else Tell.FASTER


def by_pytest_benchmark(standing: Standing, first: str, second: str) -> Tell:
    """Ask what `--benchmark-compare-fail` asks; it has no word for what is faster."""

    def stats(entrant: str) -> dict[str, float]:
        found = Stats()
        for rounds in by_generation(standing, entrant).values():
            for each in rounds:
                found.update(each)
        fields: dict[str, float] = found.as_dict()
        return fields

    failed = parse_compare_fail(REGRESSED).fails(stats(second), stats(first))
    return Tell.SLOWER if failed else Tell.CANNOT_TELL


JUDGES: Mapping[str, Judge] = {
    "ours": ours,
    "pytest_benchmark": by_pytest_benchmark,
    "pyperf": by_pyperf,
}
