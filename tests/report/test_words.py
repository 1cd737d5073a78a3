"""Numbers and fates read well, and never say more than is known."""

import pytest

from report.comparison import Interval
from report.figures import Row, State
from report.results import Kind, Mishap
from report.words import (
    counted,
    digits,
    fate,
    listed,
    nothing_below,
    number,
    percent,
    possible,
    ranged,
    share,
)


@pytest.mark.parametrize(
    ("figure", "interval", "words"),
    [
        ("cpu", Interval(1.234, 1.2, 1.3), "1.23 (1.20–1.30)"),
        ("cpu", Interval(12.34, 12, 13), "12.3 (12.0–13.0)"),
        ("wall", Interval(1234.5, 1200, 1300), "1234 (1200–1300)"),
        ("cpu ratio", Interval(0.5, 0.4, 0.6), "0.50× (0.40–0.60)"),
        ("efficiency", Interval(0.98, 0.97, 0.99), "0.980 (0.970–0.990)"),
        ("efficiency ratio", Interval(1.001, 0.99, 1.01), "1.001× (0.990–1.010)"),
        ("cpu ratio", Interval(2), "2.00×"),
        ("cpu", None, "—"),
        ("efficiency", Interval(0.9, 0.7, 1.16), "0.900 (0.700–1.000)"),
        ("efficiency", Interval(0.9), "0.900"),
        ("efficiency ratio", Interval(0.9, 0.7, 1.16), "0.900× (0.700–1.160)"),
        ("cpu ratio", Interval(0.98, 0.1, 9.9), "0.98× (0.10–9.90)"),
        ("cpu ratio", Interval(0.98, 0.08, 12.1), "0.98× (0.08 or more)"),
        ("cpu ratio", Interval(0.98, 0.001, 1299.9), "0.98× (no bounds)"),
        ("cpu ratio", Interval(17.3, 16.4, 18.3), "17.3× (16.4–18.3)"),
        ("cpu ratio", Interval(0.05, 0.01, 0.6), "0.05× (0.01–0.60)"),
    ],
)
def test_an_estimate_stands_with_its_interval(
    figure: str, interval: Interval | None, words: str
) -> None:
    """The decimals suit the size; an end that says nothing, or can't be, is left out."""
    assert ranged(figure, interval) == words


def test_an_efficiency_ends_at_1_but_keeps_its_estimate() -> None:
    """Should the estimate itself be beyond, nothing is cut off below it."""
    assert possible("efficiency", Interval(0.9, 0.7, 1.2)) == Interval(0.9, 0.7, 1.0)
    assert possible("efficiency", Interval(1.01, 0.9, 1.2)) == Interval(1.01, 0.9, 1.01)
    assert possible("efficiency", Interval(0.9)) == Interval(0.9)
    assert possible("cpu", Interval(0.9, 0.7, 1.2)) == Interval(0.9, 0.7, 1.2)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0193, "0.0193"), (0.00012345, "0.000123"), (14.13, "14.1"), (1234.5, "1234"), (0, "0")],
)
def test_very_small_figures_keep_three_digits(value: float, words: str) -> None:
    """A time of some microseconds, told in milliseconds, is not nothing."""
    assert digits(value) == words


def test_what_could_not_be_told_has_a_figure_up_to_a_factor_of_two() -> None:
    """Beyond that, no figure is worth telling."""
    assert nothing_below(1.031) == "no difference below 3.1 %"
    assert nothing_below(2.0) == "no difference below 100.0 %"
    assert nothing_below(9.935) == "no difference below a factor of two"


def test_numbers_without_an_interval() -> None:
    """A figure has three digits or so, a margin one decimal, a share up to three digits."""
    assert (number(0.123), number(12.34), number(1234.5), number(None)) == (
        "0.12",
        "12.3",
        "1234",
        "—",
    )
    assert (percent(1.031), percent(2.5)) == ("3.1 %", "150.0 %")
    assert (share(0.05), share(0.05 / 7), share(0.999)) == ("5 %", "0.714 %", "99.9 %")
    assert (counted(1, "block"), counted(2, "block")) == ("1 block", "2 blocks")


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b, c and d"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_a_few_are_named_and_the_rest_counted(items: list[str], words: str) -> None:
    """Nobody reads eighteen names in a sentence; a single one left over is named all the same."""
    assert listed(items) == words


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (3, "hung in generation 2, block 3: no answer for 30 s"),
        (None, "hung before the first block of generation 2: no answer for 30 s"),
    ],
)
def test_a_fate_says_what_when_and_why_on_one_line(block: int | None, words: str) -> None:
    """The numbers are those of the results file."""
    mishap = Mishap("trio/workers", "web", 2, block, Kind.HUNG, "no answer\nfor 30 s")
    assert fate(Row("trio/workers", State.HUNG, mishap.why, mishap)) == words


def test_a_fate_without_a_mishap_has_its_reason_or_says_that_there_is_none() -> None:
    """Nothing is ever left blank."""
    assert fate(Row("a/b", State.MISSING, "not installed")) == "missing: not installed"
    assert fate(Row("a/b", State.NOT_RACED)) == "not raced: no reason was recorded"
