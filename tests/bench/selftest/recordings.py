"""Recordings that are made up, and a watch over whoever judges them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench.progress import Step
from bench.selftest.noise import Noise, Scatter
from bench.selftest.parts import Part, Parts
from bench.selftest.recording import SLOWINGS, THIRD
from bench.selftest.size import SHORT
from impls.registry import REFERENCE
from report.figures import Standing, standings
from report.method import SelfTest, Trial
from report.results import TWIN, Results, append
from tests.report.conftest import records

TEN, FIVE = (REFERENCE + ending for ending in SLOWINGS)
UVLOOP = "asyncio+uvloop/workers"
VARIED = [REFERENCE, UVLOOP]
SAME = [REFERENCE, REFERENCE + TWIN, REFERENCE + THIRD]
NOISE = Noise(Scatter(0.02, 0.05, 0.1, 0.1), Scatter(0.01, 0.1, 0.1, 0.1), drift=0.02)
GENERATIONS, BLOCKS = 10, 3
SIZE = SHORT._replace(simulated=20)

Recording = Callable[..., Results]
"""Makes a race of three copies and two slowed ones, with some noise."""


class Silent:
    """A watch that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def step(self, step: Step) -> None:
        self.steps.append(step)

    def standing(self, lines: Sequence[object]) -> None: ...


def part() -> Part:
    """A part that nobody watches."""
    return Parts(Silent(), 1).begin("a part", 1)


def written(folder: Path, races: Sequence[Results]) -> Path:
    """Keep races as a recording, with a cost of 1 %."""
    folder.mkdir(exist_ok=True)
    for number, race in enumerate(races, start=1):
        with (folder / f"race-{number:02}.jsonl").open("wb") as file:
            append(file, records(race))
    (folder / "cost.json").write_text(json.dumps(costs(1.01)))
    return folder


def costs(ratio: float) -> list[list[tuple[float, float]]]:
    """What recording cost in some processes, with a little noise."""
    noise = np.random.default_rng(0).normal(0, 0.002, (6, 8))
    return [[(0.05 * ratio * float(np.exp(each)), 0.05) for each in some] for some in noise]


def standing(race: Results, course: str = "loopback") -> Standing:
    """Give the standing on one course."""
    return next(each for each in standings(race) if each.course.name == course)


def self_test(load: str, made: str = "now") -> SelfTest:
    """A self-test under this load."""
    trial = Trial(
        "what", "how", "at most 5 %", "7 %", met=False, pytest_benchmark=None, pyperf="9 %"
    )
    return SelfTest(made, "commit", "machine", load, "command", [trial])
