"""What a test leaves behind is collected with it, or it would complain within another."""

import gc
import weakref

import pytest

from tests.conftest import left_here


class Knot:
    """Only a collection ends it."""

    def __init__(self) -> None:
        """Refer to itself."""
        self.me = self


@pytest.mark.parametrize("grows_old", [False, True])
def test_a_knot_is_collected(grows_old: bool) -> None:
    """It is gone after the block, also if it was alive at a collection within."""
    with left_here():
        knot = Knot()
        seen = weakref.ref(knot)
        if grows_old:
            gc.collect()
        del knot
        assert seen()
    assert not seen()
