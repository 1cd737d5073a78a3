"""What each variant promises: the matrix of rules as both pages show it.

Strategy: the files of all Pythons become one matrix, and a cell is split only where they differ.
A rule that several checks show is broken if any of them is, and kept only if all of them were run.
What was seen is told once for all who showed the same, so that what differs stands out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from string import ascii_uppercase

from report import evidence, names
from report.claims import Weighed, weighed
from report.evidence import SIGNS, TELLING, Experiment, Found, in_words, joined, worst
from report.matrix import Cell, Kind, Matrix, Rule, Verdict
from report.words import all_of, counted, listed


@dataclass(frozen=True)
class Mark:
    """What a cell shows.

    Attributes:
        sign: the verdict as a sign, or the letter of a trait's value.
        words: what was seen, and why.
        python: for which one it holds, where they differ.
        seen: what was seen alone, by each experiment that came to this verdict.
    """

    sign: str
    verdict: Verdict
    words: str
    python: str = ""
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A rule.

    Attributes:
        cells: for each variant its marks: one, or one for each Python; none at all if no check
            was put to any variant.
        values: the letters of a trait's values.
        checks: what was put to the variants.
        others: the specimens that show the rule.
    """

    rule: Rule
    cells: tuple[tuple[Mark, ...], ...]
    values: Mapping[str, str]
    checks: tuple[Experiment, ...]
    others: tuple[Experiment, ...]

    @property
    def others_in_words(self) -> str:
        """How many specimens break the rule, and how many keep it."""
        verdicts = [worst(each.verdict for each in other.found) for other in self.others]
        counts = ((verdicts.count(each), each) for each in TELLING)
        return ", ".join(f"{count} {verdict}" for count, verdict in counts if count)


@dataclass(frozen=True)
class Column:
    """A variant; `starts` says whether a runtime, or a whole family of them, begins here."""

    name: str
    starts: str


@dataclass(frozen=True)
class Tally:
    """How a variant stands with the rules that somebody can break.

    Attributes:
        breaks: their numbers, and on which Pythons if not on all.
        cannot: how many do not apply to it.
        not_run: how many.
    """

    variant: str
    keeps: int
    breaks: tuple[tuple[str, str], ...]
    cannot: int
    not_run: int

    @property
    def of(self) -> int:
        """How many rules it was held against."""
        return self.keeps + len(self.breaks)


@dataclass(frozen=True)
class Promises:
    """The matrix as shown.

    Attributes:
        pythons: on which it was made.
        columns: the variants, each family together.
        chapters: the rows by chapter.
        doubts: what is to be said before anybody believes it.
        claims: what people say, which no rule is about.
    """

    pythons: tuple[str, ...]
    columns: tuple[Column, ...]
    chapters: Mapping[str, tuple[Row, ...]]
    doubts: tuple[str, ...]
    claims: tuple[Weighed, ...]

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Every row by its rule's number."""
        return {row.rule.number: row for rows in self.chapters.values() for row in rows}

    @cached_property
    def places(self) -> dict[str, int]:
        """Each variant's column by its number."""
        return {each.name: at for at, each in enumerate(self.columns)}

    def marks(self, rule: str, variant: str) -> tuple[Mark, ...]:
        """Give a cell; it has no marks where nobody was held against the rule."""
        cells = self.rows[rule].cells if rule in self.rows else ()
        return cells[self.places[variant]] if cells and variant in self.places else ()

    def broken(self, variant: str) -> dict[str, tuple[str, ...]]:
        """Give the rules that a variant breaks, and on which Pythons if not on all."""
        return {
            number: tuple(each.python for each in marks if _is_broken(each) and each.python)
            for number in self.rows
            if any(map(_is_broken, marks := self.marks(number, variant)))
        }

    @cached_property
    def families(self) -> dict[str, int]:
        """How many columns each family of runtimes has."""
        all_ = [names.family(each.name) for each in self.columns]
        return {each: all_.count(each) for each in all_}

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """How each variant stands."""
        return tuple(_tally(self, each.name) for each in self.columns)

    @cached_property
    def says(self) -> str:
        """The whole matrix in a few sentences."""
        return " ".join(_says(self))


def promises(
    matrices: Sequence[Matrix], commit: str | None, doubts: Iterable[str] = ()
) -> Promises:
    """Put together what test runs left.

    Args:
        matrices: as they left them, from the oldest Python to the newest.
        commit: of which the results were made, if they say so.
        doubts: what is to be said of those that can't be read.
    """
    others = (_of_another(each, commit) for each in matrices if commit not in {None, each.commit})
    return together(matrices, [*doubts, *others])


def _of_another(matrix: Matrix, commit: str | None) -> str:
    return (
        f"On Python {matrix.python} the rules were tested at commit {matrix.commit}, and the race "
        f"was of commit {commit}: what is promised may have changed. Make both anew with: "
        "make test bench."
    )


def together(matrices: Sequence[Matrix], doubts: Iterable[str] = ()) -> Promises:
    """Make one matrix of those of all Pythons."""
    table = _Table(matrices)
    chapters: dict[str, list[Row]] = {}
    for rule in table.rules:
        chapters.setdefault(rule.chapter, []).append(_row(rule, table))
    return Promises(
        tuple(table.pythons),
        tuple(_columns(table.variants)),
        {chapter: tuple(rows) for chapter, rows in chapters.items()},
        tuple(doubts),
        weighed(matrices, table.pythons),
    )


class _Table:
    """The cells of all Pythons, to be found by rule and subject."""

    def __init__(self, matrices: Sequence[Matrix]) -> None:
        self.pythons = [".".join(each.python.split(".")[:2]) for each in matrices]
        self.rules = list({rule.number: rule for each in matrices for rule in each.rules}.values())
        self.says = {check.name: check.says for each in matrices for check in each.checks}
        kinds = {subject.name: subject.kind for each in matrices for subject in each.subjects}
        self.variants = _grouped([name for name, kind in kinds.items() if kind is Kind.VARIANT])
        self._found: dict[tuple[str, Kind], Found] = {}
        for python, matrix in zip(self.pythons, matrices, strict=True):
            for cell in matrix.cells:
                key = cell.rule, kinds.get(cell.subject, Kind.VARIANT)
                self._found.setdefault(key, []).append((python, cell))

    def of(self, rule: Rule, kind: Kind) -> Found:
        return self._found.get((rule.number, kind), [])


def _grouped(variants: list[str]) -> list[str]:
    """Put each family together, and in there each runtime, in the order of their first ones."""
    families = list(map(names.family, variants))
    runtimes = list(map(names.runtime, variants))
    return sorted(
        variants, key=lambda v: (families.index(names.family(v)), runtimes.index(names.runtime(v)))
    )


def _columns(variants: list[str]) -> Iterator[Column]:
    before = ""
    for name in variants:
        starts = {
            names.family(name) != names.family(before): "family",
            names.runtime(name) == names.runtime(before): "",
        }.get(True, "runtime")
        yield Column(name, starts)
        before = name


def _row(rule: Rule, table: _Table) -> Row:
    checked = table.of(rule, Kind.VARIANT)
    letters = _letters(checked)
    cells = tuple(tuple(_marks(name, checked, letters)) for name in table.variants)
    return Row(
        rule,
        cells if checked else (),
        {letter: value for value, letter in letters.items()},
        tuple(evidence.of_checks(checked, table.says)),
        tuple(evidence.of_specimens(table.of(rule, Kind.SPECIMEN), table.says)),
    )


def _letters(checked: Found) -> dict[str, str]:
    """Give each value of a trait a letter; a variant's value is all that its checks say."""
    by_subject: dict[tuple[str, str], list[Cell]] = {}
    for python, cell in checked:
        by_subject.setdefault((python, cell.subject), []).append(cell)
    values = dict.fromkeys(
        _value(cells)
        for cells in by_subject.values()
        if any(each.verdict is Verdict.TRAIT for each in cells)
    )
    return {value: _letter(at) for at, value in enumerate(values)}


def _letter(at: int) -> str:
    more, last = divmod(at, len(ascii_uppercase))
    return f"{ascii_uppercase[last]}{more or ''}"


def _value(cells: Iterable[Cell]) -> str:
    return joined(each.seen for each in cells if each.verdict is Verdict.TRAIT)


def _marks(variant: str, checked: Found, letters: Mapping[str, str]) -> Iterator[Mark]:
    """Give the one mark on which all Pythons agree that say anything, or a mark for each."""
    by_python: dict[str, Mark] = {}
    for python in dict.fromkeys(python for python, _ in checked):
        here = [cell for on, cell in checked if on == python]
        mine = [cell for cell in here if cell.subject == variant]
        missing = {cell.check for cell in here} - {cell.check for cell in mine}
        by_python[python] = _mark(mine, letters, complete=not missing)
    said = {on: mark for on, mark in by_python.items() if mark.verdict is not Verdict.NOT_RUN}
    marks = said or by_python
    if len({mark.sign for mark in marks.values()}) <= 1:
        yield from list(marks.values())[:1]
        return
    for python, mark in marks.items():
        yield replace(mark, python=python)


def _mark(cells: list[Cell], letters: Mapping[str, str], *, complete: bool) -> Mark:
    verdict = _verdict(cells, complete=complete)
    telling = [each for each in cells if each.verdict is verdict]
    value = _value(telling)
    words = joined(text for each in telling for text in (in_words(each), each.why))
    seen = tuple(dict.fromkeys(in_words(each) for each in telling))
    return Mark(letters.get(value, SIGNS[verdict]), verdict, words, seen=seen)


def _verdict(cells: list[Cell], *, complete: bool) -> Verdict:
    verdicts = {each.verdict for each in cells}
    if not complete and Verdict.BROKEN not in verdicts:
        return Verdict.NOT_RUN
    return worst(verdicts)


def _tally(shown: Promises, variant: str) -> Tally:
    mine = [marks for number in shown.rows if (marks := shown.marks(number, variant))]
    ends = [worst(each.verdict for each in marks) for marks in mine]
    return Tally(
        variant,
        ends.count(Verdict.KEPT),
        tuple((number, ", ".join(on)) for number, on in shown.broken(variant).items()),
        ends.count(Verdict.NOT_APPLICABLE),
        ends.count(Verdict.NOT_RUN),
    )


def _says(shown: Promises) -> Iterator[str]:
    rows = [row for row in shown.rows.values() if row.cells]
    yield (
        f"On Python {all_of(shown.pythons)}, {counted(len(shown.columns), 'variant')} "
        f"{'were' if shown.columns[1:] else 'was'} held against {counted(len(rows), 'rule')}."
    )
    broken = [row for row in rows if any(_broken(marks) for marks in row.cells)]
    if broken:
        first = max(broken, key=lambda row: sum(map(_broken, row.cells)))
        most = sum(map(_broken, first.cells))
        by = f"; the one most often broken is {first.rule.number}, by {most}" if most > 1 else ""
        yield f"Somebody breaks {len(broken)} of them{by}."
    clean = [each.variant for each in shown.tallies if not each.breaks and each.keeps]
    if clean:
        yield f"{listed(clean)} {'break' if clean[1:] else 'breaks'} none."
    others = [other for row in shown.rows.values() for other in row.others]
    bad = sum(any(each.verdict is Verdict.BROKEN for each in other.found) for other in others)
    if others:
        yield f"Of {counted(len(others), 'other way')} shown beside them, {bad} break their rule."


def _broken(marks: tuple[Mark, ...]) -> bool:
    return any(map(_is_broken, marks))


def _is_broken(mark: Mark) -> bool:
    return mark.verdict is Verdict.BROKEN
