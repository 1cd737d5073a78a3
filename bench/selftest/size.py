"""How much is tried: everything, or just enough to see that it works.

Strategy: both sizes run the same code from end to end, so the short one, in a minute, shows
whether the half hour of the full one would be for nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bench.scenarios import PROFILES, Profile

COURSES = ("null", "loopback")
ONCE = dict.fromkeys(COURSES, 1)


class Size(NamedTuple):
    """How much is tried.

    Attributes:
        variants: whose copies race.
        races: for each of them.
        profile: of each race.
        calibration: of the race before them all.
        processes: in which the cost of recording is measured.
        rounds: in each of these.
        simulated: races of each shape in which the truth is known.
    """

    variants: Sequence[str]
    races: int
    profile: Profile
    calibration: Profile
    processes: int
    rounds: int
    simulated: int


FULL = Size(
    ("asyncio/workers", "asyncio+uvloop/workers", "trio/workers", "threads/workers"),
    races=10,
    profile=PROFILES["standard"],
    calibration=PROFILES["standard"],
    processes=10,
    rounds=20,
    simulated=500,
)
SHORT = Size(
    ("asyncio/workers", "asyncio+uvloop/workers"),
    races=1,
    profile=Profile("short", 5, dict.fromkeys(COURSES, 3), ONCE),
    calibration=Profile("calibration", 2, dict.fromkeys(COURSES, 2), ONCE),
    processes=5,
    rounds=12,
    simulated=60,
)
