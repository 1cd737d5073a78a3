"""The scenarios: what is called, how often, and how the origin behaves.

Strategy: a table.  A batch is the same everywhere: 1000 calls, the number that everybody asks
about.  Where a batch is shorter than the noise, a round repeats it; every sample says how many
calls it stands for.
"""

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
    """How much is measured: blocks for each scenario."""

    blocks: dict[str, int]


PROFILES = {
    "quick": Profile({"null": 5, "loopback": 5, "web": 1}),
    "standard": Profile({"null": 15, "loopback": 15, "web": 8}),
}
