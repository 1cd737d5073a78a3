"""Times that are counted by size keep their percentiles, and can be put together."""

import numpy as np
import pytest

from report.times import SHORTEST, counted, percentile, together


@pytest.mark.parametrize("seconds", [1e-6, 3.3e-5, 0.02, 1.0, 600.0])
def test_a_time_is_known_to_one_per_cent(seconds: float) -> None:
    """Whether it is microseconds or minutes."""
    assert percentile(counted([seconds]), 0.5) == pytest.approx(seconds, rel=0.0101)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99, 0.999, 1.0])
def test_percentiles_are_those_of_the_times_themselves(share: float) -> None:
    """Counting by size costs one per cent of precision, wherever in the distribution."""
    seconds = np.random.default_rng(1).lognormal(-4, 1, 20_000)
    exact = float(np.quantile(seconds, share, method="inverted_cdf"))
    assert percentile(counted(seconds.tolist()), share) == pytest.approx(exact, rel=0.0101)


def test_rounds_are_put_together_by_adding() -> None:
    """The times of two rounds together are those of one round with all of their calls."""
    some, others = [0.001, 0.002, 0.002], [0.002, 0.3]
    assert together([counted(some), counted(others)]) == counted([*some, *others])
    assert together([]) == {}


def test_no_time_at_all_counts_as_the_shortest() -> None:
    """A difference of two equal instants, or of two that a clock swapped, has its bucket too."""
    assert counted([0.0, -1e-9]) == counted([SHORTEST, SHORTEST])


def test_nothing_has_no_percentile() -> None:
    """Whoever asks for the percentile of no times is told so."""
    with pytest.raises(ValueError, match="no times"):
        percentile({}, 0.5)
