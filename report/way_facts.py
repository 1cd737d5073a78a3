"""What is known of each way: from the matrices of rules, from the race, and from how it grows.

Strategy: one record for each way, in which nothing is judged.  Every variant of a matrix and every
entrant of the race has one; of the ways of the well-known thread, so has a small program where no
variant shows the way.  What was not seen or measured is not there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from report import names
from report.comparison import Interval
from report.evidence import Seen, joined, worst
from report.figures import Row, Standing, State
from report.growth import Grown
from report.matrix import Kind, Matrix, Subject, Verdict
from report.results import Results
from report.rules import Mark, Promises
from report.words import one_line

FLOOR = "selectors/workers"
"""What no runtime can beat: one thread, no coroutines."""

SPECIMEN = "small program"
"""The group of a way that no variant shows."""

REQUIRED = "required"
CHARGES = ("loopback", "null")
"""The courses on which a way's charge is held against that of `workers`."""

EFFICIENCY = "web"
BY_NUMBER = re.compile(r"([A-Z]\d+): ")
"""How a disqualification begins that names the rule."""

IN_THE_RACE = "in the race"
BEFORE_THE_RACE = "before the race"


@dataclass(frozen=True)
class Raced:
    """What the race says of a way; a ratio is of the figure that counts on its course.

    Attributes:
        floor: of what it charges on loopback to what the floor does.
        charges: by course, of what it charges to what `workers` on the same runtime does.
        efficiency: on web.
        fates: what befell it, and why.
        broke: the rules that it broke before the race or in it, and where that was.
    """

    floor: Interval | None
    charges: Mapping[str, Interval]
    efficiency: Interval | None
    fates: tuple[tuple[State, str], ...] = ()
    broke: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What is known of a way.

    Attributes:
        group: why it is in the field, as matrices say it; or that it is a small program.
        told: where people meet it, and the address of that.
        missing: why it could be run nowhere, if so.
        limit: the marks of rule L1, and of L4 in `reached`.
        broken: the required rules that it breaks, and on which Pythons if not on all.
        runtimes: those of these that `workers` on the plain runtime breaks, too.
        declared: the rules that do not apply to it by its own declaration, and why.
        tried: how many required rules it was held against.
        untried: how many more there are.
        shown: what came of it as a small program.
        raced: None if it was not.
        grown: None if it was not measured.
    """

    name: str
    group: str = ""
    told: str = ""
    link: str = ""
    missing: str = ""
    limit: tuple[Mark, ...] = ()
    reached: tuple[Mark, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    runtimes: frozenset[str] = frozenset()
    declared: Mapping[str, str] = field(default_factory=dict)
    tried: int = 0
    untried: int = 0
    shown: tuple[Seen, ...] = ()
    raced: Raced | None = None
    grown: Grown | None = None

    def fates(self, *states: State) -> Iterator[str]:
        """Say why it has no figures where one of these befell it, and no rule says so."""
        for state, why in self.raced.fates if self.raced else ():
            if state in states and not BY_NUMBER.match(why):
                yield f"{state} in the race: {why}"


def stand_ins(name: str) -> list[str]:
    """Name the `workers` that a way is held against, the closest first.

    They are those of its runtime, those without its client, and those without its loop; never
    itself.
    """
    runtime = names.runtime(name)
    client_less = re.sub(r"-[^@+]*", "", runtime)
    plain = client_less.partition("+")[0]
    all_ = dict.fromkeys(f"{each}/workers" for each in (runtime, client_less, plain))
    return [each for each in all_ if each != name]


def plain(name: str) -> str:
    """Name the `workers` of the runtime without another loop or client; it may be itself."""
    return (stand_ins(name) or [name])[-1]


class Race:
    """What the race says of each way; of several interpreters, the reference's speaks."""

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

    def of(self, name: str) -> Raced | None:
        """Say what became of a way; None if it did not take part."""
        if name not in self._entrants or self.missing(name):
            return None
        fates = tuple(self._fates(name))
        rows = (row for standing in self._courses.values() for row in self._rows(standing, name))
        if not fates and all(row.state is State.NOT_RACED for row in rows):
            return None
        before = dict.fromkeys((each.rule for each in self._entrants[name].broke), BEFORE_THE_RACE)
        within = (BY_NUMBER.match(why) for state, why in fates if state is State.DISQUALIFIED)
        return Raced(
            self._ratio("loopback", name, [FLOOR]),
            {
                course: ratio
                for course in CHARGES
                if (ratio := self._ratio(course, name, stand_ins(name)))
            },
            self._efficiency(name),
            fates,
            before | dict.fromkeys((found[1] for found in within if found), IN_THE_RACE),
        )

    def _rows(self, standing: Standing, name: str) -> Iterator[Row]:
        yield from (row for row in standing.rows if row.entrant == self._before + name)

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

    def _fates(self, name: str) -> Iterator[tuple[State, str]]:
        fates = (
            (row.state, one_line(row.why or ""))
            for standing in self._courses.values()
            for row in self._rows(standing, name)
            if row.mishap
        )
        yield from dict.fromkeys(fates)


def gathered(
    race: Race, promises: Promises, matrices: Sequence[Matrix], grown: Mapping[str, Grown]
) -> list[Facts]:
    """Put together what is known of every way.

    Args:
        race: what the race says.
        promises: the matrices as one.
        matrices: the same as they were read, for what they say of their subjects.
        grown: what was measured of how it grows, by name.
    """
    matrix = _Matrix(promises, matrices)
    variants = dict.fromkeys((*matrix.places, *race.names))
    facts = [_of_variant(name, matrix, race, grown.get(name)) for name in variants]
    return [*facts, *(_of_specimen(way, promises) for way in _only_shown(matrices))]


class _Matrix:
    """What the matrices say, to be found by a variant's name."""

    def __init__(self, promises: Promises, matrices: Sequence[Matrix]) -> None:
        self.places = {each.name: at for at, each in enumerate(promises.columns)}
        self.required = [row for row in promises.rows.values() if row.rule.strength == REQUIRED]
        self._subjects: dict[str, list[Subject]] = {}
        self._declared: dict[str, dict[str, str]] = {}
        for matrix in matrices:
            for subject in matrix.subjects:
                self._subjects.setdefault(subject.name, []).append(subject)
            for cell in matrix.cells:
                if cell.verdict is Verdict.NOT_APPLICABLE:
                    self._declared.setdefault(cell.subject, {})[cell.rule] = cell.why
        self._rows = promises.rows

    def subject(self, name: str) -> Subject:
        """Give what the newest Python says of it; it is missing only if it is everywhere."""
        subjects = self._subjects.get(name) or [Subject(name, Kind.VARIANT)]
        *_, newest = subjects
        missing = (
            joined(each.missing for each in subjects)
            if all(each.missing for each in subjects)
            else ""
        )
        return Subject(name, newest.kind, newest.group, newest.told, newest.link, missing)

    def declared(self, name: str) -> Mapping[str, str]:
        return self._declared.get(name, {})

    def marks(self, rule: str, name: str) -> tuple[Mark, ...]:
        row = self._rows.get(rule)
        return row.cells[self.places[name]] if row and row.cells and name in self.places else ()

    def broken(self, name: str) -> dict[str, str]:
        """Give the required rules that it breaks, and on which Pythons."""
        marks = {row.rule.number: self.marks(row.rule.number, name) for row in self.required}
        return {
            number: ", ".join(each.python for each in some if each.verdict is Verdict.BROKEN)
            for number, some in marks.items()
            if any(each.verdict is Verdict.BROKEN for each in some)
        }

    def ends(self, name: str) -> list[Verdict]:
        """Give what came of each required rule that is not only for other ways."""
        rows = [row for row in self.required if row.cells or not row.others]
        return [worst(each.verdict for each in self.marks(row.rule.number, name)) for row in rows]


def _of_variant(name: str, matrix: _Matrix, race: Race, grown: Grown | None) -> Facts:
    subject, raced, ends = matrix.subject(name), race.of(name), matrix.ends(name)
    broken = matrix.broken(name)
    besides = {
        rule: at for rule, at in (raced.broke if raced else {}).items() if rule not in broken
    }
    return Facts(
        name,
        subject.group,
        subject.told,
        subject.link,
        subject.missing if name in matrix.places else race.missing(name),
        matrix.marks("L1", name),
        matrix.marks("L4", name),
        broken | besides,
        frozenset(matrix.broken(plain(name))),
        matrix.declared(name),
        sum(each in {Verdict.KEPT, Verdict.BROKEN} for each in ends),
        ends.count(Verdict.NOT_RUN),
        raced=raced,
        grown=grown,
    )


def _only_shown(matrices: Iterable[Matrix]) -> Iterator[str]:
    """Name the small programs that show a way of the thread, where no variant does."""
    kinds = {each.name: each.kind for matrix in matrices for each in matrix.subjects}
    asked = {each.number: each for matrix in matrices for each in matrix.thread}
    for each in asked.values():
        known = [name for name in each.subjects if name in kinds]
        if all(kinds[name] is Kind.SPECIMEN for name in known):
            yield from known


def _of_specimen(way: str, promises: Promises) -> Facts:
    found = (
        seen
        for row in promises.rows.values()
        for other in row.others
        if other.name == way
        for seen in other.found
        if seen.verdict is not Verdict.NOT_RUN
    )
    return Facts(way, SPECIMEN, shown=tuple(found))
