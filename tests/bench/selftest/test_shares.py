"""Shares, and how sure they are."""

import pytest

from bench.selftest.shares import Share, share_of


def test_an_interval_of_independent_verdicts_is_exact() -> None:
    """Clopper and Pearson's: none of 20, and 5 of 20, one from each race."""
    assert share_of([[False]] * 20)[2:] == pytest.approx((0.0, 0.1684), abs=1e-4)
    assert share_of([[True]] * 20)[2:] == pytest.approx((0.8316, 1.0), abs=1e-4)
    some = share_of([[each < 5] for each in range(20)])
    assert some[2:] == pytest.approx((0.0866, 0.4910), abs=1e-3)


def test_verdicts_that_fall_together_count_less() -> None:
    """Ten that are told all in one race are worth about one; apart, they are worth ten."""
    together = share_of([[number == 0] * 10 for number in range(40)])
    apart = share_of([[number < 10, *[False] * 9] for number in range(40)])
    assert together.part == apart.part
    assert together.upper > 2 * apart.upper
    assert together.lower < apart.lower / 2


def test_a_share_is_told_with_its_interval() -> None:
    """In per cent."""
    assert str(Share(5, 240, 0.0068, 0.048)) == "2.1 % (0.7–4.8)"
