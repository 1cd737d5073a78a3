"""What pytest-benchmark sees of the race: for each item a timer that replays its rounds.

Strategy: pytest-benchmark finishes one item before it begins the next, and a race must interleave
them.  So everything is raced before it sees the first item, and it calls a function that does
nothing but move a clock of ours by what a round took: its table, its JSON and its comparison work
on figures that it did not measure.
"""

from collections.abc import Callable, Iterable, Iterator

from bench.scenarios import Scenario
from report.results import Figure, Sample


def time_lost(sample: Sample) -> float:
    """Give the seconds that the batch took beyond what an ideal scheduler needs."""
    return sample.wall - (sample.saw.ideal if sample.saw else 0.0)


SHOWN: dict[Figure, tuple[str, Callable[[Sample], float]]] = {
    Figure.CPU: ("CPU time of one call", lambda sample: sample.cpu / sample.calls),
    Figure.EFFICIENCY: ("wall time lost against the ideal", time_lost),
}


class Stopwatch:
    """A timer for one item: it stands still but for `lap`, which lets one round's time pass.

    Attributes:
        group: the heading of the item's table.
    """

    __name__ = "stopwatch"

    def __init__(self, scenario: Scenario) -> None:
        """Show what counts in this scenario."""
        what, self._seconds = SHOWN[scenario.figure]
        self.group = f"{scenario.name}: {what}"
        self._now = 0.0
        self._laps: Iterator[float] = iter(())

    def replay(self, samples: Iterable[Sample]) -> None:
        """Take the rounds to show."""
        self._laps = iter([self._seconds(sample) for sample in samples])

    def lap(self) -> None:
        """Let the next round's time pass."""
        self._now += next(self._laps, 0.0)

    def __call__(self) -> float:
        """Give the seconds that it shows."""
        return self._now
