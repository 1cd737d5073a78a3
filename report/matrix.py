"""The matrix file: which rules each variant and each specimen was seen to keep, on one Python.

Strategy: what a test run saw, and nothing that was derived from it.  A cell is one experiment on
one subject; a rule that several experiments show has several cells.  What has no cell was not run.
A later run of the same code with the same versions adds to the file of an earlier one, so that a
run of a few tests takes nothing away.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

SCHEMA = 1

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


class Subject(msgspec.Struct, frozen=True):
    """What was experimented on: a variant by its name, or a specimen by its way."""

    name: str
    kind: Kind


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


class Versioned(msgspec.Struct):
    """As much of the file as every version of it has."""

    schema: int


class UnreadableMatrix(Exception):  # noqa: N818 - the matrix is what is unreadable
    """The file holds no matrix that this version reads; the message says what to do."""


def write(matrix: Matrix, file: Path) -> None:
    """Write the matrix, into a folder that is made if need be; half of it replaces nothing.

    Raises:
        OSError: it can't be written there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_bytes(msgspec.json.format(msgspec.json.encode(matrix), indent=1))
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def read(file: Path) -> Matrix:
    """Read a matrix.

    Raises:
        UnreadableMatrix: it is not there, is something else, or is of another version.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UnreadableMatrix(f"can't read {file}: {error.strerror}") from error
    try:
        version = msgspec.json.decode(text, type=Versioned).schema
        if version == SCHEMA:
            return msgspec.json.decode(text, type=Matrix)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableMatrix(
            f"{file} is no matrix of rules; remove it, and make one with: make test"
        ) from error
    raise UnreadableMatrix(
        f"{file} is of version {version}, this reads version {SCHEMA}; make another with: make test"
    )


def merged(old: Matrix, new: Matrix) -> Matrix:
    """Add a later run to an earlier one; what differs in code or versions stands alone.

    A later cell replaces the earlier one of the same experiment on the same subject, unless it
    only says that this time it was not run.
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
    )


def _state(matrix: Matrix) -> tuple[str, str, dict[str, str]]:
    return matrix.commit, matrix.python, matrix.versions


def _key(cell: Cell) -> tuple[str, str]:
    return cell.check, cell.subject


Each = TypeVar("Each")


def _union(old: Iterable[Each], new: Iterable[Each], key: Callable[[Each], object]) -> list[Each]:
    """Give all of both; of two with the same key, the later one in the earlier one's place."""
    return list({key(each): each for each in (*old, *new)}.values())
