"""The verdicts on ways that everybody knows, from what is written down of their faults.

Strategy: a matrix of the whole field on this Python, in which each variant fails what it is known
to fail, and keeps the rest; and a race of the reference alone.
"""

import sys

import pytest

from impls.contract import Variant
from impls.registry import REFERENCE, VARIANTS, missing
from report.figures import standings
from report.matrix import Cell, Matrix, Verdict
from report.rules import promises
from report.way_faults import NEVER_ENDED
from report.ways import Way, ways
from rules import hanging
from rules.catalogue import Strength
from rules.checks import Check, all_checks
from rules.deviations import known
from rules.specimen import Specimen, all_specimens
from rules.states import ASPECTS
from tests.report.conftest import Make
from tests.rules.recorder import NOT_OURS, Recorder, matrix

VERDICTS = {
    "asyncio/workers": "recommended",
    "asyncio/semaphore": "fine for small batches",
    "asyncio/wait-all": "breaks the limit",
    "asyncio/gather": "breaks the limit",
    "asyncio/gather-tasks": "breaks the limit",
    "asyncio/tasks-in-turn": "breaks the limit",
    "asyncio/callbacks": "breaks the limit",
    "asyncio/gather-semaphore": "goes on after a failure",
    "asyncio/chunks": "goes on after a failure",
    "asyncio/gather-exceptions": "loses errors",
    "asyncio/queue-join": "loses errors",
    "asyncio/as-completed": "can't be cancelled",
    "asyncio/wait-first": "can't be cancelled",
    "asyncio+uvloop/workers": "keeps the rules",
    "trio/workers": "keeps the rules",
    "trio/semaphore": "fine for small batches",
    "curio/queue": "loses errors",
    "threads/workers": "can't be cancelled",
    "selectors/workers": "the floor",
    "asyncio/asyncio-pool": "hangs or fails",
    "asyncio/aiostream": "goes on after a failure",
    "asyncio/aiotools": "tells only one of several errors",
    "asyncio-httpx/workers": "leaks",
    "asyncio.wait, given coroutines": "can't work",
    "asyncio.create_task() without a reference, over open_connection()": "can't work",
    "loop.run_in_executor": "can't work",
    "loop.run_in_executor in debug mode": "refused, with an error",
}

BESIDE = {
    "asyncio/workers": {"breaks": {"C7"}},
    "asyncio+uvloop/workers": {"breaks": {"C7", "C16"}},
    "asyncio/chunks": {
        "leaves slots idle": {"L4"},
        "tells only one of several errors": {"E6", "E7"},
        "breaks": {"C7", "X10"} if sys.version_info >= (3, 12) else {"C7"},
    },
}
"""What stands beside some of them."""


def of_check(check: Check, variant: Variant) -> Cell:
    """Give what is known of a variant and a check."""
    about = check.name, check.rule.number, variant.name
    if why := check.declared(variant):
        return Cell(*about, Verdict.NOT_APPLICABLE, why=why)
    if fault := known(check.name, variant):
        what = NEVER_ENDED if fault.hangs else "it was seen"
        return Cell(*about, Verdict.BROKEN, f"{check.rule.number}: {what}")
    trait = check.rule.strength is Strength.TRAIT
    return Cell(*about, Verdict.TRAIT if trait else Verdict.KEPT, "it was seen")


def of_state(aspect: str, variant: Variant) -> Cell:
    """Give what is seen of a recipe in the states, whose faults the checks show as well."""
    return Cell(aspect, aspect.partition("-")[0], variant.name, Verdict.KEPT, "in all of 96 cases")


def of_specimen(each: Specimen) -> Cell:
    """Give what is known of a specimen."""
    if why := each.missing():
        return Cell(each.name, each.rule.number, each.way, Verdict.NOT_RUN, why=why)
    verdict = Verdict.BROKEN if each.fault and each.fault.is_here() else Verdict.KEPT
    return Cell(each.name, each.rule.number, each.way, verdict, "it was seen")


def as_known() -> Matrix:
    """Make the matrix of all that is written down."""
    recorder = Recorder()
    here = [each for each in VARIANTS.values() if not missing(each)]
    cells = (of_check(check, each) for check in all_checks().values() for each in here)
    ours = [each for each in here if each.kind not in NOT_OURS]
    states = (of_state(aspect, each) for aspect in ASPECTS for each in ours)
    for cell in (*cells, *map(of_specimen, all_specimens().values()), *states):
        recorder.note(cell)
    return matrix(recorder, VARIANTS)


@pytest.fixture(scope="module")
def rows(make: Make) -> dict[str, Way]:
    """The rows of the table, by name."""
    seen = [as_known()]
    results = make({"null": {REFERENCE: [10] * 5}}).results
    section = ways(results, standings(results), promises(seen, None), seen, [])
    return {way.facts.name: way for some in section.groups.values() for way in some}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict(name: str, rows: dict[str, Way]) -> None:
    """It is what somebody who knows the way would say of it."""
    if name in VARIANTS and (why := missing(VARIANTS[name])):
        pytest.skip(why)
    assert rows[name].verdict.words == VERDICTS[name]


@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_beside(name: str, rows: dict[str, Way]) -> None:
    """Its own faults, and those that it has from its runtime."""
    if why := missing(VARIANTS[name]):
        pytest.skip(why)
    found: dict[str, set[str]] = {}
    for told in rows[name].also:
        found.setdefault(told.beside, set()).update(told.rules)
    assert found == BESIDE[name]


def test_a_hang_is_worded_as_the_report_reads_it() -> None:
    """Rules know nothing of the report, so here the two words are held together."""
    assert hanging.NEVER_ENDED == NEVER_ENDED
