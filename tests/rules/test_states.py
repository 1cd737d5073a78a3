"""Every way to end a batch, at every state of the protocol, on every variant."""

import re

import pytest

from impls.contract import Variant
from origin.plan import At
from origin.process import Origin
from report.matrix import Cell, Verdict
from rules.deviations import tolerated
from rules.states import ASPECTS, CASES, Case, Cause, Where, judged, show
from rules.trial import Trial
from tests.rules.broken import VARIANTS as BROKEN
from tests.rules.recorder import Recorder


@pytest.mark.parametrize("case", CASES, ids=str)
def test_state(case: Case, variant: Variant, origin: Origin, recorder: Recorder) -> None:
    """The batch ends as it should, and leaves nothing behind, but for what is known."""
    silent = tolerated("X1", variant)
    broken = judged(show(case, Trial(variant, origin), waits=not silent))
    for name in ASPECTS:
        number = name.partition("-")[0]
        known = tolerated(number, variant)
        verdict = Verdict.BROKEN if name in broken else Verdict.KEPT
        seen = broken.get(name, "kept")
        why, link = (known.reason, known.link) if known and name in broken else ("", "")
        recorder.note(Cell(name, number, variant.name, verdict, seen, why, link))
    assert [seen for name, seen in broken.items() if not tolerated(name, variant)] == []


ABORTED = Case(At.BEFORE_HEAD, Cause.ABORT, reused=False, collect=False)
CAUGHT = [
    # who, in which case, under which aspect, with which words
    ("cancellation_swallowed", ABORTED, "C1-right_end", r"C1: the batch gave Value\(\[\]\)"),
    ("cancellation_renamed", ABORTED, "C1-right_end", r"C1: the batch raised RuntimeError"),
    (
        "none_for_late",
        Case(At.BEFORE_HEAD, Cause.CALL_LIMIT, reused=False, collect=True),
        "C1-right_end",
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
    broken = judged(show(case, Trial(BROKEN[name], origin)))
    assert re.search(words, broken.get(aspect, "nothing")), broken


def test_each_aspect_catches_somebody() -> None:
    """No aspect stands that nothing broken has been shown to fail."""
    assert {aspect for _, _, aspect, _ in CAUGHT} == set(ASPECTS)
