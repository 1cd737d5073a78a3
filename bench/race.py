"""The race: blocks of rounds inside generations of fresh processes.

Strategy: a generation starts a process for each entrant, and ends them all.  The first one holds
each entrant against its limit, on the origin's evidence, and finds how often a batch that is
shorter than the noise must be repeated; in each of them a few calls that do not count warm a
process up, where the processor is what counts.  Then come the blocks: every entrant once, in
random order.
Whatever befalls an entrant costs its own row and no other, and is written down as it happens.
"""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import IO, Protocol

from bench import rounds
from bench.cores import Cores
from bench.entrants import Entrant
from bench.entry import LOOKS, Entry, TooLittleTime, weight
from bench.progress import Step
from bench.records import Records
from bench.rounds import BrokeARule, Measured, Round
from bench.scenarios import Scenario
from bench.stable import Out, Stable, Worker
from origin.process import Origin
from report.results import Block, Kind, Mishap, Results, Sample

PATIENCE = 60.0
"""Seconds after which a round hangs; the slowest takes a few."""

ENOUGH = 0.05
"""Seconds of processor time that make a round longer than the clock's noise and ours.

Not of wall time: on a busy machine that would give the same code ten times less to do."""

CALIBRATIONS = 3
"""Batches of which the least counts."""

STOOD_STILL = Kind.FAILED, "the clock of processor time stood still for a whole round"
MOST_REPEATS = 256
MOST_BLOCKS = 1000
QUALIFYING_LIMIT = 8
FEW_CALLS = 200
"""Enough to warm a process up: the first block after them is as fast as the later ones."""


class Onlooker(Protocol):
    """Who watches a race."""

    def step(self, step: Step) -> None:
        """Hear what is about to be done."""

    def look(self, so_far: Results) -> None:
        """Look at how everybody stands; asked after each generation."""

    def enough(self, so_far: Results) -> bool:
        """Say whether everything is told; asked after each of `LOOKS`."""


class Racing:
    """A race being run."""

    def __init__(
        self,
        entry: Entry,
        origin: Origin,
        cores: Cores,
        onlooker: Onlooker,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to race.

        Args:
            entry: who, on what, for how long.
            origin: the other end of every call.
            cores: which processor is whose.
            onlooker: is told of each round before it begins, and of how everybody stands.
            clock: what the time limit is held against.
        """
        self._entry = entry
        self._origin = origin
        self._cores = cores
        self._onlooker = onlooker
        self._clock = clock
        self._random = random.Random(entry.seed)
        lanes = [(each.name, course.name) for each in entry.starters for course in entry.scenarios]
        self._still_in = set(lanes)
        self._repeats: dict[tuple[str, str, str], int] = {}
        self._done = 0

    def run(self, file: IO[bytes]) -> None:
        """Race, and write every record to the file as it comes.

        Raises:
            OriginError: the origin is gone; what was measured until then is in the file.
            OSError: the file takes no more, as when the disk is full.
            TooLittleTime: the time was up within the first generation.
        """
        self._began = self._clock()
        self._records = Records(file, self._entry.header(self._cores))
        with self._records.to_the_end():
            self._records.cut_short = self._race()

    def _race(self) -> str | None:
        """Race generation after generation; say why not all of them, if so."""
        of = self._entry.generations
        for done in range(1, of + 1):
            self._generation(done - 1)
            self._onlooker.look(self._records.so_far)
            if self._is_enough(done):
                break
            if done < of and self._passed() * (done + 1) > self._entry.seconds * done:
                return f"the time was up after {done} of {of} generations"
        return None

    def _is_enough(self, done: int) -> bool:
        looks = self._entry.until is not None and done in LOOKS
        return looks and self._onlooker.enough(self._records.so_far)

    def _passed(self) -> float:
        return self._clock() - self._began

    def _generation(self, generation: int) -> None:
        self._at = generation
        with closing(Stable(self._cores.worker)) as self._stable:
            self._start()
            if generation == 0:
                self._qualify()
            for scenario in self._entry.calibrated:
                self._warm_up(scenario)
            self._blocks()

    def _start(self) -> None:
        """Start all processes, and wait until none is busy with its imports."""
        self._step("starting", work=len(self._entry.starters))
        for entrant in self._in_random_order():
            self._kept_in(entrant, self._stable.worker)
        for entrant in self._in_random_order():
            self._kept_in(entrant, lambda entrant: self._stable.worker(entrant).load())

    def _kept_in(self, entrant: Entrant, start: Callable[[Entrant], Worker | None]) -> None:
        try:
            start(entrant)
        except Out as out:
            self._stable.lose(entrant)
            self._is_out(entrant, self._entry.scenarios, None, (out.kind, str(out)))

    def _qualify(self) -> None:
        for entrant in self._in_random_order():
            self._step("qualifying", entrant, work=0)
            round_ = rounds.qualifying(QUALIFYING_LIMIT)
            self._attempt(entrant, self._entry.scenarios, None, round_)

    def _warm_up(self, scenario: Scenario) -> None:
        """Run a few calls that do not count; in the first generation batches too, to calibrate."""
        self._check_time()
        for entrant in self._in_random_order():
            self._step(f"warming up for {scenario.name}", entrant)
            self._run(entrant, scenario, None, rounds.prepare(scenario, 1, self._at, FEW_CALLS))
            if self._at == 0:
                self._calibrate(entrant, scenario)

    def _calibrate(self, entrant: Entrant, scenario: Scenario) -> None:
        """Size the rounds by the least of a few batches; what runs the same does the same work."""
        batch = rounds.prepare(scenario, 1, seed=0)
        ran = [self._run(entrant, scenario, None, batch) for _ in range(CALIBRATIONS)]
        least = min((each.cpu for each in ran if each), default=ENOUGH)
        repeats = round(ENOUGH / max(least, ENOUGH / MOST_REPEATS))
        work = same_work(entrant, scenario)
        self._repeats[work] = max(repeats, self._repeats.get(work, 1))

    def _blocks(self) -> None:
        for block in range(max(self._entry.profile.blocks.values())):
            for scenario in self._entry.scenarios:
                if self._entry.profile.races(scenario, self._at, block):
                    self._check_time()
                    self._block(block, scenario)

    def _check_time(self) -> None:
        """End a race whose time does not even hold its first generation."""
        if self._at == 0 and self._passed() > self._entry.seconds:
            raise TooLittleTime(
                f"the time was up within the first generation: {self._entry.seconds:g} s are too "
                "few for one; allow more, or choose fewer entrants"
            )

    def _block(self, block: int, scenario: Scenario) -> None:
        order = [each for each in self._entry.starters if self._is_in(each, scenario)]
        self._random.shuffle(order)
        self._records.write(Block(self._at, block, scenario.name, [each.name for each in order]))
        what = f"{scenario.name}, block {block + 1} of {self._entry.profile.blocks[scenario.name]}"
        seed = (self._entry.seed * MOST_BLOCKS + self._at) * MOST_BLOCKS + block
        for entrant in order:
            self._step(what, entrant, weight(scenario))
            repeats = self._repeats.get(same_work(entrant, scenario), 1)
            round_ = rounds.prepare(scenario, repeats, seed)
            measured = self._run(entrant, scenario, block, round_)
            if measured and measured.cpu:
                at = (entrant.name, scenario.name, self._at, block)
                self._records.write(Sample(*at, round_.calls(), **measured._asdict()))
            elif measured:
                self._is_out(entrant, [scenario], block, STOOD_STILL)

    def _run(
        self, entrant: Entrant, scenario: Scenario, block: int | None, round_: Round
    ) -> Measured | None:
        if not self._is_in(entrant, scenario):
            return None
        return self._attempt(entrant, [scenario], block, round_)

    def _attempt(
        self, entrant: Entrant, scenarios: Sequence[Scenario], block: int | None, round_: Round
    ) -> Measured | None:
        """Run a round; when it fails, the entrant is out of these scenarios."""
        try:
            return self._round(entrant, round_)
        except BrokeARule as broken:
            self._is_out(entrant, scenarios, block, (Kind.BROKE_A_RULE, str(broken)))
        except Out as out:
            self._stable.lose(entrant)
            self._is_out(entrant, scenarios, block, (out.kind, str(out)))
        return None

    def _round(self, entrant: Entrant, round_: Round) -> Measured:
        worker = self._stable.worker(entrant)
        if round_.plan is None:
            return rounds.measure(round_, worker.run(None, round_.jobs(), PATIENCE), None)
        self._origin.plan(round_.plan)
        try:
            came = worker.run(self._origin.calls, round_.jobs(), PATIENCE)
        except Out:
            self._origin.ledger()  # if it does not reply either, it is the origin that hangs
            raise
        return rounds.measure(round_, came, self._origin.ledger(patience=1.0))

    def _in_random_order(self) -> list[Entrant]:
        """Give those that are still in, on one course at least; who is first changes each time."""
        names = {name for name, _ in self._still_in}
        racing = [each for each in self._entry.starters if each.name in names]
        return self._random.sample(racing, len(racing))

    def _is_in(self, entrant: Entrant, scenario: Scenario) -> bool:
        return (entrant.name, scenario.name) in self._still_in

    def _is_out(
        self,
        entrant: Entrant,
        scenarios: Sequence[Scenario],
        block: int | None,
        befell: tuple[Kind, str],
    ) -> None:
        for scenario in scenarios:
            if self._is_in(entrant, scenario):
                self._still_in.remove((entrant.name, scenario.name))
                at = (entrant.name, scenario.name, self._at, block)
                self._records.write(Mishap(*at, *befell))

    def _step(self, what: str, entrant: Entrant | None = None, work: int = 1) -> None:
        of = self._entry.generations
        where = f"generation {self._at + 1} of {of}: {what}"
        share = max(self._done / self._entry.work, self._passed() / self._entry.seconds)
        self._onlooker.step(Step(where, entrant.name if entrant else "", min(share, 1.0)))
        self._done += work


def same_work(entrant: Entrant, scenario: Scenario) -> tuple[str, str, str]:
    """Give what those share who are to do the same work: variant, interpreter, scenario."""
    return *entrant.code, scenario.name
