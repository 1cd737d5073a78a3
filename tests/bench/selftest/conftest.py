"""What the tests of the self-test share: races of copies, made to measure."""

import numpy as np
import pytest

from bench.selftest.size import COURSES
from impls.registry import REFERENCE
from report.results import TWIN, Results
from tests.bench.selftest.recordings import BLOCKS, FIVE, GENERATIONS, SAME, TEN, Recording
from tests.report import conftest
from tests.report.conftest import Make

make = conftest.make


@pytest.fixture
def recording(make: Make) -> Recording:
    """Make a race of three copies and two slowed ones, with some noise."""

    def factory(
        seed: int = 0, *, third: float = 1.0, ten: float = 1.1, name: str = REFERENCE
    ) -> Results:
        rng = np.random.default_rng(seed)
        entrants = [each.replace(REFERENCE, name) for each in [*SAME, TEN, FIVE]]
        costs = dict(zip(entrants, [1.0, 1.0, third, ten, 1.05], strict=True))

        def rounds(cost: float) -> list[list[float]]:
            found = 20 * cost * np.exp(rng.normal(0, 0.01, (GENERATIONS, BLOCKS)))
            return [list(map(float, each)) for each in found]

        figures = {course: {each: rounds(costs[each]) for each in costs} for course in COURSES}
        return make(figures, reference=name, twin=name + TWIN).results

    return factory
