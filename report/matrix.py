"""The matrix file: what each variant, each specimen and each claim was seen to be, on one Python.

Strategy: what a test run saw, and nothing that was derived from it.  A cell is one experiment on
one subject; a rule that several experiments show has several cells.  What has no cell was not run.
Claims are about Python itself, and belong to no rule, so they stand beside the cells.
A later run of the same code with the same versions adds to the file of an earlier one, so that a
run of a few tests takes nothing away.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from report import kept

SCHEMA = 3

FOLDER = Path(__file__).parent / "matrix"
"""Where a test run leaves its file, and where the report looks for all of them."""


class Verdict(StrEnum):
    """What an experiment said about a rule."""

    KEPT = "kept"
    BROKEN = "broken"
    TRAIT = "trait"
    """Both answers are defensible; `seen` is the value."""
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


class Kind(StrEnum):
    """What a subject is."""

    VARIANT = "variant"
    SPECIMEN = "specimen"


class Rule(msgspec.Struct, frozen=True):
    """A promise of the catalogue.

    Attributes:
        number: such as `L1`.
        strength: required, trait or stochastic.
        says: what it promises and why, in one sentence.
        chapter: such as `The limit`.
        note: what is told of somebody, and could not be shown.
    """

    number: str
    strength: str
    says: str
    chapter: str
    note: str = ""


class Check(msgspec.Struct, frozen=True):
    """An experiment, which is one of the checks or a specimen.

    Attributes:
        name: such as `L1-never_more`.
        says: what is done, in a sentence or two.
    """

    name: str
    says: str


class Truth(StrEnum):
    """What came of a claim."""

    HOLDS = "holds"
    FAILS = "does not hold"
    NOT_RUN = "not run"
    """This Python has not what the claim is about."""


class Subject(msgspec.Struct, frozen=True):
    """What was experimented on: a variant by its name, or a specimen by its way.

    Attributes:
        group: why a variant is in the field: main, way, rival, client or loop.
        told: where people meet it, in words.
        link: the address of that on the web.
        missing: why a variant could not be run here; empty if it could.
        cannot: what a variant is declared unable to do, and why.
    """

    name: str
    kind: Kind
    group: str = ""
    told: str = ""
    link: str = ""
    missing: str = ""
    cannot: dict[str, str] = {}


class Cell(msgspec.Struct, frozen=True):
    """What came of an experiment on a subject.

    Attributes:
        check: the experiment's name.
        rule: the number of the rule that it shows.
        subject: its name.
        seen: what was seen; of a trait, the value.
        why: the reason of a known fault, of a declared inability, or of not being run.
        link: the public issue of a known fault.
    """

    check: str
    rule: str
    subject: str
    verdict: Verdict
    seen: str = ""
    why: str = ""
    link: str = ""


class Asked(msgspec.Struct, frozen=True):
    """One of the ways of the well-known thread.

    Attributes:
        number: its place among them, from 1.
        says: what people call it.
        subjects: the variants and specimens that show it, by their names.
    """

    number: int
    says: str
    subjects: list[str]


class Claim(msgspec.Struct, frozen=True):
    """What people say of Python, and what came of it.

    Attributes:
        name: of the program that shows it.
        says: the claim in one sentence.
        seen: what was seen, or why nothing was.
    """

    name: str
    says: str
    verdict: Truth
    seen: str = ""


class Matrix(msgspec.Struct, frozen=True):
    """Everything that test runs saw of one state of the code with one set of versions.

    Attributes:
        made: the time of day of the last run.
        commit: of the code, as the results file names it.
        python: its version, such as `3.11.7`.
        versions: of what the variants stand on, by distribution.
        machine: what it ran on, in words.
        rules: the whole catalogue, in its order.
        checks: every experiment.
        subjects: the variants in the order of the columns, and the specimens.
        cells: what was run, and what could not be.
        thread: the ways of the well-known thread, in their order.
        claims: what that thread says, in the order of the programs.
    """

    schema: int
    made: str
    commit: str
    python: str
    versions: dict[str, str]
    machine: str
    rules: list[Rule]
    checks: list[Check]
    subjects: list[Subject]
    cells: list[Cell]
    thread: list[Asked] = []
    claims: list[Claim] = []


def write(matrix: Matrix, file: Path) -> None:
    """Write the matrix; see `kept.write`."""
    kept.write(matrix, file)


def read(file: Path) -> Matrix:
    """Read a matrix.

    Raises:
        kept.Unreadable: it is not there, is something else, or is of another version.
    """
    return kept.read(file, Matrix, SCHEMA, "matrix of rules", "make test")


def merged(old: Matrix, new: Matrix) -> Matrix:
    """Add a later run to an earlier one; what differs in code or versions stands alone.

    A later cell replaces the earlier one of the same experiment on the same subject, unless it
    only says that this time it was not run.  The table of the thread is the later run's.
    """
    if _state(old) != _state(new):
        return new
    ran = {_key(each) for each in old.cells if each.verdict is not Verdict.NOT_RUN}
    later = [
        each for each in new.cells if each.verdict is not Verdict.NOT_RUN or _key(each) not in ran
    ]
    return msgspec.structs.replace(
        new,
        rules=_union(old.rules, new.rules, lambda each: each.number),
        checks=_union(old.checks, new.checks, lambda each: each.name),
        subjects=_union(old.subjects, new.subjects, lambda each: each.name),
        cells=_union(old.cells, later, _key),
        claims=_union(old.claims, new.claims, lambda each: each.name),
    )


def _state(matrix: Matrix) -> tuple[str, str, dict[str, str]]:
    return matrix.commit, matrix.python, matrix.versions


def _key(cell: Cell) -> tuple[str, str]:
    return cell.check, cell.subject


Each = TypeVar("Each")


def _union(old: Iterable[Each], new: Iterable[Each], key: Callable[[Each], object]) -> list[Each]:
    """Give all of both; of two with the same key, the later one in the earlier one's place."""
    return list({key(each): each for each in (*old, *new)}.values())
