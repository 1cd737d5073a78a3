"""What the tests of the rules see, kept for the matrix.

Strategy: whoever runs an experiment does it through a recorder, which notes what came of it and
decides whether the test passes: broken is a failure unless the fault is known, and kept is a
failure where one is.  An experiment of many cases is noted once for each, and told as one cell.
A claim is no experiment on a subject, so what came of it is kept beside the cells.
"""

import gc
import platform
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest

from bench.about import versions
from bench.conditions import commit, processor
from impls import contract
from impls.contract import Variant
from impls.registry import missing
from report.matrix import SCHEMA, Asked, Cell, Kind, Matrix, Rule, Subject, Truth, Verdict
from report.matrix import Check as Told
from report.matrix import Claim as Weighed
from report.results import now
from rules import catalogue
from rules.catalogue import CHAPTERS, RULES, Strength
from rules.checks import Check, all_checks
from rules.claim import Claim, all_claims
from rules.known import Known
from rules.specimen import Specimen, all_specimens
from rules.states import ASPECTS
from rules.states import __doc__ as of_the_states
from rules.thread import WAYS
from rules.trial import DoesNotApply

Rows = dict[tuple[str, str], list[Cell]]

NOT_OURS = (contract.Kind.WAY, contract.Kind.RIVAL, contract.Kind.CLIENT)
KNOWN = "known to be broken"
FOUND = "random_schedule"
CHECKS_ALONE = "what is not ours is held against the checks alone"


class Noted(msgspec.Struct, frozen=True):
    """All that was kept, as one process hands it to another."""

    cells: list[Cell]
    claims: list[Weighed]


class Recorder:
    """Keeps what was seen, by experiment and subject, and of claims by their names."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._rows: Rows = {}
        self._claims: dict[str, Weighed] = {}

    def note(self, cell: Cell) -> None:
        """Keep one cell, or one case of it."""
        self._rows.setdefault((cell.check, cell.subject), []).append(cell)

    def hold(
        self, each: Check | Specimen, subject: str, run: Callable[[], str], fault: Known | None
    ) -> None:
        """Run an experiment, note what came of it, and fail the test if that was not expected."""
        try:
            seen, broken = _outcome(run)
        except DoesNotApply as error:
            verdict, why = Verdict.NOT_APPLICABLE, str(error)
            self.note(Cell(each.name, each.rule.number, subject, verdict, why=why))
            pytest.skip(why)
        except (Exception, pytest.fail.Exception) as error:
            told = f"{each.rule.number}: {type(error).__name__}: {error}"
            self.note(Cell(each.name, each.rule.number, subject, Verdict.BROKEN, told))
            raise
        why, link = (fault.reason, fault.link) if fault and broken else ("", "")
        verdict = Verdict.BROKEN if broken else _kept(each.rule)
        self.note(Cell(each.name, each.rule.number, subject, verdict, seen, why, link))
        if broken:
            assert seen.startswith(f"{each.rule.number}: "), f"not this rule's message: {seen}"
            assert fault, seen
            assert re.match(fault.seen, seen), f"not what is known: {seen}"
            pytest.xfail(fault.reason)
        assert seen, "what keeps a rule says what was seen"
        if each.rule.strength is not Strength.STOCHASTIC:  # which can miss a fault
            assert not fault, f"the fault is gone, and so must its row: {fault}"

    def found(self, subject: str, told: str) -> None:
        """Note what a random schedule shows broken; of several the last, which is the smallest."""
        number = told.partition(":")[0]
        cell = Cell(f"{number}-{FOUND}", number, subject, Verdict.BROKEN, told)
        self._rows[(cell.check, subject)] = [cell]

    def weigh(self, claim: Claim) -> None:
        """Run a claim's program, note what came of it, and fail unless that was expected."""
        if why := claim.missing():
            self._claims[claim.name] = Weighed(claim.name, claim.says, Truth.NOT_RUN, why)
            pytest.skip(why)
        try:
            seen, failed = _outcome(claim.run)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            self._claims[claim.name] = Weighed(claim.name, claim.says, Truth.FAILS, told)
            raise
        truth = Truth.FAILS if failed else Truth.HOLDS
        self._claims[claim.name] = Weighed(claim.name, claim.says, truth, seen)
        assert seen, "a claim's program says what was seen"
        expected = Truth.HOLDS if claim.holds_here() else Truth.FAILS
        assert truth is expected, f"the claim {truth} here: {seen}"

    def noted(self) -> Noted:
        """Give all that was kept, case by case."""
        cells = [cell for rows in self._rows.values() for cell in rows]
        return Noted(cells, list(self._claims.values()))

    def take(self, noted: Noted) -> None:
        """Keep what another process noted."""
        for cell in noted.cells:
            self.note(cell)
        self._claims |= {each.name: each for each in noted.claims}

    def cells(self) -> list[Cell]:
        """Give what was seen, a cell for each experiment and subject."""
        return [_folded(rows) for rows in self._rows.values()]

    def claims(self) -> list[Weighed]:
        """Give what came of the claims, in their order."""
        return [self._claims[name] for name in all_claims() if name in self._claims]

    def is_empty(self) -> bool:
        """Tell whether nothing was kept."""
        return not self._rows and not self._claims


def _outcome(run: Callable[[], str]) -> tuple[str, bool]:
    """Give what was seen, and whether it breaks the rule."""
    try:
        return run(), False
    except AssertionError as broken:
        seen = str(broken)
    gc.collect()  # see `tidied` in tests/conftest.py; here before pytest looks at the failure
    return seen, True


def _kept(rule: catalogue.Rule) -> Verdict:
    return Verdict.TRAIT if rule.strength is Strength.TRAIT else Verdict.KEPT


def _folded(rows: Sequence[Cell]) -> Cell:
    """Make one cell of many cases: broken if any is, with the first that was."""
    if len(rows) == 1:
        return rows[0]
    broken = [cell for cell in rows if cell.verdict is Verdict.BROKEN]
    if not broken:
        return _with_seen(rows[0], f"in all of {len(rows)} cases")
    return _with_seen(broken[0], f"{broken[0].seen}; so in {len(broken)} of {len(rows)} cases")


def _with_seen(cell: Cell, seen: str) -> Cell:
    return Cell(cell.check, cell.rule, cell.subject, cell.verdict, seen, cell.why, cell.link)


# The matrix that is made of it.


def matrix(recorder: Recorder, variants: Mapping[str, Variant]) -> Matrix:
    """Give the matrix of what was seen, and of what could not be."""
    checks, specimens = all_checks(), all_specimens()
    needs = {module for variant in variants.values() for module in variant.needs}
    says = {name: _says(check.run.__doc__) for name, check in checks.items()}
    says |= {name: _says(each.run.__doc__) for name, each in specimens.items()}
    says |= dict.fromkeys(ASPECTS, _says(of_the_states))
    subjects = [_subject(name, variant) for name, variant in variants.items()]
    subjects += [Subject(name, Kind.SPECIMEN) for name in _ways()]
    return Matrix(
        SCHEMA,
        now(),
        commit(),
        platform.python_version(),
        versions(needs),
        f"{processor()}, {platform.platform()}",
        [_rule(rule) for rule in RULES.values()],
        [Told(name, text) for name, text in says.items()],
        subjects,
        recorder.cells() + _not_run(variants) + _not_put(variants),
        [Asked(each.number, each.says, list(each.subjects)) for each in WAYS],
        recorder.claims(),
    )


def _subject(name: str, variant: Variant) -> Subject:
    where, link = variant.told or ("", "")
    cannot = {ability.value: why for ability, why in variant.cannot.items()}
    return Subject(name, Kind.VARIANT, variant.kind, where, link, missing(variant) or "", cannot)


def _ways() -> dict[str, None]:
    return dict.fromkeys(each.way for each in all_specimens().values())


def _says(docstring: str | None) -> str:
    return " ".join((docstring or "").split())


def _rule(rule: catalogue.Rule) -> Rule:
    chapter = CHAPTERS[rule.number.rstrip("0123456789")]
    return Rule(rule.number, rule.strength, rule.says, chapter, rule.note)


def _not_run(variants: Mapping[str, Variant]) -> list[Cell]:
    """Say of each variant that is not installed why nothing of it was seen."""
    absent = [(name, why) for name, each in variants.items() if (why := missing(each))]
    return [
        Cell(check.name, check.rule.number, name, Verdict.NOT_RUN, why=why)
        for name, why in absent
        for check in all_checks().values()
    ]


def _not_put(variants: Mapping[str, Variant]) -> list[Cell]:
    """Say of each variant that is not ours that the states are not put to it."""
    not_ours = [name for name, each in variants.items() if each.kind in NOT_OURS]
    return [
        Cell(aspect, aspect.partition("-")[0], name, Verdict.NOT_APPLICABLE, why=CHECKS_ALONE)
        for name in not_ours
        for aspect in ASPECTS
    ]


def column(cells: Sequence[Cell], variant: str) -> list[str]:
    """Give the lines of one variant's column: experiment, verdict, what was seen; then a summary.

    The rules that it breaks stand below in words, without those that its runtime is known to break.
    """
    places = {number: place for place, number in enumerate(RULES)}
    mine = sorted(
        (cell for cell in cells if cell.subject == variant), key=lambda cell: places[cell.rule]
    )
    wide = max((len(cell.check) for cell in mine), default=0)
    lines = [f"{cell.check:{wide}}  {cell.verdict:14}  {_told(cell)}" for cell in mine]
    broken = dict.fromkeys(cell.rule for cell in mine if _came(cell) == Verdict.BROKEN)
    counts = ", ".join(f"{count} {what}" for what, count in Counter(map(_came, mine)).most_common())
    return [*lines, "", *(f"{each}: {RULES[each].says}" for each in broken), counts]


def _came(cell: Cell) -> str:
    """Name what came of it; what a runtime is known to break is no fault of who stands on it."""
    return KNOWN if cell.verdict is Verdict.BROKEN and cell.why else cell.verdict


def _told(cell: Cell) -> str:
    """Say what was seen, and of a known fault why; or why nothing was."""
    known = f" (known: {cell.why})" if cell.verdict is Verdict.BROKEN and cell.why else ""
    return f"{cell.seen}{known}" if cell.seen else cell.why
