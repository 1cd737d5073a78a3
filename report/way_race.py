"""What the race says of each way: its figures over those of others, and what befell it.

Strategy: of several interpreters the reference's speaks, so a way has the same name here as in the
matrices of rules.  A ratio is of the figure that counts on its course, and nothing is judged.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from report import names
from report.comparison import Interval
from report.families import FLOOR
from report.figures import Row, Standing, State
from report.results import RAISED, UNTOLD, Results
from report.way_faults import Fault, of_gate
from report.words import one_line

CHARGES = ("null", "loopback")
"""The courses on which a way's charge is held against that of `workers`."""

EFFICIENCY = "web"
BY_NUMBER = re.compile(r"([A-Z]\d+): (.*)")
"""A disqualification that names the rule."""

IN_THE_RACE = "in the race"
ENDED = {State.HUNG, State.FAILED, State.DIED}


@dataclass(frozen=True)
class Raced:
    """What the race says of a way.

    Attributes:
        floor: what it charges on loopback over what the floor does.
        charges: by course, what it charges over what `workers` on the same runtime does.
        efficiency: on web.
        kept_busy: that over the efficiency of `workers` on the same runtime.
        measured: whether it has a figure with an interval on any course.
        fates: what befell it.
    """

    floor: Interval | None
    charges: Mapping[str, Interval]
    efficiency: Interval | None
    kept_busy: Interval | None = None
    measured: bool = True
    fates: tuple[State, ...] = ()


class InTheRace:
    """The race, to be asked for each way."""

    def __init__(self, results: Results, standings: Iterable[Standing]) -> None:
        """Take the race apart by course, and by the ways' own names."""
        label = names.runtime(results.race.reference).rpartition(":")[0]
        self._before = f"{label}:" if label else ""
        self._courses = {each.course.name: each for each in standings}
        entrants = {
            each.name: each for each in results.race.entrants if not names.is_twin(each.name)
        }
        self._entrants = {
            name.removeprefix(self._before): each
            for name, each in entrants.items()
            if name.startswith(self._before)
        }

    @property
    def names(self) -> Iterable[str]:
        """The ways that were to take part."""
        return self._entrants.keys()

    def missing(self, name: str) -> str:
        """Say why a way could not take part, if so."""
        return (self._entrants[name].missing or "") if name in self._entrants else ""

    def cannot(self, name: str) -> Mapping[str, str]:
        """Give what a way declares that it cannot do, and why."""
        return self._entrants[name].cannot if name in self._entrants else {}

    def faults(self, name: str) -> Iterator[Fault]:
        """Give what the gate saw of a way, and what befell it in the race."""
        if name in self._entrants:
            yield from map(of_gate, self._entrants[name].broke)
        yield from dict.fromkeys(_fault(row) for row in self._rows(name) if row.mishap)

    def of(self, name: str) -> Raced | None:
        """Say what became of a way; None if it did not take part."""
        rows = list(self._rows(name))
        if {row.state for row in rows} <= {State.NOT_RACED, State.MISSING}:
            return None
        return Raced(
            self._ratio("loopback", name, [FLOOR]),
            dict(self._charges(name)),
            self._efficiency(name),
            self._ratio(EFFICIENCY, name, names.stand_ins(name)),
            any(row.value is not None and row.value.bounded for row in rows),
            tuple(dict.fromkeys(row.state for row in rows if row.mishap)),
        )

    def _rows(self, name: str) -> Iterator[Row]:
        for standing in self._courses.values():
            yield from (row for row in standing.rows if row.entrant == self._before + name)

    def _charges(self, name: str) -> Iterator[tuple[str, Interval]]:
        for course in CHARGES:
            if ratio := self._ratio(course, name, names.stand_ins(name)):
                yield course, ratio

    def _ratio(self, course: str, name: str, others: Iterable[str]) -> Interval | None:
        """Hold it against the first of the others that can be compared."""
        standing = self._courses.get(course)
        if standing is None:
            return None
        pairs = (standing.pair(self._before + name, self._before + other) for other in others)
        return next((pair.ratio for pair in pairs if pair), None)

    def _efficiency(self, name: str) -> Interval | None:
        standing = self._courses.get(EFFICIENCY)
        if standing is None or standing.counts != "efficiency":
            return None
        speaking = (row for row in standing.speaking if row.entrant == self._before + name)
        return next((row.value for row in speaking), None)


def _fault(row: Row) -> Fault:
    """Give what befell a way on a course; the same on another course is no other fault."""
    why = one_line(row.why or "no reason was recorded")
    raised = why.startswith(RAISED)
    if found := BY_NUMBER.match(why):
        return Fault(found[1], found[2], when=IN_THE_RACE)
    befell = f"was {row.state}" if row.state is State.DISQUALIFIED else row.state
    told = Fault(UNTOLD, f"{befell}: {why}", when=IN_THE_RACE)
    return replace(told, hung=raised or row.state in ENDED)
