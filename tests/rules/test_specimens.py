"""Every specimen does what is said of it, with the versions in use."""

from collections.abc import Callable

import pytest

from origin.process import Origin
from report.matrix import Cell, Verdict
from rules.specimen import all_specimens
from rules.specimens import eager, limiters, results
from tests.rules.recorder import Recorder

pytestmark = pytest.mark.usefixtures("tidied")


@pytest.mark.parametrize("name", all_specimens())
def test_specimen(name: str, origin: Origin, recorder: Recorder) -> None:
    """The specimen keeps its rule, unless it is known to break it."""
    each = all_specimens()[name]
    if why := each.missing():
        recorder.note(Cell(name, each.rule.number, each.way, Verdict.NOT_RUN, why=why))
        pytest.skip(why)
    fault = each.fault if each.fault and each.fault.is_here() else None
    recorder.hold(each, each.way, lambda: each.run(origin), fault)


BY_HAND: list[tuple[Callable[..., str], tuple[object, ...], str]] = [
    # what nothing here breaks with the versions in use, with what would break it, and the words
    (limiters.one_granted, (2,), "L6: 2 hold the limiter's only slot"),
    (limiters.none_stranded, (False,), "L7: the slot is free, and the next in line waits"),
    (results.nothing, (lambda: [1],), r"R3: an empty batch gave \[1\]"),
    (eager.none_added, ([ValueError()],), r"E14: beside the calls' errors .* \[ValueError\(\)\]"),
]


@pytest.mark.parametrize(("assertion", "seen", "words"), BY_HAND)
def test_by_hand(assertion: Callable[..., str], seen: tuple[object, ...], words: str) -> None:
    """What judges a specimen judges it, also where no specimen here breaks its rule."""
    with pytest.raises(AssertionError, match=words):
        assertion(*seen)
