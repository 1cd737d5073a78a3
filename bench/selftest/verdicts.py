"""What three tools say of the same two entrants: this project, pyperf, pytest-benchmark.

Strategy: each by its own code, from the CPU time for a call of each of their rounds.  Ours takes
the ratios within blocks, and all pairs of the race at once.  `pyperf compare_to` takes the rounds
of each entrant as a benchmark, with a run for each generation, and names what we would name.
pytest-benchmark's comparison by itself says nothing but the figures, so it is asked what its
documentation's example asks, `--benchmark-compare-fail=min:5%`, and the same from where we name a
difference; in both orders, since it has no word for what is faster.
"""

from collections.abc import Callable, Mapping
from functools import partial

from pyperf import Benchmark, Run
from pyperf._compare import CompareData, CompareResult  # the only place that has the verdict
from pytest_benchmark.stats import Stats
from pytest_benchmark.utils import parse_compare_fail

from report.comparison import WORTH_NAMING, Tell
from report.figures import Standing

MIN_SPEED = round(100 * (WORTH_NAMING - 1))
"""Per cent below which pyperf is to say nothing either."""

REGRESSED = ("min:5%", f"min:{MIN_SPEED}%")
"""What pytest-benchmark is asked: its documentation's example, and the same from where we name."""

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
    """Ask what `pyperf compare_to --min-speed` asks."""

    def data(entrant: str) -> CompareData:
        rounds = by_generation(standing, entrant).values()
        runs = [Run(each, metadata={"name": entrant}, collect_metadata=False) for each in rounds]
        return CompareData(entrant, Benchmark(runs))

    result = CompareResult(data(first), data(second), MIN_SPEED)
    if not result.significant:
        return Tell.CANNOT_TELL
    return Tell.SLOWER if result.norm_mean > 1 else Tell.FASTER


def by_pytest_benchmark(fail: str, standing: Standing, first: str, second: str) -> Tell:
    """Ask what `--benchmark-compare-fail` asks, with either as the saved run."""

    def stats(entrant: str) -> dict[str, float]:
        found = Stats()
        for rounds in by_generation(standing, entrant).values():
            for each in rounds:
                found.update(each)
        fields: dict[str, float] = found.as_dict()
        return fields

    one, other, fails = stats(first), stats(second), parse_compare_fail(fail).fails
    if fails(other, one):
        return Tell.SLOWER
    return Tell.FASTER if fails(one, other) else Tell.CANNOT_TELL


OTHERS: Mapping[str, Mapping[str, Judge]] = {
    "pytest_benchmark": {f"{fail} ": partial(by_pytest_benchmark, fail) for fail in REGRESSED},
    "pyperf": {"": by_pyperf},
}
"""By the columns of a trial, and in there by what a figure begins with."""
