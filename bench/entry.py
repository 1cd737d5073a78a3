"""What is to be raced: who, on what, how much of it, and for how long.

Strategy: all of it is settled before the first process starts, and nothing here runs anything.  So
the results can begin with what was to be raced, whatever becomes of it, and a test or the self-test
enters a race without a command line.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bench.conditions import conditions, machine
from bench.cores import Cores
from bench.entrants import Entrant, reference, twin, with_twin
from bench.pythons import Python
from bench.scenarios import CALLS, Profile, Scenario
from impls.contract import Variant
from report import results
from report.results import SCHEMA, Course, Race

LOOKS = (5, 7, 10, 14, 20, 28, 40)
"""After so many generations a race that goes on until all is told looks whether it is.

Each look is one more chance to be wrong, so they are few, and known beforehand.
"""

WAITS = 12
"""How much longer a round takes that waits for its calls, for the estimate of the time left."""


class TooLittleTime(Exception):  # noqa: N818 - the time is what is too little
    """Not even one generation fits the time; the message says what to do."""


@dataclass(frozen=True)
class Entry:
    """Who is to race on what, and for how long.

    Attributes:
        entrants: those that were chosen, installed or not; the twin comes by itself.
        scenarios: in the order in which each block takes them.
        profile: how much is measured.
        seed: of the order of each block, and of the origin's delays.
        pythons: the interpreters that were named.
        until: go on until all pairs are told apart, or shown to be within this ratio beyond 1.
        seconds: after which no new generation begins.
        broke: the rules that an entrant was seen to break before the race, by its name.
    """

    entrants: Sequence[Entrant]
    scenarios: Sequence[Scenario]
    profile: Profile
    seed: int
    pythons: Sequence[Python] = ()
    until: float | None = None
    seconds: float = math.inf
    broke: Mapping[str, list[results.Broken]] = field(default_factory=dict)

    @cached_property
    def all(self) -> list[Entrant]:
        """The entrants and the twin."""
        return with_twin(self.entrants)

    @cached_property
    def starters(self) -> list[Entrant]:
        """Those of them that can take part."""
        return [entrant for entrant in self.all if entrant.missing is None]

    @property
    def generations(self) -> int:
        """How many there are, at most."""
        return self.profile.generations if self.until is None else LOOKS[-1]

    @property
    def looks(self) -> int:
        """How often it is looked whether there were enough of them, at most."""
        return 1 if self.until is None else len(LOOKS)

    @property
    def calibrated(self) -> list[Scenario]:
        """The scenarios whose batch may be shorter than the noise: those without delays."""
        return [scenario for scenario in self.scenarios if scenario.delays is None]

    @cached_property
    def work(self) -> int:
        """How much work all of it is: about how many short rounds."""
        blocks = sum(
            weight(scenario)
            for generation in range(self.generations)
            for scenario in self.scenarios
            for block in range(self.profile.blocks[scenario.name])
            if self.profile.races(scenario, generation, block)
        )
        starts = self.generations * (1 + len(self.calibrated))
        return len(self.starters) * (starts + blocks)

    def header(self, cores: Cores) -> Race:
        """Give the record that the results begin with."""
        first = reference(self.entrants)
        return Race(
            schema=SCHEMA,
            started=results.now(),
            profile=self.profile.name,
            seed=self.seed,
            reference=first.name,
            twin=twin(first).name,
            generations=self.generations,
            until=self.until,
            looks=self.looks,
            entrants=[
                results.Entrant(
                    each.name, declared(each.variant), each.missing, self.broke.get(each.name, [])
                )
                for each in self.all
            ],
            courses=[self.course(scenario) for scenario in self.scenarios],
            machine=machine(cores),
            conditions=conditions(self.pythons, self.modules()),
        )

    def course(self, scenario: Scenario) -> Course:
        """Describe a scenario as it is raced."""
        name, amount = scenario.name, self.profile
        about = (name, scenario.asks, CALLS, scenario.limit, scenario.figure)
        return Course(*about, blocks=amount.blocks[name], every=amount.every[name])

    def modules(self) -> set[str]:
        """Name the modules that the entrants need."""
        return {module for entrant in self.starters for module in entrant.variant.needs}


def weight(scenario: Scenario) -> int:
    """Give about how many short rounds last as long as one of these."""
    return 1 if scenario.delays is None else WAITS


def declared(variant: Variant) -> dict[str, str]:
    """Give what the variant declares that it cannot do, as the results tell it."""
    return {ability.value: reason for ability, reason in variant.cannot.items()}
