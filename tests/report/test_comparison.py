"""A verdict is what the interval of a ratio supports, and no more."""

import numpy as np
import pytest

from report.comparison import (
    WORTH_NAMING,
    Interval,
    Pair,
    Tell,
    apart,
    compare,
    settled,
    tell,
    within,
)
from report.statistics import ALPHA, FEWEST_GENERATIONS, Floats


def raced(entrants: list[float], generations: int = 10, drift: float = 0.0) -> list[Floats]:
    """Make logarithms of figures: five blocks in a generation, which drift, with a little noise."""
    rng = np.random.default_rng(1)
    return [
        np.log(entrants)
        + drift * rng.normal(size=(5, 1))
        + 0.01 * rng.normal(size=(5, len(entrants)))
        for _ in range(generations)
    ]


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (Interval(1.5, 1.4, 1.6), Tell.SLOWER),
        (Interval(0.5, 0.4, 0.6), Tell.FASTER),
        (Interval(1.5, 0.9, 2.5), Tell.CANNOT_TELL),
        (Interval(1.01, 1.005, 1.015), Tell.CANNOT_TELL),
        (Interval(0.99, 0.985, 0.995), Tell.CANNOT_TELL),
        (Interval(9.0), Tell.CANNOT_TELL),
    ],
    ids=["above", "below", "around 1", "not worth naming", "nor below", "without an interval"],
)
def test_only_what_the_interval_supports_is_told(ratio: Interval, told: Tell) -> None:
    """A difference must leave out 1, and be worth naming; more CPU time is slower."""
    assert tell(ratio, above=Tell.SLOWER) is told


def test_what_is_above_may_be_better() -> None:
    """More efficiency is faster."""
    assert tell(Interval(1.5, 1.4, 1.6), above=Tell.FASTER) is Tell.FASTER
    assert tell(Interval(0.5, 0.4, 0.6), above=Tell.FASTER) is Tell.SLOWER


def test_a_pair_can_be_read_both_ways() -> None:
    """The inverse of slower by half is faster by a third, and its interval turns round."""
    pair = Pair(Interval(1.5, 1.25, 2.0), Tell.SLOWER)
    assert pair.inverse() == Pair(Interval(1 / 1.5, 0.5, 0.8), Tell.FASTER)
    assert not Interval(2.0).inverse().bounded


@pytest.mark.parametrize(
    ("ratio", "is_settled"),
    [
        (Interval(1.2, 1.1, 1.3), True),
        (Interval(1.0, 0.98, 1.02), True),
        (Interval(1.0, 0.98, 1.06), False),
        (Interval(1.0, 0.9, 1.02), False),
        (Interval(1.0), False),
    ],
    ids=["told apart", "within", "too wide above", "too wide below", "without an interval"],
)
def test_a_pair_is_settled_if_told_apart_or_within_the_margin(
    ratio: Interval, is_settled: bool
) -> None:
    """More generations would add nothing to it."""
    assert settled(ratio, 1.05) is is_settled
    assert within(ratio, 1.05) is (is_settled and not apart(ratio))


def test_every_pair_is_compared() -> None:
    """Each two have their ratio, and those that differ are told apart."""
    found = compare(raced([10, 20, 20]), ALPHA, above=Tell.SLOWER)
    assert [each.estimate for each in found.values] == pytest.approx([10, 20, 20], rel=0.01)
    assert {pair: each.told for pair, each in found.pairs.items()} == {
        (0, 1): Tell.FASTER,
        (0, 2): Tell.FASTER,
        (1, 2): Tell.CANNOT_TELL,
    }
    assert found.pairs[0, 1].ratio.estimate == pytest.approx(0.5, rel=0.01)
    assert apart(found.pairs[0, 1].ratio)


def test_a_drift_that_a_block_shares_does_not_widen_a_ratio() -> None:
    """Ratios are taken within each block."""
    still, drifting = (
        compare(raced([10, 11], drift=drift), ALPHA, above=Tell.SLOWER) for drift in (0.0, 0.5)
    )
    assert drifting.pairs[0, 1].ratio.lower == pytest.approx(still.pairs[0, 1].ratio.lower)
    assert drifting.values[0].upper > 1.2 * still.values[0].upper


def test_identical_entrants_are_not_told_apart() -> None:
    """However many pairs there are, chance names none of them here."""
    found = compare(raced([10] * 12), ALPHA, above=Tell.SLOWER)
    assert {each.told for each in found.pairs.values()} == {Tell.CANNOT_TELL}


def test_too_few_generations_give_estimates_and_no_verdict() -> None:
    """There is no interval then, whatever the distance, and nothing that could be told."""
    found = compare(raced([1, 100], generations=FEWEST_GENERATIONS - 1), ALPHA, above=Tell.SLOWER)
    assert found.pairs[0, 1].ratio.estimate == pytest.approx(0.01, rel=0.02)
    assert found.pairs[0, 1].told is Tell.CANNOT_TELL
    assert not any(each.bounded for each in found.values)
    assert found.could_tell == {}


def test_a_race_of_one_compares_nobody() -> None:
    """It has its figure, with an interval."""
    found = compare(raced([10]), ALPHA, above=Tell.SLOWER)
    assert found.values[0].bounded
    assert (found.pairs, found.could_tell) == ({}, {})


def test_nothing_finer_than_worth_naming_could_be_told() -> None:
    """A race without noise still names no difference below that."""
    quiet = [np.log([[10.0, 10.0]] * 3)] * FEWEST_GENERATIONS
    assert compare(quiet, ALPHA, above=Tell.SLOWER).could_tell == {(0, 1): WORTH_NAMING}
