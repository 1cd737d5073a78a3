"""The ideal scheduler, against schedules worked out by hand."""

import pytest

from bench.ideal import ideal_time


@pytest.mark.parametrize(
    ("delays", "limit", "seconds"),
    [
        ([], 3, 0.0),
        ([2.0], 3, 2.0),
        ([1.0, 2.0, 3.0], 1, 6.0),
        ([1.0, 2.0, 3.0], 3, 3.0),
        ([3.0, 1.0, 1.0, 1.0], 2, 3.0),
        ([1.0, 1.0, 1.0, 3.0], 2, 4.0),
        ([1.0, 2.0, 3.0, 4.0], 2, 6.0),
    ],
)
def test_ideal_time(delays: list[float], limit: int, seconds: float) -> None:
    """Each call begins as soon as one of the slots is free."""
    assert ideal_time(delays, limit) == seconds
