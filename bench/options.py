"""The options of a race: a table, and what their values mean.

Strategy: a value that can't be meant is refused here, as it is read, so that pytest names the
option.  What depends on what there is, or on other options, is left to `bench/choices.py`.
"""

import math
import re
from argparse import ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.about import ROOT
from bench.records import previous
from bench.scenarios import PROFILES, SCENARIOS
from impls.contract import Kind
from impls.registry import EVERYBODY
from origin.process import LOOPBACK

LATEST = ROOT / "report" / "latest"
RESULTS = "results.jsonl"
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


OPTIONS: Mapping[str, dict[str, Any]] = {
    "--profile": {
        "choices": list(PROFILES),
        "default": "standard",
        "help": "how much is measured: quick (about a minute; tells little), standard (about five "
        "minutes), thorough (under twenty)",
    },
    "--until": {
        "type": margin,
        "metavar": "PERCENT",
        "help": "instead of as many generations as the profile has: go on until each pair is told "
        "apart, or shown to be within this margin, such as 5%%",
    },
    "--time-limit": {
        "type": seconds,
        "default": math.inf,
        "metavar": "TIME",
        "help": "begin no generation that would end later than after this time, such as 90s or 20m",
    },
    "--python": {
        "action": "append",
        "default": [],
        "metavar": "PATH",
        "help": "race on this interpreter instead of the one that runs pytest; repeat it to race "
        "several in one race, whose entrants are then called py3.13:trio/workers. Also an "
        "execnet specification: ssh=host//python=/path/python//chdir=/path/checkout",
    },
    "--origin-address": {
        "metavar": "HOST",
        "help": "where the origin listens, and workers find it: the address of this machine as "
        f"those of other machines know it ({LOOPBACK}, where all are here)",
    },
    "--variants": {
        "default": Kind.MAIN,
        "metavar": "PATTERN",
        "help": "who races: shell-style patterns, separated by commas, such as 'trio/*,*/workers'; "
        f"or {EVERYBODY}, or all of a kind: {', '.join(Kind)} (%(default)s)",
    },
    "--scenarios": {
        "default": ",".join(SCENARIOS),
        "metavar": "NAMES",
        "help": "on what: names separated by commas (%(default)s)",
    },
    "--seed": {
        "type": int,
        "help": "of the order and the delays (a new one each time; the results tell it)",
    },
    "--report-into": {
        "type": Path,
        "default": LATEST,
        "metavar": "DIR",
        "help": "where results and report are written (report/latest); results that are there "
        f"already become {previous(Path(RESULTS))}",
    },
}
"""By name, what pytest is told of each."""
