"""What is known of each way: from the matrices of rules, from the race, and from how it grows.

Strategy: one record for each way, in which nothing is judged.  Every variant of a matrix and every
entrant of the race has one; of the ways of the well-known thread, so has a small program where no
variant shows the way.  What was not seen or measured is not there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from report import names
from report.evidence import SIGNS, Seen, joined, worst
from report.growth import Grown
from report.matrix import Kind, Matrix, Subject, Verdict
from report.results import UNTOLD
from report.rules import Mark, Promises
from report.way_faults import Fault, of_matrix
from report.way_race import InTheRace, Raced

SPECIMEN = "small program"
"""The group of a way that no variant shows."""

REQUIRED = "required"
AS_IT_GREW = "as the batch grew"


@dataclass(frozen=True)
class Facts:
    """What is known of a way.

    Attributes:
        group: why it is in the field, as matrices say it; or that it is a small program.
        told: where people meet it, and the address of that.
        missing: why it could be run nowhere, if so.
        limit: the marks of rule L1, and of L4 in `reached`; also what was seen in the race.
        faults: what is wrong with it.
        runtimes: the rules that `workers` on the plain runtime breaks.
        cannot: what it declares that it cannot do, and why.
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
    faults: tuple[Fault, ...] = ()
    runtimes: frozenset[str] = frozenset()
    cannot: Mapping[str, str] = field(default_factory=dict)
    tried: int = 0
    untried: int = 0
    shown: tuple[Seen, ...] = ()
    raced: Raced | None = None
    grown: Grown | None = None


def gathered(
    race: InTheRace, promises: Promises, matrices: Sequence[Matrix], grown: Mapping[str, Grown]
) -> list[Facts]:
    """Put together what is known of every way.

    Args:
        race: what the race says.
        promises: the matrices as one.
        matrices: the same as they were read, for what they say of their subjects.
        grown: what was measured of how it grows, by name.
    """
    subjects = _subjects(matrices)
    variants = dict.fromkeys((*promises.places, *race.names))
    facts = [
        _of_variant(subjects.get(name) or _only_raced(name, race), promises, race, grown.get(name))
        for name in variants
    ]
    return [*facts, *(_of_specimen(way, promises) for way in _only_shown(matrices))]


def _subjects(matrices: Iterable[Matrix]) -> dict[str, Subject]:
    """Give of each subject what the newest Python says; it is missing only if it is everywhere."""
    all_: dict[str, list[Subject]] = {}
    for matrix in matrices:
        for subject in matrix.subjects:
            all_.setdefault(subject.name, []).append(subject)
    return {name: _newest(some) for name, some in all_.items()}


def _newest(subjects: Sequence[Subject]) -> Subject:
    *_, newest = subjects
    whys = [each.missing for each in subjects]
    missing = joined(whys) if all(whys) else ""
    about = newest.kind, newest.group, newest.told, newest.link
    return Subject(newest.name, *about, missing, newest.cannot)


def _only_raced(name: str, race: InTheRace) -> Subject:
    """Give what the race says of a way that stands in no matrix."""
    return Subject(name, Kind.VARIANT, missing=race.missing(name), cannot=dict(race.cannot(name)))


def _of_variant(
    subject: Subject, promises: Promises, race: InTheRace, grown: Grown | None
) -> Facts:
    name, ends = subject.name, _ends(promises, subject.name)
    faults = tuple(_faults(name, promises, race, grown))
    return Facts(
        name,
        subject.group,
        subject.told,
        subject.link,
        subject.missing,
        (*promises.marks("L1", name), *_marks("L1", faults)),
        (*promises.marks("L4", name), *_marks("L4", faults)),
        faults,
        frozenset(promises.broken(names.plain(name))),
        {} if subject.missing else subject.cannot,
        sum(each in {Verdict.KEPT, Verdict.BROKEN} for each in ends),
        ends.count(Verdict.NOT_RUN),
        raced=race.of(name),
        grown=grown,
    )


def _ends(promises: Promises, name: str) -> list[Verdict]:
    """Give what came of each required rule that is not only for other ways."""
    rows = [row for row in promises.rows.values() if row.cells or not row.others]
    required = [row.rule.number for row in rows if row.rule.strength == REQUIRED]
    return [worst(each.verdict for each in promises.marks(rule, name)) for rule in required]


def _faults(name: str, promises: Promises, race: InTheRace, grown: Grown | None) -> Iterator[Fault]:
    """Give each fault once; what the rules know, the race need not tell again."""
    known = {(each.rule, each.hung): each for each in of_matrix(promises, name)}
    yield from known.values()
    yield from (each for each in race.faults(name) if (each.rule, each.hung) not in known)
    if grown and grown.failed:
        yield Fault(UNTOLD, grown.failed, when=AS_IT_GREW, hung=True)


def _marks(rule: str, faults: Iterable[Fault]) -> Iterator[Mark]:
    """Give a mark for what was seen of a rule outside the matrices."""
    for each in faults:
        if each.rule == rule and each.when:
            yield Mark(SIGNS[Verdict.BROKEN], Verdict.BROKEN, each.seen, each.when, (each.seen,))


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
