"""What the values of the race's options mean, and which are refused."""

from argparse import ArgumentTypeError

import pytest

from bench.options import margin, seconds


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("5%", 0.05), ("5", 0.05), (" 2.5 % ", 0.025), ("100%", 1.0), ("0.5%", 0.005)],
)
def test_a_margin(text: str, ratio: float) -> None:
    """It is written in per cent, with the sign or without, and read as a ratio beyond 1."""
    assert margin(text) == pytest.approx(ratio)


@pytest.mark.parametrize(
    "text",
    ["", "%", "0", "0%", "0.0%", "-5%", "101%", "5%%", "5 percent", "nan", "inf", "1e1", "5,5"],
)
def test_no_margin(text: str) -> None:
    """What is no share of one, or none at all, is refused by what was written."""
    with pytest.raises(ArgumentTypeError, match="is no margin; one is written as 5%") as caught:
        margin(text)
    assert str(caught.value).startswith(repr(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [("90", 90), ("90s", 90), ("20m", 1200), ("1.5h", 5400), (" 2 m ", 120), ("0.5s", 0.5)],
)
def test_a_time(text: str, told: float) -> None:
    """It is written in seconds, minutes or hours, and read in seconds."""
    assert seconds(text) == told


@pytest.mark.parametrize(
    "text",
    ["", "s", "0", "0m", "0.0h", "-5s", "5d", "5 minutes", "1m30s", "inf", "nan", "1e3", "5,5"],
)
def test_no_time(text: str) -> None:
    """What is no time, or none at all, is refused by what was written."""
    with pytest.raises(
        ArgumentTypeError, match="is no time; one is written as 90s, 20m or 1h"
    ) as c:
        seconds(text)
    assert str(c.value).startswith(repr(text))
