"""What the values of the race's options mean."""

import re
from argparse import ArgumentTypeError

SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def margin(text: str) -> float:
    """Read a margin such as 5%; give it as a ratio beyond 1.

    Raises:
        ArgumentTypeError: it is no such thing.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *%?", text.strip())
    if not found or not 0 < float(found[1]) <= 100:  # noqa: PLR2004 - it is in per cent
        raise ArgumentTypeError(f"{text!r} is no margin; one is written as 5%")
    return float(found[1]) / 100


def seconds(text: str) -> float:
    """Read a time such as 90s, 20m or 1h; without a unit it is in seconds.

    Raises:
        ArgumentTypeError: it is no such thing.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([smh]?)", text.strip())
    if not found or not float(found[1]):
        raise ArgumentTypeError(f"{text!r} is no time; one is written as 90s, 20m or 1h")
    return float(found[1]) * SECONDS[found[2]]
