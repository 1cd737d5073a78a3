"""A name carries its mark wherever it stands, and no other name does."""

import pytest

from report.marks import Explained, Marks
from report.results import UNTOLD, Broken, Entrant
from tests.report.conftest import ITS_TWIN, REFERENCE

E2 = Broken("E2", "E2: 1 call begun")
MARKS = Marks(
    [
        Entrant(REFERENCE, broke=[E2]),
        Entrant(ITS_TWIN),
        Entrant("anyio@asyncio/workers"),
        Entrant("asyncio/workers-too"),
        Entrant("trio/semaphore", broke=[E2, Broken("X2", "12 left"), Broken("X2", "13 left")]),
        Entrant("py3.13:trio/semaphore"),
    ]
)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("asyncio/workers", "asyncio/workers †E2"),
        ("asyncio/workers, at 1.2", "asyncio/workers †E2, at 1.2"),
        ("less than asyncio/workers.", "less than asyncio/workers †E2."),
        ("trio/semaphore", "trio/semaphore †E2,X2"),
        ("asyncio/workers (twin)", "asyncio/workers (twin)"),
        ("anyio@asyncio/workers", "anyio@asyncio/workers"),
        ("py3.13:trio/semaphore", "py3.13:trio/semaphore"),
        ("asyncio/workers-too", "asyncio/workers-too"),
        ("asyncio/workersx", "asyncio/workersx"),
        ("workers on asyncio", "workers on asyncio"),
    ],
)
def test_whole_names_are_marked(text: str, marked: str) -> None:
    """In a cell or in a sentence; a longer name with the same end or beginning is another's."""
    assert MARKS(text) == marked


def test_without_broken_rules_there_are_no_marks() -> None:
    """Texts stay as they are."""
    assert Marks([])("asyncio/workers") == "asyncio/workers"
    assert Marks([Entrant(REFERENCE)])("asyncio/workers") == "asyncio/workers"
    assert not Marks([Entrant(REFERENCE)]).explained


def test_what_nobody_can_tell_is_marked_so() -> None:
    """Who hung or died at the gate broke some rule."""
    marks = Marks([Entrant("curio/queue", broke=[Broken(UNTOLD, "hung: no reply for 60 s")])])
    assert marks("curio/queue") == "curio/queue †?"
    assert marks.explained == [Explained("?", ("curio/queue",), "hung: no reply for 60 s")]


def test_each_mark_is_explained() -> None:
    """Those who were seen to do the same are told together."""
    assert MARKS.explained == [
        Explained("E2", (REFERENCE, "trio/semaphore"), "1 call begun"),
        Explained("X2", ("trio/semaphore",), "12 left"),
        Explained("X2", ("trio/semaphore",), "13 left"),
    ]
