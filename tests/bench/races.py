"""Short races for tests: who watches them, where they are written, and what came of them."""

import io
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from bench.cores import Cores
from bench.entrants import Entrant
from bench.entry import Entry
from bench.progress import Step
from bench.race import Racing
from bench.scenarios import SCENARIOS, Profile
from impls.contract import Variant
from impls.registry import VARIANTS
from origin.process import Origin
from report.results import Block, End, Mishap, Race, Record, Results, Sample, decode

GOOD, OTHER = VARIANTS["asyncio/workers"], VARIANTS["trio/workers"]
TWIN = f"{GOOD.name} (twin)"
ANYWHERE = Cores(None, None)
SHORT = Profile("short", 2, dict.fromkeys(SCENARIOS, 2), {"null": 1, "loopback": 1, "web": 2})
"""Two blocks in each of two generations, of which only the first races `web`."""


class Watcher:
    """Watches a race, and keeps what it heard.

    Attributes:
        steps: that it was told of.
        processes: that were there as children of this one in each generation, by its heading.
        looked: how many samples there were whenever it looked how everybody stands.
        asked: the same, whenever it was asked whether that is enough.
    """

    def __init__(
        self,
        act: Callable[[Step], object] = lambda _: None,
        is_enough: Callable[[Results], bool] = lambda _: False,
    ) -> None:
        """Act at each step; say when it is enough."""
        self._act, self._is_enough = act, is_enough
        self._others = children()
        self.steps: list[Step] = []
        self.processes: dict[str, set[psutil.Process]] = {}
        self.looked: list[int] = []
        self.asked: list[int] = []

    def step(self, step: Step) -> None:
        """Hear what is about to be done."""
        self.steps.append(step)
        generation = step.what.partition(":")[0]
        self.processes.setdefault(generation, set()).update(children() - self._others)
        self._act(step)

    def look(self, so_far: Results) -> None:
        """Look at how everybody stands."""
        self.looked.append(len(so_far.samples))

    def enough(self, so_far: Results) -> bool:
        """Say whether everything is told."""
        self.asked.append(len(so_far.samples))
        return self._is_enough(so_far)


class Came(list[Record]):
    """The records that came of a race, by their kinds."""

    @property
    def race(self) -> Race:
        """The first of them."""
        assert isinstance(self[0], Race)
        return self[0]

    @property
    def blocks(self) -> list[Block]:
        """Those that announce a block."""
        return [each for each in self if isinstance(each, Block)]

    @property
    def samples(self) -> list[Sample]:
        """The rounds that count."""
        return [each for each in self if isinstance(each, Sample)]

    @property
    def mishaps(self) -> list[Mishap]:
        """Those that do not."""
        return [each for each in self if isinstance(each, Mishap)]

    @property
    def cut_short(self) -> str | None:
        """What the last of them says."""
        assert isinstance(self[-1], End)
        return self[-1].cut_short

    def lanes(self, entrant: str) -> list[tuple[str, int, int]]:
        """Give course, generation and block of each of the entrant's rounds."""
        return [(s.course, s.generation, s.block) for s in self.samples if s.entrant == entrant]


def enter(
    variants: Sequence[Variant], scenarios: Sequence[str], profile: Profile = SHORT, **more: Any
) -> Entry:
    """Enter these variants, as they are named."""
    entrants = [Entrant(each.name, each) for each in variants]
    chosen = [SCENARIOS[name] for name in scenarios]
    return Entry(entrants, chosen, profile, **({"seed": 1} | more))


def raced(
    entry: Entry,
    origin: Origin,
    watcher: Watcher | None = None,
    clock: Callable[[], float] = time.monotonic,
    file: io.BytesIO | None = None,
) -> Came:
    """Race, and give the records that came of it."""
    file = file or io.BytesIO()
    Racing(entry, origin, ANYWHERE, watcher or Watcher(), clock=clock).run(file)
    return written(file.getvalue())


def written(data: bytes) -> Came:
    """Read what was written."""
    return Came(decode(line) for line in data.splitlines())


def children() -> set[psutil.Process]:
    """Give the processes that this one has started and not yet seen the end of."""
    return set(psutil.Process().children(recursive=True))
