"""Every way to end a batch, at every state of the protocol, on every variant."""

import re

import pytest

from impls.contract import Variant
from origin.plan import At
from origin.process import Origin
from report.matrix import Cell, Verdict
from rules.deviations import known
from rules.known import Known
from rules.states import ASPECTS, CASES, Case, Cause, Where, judged, show
from rules.trial import Trial
from tests.rules.broken import VARIANTS as BROKEN
from tests.rules.recorder import Recorder

EXCUSED_BY = {
    "E2-nothing_queued": "E2-none_begun_by_the_failure",
    "X1-all_hung_up": "X1-hung_up",
}
"""Of which check a known deviation excuses an aspect, since only some cases meet the fault; that it
is still there is shown by that check."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_state(case: Case, variant: Variant, origin: Origin, recorder: Recorder) -> None:
    """The batch ends as it should, and leaves nothing behind, but for what is known."""
    excused = {name: known(row, variant) for name, row in EXCUSED_BY.items()}
    seen = judged(show(case, Trial(variant, origin), waits=not excused["X1-all_hung_up"]))
    for name, each in seen.items():
        recorder.note(cell(name, case, variant.name, each, excused.get(name)))
    assert [
        each for name, each in seen.items() if each and not is_known(each, excused.get(name))
    ] == []


def cell(name: str, case: Case, subject: str, broken: str, fault: Known | None) -> Cell:
    """Say what was seen of an aspect in one case."""
    number = name.partition("-")[0]
    if not broken:
        return Cell(name, number, subject, Verdict.KEPT, "kept")
    told = f"{broken} ({case})"
    if fault is None:
        return Cell(name, number, subject, Verdict.BROKEN, told)
    return Cell(name, number, subject, Verdict.BROKEN, told, fault.reason, fault.link)


def is_known(broken: str, fault: Known | None) -> bool:
    """Tell whether this is what a known fault looks like."""
    return fault is not None and re.match(fault.seen, broken) is not None


ABORTED = Case(At.BEFORE_HEAD, Cause.ABORT, reused=False, collect=False)
CAUGHT = [
    # who, in which case, under which aspect, with which words
    ("one_at_a_time", ABORTED, "L4-state_reached", "L4: only 1 of 3 calls began before the end"),
    ("cancellation_swallowed", ABORTED, "C1-right_end", r"C1: the batch gave Value\(\[\]\)"),
    ("cancellation_renamed", ABORTED, "C1-right_end", r"C1: the batch raised RuntimeError"),
    (
        "none_for_late",
        Case(At.BEFORE_HEAD, Cause.CALL_LIMIT, reused=False, collect=True),
        "C15-right_outcomes",
        "C15: the outcomes are ",
    ),
    (
        "gathered",
        Case(Where.WAITING, Cause.SIBLING, reused=False, collect=False),
        "E2-nothing_queued",
        r"E2: \d queued calls began",
    ),
    (
        "tasks_left_behind",
        Case(Where.WAITING, Cause.DEADLINE, reused=False, collect=False),
        "C2-nothing_later",
        "C2: 3 calls began after the batch had ended",
    ),
    ("shielded", ABORTED, "X1-all_hung_up", "X1: 0 of 3 connections in use were hung up"),
    ("tasks_left_behind", ABORTED, "C2-no_task_left", r"C2: \d+ tasks are left"),
    (
        "HangsUpAtTheEnd",
        ABORTED,
        "X2-no_socket_left",
        r"X2: \d sockets more, for \d connections",
    ),
    ("PutsBack", ABORTED, "X4-right_answers", "X4: "),
]


@pytest.mark.parametrize(("name", "case", "aspect", "words"), CAUGHT)
def test_caught(name: str, case: Case, aspect: str, words: str, origin: Origin) -> None:
    """The aspect catches what breaks it, with its rule's own words."""
    seen = judged(show(case, Trial(BROKEN[name], origin)))
    assert re.search(words, seen[aspect]), seen


def test_each_aspect_catches_somebody() -> None:
    """No aspect stands that nothing broken has been shown to fail."""
    assert {aspect for _, _, aspect, _ in CAUGHT} == set(ASPECTS)
