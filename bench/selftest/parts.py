"""How far the self-test is: each of its parts takes a share of the whole.

Strategy: a part is watched as a race is, and tells of its steps as steps of the whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.progress import Step, Watch
from report.results import Results

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """One part of the work, and the onlooker of a race that is one.

    Attributes:
        watch: is told of each step.
        what: is being done.
        begins: at this share of the whole work.
        share: of the whole that this part is.
    """

    watch: Watch
    what: str
    begins: float
    share: float

    def step(self, step: Step) -> None:
        """Tell of a step of this part."""
        detail = f"{step.what}  {step.who}".strip()
        self.watch.step(Step(self.what, detail, self.begins + self.share * step.share))

    def each(self, things: Sequence[T]) -> Iterator[T]:
        """Give each of them in turn, one for each step."""
        yield from self.counted(things, len(things))

    def counted(self, things: Iterable[T], of: int) -> Iterator[T]:
        """Give each of so many things, some of which are still to be made."""
        for number, thing in enumerate(things):
            self.step(Step(f"{number + 1} of {of}", "", number / of))
            yield thing

    def look(self, so_far: Results) -> None:
        """Show nothing of how the entrants stand: they are copies."""

    def enough(self, so_far: Results) -> bool:
        """Never end a race early."""
        return False


class Parts:
    """The parts of the whole, one after the other."""

    def __init__(self, watch: Watch, work: float) -> None:
        """Expect so much work in all."""
        self._watch = watch
        self._work = work
        self._done = 0.0

    def begin(self, what: str, work: float) -> Part:
        """Begin a part that takes so much of the work."""
        part = Part(self._watch, what, self._done / self._work, work / self._work)
        self._done += work
        return part
