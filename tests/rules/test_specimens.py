"""Every specimen does what is said of it, with the versions in use."""

from collections.abc import Callable

import pytest

from origin.process import Origin
from report.matrix import Cell, Verdict
from rules.specimen import all_specimens
from tests.rules.by_hand import BY_HAND
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


@pytest.mark.parametrize(("assertion", "seen", "words"), BY_HAND)
def test_by_hand(assertion: Callable[..., str], seen: tuple[object, ...], words: str) -> None:
    """What judges a specimen judges it, also where no specimen here breaks its rule."""
    with pytest.raises(AssertionError, match=words):
        assertion(*seen)
