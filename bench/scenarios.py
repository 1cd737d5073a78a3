"""The scenarios: what is called, how often, and how the origin behaves.

Strategy: a table.  A batch is the same everywhere: 1000 calls, the number that everybody asks
about.  Where a batch is shorter than the noise, a round repeats it; every sample says how many
calls it stands for.
"""

from collections.abc import Mapping
from typing import NamedTuple

from report.results import Figure

CALLS = 1000
"""In a batch."""


class Delays(NamedTuple):
    """A log-normal distribution, in seconds."""

    median: float
    p99: float


class Scenario(NamedTuple):
    """A workload.

    Attributes:
        asks: the question it answers, in one sentence.
        limit: the most calls in progress at once.
        figure: what counts here.
        remote: whether a call goes to the origin; otherwise it is one checkpoint.
        delays: what the origin lets a call wait; None for an answer at once.
    """

    name: str
    asks: str
    limit: int
    figure: Figure
    remote: bool = True
    delays: Delays | None = None


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "null",
            "What do the strategy and the runtime charge? "
            "The call is one checkpoint of the runtime; there is no network.",
            limit=50,
            figure=Figure.CPU,
            remote=False,
        ),
        Scenario(
            "loopback",
            "What does a call charge? 64 at a time, against an origin that answers at once.",
            limit=64,
            figure=Figure.CPU,
        ),
        Scenario(
            "web",
            "Are all slots kept busy? 1000 calls, 50 at a time, against an origin whose delays are "
            "log-normal: median 20 ms, 99th percentile 200 ms.",
            limit=50,
            figure=Figure.EFFICIENCY,
            delays=Delays(median=0.020, p99=0.200),
        ),
    )
}


class Profile(NamedTuple):
    """How much is measured.

    Attributes:
        name: as it is chosen.
        generations: sets of fresh processes.
        blocks: for each scenario, how many in a generation that races it.
        every: for each scenario, how many generations lie between two that race it; a round that
            waits for its calls takes ten times as long as one bound by the processor, and its
            figure is ten times as steady.
    """

    name: str
    generations: int
    blocks: Mapping[str, int]
    every: Mapping[str, int]

    def races(self, scenario: Scenario, generation: int, block: int) -> bool:
        """Say whether this generation races the scenario in its block of this number."""
        raced = generation % self.every[scenario.name] == 0
        return raced and block < self.blocks[scenario.name]


ONE_EACH = {"null": 1, "loopback": 1, "web": 1}

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", 5, ONE_EACH, ONE_EACH | {"web": 5}),
        Profile("standard", 13, ONE_EACH | {"null": 3, "loopback": 3}, ONE_EACH | {"web": 3}),
        Profile("thorough", 31, ONE_EACH | {"null": 5, "loopback": 5}, ONE_EACH | {"web": 2}),
    )
}
