"""The race: blocks of rounds, each variant once in a block, in random order.

Strategy: every variant keeps a process of its own for the whole race.  First each runs a
qualifying round, which shows on the origin's evidence that it keeps and reaches its limit and
puts every result in its place; who does not is out.  Then a round that does not count tells how
often each repeats a batch that is shorter than the noise.  Then the blocks.
Whatever befalls a variant costs its own row and no other, and is written down as it happens.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from bench import rounds
from bench.conditions import conditions
from bench.cores import Cores
from bench.rounds import BrokeARule, Measured, Round
from bench.scenarios import CALLS, PROFILES, Scenario
from bench.stable import Out, Stable
from impls.contract import Variant
from impls.registry import REFERENCE, missing
from origin.process import Origin, OriginError
from report.results import (
    SCHEMA,
    Course,
    End,
    Entrant,
    Kind,
    Mishap,
    Race,
    Record,
    Sample,
    append,
)

PATIENCE = 60.0
"""Seconds after which a round hangs; the slowest takes a few."""

ENOUGH = 0.05
"""Seconds of wall time that make a round longer than the clock's noise and ours."""

MOST_REPEATS = 256
MOST_BLOCKS = 1000
QUALIFYING_LIMIT = 8


@dataclass(frozen=True)
class Entry:
    """Who is to race on what.

    Attributes:
        variants: those that were chosen, installed or not.
        scenarios: in the order in which each block takes them.
        profile: how much is measured, by its name in `PROFILES`.
        seed: of the order of each block, and of the origin's delays.
    """

    variants: Sequence[Variant]
    scenarios: Sequence[Scenario]
    profile: str
    seed: int

    @property
    def blocks(self) -> dict[str, int]:
        """How many blocks each scenario gets."""
        chosen = PROFILES[self.profile].blocks
        return {scenario.name: chosen[scenario.name] for scenario in self.scenarios}

    @property
    def starters(self) -> list[Variant]:
        """The variants that are installed here."""
        return [variant for variant in self.variants if not missing(variant)]

    @property
    def steps(self) -> int:
        """How many rounds the race takes: qualifying, calibration, blocks."""
        return len(self.starters) * (1 + len(self.calibrated) + sum(self.blocks.values()))

    @property
    def calibrated(self) -> list[Scenario]:
        """The scenarios whose batch may be shorter than the noise: those without delays."""
        return [scenario for scenario in self.scenarios if scenario.delays is None]

    def header(self, cores: Cores) -> Race:
        """Give the record that the results begin with."""
        names = [variant.name for variant in self.variants]
        modules = {module for variant in self.starters for module in variant.needs}
        return Race(
            schema=SCHEMA,
            started=now(),
            profile=self.profile,
            seed=self.seed,
            reference=REFERENCE if REFERENCE in names else names[0],
            blocks=self.blocks,
            entrants=[
                Entrant(variant.name, declared(variant), missing(variant))
                for variant in self.variants
            ],
            courses=[
                Course(scenario.name, scenario.asks, CALLS, scenario.limit, scenario.figure)
                for scenario in self.scenarios
            ],
            conditions=conditions(cores, modules),
        )


def declared(variant: Variant) -> dict[str, str]:
    """Give what the variant declares that it cannot do, as the results tell it."""
    return {ability.value: reason for ability, reason in variant.cannot.items()}


def now() -> str:
    """Give the time of day, for the record."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Racing:
    """A race being run."""

    def __init__(
        self,
        entry: Entry,
        origin: Origin,
        cores: Cores,
        step: Callable[[str], None],
    ) -> None:
        """Prepare to race.

        Args:
            entry: who, and on what.
            origin: the other end of every call.
            cores: which processor is whose.
            step: is told of each round before it begins.
        """
        self._entry = entry
        self._origin = origin
        self._header = entry.header(cores)
        self._step = step
        self._random = random.Random(entry.seed)
        self._stable = Stable(cores.worker)
        self._repeats: dict[tuple[str, str], int] = {}

    def run(self, file: IO[bytes]) -> None:
        """Race, and write every record to the file as it comes.

        Raises:
            OriginError: the origin is gone; what was measured until then is in the file.
            OSError: the file takes no more, as when the disk is full.
        """
        self._file = file
        self._write(self._header)
        with self._written_end():
            try:
                self._qualify()
                self._calibrate()
                self._race()
            finally:
                self._stable.close()

    @contextmanager
    def _written_end(self) -> Iterator[None]:
        cut_short: str | None = "the race failed"
        try:
            yield
            cut_short = None
        except KeyboardInterrupt:
            cut_short = "the race was interrupted"
            raise
        except OriginError as error:
            cut_short = str(error)
            raise
        except OSError as error:
            cut_short = f"the results could not be written: {error.strerror}"
            raise
        finally:
            with suppress(OSError):
                self._write(End(now(), cut_short))

    def _qualify(self) -> None:
        for variant in self._entry.starters:
            self._stable.worker(variant)
        for variant in self._entry.starters:
            self._step(f"qualifying: {variant.name}")
            round_ = rounds.qualifying(QUALIFYING_LIMIT)
            if self._attempt(variant, self._entry.scenarios, -1, round_):
                self._repeats |= {(variant.name, each.name): 1 for each in self._entry.scenarios}

    def _calibrate(self) -> None:
        for scenario in self._entry.calibrated:
            for variant in self._entry.starters:
                self._step(f"calibrating {scenario.name}: {variant.name}")
                self._run(variant, scenario, -1)  # the first is slower than all that follow
                measured = self._run(variant, scenario, -1)
                if measured:
                    repeats = min(MOST_REPEATS, math.ceil(ENOUGH / measured.wall))
                    self._repeats[variant.name, scenario.name] = repeats

    def _race(self) -> None:
        for block in range(max(self._entry.blocks.values())):
            for scenario in self._entry.scenarios:
                if block < self._entry.blocks[scenario.name]:
                    self._block(block, scenario)

    def _block(self, block: int, scenario: Scenario) -> None:
        of = self._entry.blocks[scenario.name]
        for variant in self._random.sample(self._entry.starters, len(self._entry.starters)):
            self._step(f"{scenario.name}, block {block + 1} of {of}: {variant.name}")
            measured = self._run(variant, scenario, block)
            if measured:
                calls = CALLS * self._repeats[variant.name, scenario.name]
                self._write(Sample(variant.name, scenario.name, block, calls, *measured))

    def _run(self, variant: Variant, scenario: Scenario, block: int) -> Measured | None:
        repeats = self._repeats.get((variant.name, scenario.name))
        if repeats is None:
            return None
        seed = self._entry.seed * MOST_BLOCKS + block
        return self._attempt(variant, [scenario], block, rounds.prepare(scenario, repeats, seed))

    def _attempt(
        self, variant: Variant, scenarios: Sequence[Scenario], block: int, round_: Round
    ) -> Measured | None:
        """Run a round; when it fails, the variant is out of these scenarios."""
        try:
            return self._round(variant, round_)
        except BrokeARule as broken:
            kind, why = Kind.BROKE_A_RULE, str(broken)
        except Out as out:
            kind, why = out.kind, str(out)
            self._stable.lose(variant)
        for scenario in scenarios:
            self._repeats.pop((variant.name, scenario.name), None)
            self._write(Mishap(variant.name, scenario.name, block, kind, why))
        return None

    def _round(self, variant: Variant, round_: Round) -> Measured:
        worker = self._stable.worker(variant)
        if round_.plan is None:
            return rounds.measure(round_, worker.run(None, round_.jobs(), PATIENCE), None)
        self._origin.plan(round_.plan)
        ran = worker.run(self._origin.calls, round_.jobs(), PATIENCE)
        return rounds.measure(round_, ran, self._origin.ledger(patience=1.0))

    def _write(self, record: Record) -> None:
        append(self._file, [record])
